"""A staff number written beside a name by one administrator lets nobody in by the identity service."""

from __future__ import annotations

from datetime import datetime

import pytest
from people import enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.people import ProvenPerson
from licence_qr.domain.accounts.stages import Holder, SignInStage
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.errors import AccessError
from licence_qr.services.accounts.identity_service.signing_in import entered_by
from licence_qr.services.accounts.own_password import NewPassword
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.staff import PersonDetails

PASSWORD, OTHER, HERE = "only-for-these-tests", "seven grey herons at noon", "192.0.2.1"
NAME, OFFICE = "李示例", "baishiyi"


def opened(services: Services, username: str, staff_no: str, now: datetime) -> Actor:
    services.accounts.create(username, NAME, OFFICE, frozenset({Role.CLERK}), PASSWORD, now, staff_no=staff_no)
    found = services.accounts.user(username)
    assert found
    return found


def coming(services: Services, staff_no: str) -> list[str] | str:
    """The accounts that whoever has this number may open, or the refusal."""
    with services.database.read() as tx:
        try:
            return [user.actor.username for user in entered_by(tx, ProvenPerson(staff_no, second_factor=True))]
        except AccessError as refused:
            return refused.code


def renumber(services: Services, person_id: int, staff_no: str, now: datetime) -> None:
    services.staff.change(person_id, PersonDetails(staff_no, NAME, OFFICE), AT_THE_MACHINE, now)


@pytest.mark.parametrize("had", ["1002", ""])
def test_a_number_changed_after_the_account_was_opened_opens_nothing(
    services: Services, now: datetime, had: str
) -> None:
    li = opened(services, "li", had, now)
    renumber(services, li.person_id, "9999", now)
    assert coming(services, "9999") == "identity_service_number_new"


def test_another_spelling_is_the_same_number(services: Services, now: datetime) -> None:
    li = opened(services, "li", "B-017", now)
    renumber(services, li.person_id, "ｂ－０１７", now)
    assert coming(services, "B-017") == ["li"]


@pytest.mark.parametrize("stays", ["of the owner", "of the stranger"])
def test_a_number_that_comes_by_merging_opens_nothing(services: Services, now: datetime, stays: str) -> None:
    li = opened(services, "li", "", now)
    stranger = services.staff.add(PersonDetails("9999", NAME, OFFICE), AT_THE_MACHINE, now)
    pair = (li.person_id, stranger) if stays == "of the owner" else (stranger, li.person_id)
    services.staff.merge(*pair, AT_THE_MACHINE, now)
    assert coming(services, "9999") == "identity_service_number_new"


@pytest.mark.parametrize("by", ["a password", "a factor"])
def test_it_counts_once_the_owner_has_come_in_without_the_service(services: Services, now: datetime, by: str) -> None:
    li = opened(services, "li", "1002", now)
    renumber(services, li.person_id, "1003", now)
    services.accounts.acting(AT_THE_MACHINE).set_password("li", PASSWORD, now)
    assert coming(services, "1003") == "identity_service_number_new"
    if by == "a password":
        typed = NewPassword(Proof(PASSWORD), OTHER, OTHER)
        services.own_password.change(Holder(li), typed, HERE, now)
    else:
        enrol_app(services, li, PASSWORD, now)
    assert coming(services, "1003") == ["li"]


def test_a_password_chosen_in_the_sign_in_after_a_reset_proves_nothing(services: Services, now: datetime) -> None:
    """An administrator may reset the password of somebody whose second factor is asked for all the same, and choose one."""
    li = opened(services, "li", "1002", now)
    enrol_app(services, li, PASSWORD, now)
    renumber(services, li.person_id, "9999", now)
    services.accounts.acting(AT_THE_MACHINE).set_password("li", PASSWORD, now)
    holder = services.sessions.holder(services.sign_in.sign_in("li", PASSWORD, HERE, now), now)
    assert holder and holder.wants is SignInStage.PASSWORD
    services.own_password.change(holder, NewPassword(Proof(PASSWORD), OTHER, OTHER), HERE, now)
    assert coming(services, "9999") == "identity_service_number_new"


def test_an_account_opened_after_that_is_of_whoever_has_the_number(services: Services, now: datetime) -> None:
    li = opened(services, "li", "1002", now)
    renumber(services, li.person_id, "1003", now)
    opened(services, "li-2", "1003", now)
    assert coming(services, "1003") == ["li-2"]
