"""What follows from a visit: orders to rectify and their rechecks, what the public sees, the check after a commitment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from inspected_register import OTHER_VISIT, TODAY, Scene, codes_of, hotel, hotel_made_once, linen
from inspection_texts import answers

from licence_qr.domain.inspecting.inspection import InspectionState
from licence_qr.domain.inspecting.rectification import OrderState
from licence_qr.domain.publishing.public_page import PublicInspection
from licence_qr.domain.register.permit import GrantMode, PermitState, Suspension
from licence_qr.store.inspecting import rectifications
from licence_qr.store.proposals import proposals
from licence_qr.store.register import permits

__all__ = ["hotel", "hotel_made_once"]


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
    assert (proposal.content.witnesses, proposal.content.suspension) == (("inspector-2",), Suspension.CLOSED)
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
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.HELD, ["order_closed", "same_place_again"])


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
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.HELD, ["same_place_again", "not_settled"])
