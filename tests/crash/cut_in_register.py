"""Scenes in which the register is written: issuing, proposals, visits, import, sweep, reports, status list, events that
wait beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import four_eyes
import import_register
import inspected_register
import reported_problems
from cut_scenes import CLERK, NOW, Said, Say, Scene, issue, opened, pairs_lost, shown
from inspection_texts import content_hash
from lives import Hotel
from sent_visits import send, visit_of

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.reports import ReportStep, parse_receipt_number
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import NewMark
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.roles import at_console
from licence_qr.services.feedback.reports_desk import ReportAct
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.proposals import proposals
from licence_qr.store.register import codes, entities, history, permits

_CONSOLE = at_console("keeper")


class Issuing(Scene):
    """Pairs, one after the other."""

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        for number in range(1, 5):
            say(**shown(issue(services, number)))

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said)
        for number, each in enumerate(said, start=1):
            if not issue(services, number).repeated:
                yield f"issued twice: {each['pair']}"


class Proposals(Scene):
    """A suspension and its end, each proposed by one and decided by another."""

    def before(self, folder: Path) -> None:
        services = opened(folder)
        for name, (office, roles) in four_eyes.PEOPLE.items():
            services.accounts.create(name, f"{name}（示例）", office, frozenset(roles), four_eyes.PASSWORD, NOW)
        issue(services, 1)
        services.database.close()

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        people = {name: user for name in four_eyes.PEOPLE if (user := services.accounts.user(name))}
        with services.database.read() as tx:
            office = four_eyes.Office(services, people, codes.everything_newest(tx)[0].uscc)
        for act, state in ((Act.SUSPEND, "suspended"), (Act.REINSTATE, "effective")):
            number = office.propose("inspector", act, NOW)
            say(proposal=number, state="open")
            office.decide("decider", number, NOW)
            say(proposal=number, state="approved", permit=state)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        newest = {each["proposal"]: each["state"] for each in said}
        with services.database.read() as tx:
            for number, state in newest.items():
                found = proposals.get(tx, number)
                if found is None or (state == "approved" and found.state.value != "approved"):
                    yield f"proposal {number}: {found and found.state}"
            held = permits.of_business(tx, codes.everything_newest(tx)[0].uscc)[0].permit
            decided = [p for number in (1, 2) if (p := proposals.get(tx, number)) and p.state.value == "approved"]
        if (held.state, len(decided)) not in {("effective", 0), ("suspended", 1), ("effective", 2)}:
            yield f"half a decision: {held.state} after {len(decided)}"


class Visits(Scene):
    """Visits with photographs, and the second officer's confirmation."""

    def before(self, folder: Path) -> None:
        services = opened(folder)
        for name, (office, role) in inspected_register.PEOPLE.items():
            password = inspected_register.PASSWORD
            services.accounts.create(name, f"{name}（示例）", office, frozenset({role}), password, NOW)
        issue(services, 1)
        services.database.close()

    def act(self, folder: Path, say: Say) -> None:
        scene = self._scene(opened(folder))
        for serial in (1, 2):
            send(scene, serial, lambda done, serial=serial: say(visit=serial, done=done))  # type: ignore[misc]

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        scene = self._scene(services)
        for serial, done in {each["visit"]: each["done"] for each in said}.items():
            name, body, photos = visit_of(scene, serial)
            receipt = services.inspections.receipt(scene.actors["inspector"], name, content_hash(body))
            arrived = {photo.sent_sha256 for photo in receipt.photos if not photo.missing}
            if missing := {content_hash(photo) for photo in photos[: done - 1]} - arrived:
                yield f"visit {serial}: {len(missing)} photographs of {done - 1}"
        for serial in (1, 2):
            send(scene, serial)  # what was not acknowledged comes again, and once
        with services.database.read() as tx:
            counted = tx.one("SELECT count(*) AS n FROM inspections WHERE state = 'counted'")
            orders = tx.one("SELECT count(*) AS n FROM rectifications")
        if (counted and counted["n"], orders and orders["n"]) != (2, 2):
            yield "visits or orders are there twice, or by half"

    @staticmethod
    def _scene(services: Services) -> inspected_register.Scene:
        people = {name: user for name in inspected_register.PEOPLE if (user := services.accounts.user(name))}
        with services.database.read() as tx:
            code = codes.everything_newest(tx)[0]
            held = permits.of_business(tx, code.uscc)[0]
        about = (code.uscc, held.permit_id, code.code_id.number, code.version)
        return inspected_register.Scene(services, NOW, *about, people)


class Import(Scene):
    """Two departments' exports."""

    def act(self, folder: Path, say: Say) -> None:
        report = self._import(opened(folder))
        say(businesses=report.businesses, market=report.market.imported, health=report.health.imported)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        with services.database.read() as tx:
            before = entities.count(tx) if said else 0
        report = self._import(services)
        with services.database.read() as tx:
            after = entities.count(tx)
            numbers = [row["permit_no"] for row in tx.all("SELECT permit_no FROM permits")]
        if said and (before, report.businesses) != (after, said[0]["businesses"]):
            yield f"{after - before} businesses were lost"
        if len(numbers) != len(set(numbers)):
            yield "a permit was imported twice"

    @staticmethod
    def _import(services: Services) -> import_register.Imported:
        market = import_register.export("market.csv", import_register.MARKET.read_bytes())
        health = import_register.export("health.xlsx", import_register.HEALTH.read_bytes())
        return services.importing.import_departments(market, health, import_register.SUPERVISOR, NOW)


class Sweep(Scene):
    """The daily sweep lifts marks that are over."""

    later = NOW + timedelta(days=20)

    def before(self, folder: Path) -> None:
        services = opened(folder)
        for number in (1, 2, 3):
            hotel = Hotel(services, issue(services, number).uscc, CLERK, NOW)
            hotel.do(Act.MARK, NewMark(MarkKind.ABNORMAL, hotel.today + timedelta(days=10)))
        services.database.close()

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        swept = services.life_sweep.run(self.later)
        traces = services.trace_keeping.sweep(_CONSOLE, self.later)
        services.trace_keeping.note_sweep(_CONSOLE, self.later, {"marks": swept.marks, "traces_deleted": traces})
        say(marks=swept.marks)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        swept = services.life_sweep.run(self.later).marks
        with services.database.read() as tx:
            lifted = [row["uscc"] for row in history.all_of_kind(tx, EventKind.MARK_LIFTED)]
            noted = history.newest_sweep(tx)
        if len(lifted) != 3 or len(set(lifted)) != 3:
            yield f"marks lifted: {len(lifted)} of 3"
        if said and (swept or noted is None):
            yield f"a sweep was acknowledged, and {swept} marks were left"


class Reports(Scene):
    """Reports from the public with photographs, and the office's first step."""

    def before(self, folder: Path) -> None:
        services = opened(folder)
        issue(services, 1)
        services.database.close()

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        with services.database.read() as tx:
            number = codes.everything_newest(tx)[0].code_id.number
        for serial in (1, 2, 3):
            sent = reported_problems.sent(number, f"form-{serial}", photo=reported_problems.picture())
            say(receipt=services.reports.send(sent, reported_problems.CLIENT, NOW).number, steps=1)
        shown = services.reports_desk.get(reported_problems.CLERK, 1, NOW).report
        step = ReportAct(ReportStep.CONTACTED.value, "已受理", shown.revision)
        services.reports_desk.act(reported_problems.CLERK, 1, step, NOW)
        say(receipt=shown.number.number, steps=2)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        for each in said:
            number = parse_receipt_number(each["receipt"])
            services.reports.receipt(number.number, reported_problems.CLIENT, NOW)
            with services.database.read() as tx:
                sql = "SELECT 1 FROM report_events JOIN reports USING (report_id) WHERE number = ?"
                steps = tx.all(sql, (number.value,))
            if len(steps) < each["steps"]:
                yield f"report {each['receipt']}: {len(steps)} of {each['steps']} steps"


class StatusList(Scene):
    """The status list is published after each pair."""

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        for number in range(1, 4):
            issue(services, number)
            published = services.status_publishing.publish(NOW + timedelta(minutes=number))
            say(at=published.issued_at.isoformat(), digest=published.digest)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        if said:
            found = services.status_publishing.current(NOW + timedelta(minutes=3))
            if found.issued_at.isoformat() < said[-1]["at"]:
                yield f"an older status list came back: {found.issued_at}"
            if found.issued_at.isoformat() == said[-1]["at"] and found.digest != said[-1]["digest"]:
                yield "two status lists of one moment"
        services.status_publishing.publish(NOW + timedelta(minutes=5))


class Readings(Scene):
    """Events that are kept beside the register until somebody writes, and then taken in."""

    def act(self, folder: Path, say: Say) -> None:
        services = opened(folder)
        for number in (1, 2, 3):
            taken = NewEvent(kind=EventKind.EXPORTED, subject=f"export/{number}", at=NOW, by=CLERK, after={"lines": 1})
            events.write_later(services.database, taken)
            say(event=f"export/{number}")
            if number == 2:
                issue(services, 1)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        issue(services, 2)
        for each in said:
            with services.database.read() as tx:
                found = tx.all("SELECT 1 FROM traces WHERE subject = ?", (each["event"],))
            if len(found) != 1:
                yield f"event {each['event']}: there {len(found)} times"


SCENES: dict[str, Scene] = {
    "issuing": Issuing(),
    "proposals": Proposals(),
    "visits": Visits(),
    "import": Import(),
    "sweep": Sweep(),
    "reports": Reports(),
    "status list": StatusList(),
    "readings": Readings(),
}
