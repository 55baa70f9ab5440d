"""An inspection from a phone is kept once, whatever it says, and has effects only when nothing about it is doubtful."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from inspected_register import OTHER_VISIT, TODAY, Scene, codes_of, hotel, hotel_made_once, linen
from inspection_texts import VISIT, answers, content_hash

from licence_qr.domain.inspecting.inspection import Flag, InspectionState
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, Reprint, ReprintCause
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import PermitState
from licence_qr.errors import AccessError, ConflictError, InputError, NotFoundError
from licence_qr.services.inspecting.receive import MOST_CONTENTS
from licence_qr.store.inspecting import follow_ups, inspections, rectifications
from licence_qr.store.register import entities, permits

__all__ = ["hotel", "hotel_made_once"]

# --- what counts ------------------------------------------------------------------------------------------------


def test_a_clean_visit_that_both_officers_answer_for_counts_and_grades_the_permit(hotel):
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
        receipts.append(hotel.send(body, confirmed=False))
        hotel.services.database.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 6 and len(set(receipts)) == 1
    hotel.answer(receipts[0].stored)
    with hotel.services.database.read() as tx:
        kept = inspections.contents(tx, VISIT, "baishiyi", {"inspector"})
        assert len(kept) == len(rectifications.of_business(tx, hotel.uscc)) == 1
    assert (hotel.events().count("inspected"), hotel.events().count("permit_graded")) == (2, 1)


def test_other_content_under_the_same_id_is_kept_too_and_waits_for_a_person(hotel):
    first, second = hotel.visit(), hotel.visit(remarks="改过", **linen(hotel))
    hotel.send(first)
    receipt = hotel.send(second)
    assert (receipt.stored.state, codes_of(receipt)) == (
        InspectionState.HELD,
        ["content_conflict", "finding_without_photo"],
    )
    assert receipt.stored.content_sha256 == content_hash(second) and receipt.complete
    assert hotel.permit.permit.grade == "A"
    with hotel.services.database.read() as tx:
        kept = inspections.contents(tx, VISIT, "baishiyi", {"inspector"})
        assert [inspections.text(tx, each.key) for each in kept] == [first, second]
        assert [each.state.value for each in kept] == ["counted", "held"]
        assert Flag.CONTENT_CONFLICT in kept[0].flags
        assert rectifications.of_business(tx, hotel.uscc) == ()
    assert hotel.send(first).stored.state is InspectionState.COUNTED


def sabotage(hotel, remarks="改过"):
    """A record under the id of the visit, from an inspector of another office."""
    body = hotel.visit(officer="stranger", office="jinfeng", second_officer=None, remarks=remarks)
    return hotel.send(body, by="stranger", confirmed=False)


@pytest.mark.parametrize("confirmed", [False, True])
def test_nobody_of_another_office_disturbs_a_visit_whose_id_they_know(hotel, confirmed):
    mine = hotel.send(hotel.visit(), confirmed=confirmed).stored
    theirs = sabotage(hotel).stored
    assert theirs.state is InspectionState.HELD and Flag.CONTENT_CONFLICT not in theirs.flags
    with hotel.services.database.read() as tx:
        assert inspections.get(tx, mine.key) == mine
    assert hotel.services.inspections_desk.get(hotel.actors["desk"], mine.key, hotel.at).others == ()
    if not confirmed:
        assert hotel.answer(mine) is InspectionState.COUNTED


@pytest.mark.parametrize("confirmed", [False, True])
def test_no_colleague_of_the_office_disturbs_a_visit_whose_id_they_know(hotel, confirmed):
    """The second officer knows it, and reads it at the desk; what they send under it is a visit of their own."""
    mine = hotel.send(hotel.visit(), confirmed=confirmed).stored
    body = hotel.visit(officer="inspector-2", second_officer="inspector", remarks="改过")
    theirs = hotel.send(body, by="inspector-2", confirmed=False).stored
    assert theirs.state is InspectionState.HELD and Flag.CONTENT_CONFLICT not in theirs.flags
    with hotel.services.database.read() as tx:
        assert inspections.get(tx, mine.key) == mine
    assert hotel.services.inspections_desk.get(hotel.actors["desk"], mine.key, hotel.at).others == ()
    if not confirmed:
        assert hotel.answer(mine) is InspectionState.COUNTED


def test_the_same_id_from_another_account_of_the_officer_is_the_same_visit(hotel):
    user, both = hotel.services.accounts.user, ("inspector", "inspector-2")
    hotel.services.staff.merge(*(user(name).person_id for name in both), hotel.actors["desk"], hotel.at)
    hotel.actors = hotel.actors | {name: user(name) for name in both}
    hotel.send(hotel.visit(second_officer=None), confirmed=False)
    body = hotel.visit(officer="inspector-2", second_officer=None, remarks="改过")
    assert "content_conflict" in codes_of(hotel.send(body, by="inspector-2", confirmed=False))


def test_an_id_that_another_office_used_first_is_free_for_the_visit(hotel):
    sabotage(hotel)
    receipt = hotel.send(hotel.visit())
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.COUNTED, [])


def test_contents_of_one_id_are_bounded_and_nobody_uses_up_the_room_of_another(hotel):
    for n in range(MOST_CONTENTS):
        sabotage(hotel, str(n))
    with pytest.raises(ConflictError, match="inspection_contents_full"):
        sabotage(hotel, "one more")
    assert sabotage(hotel, "0").stored.office == "jinfeng"  # what is known already is answered as before
    for n in range(MOST_CONTENTS):
        hotel.send(hotel.visit(remarks=str(n)), confirmed=False)
    with pytest.raises(ConflictError, match="inspection_contents_full"):
        hotel.send(hotel.visit(remarks="one more"), confirmed=False)


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


def test_a_visit_to_a_place_that_was_closed_meanwhile_is_held_too(hotel):
    body = hotel.visit(subject={"permit_no": ""})
    with hotel.services.database.write() as tx:
        (place,) = entities.premises_of(tx, hotel.uscc)
        entities.replace_premises(tx, hotel.uscc, replace(place, closed_on=TODAY))
    assert codes_of(hotel.send(body)) == ["business_ended"]


def test_a_superseded_print_is_noted_and_counts(hotel):
    body = hotel.visit(subject={"code_version": 1})
    desk = hotel.actors["desk"]
    again = ActRequest(Subject(hotel.uscc), Act.REPRINT, Grounds("亮证牌破损"), desk, Reprint(ReprintCause.DAMAGED))
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
    assert refused.value.code == "other_office"


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
