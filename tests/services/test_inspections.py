"""An inspection from a phone is kept once, whatever it says, and has effects only when nothing about it is doubtful."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from inspected_register import Scene, hotel, hotel_made_once
from inspection_texts import VISIT, answers, content_hash

from licence_qr.domain.entity import LicenceState
from licence_qr.domain.inspection import Flag, InspectionState
from licence_qr.domain.life_details import Deed, Reprint, ReprintCause
from licence_qr.domain.lifecycle import Act, Grounds, Subject
from licence_qr.domain.permit import GrantMode, PermitState
from licence_qr.domain.public_page import PublicInspection
from licence_qr.errors import AccessError, InputError, NotFoundError
from licence_qr.store import entities, follow_ups, inspections, permits, proposals, rectifications
from licence_qr.store.rectifications import OrderState

__all__ = ["hotel", "hotel_made_once"]

OTHER_VISIT = "1b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f22"
TODAY = date(2026, 11, 23)
_BAD_LINEN = {"outcome": "to_rectify", "rectify_by": "2026-12-10", "score": 59, "grade": ""}


def linen(hotel: Scene, **changes: Any) -> dict[str, Any]:
    """A visit that found dirty linen: critical, so without a grade."""
    return {**_BAD_LINEN, "answers": answers(hotel.services.catalogue, no=("linen_changed",)), **changes}


def codes_of(receipt: Any) -> list[str]:
    """The flags of a receipt."""
    return [flag.value for flag in receipt.stored.flags]


# --- what counts ------------------------------------------------------------------------------------------------


def test_a_clean_visit_counts_at_once_and_grades_the_permit(hotel):
    receipt = hotel.send(hotel.visit())
    assert (receipt.stored.state, codes_of(receipt), receipt.complete) == (InspectionState.COUNTED, [], True)
    assert (receipt.stored.score, receipt.stored.grade) == (100, "A")
    permit = hotel.permit.permit
    assert (permit.grade, permit.graded_on) == ("A", TODAY)
    assert hotel.events()[-2:] == ["permit_graded", "inspected"]


def test_a_new_permit_is_not_graded_before_its_first_routine_visit(hotel):
    assert hotel.permit.permit.grade == ""
    hotel.send(hotel.visit(purpose="complaint"))
    assert (hotel.permit.permit.grade, hotel.permit.permit.graded_on) == ("", None)


def test_a_critical_failure_takes_the_grade_away_and_orders_to_rectify(hotel):
    hotel.send(hotel.visit())
    receipt = hotel.send(hotel.visit(id=OTHER_VISIT, **linen(hotel)), visit=OTHER_VISIT)
    assert (receipt.stored.state, receipt.stored.score, receipt.stored.grade) == (InspectionState.COUNTED, 59, "")
    assert hotel.permit.permit.grade == ""
    with hotel.services.database.read() as tx:
        (order,) = rectifications.open_ones(tx, "baishiyi")
    assert (order.order.order_id, order.order.due_on) == (receipt.order, date(2026, 12, 10))
    assert order.order.items == ("lodging/linen_changed",)


def test_the_register_reckons_for_itself(hotel):
    receipt = hotel.send(hotel.visit(score=97, grade="B"))
    assert (receipt.stored.score, receipt.stored.grade, codes_of(receipt)) == (100, "A", ["score_differs"])
    assert receipt.stored.state is InspectionState.COUNTED


def test_an_older_visit_that_comes_in_later_leaves_the_newer_grade(hotel):
    hotel.at += timedelta(days=3)
    hotel.send(hotel.visit(started_at="2026-11-25T01:00:00Z", finished_at="2026-11-25T02:00:00Z"))
    late = hotel.visit(id=OTHER_VISIT, **linen(hotel))
    assert hotel.send(late, visit=OTHER_VISIT).stored.state is InspectionState.COUNTED
    assert (hotel.permit.permit.grade, hotel.permit.permit.graded_on) == ("A", date(2026, 11, 25))


# --- sent again -------------------------------------------------------------------------------------------------


def test_the_same_again_gives_the_same_receipt_and_changes_nothing(hotel):
    first = hotel.send(hotel.visit(**linen(hotel)))
    before = hotel.everything()
    hotel.at += timedelta(hours=5)
    again, new = hotel.services.inspections.receive(
        hotel.actors["inspector"], VISIT, hotel.visit(**linen(hotel)), None, hotel.at
    )
    assert (again, new) == (first, False)
    assert hotel.everything() == before


def test_the_same_sent_many_times_at_once_is_kept_once(hotel):
    body, receipts, start = hotel.visit(**linen(hotel)), [], threading.Barrier(6)

    def send() -> None:
        start.wait()
        receipts.append(hotel.send(body))
        hotel.services.database.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 6 and len(set(receipts)) == 1
    with hotel.services.database.read() as tx:
        assert len(inspections.contents(tx, VISIT)) == len(rectifications.of_business(tx, hotel.uscc)) == 1
    assert hotel.events().count("inspected") == hotel.events().count("permit_graded") == 1


def test_other_content_under_the_same_id_is_kept_too_and_waits_for_a_person(hotel):
    first, second = hotel.visit(), hotel.visit(remarks="改过", **linen(hotel))
    hotel.send(first)
    receipt = hotel.send(second)
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.HELD, ["content_conflict"])
    assert receipt.stored.content_sha256 == content_hash(second) and receipt.complete
    assert hotel.permit.permit.grade == "A"
    with hotel.services.database.read() as tx:
        kept = inspections.contents(tx, VISIT)
        assert [inspections.text(tx, each.key) for each in kept] == [first, second]
        assert [each.state.value for each in kept] == ["counted", "held"]
        assert Flag.CONTENT_CONFLICT in kept[0].flags
        assert rectifications.of_business(tx, hotel.uscc) == ()
    assert hotel.send(first).stored.state is InspectionState.COUNTED


# --- flags ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "subject", "changes"),
    [
        ("business_unknown", {"uscc": "91500106M000002A5L"}, {}),
        ("business_unknown", {"premises_no": 2}, {}),
        ("business_unknown", {"permit_no": "渝高新卫公证字〔2026〕第99999号"}, {}),
        ("code_unknown", {"code_version": 7}, {}),
        ("code_unknown", {"code_number": "0000-0000-0000-0000-0"}, {}),
        ("code_unknown", {"code_number": "not a number"}, {}),
        ("second_officer_missing", {}, {"second_officer": None}),
        ("second_officer_unfit", {}, {"second_officer": "inspector"}),
        ("second_officer_unfit", {}, {"second_officer": "stranger"}),
        ("second_officer_unfit", {}, {"second_officer": "desk"}),
        ("second_officer_unfit", {}, {"second_officer": "nobody"}),
        ("checklist_unknown", {}, {"checklists": [{"id": "lodging", "version": "2031-1"}]}),
        ("checklist_unknown", {}, {"answers": []}),
        ("order_unknown", {}, {"purpose": "recheck", "order": 77}),
        ("in_future", {}, {"started_at": "2026-11-23T02:30:00Z", "finished_at": "2026-11-23T02:36:00Z"}),
    ],
)
def test_a_doubtful_record_is_kept_and_held(hotel, flag, subject, changes):
    permit, body = hotel.permit, hotel.visit(subject=subject, **changes)
    receipt = hotel.send(body)
    assert flag in codes_of(receipt)
    assert receipt.stored.state is InspectionState.HELD
    assert hotel.permit == permit
    with hotel.services.database.read() as tx:
        assert inspections.text(tx, receipt.stored.key) == body


@pytest.mark.parametrize("wrong", ["twice", "unknown", "always"])
def test_answers_that_do_not_fit_their_list_hold_the_record(hotel, wrong):
    given = answers(hotel.services.catalogue)
    if wrong == "twice":
        given.append(given[0])
    elif wrong == "unknown":
        given[0] = {**given[0], "item": "nothing"}
    else:
        given[0] = {**given[0], "answer": "na"}
    receipt = hotel.send(hotel.visit(answers=given))
    assert "checklist_unknown" in codes_of(receipt) and receipt.stored.state is InspectionState.HELD


def test_a_list_for_another_kind_of_place_grades_nothing(hotel):
    given = answers(hotel.services.catalogue, "hair_beauty")
    receipt = hotel.send(hotel.visit(checklists=[{"id": "hair_beauty", "version": "2026-1"}], answers=given))
    assert (codes_of(receipt), hotel.permit.permit.grade) == (["checklist_unknown"], "")
    assert receipt.stored.state is InspectionState.HELD


def ended(hotel: Scene, which: str) -> None:
    """End the licence or the permit behind the back of the phone."""
    with hotel.services.database.write() as tx:
        if which == "licence":
            stored = entities.get(tx, hotel.uscc)
            assert stored is not None
            entities.put(tx, replace(stored, state=LicenceState.CANCELLED))
        else:
            held = permits.get(tx, hotel.permit_id)
            assert held is not None
            permits.replace(tx, replace(held, permit=replace(held.permit, state=PermitState.REVOKED)))


@pytest.mark.parametrize("which", ["licence", "permit"])
def test_a_visit_to_a_business_that_has_ended_meanwhile_is_kept_and_held(hotel, which):
    body = hotel.visit()
    ended(hotel, which)
    receipt = hotel.send(body)
    assert codes_of(receipt) == ["business_ended"]
    assert (receipt.stored.state, hotel.permit.permit.grade) == (InspectionState.HELD, "")


def test_a_superseded_print_is_noted_and_counts(hotel):
    body = hotel.visit(subject={"code_version": 1})
    desk = hotel.actors["desk"]
    again = Deed(Subject(hotel.uscc), Act.REPRINT, Grounds("照牌破损"), desk, Reprint(ReprintCause.DAMAGED))
    assert hotel.services.life.perform(desk, again, hotel.at).new_version
    receipt = hotel.send(body)
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.COUNTED, ["code_superseded"])


def test_a_code_of_another_business_is_held(hotel, make_application):
    other = hotel.services.issuance.issue(make_application(2), hotel.actors["desk"], "other", hotel.at)
    receipt = hotel.send(hotel.visit(subject={"code_number": other.code.code_id.number}))
    assert codes_of(receipt) == ["code_of_other_business"]
    assert receipt.stored.state is InspectionState.HELD


def test_a_wrong_clock_is_noted_and_the_day_put_right(hotel):
    slow = hotel.at - timedelta(days=2)
    body = hotel.visit(started_at="2026-11-21T01:00:00Z", finished_at="2026-11-21T02:00:00Z")
    receipt = hotel.send(body, clock=slow)
    assert (codes_of(receipt), receipt.stored.visited_on) == (["clock_wrong"], TODAY)
    assert hotel.permit.permit.graded_on == TODAY


def test_five_minutes_are_no_wrong_clock(hotel):
    assert codes_of(hotel.send(hotel.visit(), clock=hotel.at + timedelta(minutes=5))) == []


@pytest.mark.parametrize("clock", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)])
@pytest.mark.parametrize("year", ["2000", "2026", "2099"])
def test_an_absurd_clock_loses_nothing(hotel, clock, year):
    when = {"started_at": f"{year}-11-23T01:00:00Z", "finished_at": f"{year}-11-23T02:00:00Z"}
    receipt = hotel.send(body := hotel.visit(**when), clock=clock)
    assert "clock_wrong" in codes_of(receipt)
    assert hotel.send(body).stored.content_sha256 == content_hash(body)


def test_a_visit_of_a_day_before_all_rules_is_kept_and_held(hotel):
    when = {"started_at": "2001-11-23T01:00:00Z", "finished_at": "2001-11-23T02:00:00Z"}
    receipt = hotel.send(hotel.visit(**when))
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.HELD, ["not_settled"])


def test_another_office_s_visit_is_kept_but_touches_nothing_of_the_business(hotel):
    before = hotel.everything()
    receipt = hotel.send(hotel.visit(officer="stranger", office="jinfeng"), by="stranger")
    assert {"other_office", "second_officer_unfit"} == set(codes_of(receipt))
    assert hotel.everything() == before


def test_what_a_use_case_refuses_is_undone_and_held(hotel):
    hotel.at += timedelta(days=365 * 5)
    when = {"started_at": "2031-11-20T01:00:00Z", "finished_at": "2031-11-20T02:00:00Z"}
    receipt = hotel.send(hotel.visit(**when, **linen(hotel, rectify_by="2031-12-01")))
    assert "not_settled" in codes_of(receipt) and receipt.stored.state is InspectionState.HELD
    assert receipt.order is None and hotel.permit.permit.graded_on is None


def test_nothing_stays_of_what_went_through_before_the_refusal(hotel):
    hotel.at += timedelta(days=365 * 5)  # the check itself can be recorded; checking off an expired permit cannot
    when = {"started_at": "2031-11-20T01:00:00Z", "finished_at": "2031-11-20T02:00:00Z"}
    receipt = hotel.send(hotel.visit(purpose="follow_up", **when))
    assert codes_of(receipt) == ["not_settled"]
    with hotel.services.database.read() as tx:
        assert follow_ups.of_permit(tx, hotel.permit_id) == ()
    assert "follow_up_recorded" not in hotel.events() and hotel.events()[-1] == "inspected"


# --- who may send -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("inspector-2", "inspection_other_officer"),
        ("desk", "role_not_allowed"),
        ("stranger", "inspection_other_officer"),
    ],
)
def test_only_who_made_a_visit_can_send_it(hotel, by, code):
    with pytest.raises(AccessError) as refused:
        hotel.send(hotel.visit(), by=by)
    assert refused.value.code == code


def test_a_visit_of_another_office_than_the_account_s_stays_on_the_phone(hotel):
    with pytest.raises(AccessError) as refused:
        hotel.send(hotel.visit(office="jinfeng"))
    assert refused.value.code == "inspection_other_office"


def test_the_address_and_the_text_name_one_visit(hotel):
    with pytest.raises(InputError) as refused:
        hotel.send(hotel.visit(), visit=OTHER_VISIT)
    assert refused.value.facts["where"] == "id"


def test_a_receipt_is_given_to_its_officer_alone(hotel):
    hotel.send(body := hotel.visit())
    mine = hotel.services.inspections.receipt(hotel.actors["inspector"], VISIT, content_hash(body))
    assert mine.stored.content_sha256 == content_hash(body)
    for name, digest in (("inspector-2", content_hash(body)), ("inspector", content_hash(b"other"))):
        with pytest.raises(NotFoundError):
            hotel.services.inspections.receipt(hotel.actors[name], VISIT, digest)


# --- orders -----------------------------------------------------------------------------------------------------


def recheck(hotel: Scene, order: int | None, **changes: Any) -> Any:
    """Recheck an order in December."""
    hotel.at = datetime(2026, 12, 10, 3, tzinfo=UTC)
    when = {"started_at": "2026-12-10T01:00:00Z", "finished_at": "2026-12-10T02:00:00Z"}
    one = answers(hotel.services.catalogue, no=("linen_changed",) if changes.get("score") == 0 else ())
    some = [each for each in one if each["item"] == "linen_changed"]
    body = hotel.visit(id=OTHER_VISIT, purpose="recheck", order=order, answers=some, **when, **changes)
    return hotel.send(body, visit=OTHER_VISIT)


def orders_of(hotel: Scene) -> list[tuple[OrderState, date | None]]:
    """State and last day of every order, the first one first."""
    with hotel.services.database.read() as tx:
        return [(each.state, each.closed_on) for each in reversed(rectifications.of_business(tx, hotel.uscc))]


def test_a_recheck_that_passes_closes_its_order(hotel):
    first = hotel.send(hotel.visit(**linen(hotel)))
    graded = hotel.permit.permit.grade
    receipt = recheck(hotel, first.order)
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.COUNTED, [])
    assert orders_of(hotel) == [(OrderState.MET, date(2026, 12, 10))]
    assert hotel.permit.permit.grade == graded
    assert hotel.events()[-2:] == ["rectification_closed", "inspected"]


def test_a_recheck_can_give_more_time(hotel):
    first = hotel.send(hotel.visit(**linen(hotel)))
    receipt = recheck(hotel, first.order, outcome="to_rectify", rectify_by="2026-12-20", score=0, grade="")
    assert orders_of(hotel) == [(OrderState.RENEWED, date(2026, 12, 10)), (OrderState.OPEN, None)]
    assert receipt.order != first.order


def test_a_recheck_that_fails_proposes_to_suspend_the_permit(hotel):
    first = hotel.send(hotel.visit(**linen(hotel)))
    recheck(hotel, first.order, outcome="failed", score=0, grade="")
    assert orders_of(hotel) == [(OrderState.ESCALATED, date(2026, 12, 10))]
    with hotel.services.database.read() as tx:
        proposal = proposals.open_one(tx, hotel.uscc, f"permit/{hotel.permit_id}", "suspend")
    assert proposal is not None and proposal.proposed_by == "inspector"
    assert proposal.content.witnesses == ("inspector-2",)
    assert hotel.permit.permit.state is PermitState.EFFECTIVE


def test_an_order_of_a_suspended_permit_is_not_proposed_to_be_suspended_again(hotel):
    first = hotel.send(hotel.visit(**linen(hotel)))
    held = hotel.permit
    with hotel.services.database.write() as tx:
        suspended = replace(held.permit, state=PermitState.SUSPENDED, state_since=TODAY)
        permits.replace(tx, replace(held, permit=suspended))
    receipt = recheck(hotel, first.order, outcome="failed", score=0, grade="")
    assert (receipt.stored.state, orders_of(hotel)[0][0]) == (InspectionState.COUNTED, OrderState.ESCALATED)
    with hotel.services.database.read() as tx:
        assert proposals.open_one(tx, hotel.uscc, f"permit/{hotel.permit_id}", "suspend") is None


def test_an_order_that_was_closed_before_holds_a_second_recheck(hotel):
    first = hotel.send(hotel.visit(**linen(hotel)))
    recheck(hotel, first.order)
    body = hotel.visit(
        id="2b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f33",
        purpose="recheck",
        order=first.order,
        started_at="2026-12-10T01:00:00Z",
        finished_at="2026-12-10T02:00:00Z",
    )
    receipt = hotel.send(body, visit="2b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f33")
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.HELD, ["order_closed"])


def shown(hotel: Scene) -> Any:
    """What anybody sees of the inspections of the hotel."""
    page = hotel.services.lookup.by_number(hotel.code_number, "127.0.0.1", hotel.at)
    return page.permits[0].inspection


def test_the_public_sees_day_and_grade_and_how_an_order_ended_for_as_long_as_the_rules_say(hotel):
    assert shown(hotel) is None
    first = hotel.send(hotel.visit(**linen(hotel)))
    assert shown(hotel) == PublicInspection(TODAY)
    recheck(hotel, first.order)
    assert shown(hotel) == PublicInspection(date(2026, 12, 10), True, date(2026, 12, 10))
    hotel.at += timedelta(days=365)
    assert shown(hotel).order_met is True
    hotel.at += timedelta(days=1)
    assert shown(hotel) == PublicInspection(date(2026, 12, 10))


def test_what_is_held_or_set_aside_is_nobody_s_business(hotel):
    hotel.send(hotel.visit(second_officer=None))
    assert shown(hotel) is None


def test_nothing_that_was_found_is_public(hotel):
    hotel.send(hotel.visit(remarks="备注甲", **linen(hotel)))
    page = repr(hotel.services.lookup.by_number(hotel.code_number, "127.0.0.1", hotel.at))
    assert not any(word in page for word in ("现场发现问题", "备注甲", "inspector", "张示例"))


# --- the check after a commitment -------------------------------------------------------------------------------


def test_a_promise_that_holds_is_checked_off(hotel):
    assert hotel.permit.permit.mode is GrantMode.COMMITMENT
    receipt = hotel.send(hotel.visit(purpose="follow_up"))
    assert receipt.stored.state is InspectionState.COUNTED
    assert hotel.permit.permit.checked_on == TODAY and hotel.permit.permit.grade == ""


def test_a_promise_to_be_kept_by_a_date_is_the_follow_up_s_own_order(hotel):
    receipt = hotel.send(hotel.visit(purpose="follow_up", **linen(hotel)))
    assert (receipt.stored.state, receipt.order) == (InspectionState.COUNTED, None)
    assert hotel.permit.permit.checked_on is None and orders_of(hotel) == []


def test_a_false_promise_proposes_to_annul(hotel):
    broken = linen(hotel, outcome="failed", rectify_by=None, fault="false_statement")
    receipt = hotel.send(hotel.visit(purpose="follow_up", **broken))
    assert receipt.stored.state is InspectionState.COUNTED
    with hotel.services.database.read() as tx:
        proposal = proposals.open_one(tx, hotel.uscc, f"permit/{hotel.permit_id}", "annul")
    assert proposal is not None and "床上用品" in proposal.content.reason


def test_a_check_that_was_recorded_before_is_held(hotel):
    hotel.send(hotel.visit(purpose="follow_up"))
    receipt = hotel.send(hotel.visit(purpose="follow_up", id=OTHER_VISIT), visit=OTHER_VISIT)
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.HELD, ["not_settled"])
