"""Who must be a second person in an inspection is one: two accounts of one person are not two."""

from __future__ import annotations

import pytest
from harmed import tamper
from inspected_register import hotel, hotel_made_once

from licence_qr.domain.inspecting.inspection import Flag, InspectionState
from licence_qr.domain.roles import Role
from licence_qr.errors import AccessError

__all__ = ["hotel", "hotel_made_once"]


def open_account(hotel, username, role):
    hotel.services.accounts.create(username, "示例", "baishiyi", frozenset({role}), "only-for-these-tests", hotel.at)


def test_the_second_officer_is_another_person(hotel):
    open_account(hotel, "inspector-again", Role.INSPECTOR)
    one_person(hotel.services, "inspector", "inspector-again")
    hotel.actors["inspector"] = hotel.services.accounts.user("inspector") or hotel.actors["inspector"]
    receipt = hotel.send(hotel.visit(second_officer="inspector-again"))
    assert Flag.SECOND_OFFICER_UNFIT in receipt.stored.flags and receipt.stored.state is InspectionState.HELD


def test_who_took_part_in_a_visit_does_not_handle_it_by_another_account(hotel):
    open_account(hotel, "desk-again", Role.CLERK)
    one_person(hotel.services, "inspector-2", "desk-again")
    receipt = hotel.send(hotel.visit(second_officer=None))
    key = receipt.stored.key
    names = "UPDATE inspections SET second_officer = 'inspector-2' WHERE inspection_key = ?"
    tamper(hotel.services.database, names, values=(key,))
    again = hotel.services.accounts.user("desk-again")
    assert again is not None
    with pytest.raises(AccessError, match="inspection_handled_by_officer"):
        hotel.services.inspections_desk.handle(again, key, "set_aside", "两人到场", hotel.at)


def one_person(services, first, second):
    """Say of two accounts that they are of one person."""
    with services.database.write() as tx:
        tx.run(
            "UPDATE users SET person_id = (SELECT person_id FROM users WHERE username = ?) WHERE username = ?",
            (first, second),
        )
