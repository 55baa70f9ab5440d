"""What waits for an absent person goes to the substitute and back by itself, with both names; and what cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from four_eyes import LATER, PASSWORD, Office, opened

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import FollowUpOutcome, FollowUpReport
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import AccessError, RuleError
from licence_qr.services.accounts.sessions import CameFrom
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.services.work.work_list import WorkFilter, WorkLine

BACK = LATER + timedelta(days=5)
NAME = "inspector（示例）"


@pytest.fixture
def office(services: Services, make_application: Any, clerk: Actor, now: datetime) -> Office:
    """The inspector is absent from LATER on for five days, and "both" stands in."""
    made = opened(services, make_application(), clerk, now)
    days = AbsenceDetails(local_date(LATER), local_date(BACK) - timedelta(days=1), made.people["both"].person_id)
    services.absences.book.enter(made.people["inspector"].person_id, days, AT_THE_MACHINE, now)
    return made


def on(office: Office, who: str, at: datetime) -> Actor:
    """Whoever signs in on that day; the office acts as them from then on."""
    sessions = office.services.sessions
    with office.services.database.write() as tx:
        token = sessions.open(tx, office.people[who], CameFrom("192.0.2.1"), at)
    found = sessions.actor(token, at)
    assert found is not None
    office.people[who] = found
    return found


def tasks(office: Office, who: str, kind: TaskKind, at: datetime) -> list[WorkLine]:
    work = office.services.work_list
    page = work.show(on(office, who, at), WorkFilter(kind=kind), at)
    assert work.counts(office.people[who], at).of(kind) == page.total == len(page.lines)
    return list(page.lines)


def last_event(office: Office) -> dict[str, Any]:
    return office.history()[-1]


def test_proposals_wait_for_the_substitute_on_these_days_and_for_the_proposer_again_after(office: Office) -> None:
    office.propose("inspector", Act.SUSPEND, LATER - timedelta(days=1))
    mine = TaskKind.PROPOSAL_OF_MINE
    for at, holder, other, absent in (
        (LATER - timedelta(days=1), "inspector", "both", ""),
        (LATER, "both", "inspector", NAME),
        (BACK - timedelta(days=1), "both", "inspector", NAME),
        (BACK, "inspector", "both", ""),
    ):
        assert [line.for_absent for line in tasks(office, holder, mine, at)] == [absent], at
        assert tasks(office, other, mine, at) == [], at


def test_the_substitute_retracts_with_both_names(office: Office) -> None:
    number = office.propose("inspector", Act.SUSPEND, LATER - timedelta(days=1))
    both = on(office, "both", LATER)
    office.services.proposals.withdraw(both, number, "重复提出", LATER)
    event = last_event(office)
    assert (event["event"], event["actor"], event["on_behalf_of"]) == ("proposal_withdrawn", "both", "inspector")
    line = office.services.proposal_reading.get(both, number, LATER).line
    assert line.decided_by and line.on_behalf_of
    assert (line.decided_by.zh, line.on_behalf_of.zh) == ("both（示例）", NAME)
    shown = office.services.timeline.read(both, office.uscc).events[0]
    assert shown.by and shown.by.behalf and (shown.by.name.zh, shown.by.behalf.zh) == ("both（示例）", NAME)


def test_who_stands_in_for_nobody_retracts_nothing_of_others(office: Office) -> None:
    number = office.propose("inspector", Act.SUSPEND, LATER - timedelta(days=1))
    for who, at in (("both", LATER - timedelta(days=1)), ("both", BACK), ("inspector-2", LATER)):
        with pytest.raises(RuleError, match="proposal_not_own"):
            office.services.proposals.withdraw(on(office, who, at), number, "重复提出", at)


@pytest.mark.parametrize("proposer", ["inspector", "both"])
def test_the_substitute_decides_neither_what_the_absent_proposed_nor_their_own(office: Office, proposer: str) -> None:
    number = office.propose(proposer, Act.SUSPEND, LATER - timedelta(days=1))
    on(office, "both", LATER)
    assert tasks(office, "both", TaskKind.PROPOSAL_TO_DECIDE, LATER) == []
    with pytest.raises(RuleError, match="proposal_is_own"):
        office.decide("both", number, LATER)
    assert [line.for_absent for line in tasks(office, "decider", TaskKind.PROPOSAL_TO_DECIDE, LATER)] == [""]
    assert office.decide("decider", number, LATER) is ProposalState.APPROVED


def own_absence(office: Office) -> None:
    day = local_date(LATER)
    both = office.people["both"].person_id
    office.services.absences.book.enter(both, AbsenceDetails(day, day), AT_THE_MACHINE, LATER)


def no_substitute(office: Office) -> None:
    book = office.services.absences.book
    (absence,) = book.of(office.people["inspector"].person_id, LATER)
    book.change(absence.absence_id, replace(absence.details, substitute_id=None), AT_THE_MACHINE, LATER)


def ended(office: Office) -> None:
    (absence,) = office.services.absences.book.of(office.people["inspector"].person_id, LATER)
    office.services.absences.book.end(absence.absence_id, AT_THE_MACHINE, LATER)


def fewer_roles(office: Office) -> None:
    both = office.services.accounts.user("both")
    assert both is not None
    office.services.staff.set_roles(both.user_id, both.roles - {Role.INSPECTOR}, AT_THE_MACHINE, LATER)


@pytest.mark.parametrize("lift", [own_absence, no_substitute, ended, fewer_roles])
def test_nothing_recorded_on_a_day_lets_the_substitute_of_that_day_decide(
    office: Office, lift: Callable[[Office], None]
) -> None:
    number = office.propose("inspector", Act.SUSPEND, LATER - timedelta(days=1))
    lift(office)
    both = on(office, "both", LATER)
    assert not both.cover.stands_for
    assert tasks(office, "both", TaskKind.PROPOSAL_TO_DECIDE, LATER) == []
    with pytest.raises(RuleError, match="proposal_is_own"):
        office.decide("both", number, LATER)
    # The task itself has moved on at once: what is barred is judging, and what is over is acting for somebody.
    with pytest.raises(RuleError, match="proposal_not_own"):
        office.services.proposals.withdraw(both, number, "重复提出", LATER)
    on(office, "both", BACK)
    assert office.decide("both", number, BACK) is ProposalState.APPROVED


def test_a_held_record_is_not_judged_either_after_the_absence_was_ended_that_day(office: Office) -> None:
    late = LATER + timedelta(days=2)
    before = LATER - timedelta(days=1)
    report = FollowUpReport(local_date(before), FollowUpOutcome.MET, ("inspector",), "符合")
    number = office.hand_in("inspector-2", report, before)
    book = office.services.absences.book
    (absence,) = book.of(office.people["inspector"].person_id, late)
    book.end(absence.absence_id, AT_THE_MACHINE, late)
    with pytest.raises(AccessError, match="inspection_handled_by_officer"):
        office.services.named_checks.handle(on(office, "both", late), number, "set_aside", "到期", late)


def test_whoever_was_absent_all_day_stood_in_for_nobody(office: Office) -> None:
    number = office.propose("inspector", Act.SUSPEND, LATER - timedelta(days=1))
    day, yesterday = local_date(LATER), LATER - timedelta(days=1)
    both = office.people["both"].person_id
    office.services.absences.book.enter(both, AbsenceDetails(day, day), AT_THE_MACHINE, yesterday)
    on(office, "both", LATER)
    assert office.decide("both", number, LATER) is ProposalState.APPROVED


def test_when_the_absence_is_over_the_former_substitute_decides_again(office: Office) -> None:
    number = office.propose("inspector", Act.SUSPEND, LATER - timedelta(days=1))
    on(office, "both", BACK)
    assert office.decide("both", number, BACK) is ProposalState.APPROVED


def test_who_is_absent_may_act_and_acts_as_themself(office: Office) -> None:
    number = office.propose("inspector", Act.SUSPEND, LATER - timedelta(days=1))
    absent = on(office, "inspector", LATER)
    assert absent.cover.away is not None
    office.services.proposals.withdraw(absent, number, "重复提出", LATER)
    assert (last_event(office)["actor"], last_event(office)["on_behalf_of"]) == ("inspector", "")


def test_a_calendar_outside_follows_the_day_too(office: Office) -> None:
    feeds = office.services.calendar_feeds
    token = feeds.renew(office.people["both"], LATER)
    covers = [found.cover for at in (LATER, BACK) if (found := feeds.reader(token, at))]
    assert [[each.name for each in cover.stands_for] for cover in covers] == [[NAME], []]


def test_nobody_confirms_for_another_that_they_were_there(office: Office) -> None:
    day = local_date(LATER)
    number = office.hand_in("inspector-2", FollowUpReport(day, FollowUpOutcome.MET, ("inspector",), "符合"), LATER)
    both = on(office, "both", LATER)
    assert tasks(office, "both", TaskKind.VISIT_TO_CONFIRM, LATER) == []
    content = office.services.named_checks.get(both, number, LATER).check.content_sha256
    given = AnswerRequest(content, OfficersAnswer.CONFIRMED, "", PASSWORD, "10.0.0.1")
    with pytest.raises(AccessError, match="inspection_names_another"):
        office.services.named_checks.answer(both, number, given, LATER)
    # When the time is over it is the desk's, but not that of whoever stands in for an officer it names.
    late = LATER + timedelta(days=2)
    with pytest.raises(AccessError, match="inspection_handled_by_officer"):
        office.services.named_checks.handle(on(office, "both", late), number, "set_aside", "到期", late)
    office.services.named_checks.handle(on(office, "clerk", late), number, "set_aside", "到期", late)
