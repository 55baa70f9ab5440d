"""Later events of the demonstration: reports, ratings, inspections and a draw, all fictitious.

Everything is written through the use cases of citizens, clerks and inspectors; the data are in ``afterlife.toml``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, TypeAdapter

from licence_qr.domain.catalogue.checklists import Checklist, ChecklistAnswer, score
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.demonstration.data import businesses
from licence_qr.services.feedback.ratings import Ratings, SentRating
from licence_qr.services.feedback.reports import SentReport
from licence_qr.services.feedback.reports_desk import ReportAct, ReportsDesk
from licence_qr.services.inspecting.draws import DrawRequest, Draws
from licence_qr.services.inspecting.receive import Inspections, unanswered
from licence_qr.services.inspecting.second_officer import AnswerRequest, SecondOfficers
from licence_qr.services.register import chronology
from licence_qr.store.database.connections import Database
from licence_qr.store.feedback import ratings as stored_ratings
from licence_qr.store.feedback import reports
from licence_qr.store.inspecting.inspections import StoredInspection
from licence_qr.store.register import codes, permits, register_kind
from licence_qr.store.register.permits import StoredPermit

_FACT, _DONE = "demonstration_since", "done"
_CITIZEN = "192.0.2.1"  # an address reserved for documentation (RFC 5737)
_DRAW = DrawRequest("公共场所双随机抽查（演示）", 2, None, seed_source="演示：登记库填入当日在本说明中公布的数")
_SEED = "specimen 20 48 31 07 15 26"
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class KeptStep:
    """One step of an office on a report."""

    step: str
    text: str
    day: int


@dataclass(frozen=True, slots=True)
class DemonstrationReport:
    """A citizen's report about a ``business``, and the steps of its office."""

    business: str
    kind: str
    text: str
    contact: str
    day: int
    steps: tuple[KeptStep, ...] = ()


@dataclass(frozen=True, slots=True)
class DemonstrationRating:
    """The rating of the case of a ``business``."""

    business: str
    level: str
    reasons: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class DemonstrationVisit:
    """A routine inspection that ended ``hours`` before filling.

    ``failed`` has the findings by item; ``rectify_in`` is the term of the rectification order in days, or None.
    """

    business: str
    id: str
    hours: int
    rectify_in: int | None = None
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Since:
    """All later events, in the order in which they are done."""

    report: tuple[DemonstrationReport, ...]
    rating: tuple[DemonstrationRating, ...]
    inspection: tuple[DemonstrationVisit, ...]


@cache
def since() -> Since:
    """Read the data. An unknown key in the file raises: it is a bug."""
    data = tomllib.loads(files(__package__).joinpath("afterlife.toml").read_text(encoding="utf-8"))
    strict = ConfigDict(extra="forbid")
    return Since(
        TypeAdapter(tuple[DemonstrationReport, ...], config=strict).validate_python(data["report"]),
        TypeAdapter(tuple[DemonstrationRating, ...], config=strict).validate_python(data["rating"]),
        TypeAdapter(tuple[DemonstrationVisit, ...], config=strict).validate_python(data["inspection"]),
    )


@dataclass(frozen=True, slots=True)
class DemonstrationSince:
    """Performs the later events, after the businesses and accounts exist."""

    database: Database
    reports_desk: ReportsDesk
    ratings: Ratings
    inspections: Inspections
    second_officers: SecondOfficers
    draws: Draws

    def perform(self, now: datetime) -> None:
        """Do what is not done yet. Raises what the use cases raise.

        An interrupted run can be repeated: the same form, case and record count once.
        """
        with self.database.read() as tx:
            if register_kind.get(tx, _FACT) == _DONE:
                return
        with chronology.made_up_past():
            for number, report in enumerate(since().report, start=1):
                self._report(report, f"demonstration-report-{number}", now)
            for number, rating in enumerate(since().rating, start=1):
                self._rate(rating, f"demonstration-rating-{number}", now)
            for visit in since().inspection:
                self._visit(visit, now)
            self._draw(now)
        with self.database.write() as tx:
            register_kind.put(tx, _FACT, _DONE)

    def _report(self, told: DemonstrationReport, form_id: str, now: datetime) -> None:
        with self.database.read() as tx:
            code = codes.newest_of_business(tx, _uscc(told.business))
        if code is None:
            return
        sent = SentReport(form_id, told.kind, told.text, told.contact, None, code.code_id.number)
        number = self.reports_desk.reports.send(sent, _CITIZEN, now + timedelta(days=told.day))
        with self.database.read() as tx:
            report = reports.by_number(tx, number)
        if report is None:
            return
        clerk = _person(f"clerk-{report.office}", report.office, Role.CLERK)
        for revision, kept in enumerate(told.steps, start=1):
            if revision >= report.revision:
                act = ReportAct(kept.step, kept.text, revision)
                self.reports_desk.act(clerk, report.report_id, act, now + timedelta(days=kept.day))

    def _rate(self, given: DemonstrationRating, form_id: str, now: datetime) -> None:
        office = _office(given.business)
        with self.database.read() as tx:
            case = stored_ratings.latest_case(tx, _uscc(given.business))
        if case is None:
            return
        invitation = self.ratings.invitation(_person(f"clerk-{office}", office, Role.CLERK), case)
        sent = SentRating(form_id, given.level, given.reasons, given.text, "")
        self.ratings.rate(invitation.code.number, sent, _CITIZEN, now)

    def _visit(self, made: DemonstrationVisit, now: datetime) -> None:
        with self.database.read() as tx:
            held = next(iter(permits.of_business(tx, _uscc(made.business))), None)
        if held is None:
            return
        ended = (now - timedelta(hours=made.hours)).replace(microsecond=0)
        inspector = _person("inspector", _office(made.business), Role.INSPECTOR)
        body = json.dumps(self._record(made, held, ended), ensure_ascii=False).encode()
        receipt, _ = self.inspections.receive(inspector, made.id, body, ended, ended)
        if unanswered(receipt.stored):
            self._confirm(receipt.stored, ended)

    def _confirm(self, stored: StoredInspection, at: datetime) -> None:
        """Confirm a visit as the colleague of the demonstration: nobody signs in while it is filled."""
        colleague = _person(stored.second_officer, stored.office, Role.INSPECTOR)
        given = AnswerRequest(stored.content_sha256, OfficersAnswer.CONFIRMED)
        with self.database.write() as tx:
            self.second_officers.answer_within(tx, colleague, stored.key, given, at)

    def _record(self, made: DemonstrationVisit, held: StoredPermit, ended: datetime) -> dict[str, object]:
        """The record as a phone sends it (docs/contributing/inspection-records.md)."""
        day = local_date(ended)
        rules, permit = self.inspections.catalogue.inspection_rules, held.permit
        lists = rules.checklists_for(permit.permit_type, permit.kinds, day)
        answers = [_answers(checklist, made.failed) for checklist in lists]
        given = [
            (item, ChecklistAnswer.NO if item.id in made.failed else ChecklistAnswer.YES)
            for listed in lists
            for item in listed.items
        ]
        catalogue = self.inspections.catalogue
        scored = score(given, catalogue.life_rules_on(day), catalogue.scale(permit.permit_type))
        return {
            "format": 1,
            "id": made.id,
            "office": _office(made.business),
            "officer": "inspector",
            "second_officer": "inspector-2",
            "purpose": "routine",
            "order": None,
            "drawn": None,
            "subject": {
                "read_by": "list",
                "code_number": "",
                "code_version": None,
                "uscc": held.uscc,
                "premises_no": held.permit.premises_no,
                "permit_no": held.permit.permit_no,
            },
            "pack_as_of": None,
            "started_at": _instant(ended - timedelta(minutes=40)),
            "finished_at": _instant(ended),
            "checklists": [{"id": listed.id, "version": listed.version} for listed in lists],
            "answers": [answer for some in answers for answer in some],
            "remarks": "",
            "photos": [],
            "outcome": "passed" if made.rectify_in is None else "to_rectify",
            "rectify_by": None if made.rectify_in is None else (day + timedelta(days=made.rectify_in)).isoformat(),
            "fault": None,
            "score": scored.percent,
            "grade": scored.grade,
            "signature": {"kind": "typed", "name": "示例负责人"},
        }

    def _draw(self, now: datetime) -> None:
        office = next(iter(self.inspections.catalogue.windows))
        clerk = _person(f"clerk-{office}", office, Role.CLERK)
        made = next((each for each in self.draws.of_office(clerk) if each.title == _DRAW.title), None)
        due_on = local_date(now) + timedelta(days=30)
        number = (
            made.number if made else self.draws.announce(clerk, replace(_DRAW, due_on=due_on), now - timedelta(days=1))
        )
        if made is None or made.settled_at is None:
            self.draws.settle(clerk, number, _SEED, now)


def _answers(checklist: Checklist, failed: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {
            "checklist": checklist.id,
            "item": item.id,
            "answer": "no" if item.id in failed else "yes",
            "finding": failed.get(item.id, ""),
            "photos": [],
        }
        for item in checklist.items
    ]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_INSTANT)


def _uscc(slug: str) -> str:
    return next(business.uscc for business in businesses() if business.slug == slug)


def _office(slug: str) -> str:
    return next(business.office for business in businesses() if business.slug == slug)


def _person(username: str, office: str, role: Role) -> Actor:
    return Actor(0, username, "演示", office, frozenset({role}))
