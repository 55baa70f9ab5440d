"""The check after a grant on commitment: what two officers find, and what follows from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from four_eyes import LATER, opened

from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import Fault, FollowUpOutcome, FollowUpReport
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.credit_entry import EntryState
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.permit import GrantMode, PermitState, Procedure
from licence_qr.domain.work.tasks import kinds_of
from licence_qr.errors import LicenceQRError, RuleError
from licence_qr.services.lifecycle.credit_record import ApplicationBar
from licence_qr.services.lifecycle.procedure import TypedVisit
from licence_qr.store.inspecting import follow_ups
from licence_qr.store.lifecycle import credit_record
from licence_qr.store.register import permits
from licence_qr.store.work import tasks
from licence_qr.store.work.task_sources import TaskQuery
from licence_qr.store.work.tasks import TaskPart
from licence_qr.wording.text import Text

DAY = date(2026, 12, 7)
MET = FollowUpReport(DAY, FollowUpOutcome.MET, ("inspector-2",), "设施齐全")
RECTIFY = replace(MET, outcome=FollowUpOutcome.RECTIFY, findings="无消毒间", rectify_by=date(2026, 12, 21))
FAILED = replace(
    MET,
    outcome=FollowUpOutcome.FAILED,
    findings="材料系伪造",
    fault=Fault.FALSE_STATEMENT,
    legal_basis="《行政许可法》第69条",
)


@pytest.fixture
def office(services, make_application, clerk, now):
    return opened(services, make_application(), clerk, now)


def record(office, report, who="inspector", at=LATER, **more):
    return office.check(who, report, at, **more)


def problems(office, report, who="inspector", at=LATER):
    with pytest.raises(LicenceQRError) as error:
        record(office, report, who, at)
    return [(p.code, p.field) for p in error.value.parts] or error.value.code


def looked_at(office, who="inspector", at=LATER):
    return office.services.follow_ups.get(office.people[who], office.stored.permit_id, at)


def test_it_is_due_two_months_after_the_grant_and_counted_in_working_days_too(office):
    view = looked_at(office)
    assert view.open.check.due_on == date(2027, 1, 23)
    assert view.open.left.days == 47
    assert view.open.left.working_days is None  # no calendar for 2027 has been announced: said, never guessed
    sooner = replace(RECTIFY, rectify_by=date(2026, 12, 14))
    record(office, sooner)
    assert looked_at(office).open.left.working_days == 5


def test_met_puts_the_day_on_the_permit_and_ends_the_matter(office):
    assert record(office, MET).proposal_id is None
    assert office.stored.permit.checked_on == DAY
    assert looked_at(office).open is None
    with pytest.raises(RuleError, match="follow_up_not_due"):
        record(office, MET)


def test_both_officers_and_what_they_found_are_kept(office):
    record(office, MET)
    event = next(e for e in office.history() if e["event"] == "follow_up_recorded")
    assert json.loads(event["after"])["officers"] == ["inspector", "inspector-2"]
    assert (event["reason"], event["effective_on"]) == ("设施齐全", "2026-12-07")
    assert looked_at(office, "decider").past[0].officers == tuple(
        Text(name, name) for name in ("inspector（示例）", "inspector-2（示例）")
    )


def test_an_order_moves_the_day_and_another_check_ends_it(office):
    record(office, RECTIFY)
    view = looked_at(office)
    assert (view.open.check.due_on, view.open.check.ordered) == (date(2026, 12, 21), True)
    assert office.stored.permit.checked_on is None
    again = LATER + timedelta(days=12)
    record(office, replace(MET, checked_on=date(2026, 12, 19)), at=again)
    assert office.stored.permit.checked_on == date(2026, 12, 19)


def test_who_still_fails_after_the_order_is_to_be_annulled_without_a_bar(office):
    still = replace(FAILED, fault=Fault.UNMET)
    assert problems(office, still) == [("order_first", "fault")]
    record(office, RECTIFY)
    number = record(office, still).proposal_id
    office.decide("decider", number, LATER)
    assert office.stored.permit.state is PermitState.ANNULLED
    assert application_bar(office, LATER) == ApplicationBar(None, no_commitment=True)


# --- what cannot be accepted -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (replace(MET, others=()), [("officers_too_few", "others")]),
        (replace(MET, others=("inspector",)), [("officer_twice", "others")]),
        (replace(MET, others=("clerk",)), [("officer_unknown", "others")]),
        (replace(MET, others=("elsewhere",)), [("officer_unknown", "others")]),
        (replace(MET, others=("nobody",)), [("officer_unknown", "others")]),
        (replace(MET, checked_on=None), [("check_day_missing", "checked_on")]),
        (replace(MET, checked_on=DAY + timedelta(days=1)), [("check_day_future", "checked_on")]),
        (replace(MET, checked_on=date(2026, 11, 22)), [("check_day_before_grant", "checked_on")]),
        (replace(MET, checked_on=date(1962, 12, 7)), [("check_day_before_grant", "checked_on")]),
        (replace(MET, outcome=None), [("outcome_missing", "outcome")]),
        (replace(RECTIFY, findings=" "), [("findings_missing", "findings")]),
        (replace(RECTIFY, rectify_by=None), [("rectify_day_missing", "rectify_by")]),
        (replace(RECTIFY, rectify_by=DAY), [("rectify_day_range", "rectify_by")]),
        (replace(RECTIFY, rectify_by=date(2062, 12, 21)), [("rectify_day_range", "rectify_by")]),
        (replace(FAILED, fault=None, legal_basis=""), [("fault_missing", "fault"), ("legal_basis_missing", "legal_basis")]),
        (replace(MET, findings="长" * 4001), [("text_too_long", "findings")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(office, all_rows, report, expected):
    before = all_rows(office.services.database)
    assert problems(office, report) == expected
    assert all_rows(office.services.database) == before


def test_an_officer_whose_account_was_closed_was_not_there(office):
    office.services.accounts.disable("inspector-2", LATER)
    assert problems(office, MET) == [("officer_unknown", "others")]


@pytest.mark.parametrize("who", ["clerk", "decider", "admin"])
def test_only_inspectors_record(office, who):
    assert problems(office, MET, who) == "role_not_allowed"


def test_another_office_neither_reads_nor_records(office):
    assert problems(office, MET, "elsewhere") == "other_office"
    with pytest.raises(LicenceQRError, match="other_office"):
        looked_at(office, "elsewhere")
    assert office.services.follow_ups.open(office.people["elsewhere"], LATER) == ()


def test_a_form_that_a_colleague_overtook_records_nothing(office):
    record(office, RECTIFY, revision=0)
    with pytest.raises(LicenceQRError, match="follow_up_recorded_meanwhile"):
        record(office, RECTIFY, revision=0)
    record(office, RECTIFY, revision=1)


def test_a_permit_that_has_ended_is_not_followed_up(office):
    cancel = ActRequest(office.subject, Act.CANCEL, Grounds("停业", "《行政许可法》第70条"), office.people["clerk"])
    office.services.life.perform(office.people["clerk"], cancel, LATER)
    assert problems(office, MET) == "follow_up_not_due"
    assert office.services.follow_ups.open(office.people["inspector"], LATER) == ()


# --- failed ------------------------------------------------------------------------------------------------------


def entry(office):
    with office.services.database.read() as tx:
        (found,) = credit_record.of_business(tx, office.uscc)
    return found


def application_bar(office, at, permit_types=("hygiene_permit",)):
    return office.services.bars.of_application(office.uscc.lower(), permit_types, at.date())


def test_a_failed_check_opens_the_proposal_in_the_same_transaction(office):
    recorded = record(office, FAILED)
    view = office.services.proposal_reading.get(office.people["decider"], recorded.proposal_id, LATER)
    assert (view.line.act.zh, view.line.proposed_by.zh) == ("撤销许可", "inspector（示例）")
    assert view.origin == f"follow-up/{recorded.follow_up_id}"
    assert "材料系伪造" in view.grounds.reason
    assert (view.bar.fault, view.bar.until) == (Fault.FALSE_STATEMENT, date(2029, 12, 6))
    assert looked_at(office).open is None  # it waits for the decision, not for an inspector
    assert entry(office).state is EntryState.PENDING


def test_neither_officer_decides_what_they_proposed(office):
    number = record(office, replace(FAILED, others=("both",))).proposal_id
    with pytest.raises(RuleError, match="proposal_is_own"):
        office.decide("both", number, LATER)
    assert office.decide("decider", number, LATER) is ProposalState.APPROVED


@pytest.mark.parametrize(
    ("fault", "until"), [(Fault.FALSE_STATEMENT, date(2029, 12, 6)), (Fault.DECEIT, date(2029, 12, 6))]
)
def test_licensing_law_79_the_bar_counts_three_years_from_the_day_the_annulment_is_decided(office, fault, until):
    number = record(office, replace(FAILED, fault=fault)).proposal_id
    assert application_bar(office, LATER) == ApplicationBar()
    office.decide("decider", number, LATER)
    assert office.stored.permit.state is PermitState.ANNULLED
    assert application_bar(office, LATER) == ApplicationBar(until, no_commitment=True)
    assert (entry(office).state, entry(office).decided_on) == (EntryState.STANDING, DAY)
    last, after = LATER.replace(year=until.year, day=6), LATER.replace(year=until.year, day=7)
    assert application_bar(office, last).barred_until == until
    assert application_bar(office, after) == ApplicationBar(None, no_commitment=True)


def test_the_bar_binds_the_permit_type_that_was_annulled(office):
    office.decide("decider", record(office, FAILED).proposal_id, LATER)
    assert application_bar(office, LATER, ("food_permit",)) == ApplicationBar(None, no_commitment=True)


@pytest.mark.parametrize("how", ["refused", "withdrawn", "overtaken"])
def test_a_proposal_that_comes_to_nothing_bars_nothing(office, how):
    number = record(office, FAILED).proposal_id
    if how == "refused":
        office.decide("decider", number, LATER, approve=False, reason="证据不足")
        assert looked_at(office).open is not None  # the check is open again
    elif how == "withdrawn":
        office.services.proposals.withdraw(office.people["inspector"], number, "有误", LATER)
    else:
        cancel = ActRequest(office.subject, Act.CANCEL, Grounds("停业", "《行政许可法》第70条"), office.people["clerk"])
        office.services.life.perform(office.people["clerk"], cancel, LATER)
    assert entry(office).state is EntryState.SET_ASIDE
    assert application_bar(office, LATER) == ApplicationBar()
    assert not any(e["event"] == "credit_recorded" for e in office.history())


def test_a_proposal_to_annul_that_is_open_already_takes_the_entry_too(office):
    number = office.propose("clerk", Act.ANNUL, LATER)
    assert record(office, FAILED).proposal_id == number
    office.decide("decider", number, LATER, confirmed=True, seen=10**6)
    assert application_bar(office, LATER).barred_until == date(2029, 12, 6)


# --- the desk enforces it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [GrantMode(each) for each in Procedure])
def test_a_barred_holder_is_refused_on_either_path_and_no_number_is_used(
    office, make_application, clerk, all_rows, mode
):
    office.decide("decider", record(office, FAILED).proposal_id, LATER)
    application = _second(make_application, mode)
    before = all_rows(office.services.database)
    with pytest.raises(RuleError) as error:
        office.services.issuance.issue(application, clerk, "second", LATER)
    assert (error.value.code, error.value.facts["until"]) == ("application_barred", date(2029, 12, 6))
    assert all_rows(office.services.database) == before


def test_an_application_that_was_open_when_the_bar_began_is_held_to_it(office, make_application, clerk, all_rows):
    pending = _second(make_application, GrantMode.GENERAL)
    office.services.issuance.issue(pending, clerk, "second", LATER - timedelta(days=7))
    office.decide("decider", record(office, FAILED).proposal_id, LATER)
    with office.services.database.read() as tx:
        applied = permits.of_business(tx, office.uscc)[1].permit_id
    visit = TypedVisit(local_date(LATER), "检查员甲\n检查员乙", GrantVisitOutcome.PASSED, "")
    office.services.procedures.record_visit(clerk, f"permit/{applied}", visit, LATER)
    grant = ActRequest(Subject(office.uscc, applied), Act.GRANT, Grounds("现场核查符合", "《行政许可法》第38条"), clerk)
    before = all_rows(office.services.database)
    with pytest.raises(RuleError) as error:
        office.services.life.perform(clerk, grant, LATER)
    assert (error.value.code, error.value.facts["until"]) == ("application_barred", date(2029, 12, 6))
    assert all_rows(office.services.database) == before
    assert application_bar(office, LATER.replace(year=2029)).barred_until is None  # it ended the day before


def test_after_a_broken_promise_only_the_general_path_is_open(office, make_application, clerk):
    record(office, RECTIFY)
    office.decide("decider", record(office, replace(FAILED, fault=Fault.REFUSED)).proposal_id, LATER)
    with pytest.raises(RuleError) as error:
        office.services.issuance.issue(_second(make_application, GrantMode.COMMITMENT), clerk, "second", LATER)
    assert error.value.code == "commitment_not_open"
    pair = office.services.issuance.issue(_second(make_application, GrantMode.GENERAL), clerk, "third", LATER)
    assert pair.permits[0].pending


def test_another_business_is_not_barred(office, make_application, clerk):
    office.decide("decider", record(office, FAILED).proposal_id, LATER)
    office.services.issuance.issue(make_application(2), clerk, "second", LATER)


def _second(make_application, mode: GrantMode) -> Application:
    permit = {"mode": mode} | ({"commitment": None} if mode is GrantMode.GENERAL else {})
    return make_application(permit=permit, premises_address="重庆市九龙坡区白市驿镇另一路2号")


def test_the_state_of_a_past_day_knows_checks_proposals_and_entries(office):
    record(office, RECTIFY)
    office.decide("decider", record(office, FAILED).proposal_id, LATER)
    past = office.services.life.state_on(office.uscc, DAY)
    assert past.permits[office.stored.permit_id] == office.stored.permit


# --- the work list -----------------------------------------------------------------------------------------------


def waiting(office, who, at):
    actor, day = office.people[who], at.date()
    catalogue = office.services.catalogue
    mine = (actor.username,)
    question = TaskQuery(
        day, (actor.office,), kinds_of(actor), mine, catalogue.life_rules_on(day), reviews={}, holding=mine
    )
    with office.services.database.read() as tx:
        return [(task.kind.value, task.subject, task.due_on) for task in tasks.listed(tx, question, TaskPart(), 50)]


def test_the_work_list_follows_the_check_through_its_life(office):
    subject = f"permit/{office.stored.permit_id}"
    assert waiting(office, "inspector", LATER) == [("follow_up_due", subject, date(2027, 1, 23))]
    record(office, RECTIFY)
    assert waiting(office, "inspector", LATER) == [("rectification_due", subject, date(2026, 12, 21))]
    number = record(office, FAILED).proposal_id
    assert waiting(office, "inspector", LATER) == [("proposal_of_mine", f"proposal/{number}", None)]
    assert waiting(office, "inspector-2", LATER) == []
    assert waiting(office, "decider", LATER) == [("proposal_to_decide", f"proposal/{number}", None)]
    with office.services.database.read() as tx:
        assert follow_ups.open_ones(tx, "baishiyi") == ()
    office.decide("decider", number, LATER)
    assert waiting(office, "decider", LATER) == []
