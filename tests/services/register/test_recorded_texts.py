"""Whatever somebody types is recorded as a reader sees it: no mark in it turns or hides what stands around it."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from four_eyes import LATER, PASSWORD, WHY, opened
from inspected_register import hotel, hotel_made_once
from people import asked_reset

import licence_qr
from licence_qr.cli.console import _behalf
from licence_qr.domain.inspecting.follow_up import FollowUpOutcome, FollowUpReport
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.lifecycle.acts import Act, Grounds
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent

__all__ = ["hotel", "hotel_made_once"]
TURNED = "\u202e理由\u200f如\u2067此\u2066"
MARKS = "\u202e\u200f\u2067\u2066"
PACKAGE = Path(licence_qr.__file__).parent


@pytest.fixture
def office(services, make_application, clerk, now):
    return opened(services, make_application(), clerk, now)


def places_of_marks(database) -> list[str]:
    """Every column of the register that holds a text with such a mark."""
    found = []
    with database.read() as tx:
        tables = [row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in tx.all(f'SELECT * FROM "{table}"'):  # noqa: S608 – names of tables
                found += [f"{table}.{name}" for name in row.keys() if _marked(row[name])]
    return found


def _marked(value) -> bool:
    text = value if isinstance(value, str) else ""
    return any(mark in text or f"\\u{ord(mark):04x}" in text for mark in MARKS)


def test_a_mark_would_be_found(office):
    with office.services.database.write() as tx:
        tx.run("UPDATE persons SET name = ?", (TURNED,))
    assert set(places_of_marks(office.services.database)) == {"persons.name"}


def test_proposals_and_acts(office):
    grounds = Grounds(TURNED, TURNED, TURNED)
    withdrawn = office.propose("inspector", Act.SUSPEND, LATER, grounds)
    office.services.proposals.withdraw(office.people["inspector"], withdrawn, TURNED, LATER)
    refused = office.propose("inspector", Act.SUSPEND, LATER, grounds)
    office.decide("decider", refused, LATER, approve=False, reason=TURNED)
    approved = office.propose("inspector", Act.SUSPEND, LATER, replace(WHY, reason=TURNED))
    office.decide("decider", approved, LATER, reason=TURNED)
    assert places_of_marks(office.services.database) == []


def test_commitment_checks(office):
    report = FollowUpReport(date(2026, 12, 7), FollowUpOutcome.MET, ("inspector-2",), TURNED, document_no=TURNED)
    number = office.hand_in("inspector", report, LATER)
    office.answer("inspector-2", number, LATER, answer=OfficersAnswer.OBJECTED, reason=TURNED)
    office.services.named_checks.handle(office.people["clerk"], number, "set_aside", TURNED, LATER)
    office.check("inspector", report, LATER)
    assert places_of_marks(office.services.database) == []


def test_inspections(hotel):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    hotel.answer(stored, answer=OfficersAnswer.OBJECTED, reason=TURNED)
    hotel.services.inspections_desk.handle(
        hotel.actors["desk"], stored.key, "set_aside", TURNED, hotel.at + timedelta(hours=1)
    )
    assert places_of_marks(hotel.services.database) == []


def test_people_and_whoever_acts_for_them(office):
    services = office.services
    services.staff.add(PersonDetails(TURNED, TURNED, "bafu"), AT_THE_MACHINE, LATER)
    behalf = _behalf("clerk", TURNED)
    assert behalf and behalf.reason == "理由如此"
    by = AT_THE_MACHINE.on_behalf_of(office.people["clerk"], TURNED)
    services.accounts.acting(by).disable("elsewhere", LATER)
    assert asked_reset(services, "admin", PASSWORD, LATER, TURNED)
    assert places_of_marks(services.database) == []


def test_the_one_way_to_write_an_event_cleans_its_texts(services, clerk, now):
    new = NewEvent(
        kind=EventKind.PASSWORD_SET,
        subject="account/1",
        at=now,
        by=clerk,
        reason=TURNED,
        legal_basis=TURNED,
        document_no=TURNED,
    )
    with services.database.write() as tx:
        events.write(tx, new)
    assert places_of_marks(services.database) == []


def test_no_room_folds_a_text_by_itself():
    """``" ".join(text.split())`` puts a text on one line and leaves such marks in it: ``plain_line`` does both."""
    own = {
        "domain/plain_text.py",
        "domain/publishing/pasted.py",  # reduced to a code or a number; nothing of it is recorded
        "domain/written_dates.py",  # read as a day
        "services/work/reminders.py",  # the header of a mail
    }
    found = {
        str(path.relative_to(PACKAGE))
        for room in ("domain", "services", "web", "cli")
        for path in (PACKAGE / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _folds(node)
    }
    assert found <= own


def _folds(call: ast.Call) -> bool:
    """Whether it is ``" ".join(….split())``."""
    joins = ast.unparse(call.func) == "' '.join"
    given = call.args[0] if call.args else None
    splits = isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr == "split"
    return joins and splits
