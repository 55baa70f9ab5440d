"""Visits that can hardly have happened as recorded are told to the second officer, who may confirm them all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from inspected_register import OTHER_VISIT, PASSWORD, Scene, codes_of, hotel, hotel_made_once, linen
from inspection_texts import announced, answers, content_hash

from licence_qr.domain.inspecting.inspection import Flag, InspectionState
from licence_qr.domain.roles import Role

__all__ = ["hotel", "hotel_made_once"]

UNCONFIRMED = "second_officer_unconfirmed"


def doubts(hotel: Scene, *, visit: str = OTHER_VISIT, **changes) -> list[str]:
    """The flags with which a visit arrives, but for the one that every visit has."""
    receipt = hotel.send(hotel.visit(id=visit, **changes), visit=visit, confirmed=False)
    assert receipt.stored.state is InspectionState.HELD and UNCONFIRMED in codes_of(receipt)
    return [code for code in codes_of(receipt) if code != UNCONFIRMED]


def at(begun: str, ended: str) -> dict[str, str]:
    """Times of a visit on the day of the test."""
    return {"started_at": f"2026-11-23T{begun}Z", "finished_at": f"2026-11-23T{ended}Z"}


def elsewhere(hotel: Scene, make_application, address: str) -> dict[str, object]:
    """Another business of the office at ``address``, as the phone knows it."""
    made = hotel.services.issuance.issue(make_application(2), hotel.actors["desk"], "other", hotel.at)
    with hotel.services.database.write() as tx:
        tx.run("UPDATE premises SET address = ? WHERE uscc = ?", (address, made.uscc))
    return {"uscc": made.uscc, "code_number": "", "code_version": None, "read_by": "list", "permit_no": ""}


def test_a_visit_as_it_should_be_leaves_no_doubt(hotel):
    assert doubts(hotel) == []


def test_all_answers_within_seconds_are_told_and_the_figure_is_the_rule_of_the_day(hotel):
    items = len(answers(hotel.services.catalogue))
    least = timedelta(seconds=items * hotel.services.catalogue.life_rules_on(hotel.at.date()).visit_item_seconds)
    enough = (hotel.at - least).strftime("%H:%M:%S")
    short = (hotel.at - least + timedelta(seconds=1)).strftime("%H:%M:%S")
    assert doubts(hotel, **at(short, "02:30:00")) == ["answered_too_fast"]
    other = {
        "visit": "2b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f22",
        "subject": {"permit_no": "", "code_number": "", "code_version": None, "read_by": "list"},
    }
    assert "answered_too_fast" not in doubts(hotel, **at(enough, "02:30:00"), **other)


def test_a_finding_wants_the_photograph_that_the_checklist_asks_for(hotel):
    given = linen(hotel)
    assert doubts(hotel, **given) == ["finding_without_photo"]
    photo = b"announced and on its way"
    shown = [{**each, "photos": [content_hash(photo)] if each["answer"] == "no" else []} for each in given["answers"]]
    later = at("00:10:00", "00:25:00")
    wanted = {**given, "answers": shown, "photos": [announced(photo)], **later}
    assert "finding_without_photo" not in doubts(hotel, visit="2b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f22", **wanted)
    plain = answers(hotel.services.catalogue, no=("grade_shown",))
    asks_none = {"answers": plain, "outcome": "to_rectify", "rectify_by": "2026-12-10", **at("23:30:00", "23:45:00")}
    asks_none["started_at"] = asks_none["started_at"].replace("-23T", "-22T")
    asks_none["finished_at"] = asks_none["finished_at"].replace("-23T", "-22T")
    found = doubts(hotel, visit="3b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f22", **asks_none)
    assert "finding_without_photo" not in found


@pytest.mark.parametrize(
    ("when", "told"),
    [(at("00:50:01", "01:20:00"), True), (at("00:00:00", "00:30:00"), False), (at("01:40:00", "02:00:00"), True)],
)
def test_the_same_permit_again_within_the_hour_is_told(hotel, when, told):
    hotel.send(hotel.visit())  # 01:30 to 02:05
    assert doubts(hotel, **when) == (["same_place_again"] if told else [])


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (at("01:10:00", "01:30:01"), ["visits_overlap"]),
        (at("01:10:00", "01:27:00"), ["visits_too_close"]),
        (at("01:10:00", "01:25:00"), []),
        (at("02:07:00", "02:30:00"), ["visits_too_close"]),
    ],
)
def test_nobody_is_in_two_places_at_once(hotel, make_application, when, told):
    hotel.send(hotel.visit())
    there = elsewhere(hotel, make_application, "重庆市九龙坡区白市驿镇示例路99号")
    assert doubts(hotel, subject=there, **when) == told


def test_next_door_nobody_needs_a_way_and_an_overlap_is_told(hotel, make_application):
    hotel.send(hotel.visit())
    with hotel.services.database.read() as tx:
        row = tx.one("SELECT address FROM premises WHERE uscc = ?", (hotel.uscc,))
    there = elsewhere(hotel, make_application, row["address"])
    assert doubts(hotel, subject=there, **at("02:05:00", "02:20:00")) == []


def test_the_second_officer_is_looked_at_as_well_by_any_account(hotel):
    for name in ("inspector-3", "inspector-again"):
        hotel.services.accounts.create(name, "示例", "baishiyi", frozenset({Role.INSPECTOR}), PASSWORD, hotel.at)
    with hotel.services.database.write() as tx:
        tx.run(
            "UPDATE users SET person_id = (SELECT person_id FROM users WHERE username = 'inspector-2')"
            " WHERE username = 'inspector-again'"
        )
    hotel.actors["inspector-3"] = hotel.services.accounts.user("inspector-3")
    hotel.send(hotel.visit(), confirmed=False)
    body = hotel.visit(
        id=OTHER_VISIT, officer="inspector-3", second_officer="inspector-again", **at("01:40:00", "02:00:00")
    )
    receipt = hotel.send(body, by="inspector-3", visit=OTHER_VISIT, confirmed=False)
    assert "same_place_again" in codes_of(receipt)


def test_what_is_only_implausible_counts_once_confirmed_and_keeps_its_flag(hotel):
    receipt = hotel.send(hotel.visit(**at("02:29:57", "02:30:00")))
    assert (receipt.stored.state, codes_of(receipt)) == (InspectionState.COUNTED, ["answered_too_fast"])
    assert hotel.permit.permit.grade == "A"


def test_every_doubt_holds_a_record_and_none_forbids_to_count_it():
    assert all(flag.holds for flag in Flag if flag.implausible)
