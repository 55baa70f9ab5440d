"""Four eyes: what one proposes, another decides."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from four_eyes import LATER, WHY, refused

from licence_qr.domain.inspecting.follow_up import Fault
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, LicenceChange
from licence_qr.domain.proposals.proposal import ProposalFilter, ProposalState
from licence_qr.domain.register.permit import PermitState, Suspension
from licence_qr.errors import ConflictError, InvalidApplication, NotFoundError, RuleError
from licence_qr.store.register import codes


def test_nothing_is_done_until_another_person_has_decided(office):
    number = office.propose("inspector", Act.SUSPEND, LATER)
    assert office.stored.permit.state is PermitState.EFFECTIVE
    assert office.decide("decider", number, LATER) is ProposalState.APPROVED
    permit = office.stored.permit
    assert (permit.state, permit.state_since.isoformat()) == (PermitState.SUSPENDED, "2026-12-07")
    with office.services.database.read() as tx:
        code = codes.newest_of_business(tx, office.uscc)
        assert codes.status(tx, code.status_index + 1) == 2


def test_both_names_and_the_grounds_stay_in_the_history(office):
    number = office.propose("inspector", Act.SUSPEND, LATER)
    office.decide("decider", number, LATER + timedelta(hours=1))
    proposed, done = [e for e in office.history() if e["event"] in {"proposed", "permit_state_changed"}]
    assert (proposed["actor"], proposed["proposed_by"], proposed["subject"]) == ("inspector", "", f"proposal/{number}")
    assert (done["actor"], done["proposed_by"]) == ("decider", "inspector")
    assert (done["reason"], done["legal_basis"], done["document_no"]) == (WHY.reason, WHY.legal_basis, WHY.document_no)


@pytest.mark.parametrize("suspension", Suspension)
def test_a_suspension_is_the_decision_that_was_proposed_and_ends_with_it(office, suspension):
    number = office.propose("inspector", Act.SUSPEND, LATER, suspension=suspension)
    assert office.services.proposal_reading.get(office.people["decider"], number, LATER).suspension is suspension
    office.decide("decider", number, LATER)
    assert office.stored.permit.suspension is suspension
    (done,) = [e for e in office.history() if e["event"] == "permit_state_changed"]
    before, after = (json.loads(done[side]) for side in ("before", "after"))
    assert (before["suspension"], after["suspension"]) == (None, suspension.value)
    then = office.services.life.state_on(office.uscc, LATER.date())
    assert [each.suspension for each in then.permits.values()] == [suspension]
    office.decide("decider", office.propose("clerk", Act.REINSTATE, LATER), LATER)
    assert office.stored.permit.suspension is None


def test_no_suspension_is_proposed_without_its_decision(office):
    error = refused(office.propose, "clerk", Act.SUSPEND, LATER, suspension=None)
    assert [(each.code, each.field) for each in error.problems] == [("suspension_missing", "suspension")]


def test_a_proposal_from_before_that_was_asked_suspends_and_says_no_decision(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    with office.services.database.write() as tx:
        tx.run("UPDATE proposals SET suspension = NULL")
    office.decide("decider", number, LATER)
    permit = office.stored.permit
    assert (permit.state, permit.suspension) == (PermitState.SUSPENDED, None)


def test_all_five_acts_go_this_way(office):
    steps = [Act.SUSPEND, Act.REINSTATE, Act.SUSPEND, Act.REVOKE]
    states = ["suspended", "effective", "suspended", "revoked"]
    for hours, (act, state) in enumerate(zip(steps, states, strict=True)):
        at = LATER + timedelta(hours=hours)
        office.decide("decider", office.propose("clerk", act, at), at)
        assert office.stored.permit.state.value == state


@pytest.mark.parametrize("act", [Act.ANNUL, Act.WITHDRAW])
def test_the_other_ends_too(office, act):
    office.decide("decider", office.propose("clerk", act, LATER), LATER)
    assert office.stored.permit.state.value == {"annul": "annulled", "withdraw": "withdrawn"}[act.value]


def test_the_licence_is_revoked_by_two_and_takes_its_permits_along(office):
    number = office.propose("clerk", Act.REVOKE, LATER, subject=Subject(office.uscc))
    office.decide("decider", number, LATER)
    assert office.stored.permit.state is PermitState.CANCELLED


def test_what_one_person_may_do_is_not_proposed(office):
    error = refused(office.propose, "clerk", Act.CANCEL, LATER)
    assert (type(error), error.code) == (RuleError, "act_needs_one")


def test_what_the_state_does_not_allow_is_not_proposed_and_the_answer_says_what_is(office):
    error = refused(office.propose, "clerk", Act.REINSTATE, LATER)
    assert error.code == "act_not_allowed"
    assert "suspend" in error.facts["allowed"]


# --- who ---------------------------------------------------------------------------------------------------------


def test_nobody_decides_their_own_proposal_with_both_roles(office):
    number = office.propose("both", Act.SUSPEND, LATER)
    assert refused(office.decide, "both", number, LATER).code == "proposal_is_own"
    assert office.decide("decider", number, LATER) is ProposalState.APPROVED


@pytest.mark.parametrize("who", ["clerk", "inspector", "admin"])
def test_only_a_decider_decides(office, who):
    number = office.propose("inspector-2", Act.SUSPEND, LATER)
    assert refused(office.decide, who, number, LATER).code == "role_not_allowed"


@pytest.mark.parametrize("who", ["decider", "admin"])
def test_only_clerks_and_inspectors_propose(office, who):
    assert refused(office.propose, who, Act.SUSPEND, LATER).code == "role_not_allowed"


def test_another_office_neither_proposes_nor_reads_nor_decides(office):
    assert refused(office.propose, "elsewhere", Act.SUSPEND, LATER).code == "other_office"
    number = office.propose("clerk", Act.SUSPEND, LATER)
    reading, other = office.services.proposal_reading, office.people["elsewhere"]
    assert refused(office.decide, "elsewhere", number, LATER).code == "other_office"
    assert refused(office.services.proposals.withdraw, other, number, "x", LATER).code == "other_office"
    assert refused(reading.get, other, number, LATER).code == "other_office"
    assert reading.list(other, ProposalFilter(), LATER) == ((), 0)
    assert office.stored.permit.state is PermitState.EFFECTIVE


def test_only_the_proposer_takes_it_back_and_says_why(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    withdraw = office.services.proposals.withdraw
    assert refused(withdraw, office.people["both"], number, "x", LATER).code == "proposal_not_own"
    error = refused(withdraw, office.people["clerk"], number, " ", LATER)
    assert (type(error), error.problems[0].code) == (InvalidApplication, "withdrawal_reason_missing")
    withdraw(office.people["clerk"], number, "查证有误", LATER)
    assert refused(office.decide, "decider", number, LATER).code == "proposal_decided"
    last = office.history()[-1]
    assert (last["event"], last["actor"], last["reason"]) == ("proposal_withdrawn", "clerk", "查证有误")


# --- refusing, closing, changing ---------------------------------------------------------------------------------


def test_a_refusal_needs_a_reason_and_changes_nothing(office):
    number = office.propose("clerk", Act.REVOKE, LATER)
    error = refused(office.decide, "decider", number, LATER, approve=False)
    assert [(p.code, p.field) for p in error.problems] == [("refusal_reason_missing", "reason")]
    assert office.decide("decider", number, LATER, approve=False, reason="证据不足") is ProposalState.REFUSED
    assert office.stored.permit.state is PermitState.EFFECTIVE
    last = office.history()[-1]
    assert (last["event"], last["actor"], last["proposed_by"]) == ("proposal_refused", "decider", "clerk")
    assert office.propose("clerk", Act.REVOKE, LATER) != number


def test_one_subject_has_one_open_proposal_of_an_act(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    error = refused(office.propose, "inspector", Act.SUSPEND, LATER)
    assert (type(error), error.code, error.facts["number"]) == (ConflictError, "proposal_open_already", number)
    office.propose("inspector", Act.REVOKE, LATER)


def test_everything_that_is_wrong_is_said_at_once(office):
    bad = Grounds(" ", "", "号" * 81, (LATER + timedelta(days=1)).date())
    error = refused(office.propose, "clerk", Act.SUSPEND, LATER, bad)
    assert [(p.field, p.code) for p in error.problems] == [
        ("reason", "grounds_missing"),
        ("legal_basis", "grounds_missing"),
        ("document_no", "text_too_long"),
        ("effective_on", "effective_in_future"),
    ]
    early = Grounds("x", "y", "", (LATER - timedelta(days=60)).date())
    assert [p.code for p in refused(office.propose, "clerk", Act.SUSPEND, LATER, early).problems] == [
        "effective_too_early"
    ]


def test_a_day_before_the_last_decision_is_refused_to_the_proposer_and_not_to_the_decider(office):
    office.decide("decider", office.propose("clerk", Act.SUSPEND, LATER), LATER)
    before = replace(WHY, effective_on=LATER.date() - timedelta(days=1))
    later = LATER + timedelta(days=5)
    error = refused(office.propose, "clerk", Act.REINSTATE, later, before)
    assert [(p.field, p.code) for p in error.problems] == [("effective_on", "effective_too_early")]


def rename(office, at, name="改名宾馆有限公司"):
    request = ActRequest(Subject(office.uscc), Act.CHANGE, WHY, office.people["clerk"], LicenceChange(name=name))
    office.services.life.perform(office.people["clerk"], request, at)


def test_a_decision_on_a_business_that_has_changed_is_asked_for_again(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    rename(office, LATER + timedelta(hours=1))
    later = LATER + timedelta(hours=2)
    view = office.services.proposal_reading.get(office.people["decider"], number, later)
    assert view.changed > 0
    assert refused(office.decide, "decider", number, later).code == "proposal_business_changed"
    assert refused(office.decide, "decider", number, later, confirmed=True, seen=view.since).code == (
        "proposal_business_changed"
    )
    assert office.decide("decider", number, later, confirmed=True, seen=view.revision) is ProposalState.APPROVED


def test_other_proposals_are_no_change_of_the_business(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    other = office.propose("clerk", Act.REVOKE, LATER)
    office.decide("decider", other, LATER, approve=False, reason="证据不足")
    assert office.services.proposal_reading.get(office.people["decider"], number, LATER).changed == 0
    assert office.decide("decider", number, LATER) is ProposalState.APPROVED


def test_a_form_that_was_overtaken_proposes_nothing(office):
    view = office.services.proposal_reading.prepare(
        office.people["clerk"], office.uscc, office.subject.text, "suspend", LATER
    )
    rename(office, LATER)
    error = refused(office.propose, "clerk", Act.SUSPEND, LATER, revision=view.revision)
    assert (type(error), error.code) == (ConflictError, "proposal_form_outdated")


def test_what_can_no_longer_be_done_is_closed_with_the_state_as_the_reason(office):
    suspend, revoke = (office.propose("clerk", act, LATER) for act in (Act.SUSPEND, Act.REVOKE))
    office.decide("decider", revoke, LATER)
    view = office.services.proposal_reading.get(office.people["clerk"], suspend, LATER)
    assert (view.line.state, view.closed_state.zh) == (ProposalState.CLOSED, "已吊销")
    assert refused(office.decide, "decider", suspend, LATER).code == "proposal_decided"
    assert [e["event"] for e in office.history()][-1] == "proposal_closed"


def test_an_act_of_one_person_closes_what_it_overtakes(office):
    number = office.propose("inspector", Act.SUSPEND, LATER)
    cancel = ActRequest(office.subject, Act.CANCEL, WHY, office.people["clerk"])
    office.services.life.perform(office.people["clerk"], cancel, LATER)
    view = office.services.proposal_reading.get(office.people["inspector"], number, LATER)
    assert (view.line.state, view.closed_state.en) == (ProposalState.CLOSED, "cancelled")


def test_what_the_calendar_has_overtaken_is_closed_when_it_is_decided(office):
    number = office.propose("inspector", Act.SUSPEND, LATER)
    after_the_end = LATER + timedelta(days=365 * 5)
    reading = office.services.proposal_reading
    assert reading.get(office.people["decider"], number, after_the_end).refused_now.code == "act_not_allowed"
    assert office.decide("decider", number, after_the_end) is ProposalState.CLOSED
    assert office.stored.permit.state is PermitState.EFFECTIVE


def test_two_deciders_at_once_one_wins_and_the_other_is_told(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)

    def press(who):
        try:
            return office.decide(who, number, LATER)
        except ConflictError as told:
            return told.code
        finally:
            office.services.database.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(press, ["decider", "decider-2"]))
    assert sorted(outcomes) == sorted([ProposalState.APPROVED, "proposal_decided"])
    assert sum(e["event"] == "permit_state_changed" for e in office.history()) == 1


def test_a_decision_that_fails_leaves_the_proposal_open(office, monkeypatch):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    before = office.history()
    with monkeypatch.context() as broken:
        broken.setattr(
            "licence_qr.services.lifecycle.perform.refresh_status", lambda *_: (_ for _ in ()).throw(RuntimeError)
        )
        with pytest.raises(RuntimeError):
            office.decide("decider", number, LATER)
    assert office.history() == before
    assert office.decide("decider", number, LATER) is ProposalState.APPROVED


def test_a_proposal_that_never_was(office):
    error = refused(office.decide, "decider", 999, LATER)
    assert (type(error), error.code) == (NotFoundError, "thing_not_found")


# --- the list ----------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_and_says_whose_turn_it_is(office):
    mine = office.propose("both", Act.SUSPEND, LATER)
    other = office.propose("clerk", Act.REVOKE, LATER)
    done = office.propose("clerk", Act.WITHDRAW, LATER)
    office.decide("decider", done, LATER, approve=False, reason="证据不足")
    reader = office.people["both"]

    def listed(**wish):
        lines, total = office.services.proposal_reading.list(reader, ProposalFilter(**wish), LATER)
        assert total == len(lines)
        return [line.number for line in lines]

    assert listed() == [done, other, mine]
    assert listed(state=ProposalState.OPEN) == [mine, other]
    assert listed(closed=True) == [done]
    assert listed(act="revoke") == [other]
    assert listed(proposed_by="both") == [mine]
    lines, _ = office.services.proposal_reading.list(reader, ProposalFilter(state=ProposalState.OPEN), LATER)
    assert [(line.mine, line.mine_to_decide) for line in lines] == [(True, False), (False, True)]


def test_annulling_for_deceit_bars_a_new_application_for_three_years(office):
    number = office.propose("clerk", Act.ANNUL, LATER, fault=Fault.DECEIT)
    office.decide("decider", number, LATER)
    credit = next(e for e in office.history() if e["event"] == "credit_recorded")
    after = json.loads(str(credit["after"]))
    assert (after["since"], after["until"]) == ("2026-12-07", "2029-12-06")
    assert (credit["actor"], credit["proposed_by"]) == ("decider", "clerk")
