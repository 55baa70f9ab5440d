"""A visit counts for nothing until the officer it names has confirmed it: by its hash, in person, within a day."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from inspected_register import OTHER_VISIT, PASSWORD, Scene, codes_of, hotel, hotel_made_once, linen
from inspection_texts import content_hash

from licence_qr.domain.inspecting.inspection import InspectionState
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.roles import Role, Via
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, RuleError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.inspecting import confirmations, inspections, rectifications
from licence_qr.store.register import history

__all__ = ["hotel", "hotel_made_once"]

HELD, COUNTED = InspectionState.HELD, InspectionState.COUNTED


def state_of(hotel: Scene, key: int) -> InspectionState:
    """The state of a record now."""
    with hotel.services.database.read() as tx:
        stored = inspections.get(tx, key)
    assert stored is not None
    return stored.state


def refusal(hotel: Scene, stored, kind, **changes) -> str:
    """The code with which an answer is refused; nothing may change."""
    before, state = hotel.everything(), state_of(hotel, stored.key)
    with pytest.raises(kind) as refused:
        hotel.answer(stored, **changes)
    assert (hotel.everything(), state_of(hotel, stored.key)) == (before, state)
    return refused.value.code


def handle(hotel: Scene, key: int, decision: str) -> None:
    """Decide at the desk."""
    hotel.services.inspections_desk.handle(hotel.actors["desk"], key, decision, "已核实", hotel.at)


def waiting(hotel: Scene, by: str, kind: TaskKind) -> int:
    """How many tasks of a kind somebody has."""
    return len(hotel.services.work_list.everything(hotel.actors[by], WorkFilter(kind=kind), hotel.at))


def test_one_inspector_who_names_a_colleague_gives_no_grade(hotel):
    permit = hotel.permit
    receipt = hotel.send(hotel.visit(), confirmed=False)
    assert (receipt.stored.state, codes_of(receipt)) == (HELD, ["second_officer_unconfirmed"])
    assert hotel.permit == permit and permit.permit.grade == ""
    assert refusal(hotel, receipt.stored, AccessError, by="inspector") == "inspection_names_another"
    with pytest.raises(RuleError, match="second_officer_has_time"):
        handle(hotel, receipt.stored.key, "count")
    assert hotel.permit == permit


def test_a_confirmed_visit_counts_once_in_the_name_of_its_first_officer(hotel):
    stored = hotel.send(hotel.visit(**linen(hotel)), confirmed=False).stored
    assert hotel.answer(stored) is COUNTED
    assert refusal(hotel, stored, ConflictError) == "inspection_handled_before"
    with hotel.services.database.read() as tx:
        assert len(rectifications.of_business(tx, hotel.uscc)) == 1
        (given,) = confirmations.of_subject(tx, f"inspection/{stored.key}")
        rows = {row["event"]: row for row in history.of_business(tx, hotel.uscc)}
    assert (given.username, given.content_sha256) == ("inspector-2", stored.content_sha256)
    assert rows["rectification_ordered"]["actor"] == rows["permit_graded"]["actor"] == "inspector"
    assert rows["second_officer_answered"]["actor"] == "inspector-2"


def test_what_is_confirmed_is_the_content(hotel):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    other = content_hash(hotel.visit(remarks="改过"))
    assert refusal(hotel, stored, RuleError, content_sha256=other) == "other_content_confirmed"
    changed = hotel.send(hotel.visit(remarks="改过"), confirmed=False).stored
    assert hotel.answer(changed) is HELD  # two contents of one visit: the desk says which
    assert hotel.permit.permit.grade == ""


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"proof": Proof("not-the-password")}, AccessError, "password_wrong"),
        ({"proof": Proof()}, AccessError, "password_wrong"),
        ({"answer": None}, InputError, "officers_answer_missing"),
        ({"answer": OfficersAnswer.OBJECTED, "reason": " "}, InputError, "objection_missing"),
        ({"answer": OfficersAnswer.OBJECTED, "reason": "x" * 501}, InputError, "text_too_long"),
        ({"by": "desk"}, AccessError, "role_not_allowed"),
        ({"by": "stranger"}, AccessError, "other_office"),
    ],
)
def test_who_does_not_prove_to_be_the_named_officer_confirms_nothing(hotel, changes, kind, code):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    assert refusal(hotel, stored, kind, **changes) == code


def test_another_account_of_the_named_person_confirms_and_one_of_the_first_officer_does_not(hotel):
    for account, person in (("again", "inspector-2"), ("first-again", "inspector")):
        hotel.services.accounts.create(account, "示例", "baishiyi", frozenset({Role.INSPECTOR}), PASSWORD, hotel.at)
        with hotel.services.database.write() as tx:
            tx.run(
                "UPDATE users SET person_id = (SELECT person_id FROM users WHERE username = ?) WHERE username = ?",
                (person, account),
            )
        hotel.actors[account] = hotel.services.accounts.user(account)
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    assert refusal(hotel, stored, AccessError, by="first-again") == "inspection_names_another"
    assert hotel.answer(stored, by="again") is COUNTED


def test_an_officer_who_has_left_confirms_nothing(hotel):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    with hotel.services.database.write() as tx:
        tx.run("UPDATE users SET disabled_at = ? WHERE username = 'inspector-2'", (hotel.at.isoformat(),))
    assert refusal(hotel, stored, AccessError) == "role_not_allowed"


def test_after_a_day_the_desk_decides_and_the_record_says_that_nobody_confirmed(hotel):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    desk = hotel.services.inspections_desk
    assert waiting(hotel, "inspector-2", TaskKind.VISIT_TO_CONFIRM) == 1
    assert (
        waiting(hotel, "inspector", TaskKind.VISIT_TO_CONFIRM) == waiting(hotel, "desk", TaskKind.INSPECTION_HELD) == 0
    )
    hotel.at = stored.received_at + timedelta(hours=24)
    assert not desk.get(hotel.actors["desk"], stored.key, hotel.at).may_count
    hotel.at += timedelta(seconds=1)
    assert refusal(hotel, stored, RuleError) == "confirmed_too_late"
    assert desk.get(hotel.actors["desk"], stored.key, hotel.at).may_count
    hotel.at += timedelta(days=1)
    assert waiting(hotel, "inspector-2", TaskKind.VISIT_TO_CONFIRM) == 0
    assert waiting(hotel, "desk", TaskKind.INSPECTION_HELD) == 1
    handle(hotel, stored.key, "count")
    view = desk.get(hotel.actors["desk"], stored.key, hotel.at)
    assert view.stored.state is COUNTED and "second_officer_unconfirmed" in view.stored.flags


def test_an_objection_holds_the_record_until_the_desk_decides(hotel):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    assert hotel.answer(stored, answer=OfficersAnswer.OBJECTED, reason="我不在现场") is HELD
    assert refusal(hotel, stored, ConflictError) == "officer_answered_before"
    assert hotel.permit.permit.grade == "" and waiting(hotel, "desk", TaskKind.INSPECTION_HELD) == 1
    ((name, given),) = hotel.services.inspections_desk.get(hotel.actors["desk"], stored.key, hotel.at).answers
    assert (name.zh, given.reason) == ("inspector-2（示例）", "我不在现场")
    handle(hotel, stored.key, "set_aside")
    assert refusal(hotel, stored, ConflictError) == "inspection_handled_before"


def test_what_else_holds_a_record_still_holds_it_when_confirmed(hotel):
    stored = hotel.send(hotel.visit(subject={"code_version": 7}), confirmed=False).stored
    assert hotel.answer(stored) is HELD
    handle(hotel, stored.key, "count")
    assert hotel.permit.permit.grade == "A"


def test_a_confirmed_record_is_judged_by_the_register_as_it_is_then(hotel):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    with hotel.services.database.write() as tx:
        tx.run("UPDATE entities SET state = 'cancelled' WHERE uscc = ?", (hotel.uscc,))
    assert hotel.answer(stored) is HELD and hotel.permit.permit.grade == ""


@pytest.mark.parametrize("rival", ["confirm", "object", "set_aside"])
def test_of_answers_and_decisions_at_once_one_takes_effect(hotel, rival):
    stored = hotel.send(hotel.visit(**linen(hotel)), confirmed=False).stored
    start, outcomes = threading.Barrier(2), []
    acts = {
        "confirm": lambda: hotel.answer(stored),
        "object": lambda: hotel.answer(stored, answer=OfficersAnswer.OBJECTED, reason="我不在现场"),
        "set_aside": lambda: handle(hotel, stored.key, "set_aside"),
    }

    def run(act) -> None:
        start.wait()
        with suppress(ConflictError):
            act()
            outcomes.append(act)
        hotel.services.database.close()

    threads = [threading.Thread(target=run, args=(acts[name],)) for name in ("confirm", rival)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # An objection is no end: the desk still decides. Of all others one is done and one refused.
    assert len(outcomes) == 1
    with hotel.services.database.read() as tx:
        orders = len(rectifications.of_business(tx, hotel.uscc))
        assert len(confirmations.of_subject(tx, f"inspection/{stored.key}")) <= 1
    assert orders == (1 if state_of(hotel, stored.key) is COUNTED else 0)


def test_nothing_stays_of_an_answer_that_was_cut_off(hotel, monkeypatch):
    stored = hotel.send(hotel.visit(**linen(hotel)), confirmed=False).stored
    before = hotel.everything()
    with hotel.services.database.read() as tx:
        events = len(history.of_business(tx, hotel.uscc))

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(inspections, "settle", cut_off)
        with pytest.raises(KeyboardInterrupt):
            hotel.answer(stored)
    assert hotel.everything() == before
    with hotel.services.database.read() as tx:
        assert confirmations.of_subject(tx, f"inspection/{stored.key}") == ()
        assert len(history.of_business(tx, hotel.uscc)) == events
    assert hotel.answer(stored) is COUNTED


def test_beside_the_first_officer_the_second_answers_with_the_own_password(hotel):
    hotel.actors["inspector"] = hotel.actors["inspector"].coming(Via("session-1", "Firefox", "192.0.2.7"))
    stored, officers = hotel.send(hotel.visit(), confirmed=False).stored, hotel.services.second_officers
    given = AnswerRequest(stored.content_sha256, OfficersAnswer.CONFIRMED, "", Proof(PASSWORD), "192.0.2.7")
    first = hotel.actors["inspector"]
    for username, code in (
        ("inspector", "inspection_names_another"),
        ("desk", "role_not_allowed"),
        ("nobody", "inspection_names_another"),
    ):
        with pytest.raises(AccessError) as refused:
            officers.answer_beside(first, stored.key, username, given, hotel.at)
        assert refused.value.code == code
    with pytest.raises(AccessError, match="inspection_other_officer"):
        officers.answer_beside(hotel.actors["inspector-2"], stored.key, "inspector-2", given, hotel.at)
    assert officers.answer_beside(first, stored.key, "inspector-2", given, hotel.at) is COUNTED
    with hotel.services.database.read() as tx:
        (row,) = [each for each in history.of_business(tx, hotel.uscc) if each["event"] == "second_officer_answered"]
    assert (row["actor"], row["session"], row["network"]) == ("inspector-2", "session-1", "192.0.2.7")


def test_guessing_the_password_of_a_colleague_is_slowed_down(hotel):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    codes = []
    for _ in range(7):
        with pytest.raises(LicenceQRError) as refused:
            hotel.answer(stored, proof=Proof("guessed-wrongly"))
        codes.append(refused.value.code)
    assert codes == ["password_wrong"] * 5 + ["password_throttled"] * 2


def test_a_record_that_was_held_before_needs_no_answer(hotel):
    stored = hotel.send(hotel.visit(subject={"code_version": 7}), confirmed=False).stored
    with hotel.services.database.write() as tx:
        tx.run("UPDATE inspections SET flags = 'code_unknown' WHERE inspection_key = ?", (stored.key,))
    assert refusal(hotel, stored, ConflictError) == "officer_answered_before"
    handle(hotel, stored.key, "count")
    assert hotel.permit.permit.grade == "A"


def test_the_visits_that_name_somebody_are_listed_for_them_alone(hotel):
    hotel.send(hotel.visit(), confirmed=False)
    hotel.send(hotel.visit(id=OTHER_VISIT, purpose="complaint"), visit=OTHER_VISIT)
    officers = hotel.services.second_officers
    (line,) = officers.waiting(hotel.actors["inspector-2"])
    assert line.until == hotel.at + timedelta(hours=24)
    assert officers.waiting(hotel.actors["inspector"]) == ()
    assert officers.waiting(replace(hotel.actors["inspector-2"], office="jinfeng")) == ()
