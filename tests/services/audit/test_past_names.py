"""A new name does not rewrite what was done under the old one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from four_eyes import LATER, Office, opened

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.inspecting.follow_up import FollowUpOutcome, FollowUpReport
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.proposals.proposal import ProposalFilter
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.services.audit.trail import TrailFilter, TrailLine
from licence_qr.services.register.past_names import NameThen, PastNames
from licence_qr.wording.text import Text

AUDITOR = Actor(9, "auditor", "审计示例", "jinfeng", frozenset({Role.AUDITOR}))
OLD, NEW, NEWEST = "decider（示例）", "赵新名", "赵又改"
OLD_AND_NEWEST = Text(f"{OLD}（现名：{NEWEST}）", f"{OLD} (today: {NEWEST})")
DAY = timedelta(days=1)


@pytest.fixture
def office(services: Services, make_application, clerk: Actor, now: datetime) -> Office:
    """The decider decided under the first of three names."""
    made = opened(services, make_application(), clerk, now)
    made.decide("decider", made.propose("inspector", Act.SUSPEND, LATER), LATER)
    rename(made, "decider", NEW, LATER + DAY)
    rename(made, "decider", NEWEST, LATER + 2 * DAY)
    return made


def rename(office: Office, who: str, name: str, at: datetime) -> None:
    details = PersonDetails("", name, "baishiyi")
    office.services.staff.change(office.people[who].person_id, details, AT_THE_MACHINE, at)


def name(office: Office, who: str, at: datetime) -> NameThen | None:
    with office.services.database.read() as tx:
        return PastNames(tx).of(who, at)


def audited(office: Office, **wanted: object) -> list[TrailLine]:
    return list(office.services.trail.page(AUDITOR, TrailFilter(**wanted)).lines)


def test_each_name_counts_from_its_change(office: Office) -> None:
    borne = [name(office, "decider", LATER + days * DAY) for days in (-1, 0, 1, 2, 9)]
    assert borne == [NameThen(then, NEWEST) for then in (OLD, OLD, NEW, NEWEST, NEWEST)]
    assert name(office, "nobody", LATER) is None


def test_the_history_of_a_business_tells_the_name_of_then_and_that_of_today(office: Office) -> None:
    events = office.services.timeline.read(office.people["clerk"], office.uscc).events
    (decided,) = (each for each in events if each.proposed_by)
    assert decided.by
    assert decided.by.name == OLD_AND_NEWEST


def test_the_auditor_finds_by_every_name_and_reads_old_and_new(office: Office) -> None:
    acts = {(line.at, line.kind) for line in audited(office, person=OLD)}
    assert any(at == LATER for at, _ in acts)
    for sought in (NEW, NEWEST):
        assert {(line.at, line.kind) for line in audited(office, person=sought)} == acts
    first, second = reversed(audited(office, person=OLD, kind=EventKind.PERSON_CHANGED))
    assert (first.values["name"], second.values["name"]) == ((OLD, NEW), (NEW, NEWEST))
    (line,) = (line for line in audited(office, person=OLD) if line.at == LATER and line.uscc)
    assert line.by_name and line.by_name.zh == f"{OLD}（现名：{NEWEST}）"


def test_names_are_those_of_the_entry_that_owned_the_account_then(office: Office) -> None:
    one, other = office.people["decider-2"].person_id, office.people["decider"].person_id
    office.services.staff.merge(one, other, AT_THE_MACHINE, LATER + 3 * DAY)
    rename(office, "decider-2", "钱新名", LATER + 4 * DAY)  # the account of the merged entry keeps its own
    assert name(office, "decider", LATER) == NameThen(OLD, NEWEST)
    assert name(office, "decider-2", LATER) == NameThen("decider-2（示例）", "钱新名")
    assert audited(office, person=OLD, kind=EventKind.PERSON_CHANGED)


def test_a_name_that_no_event_tells_is_said_to_be_that_of_today(office: Office) -> None:
    with office.services.database.write() as tx:
        tx.run("UPDATE users SET display_name = '旧登记库' WHERE username = 'decider'")
    unknown = name(office, "decider", LATER)
    assert unknown == NameThen("", "旧登记库")
    assert (unknown.words.zh, unknown.words.en) == ("现名：旧登记库", "today: 旧登记库")


def test_a_proposal_shows_who_decided_by_the_name_of_then(office: Office) -> None:
    reading, reader = office.services.proposal_reading, office.people["clerk"]
    (line,), _ = reading.list(reader, ProposalFilter(state=None), LATER)
    assert (line.proposed_by, line.decided_by) == (Text("inspector（示例）", "inspector（示例）"), OLD_AND_NEWEST)


def test_a_check_shows_who_made_and_confirmed_it_by_the_names_of_then(
    services: Services, make_application, clerk: Actor, now: datetime
) -> None:
    office = opened(services, make_application(), clerk, now)
    report = FollowUpReport(LATER.date(), FollowUpOutcome.MET, ("inspector-2",), "设施齐全")
    number = office.hand_in("inspector", report, LATER)
    office.answer("inspector-2", number, LATER)
    for who in ("inspector", "inspector-2"):
        rename(office, who, NEW + who[9:], LATER + DAY)
    borne = tuple(
        Text(f"{old}（现名：{new}）", f"{old} (today: {new})")
        for old, new in (("inspector（示例）", NEW), ("inspector-2（示例）", NEW + "-2"))
    )
    view = services.named_checks.get(office.people["clerk"], number, LATER + DAY)
    assert (view.officers, [name for name, _ in view.answers]) == (borne, [borne[1]])
    (past,) = services.follow_ups.get(office.people["inspector"], office.stored.permit_id, LATER + DAY).past
    assert past.officers == borne


def test_an_absence_shows_who_recorded_it_by_the_name_of_then(office: Office) -> None:
    who = office.people["decider"]
    details = AbsenceDetails(LATER.date(), LATER.date(), None, None)
    absence_id = office.services.absences.enter(who, who.person_id, details, LATER)
    assert office.services.absences.get(who, absence_id, LATER).entered_by == OLD_AND_NEWEST
