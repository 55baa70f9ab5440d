"""A commitment check from the desk has no effect until the officers it names have confirmed it."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from four_eyes import LATER, opened

from licence_qr.domain.inspecting.follow_up import Fault, FollowUpOutcome, FollowUpReport
from licence_qr.domain.inspecting.second_officer import NamedCheckState, OfficersAnswer
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, RuleError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.inspecting import follow_ups

DAY = date(2026, 12, 7)
MET = FollowUpReport(DAY, FollowUpOutcome.MET, ("inspector-2",), "设施齐全")
FAILED = replace(
    MET,
    outcome=FollowUpOutcome.FAILED,
    findings="材料系伪造",
    fault=Fault.DECEIT,
    legal_basis="《行政许可法》第七十九条",
)


@pytest.fixture
def office(services, make_application, clerk, now):
    return opened(services, make_application(), clerk, now)


def recorded(office):
    """The checks that took effect."""
    permit_id = office.stored.permit_id
    with office.services.database.read() as tx:
        return follow_ups.of_permit(tx, permit_id)


def handle(office, number, decision, who="clerk", at=LATER, reason="已核实"):
    return office.services.named_checks.handle(office.people[who], number, decision, reason, at)


def waiting(office, who, kind, at=LATER):
    """How many tasks of a kind somebody has."""
    return len(office.services.work_list.everything(office.people[who], WorkFilter(kind=kind), at))


def test_one_inspector_who_names_a_colleague_proposes_no_annulment(office):
    number = office.hand_in("inspector", FAILED, LATER)
    assert recorded(office) == () and not any(e["event"] == "proposed" for e in office.history())
    assert waiting(office, "inspector-2", TaskKind.VISIT_TO_CONFIRM) == 1
    assert waiting(office, "clerk", TaskKind.INSPECTION_HELD) == 0
    with pytest.raises(RuleError, match="second_officer_has_time"):
        handle(office, number, "count")
    assert office.answer("inspector-2", number, LATER) is NamedCheckState.RECORDED
    (check,) = recorded(office)
    assert check.officer == "inspector" and check.proposal_id is not None
    assert [e["actor"] for e in office.history() if e["event"] == "second_officer_answered"] == ["inspector-2"]


def test_everybody_who_is_named_has_to_confirm(office):
    number = office.hand_in("inspector", replace(MET, others=("inspector-2", "both")), LATER)
    assert office.answer("both", number, LATER) is NamedCheckState.WAITING
    assert recorded(office) == () and waiting(office, "both", TaskKind.VISIT_TO_CONFIRM) == 0
    with pytest.raises(ConflictError, match="officer_answered_before"):
        office.answer("both", number, LATER)
    assert office.answer("inspector-2", number, LATER) is NamedCheckState.RECORDED


@pytest.mark.parametrize(
    ("who", "changes", "kind", "code"),
    [
        ("inspector-2", {"proof": Proof("not the password")}, AccessError, "password_wrong"),
        ("inspector-2", {"content_sha256": "0" * 64}, RuleError, "other_content_confirmed"),
        ("inspector-2", {"answer": None}, InputError, "officers_answer_missing"),
        ("inspector-2", {"answer": OfficersAnswer.OBJECTED}, InputError, "objection_missing"),
        ("inspector", {}, AccessError, "inspection_names_another"),
        ("both", {}, AccessError, "inspection_names_another"),
        ("clerk", {}, AccessError, "role_not_allowed"),
        ("elsewhere", {}, AccessError, "other_office"),
    ],
)
def test_nobody_else_and_nothing_else_confirms(office, who, changes, kind, code):
    number = office.hand_in("inspector", MET, LATER)
    before = office.history()
    with pytest.raises(kind) as refused:
        office.answer(who, number, LATER, **changes)
    assert refused.value.code == code
    assert recorded(office) == () and office.history() == before


def test_after_an_objection_or_a_day_the_desk_decides(office):
    number = office.hand_in("inspector", MET, LATER)
    with pytest.raises(ConflictError, match="follow_up_waits"):
        office.hand_in("inspector", MET, LATER)
    said = {"answer": OfficersAnswer.OBJECTED, "reason": "我不在现场"}
    assert office.answer("inspector-2", number, LATER, **said) is NamedCheckState.OBJECTED
    assert waiting(office, "clerk", TaskKind.INSPECTION_HELD) == 1
    assert handle(office, number, "set_aside") is NamedCheckState.SET_ASIDE
    with pytest.raises(ConflictError, match="inspection_handled_before"):
        handle(office, number, "count")
    number, late = office.hand_in("inspector", MET, LATER), LATER + timedelta(hours=24, seconds=1)
    with pytest.raises(RuleError, match="confirmed_too_late"):
        office.answer("inspector-2", number, late)
    assert recorded(office) == ()
    assert handle(office, number, "count", at=late) is NamedCheckState.RECORDED and len(recorded(office)) == 1


def test_who_took_part_does_not_decide(office):
    number = office.hand_in("inspector", replace(MET, others=("both",)), LATER)
    with pytest.raises(AccessError, match="inspection_handled_by_officer"):
        handle(office, number, "set_aside", who="both")
    for who in ("inspector-2", "decider", "elsewhere"):
        with pytest.raises(AccessError):
            handle(office, number, "set_aside", who=who)


def test_what_cannot_be_recorded_any_more_keeps_no_confirmation(office):
    number = office.hand_in("inspector", MET, LATER)
    permit_id = office.stored.permit_id
    with office.services.database.write() as tx:
        tx.run("UPDATE permits SET state = 'revoked' WHERE permit_id = ?", (permit_id,))
    before = office.history()
    with pytest.raises(RuleError, match="follow_up_not_due"):
        office.answer("inspector-2", number, LATER)
    assert office.history() == before


def test_a_confirmation_and_a_decision_at_once_take_effect_once(office):
    number, start, done = office.hand_in("inspector", FAILED, LATER), threading.Barrier(3), []

    def run(act) -> None:
        start.wait()
        with suppress(LicenceQRError):
            done.append(act())
        office.services.database.close()

    acts = [lambda: office.answer("inspector-2", number, LATER)] * 2 + [lambda: handle(office, number, "set_aside")]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1 and len(recorded(office)) == (1 if done == [NamedCheckState.RECORDED] else 0)
