"""A staff number written beside a name by one administrator lets nobody in by the identity service."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from people import enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.people import ProvenPerson, ServiceIdentity
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.errors import AccessError, ConflictError, InputError
from licence_qr.services.accounts.identity_service.own_number import OwnNumber
from licence_qr.services.accounts.identity_service.signing_in import entered_by
from licence_qr.services.accounts.own_password import NewPassword
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.register import history

PASSWORD, OTHER, HERE = "only-for-these-tests", "seven grey herons at noon", "192.0.2.1"
NAME, OFFICE = "李示例", "baishiyi"
PROOF = Proof(PASSWORD)


def opened(services: Services, username: str, staff_no: str, now: datetime) -> Actor:
    services.accounts.create(username, NAME, OFFICE, frozenset({Role.CLERK}), PASSWORD, now, staff_no=staff_no)
    found = services.accounts.user(username)
    assert found
    return found


def coming(services: Services, staff_no: str, sub: str = "a subject") -> list[str] | str:
    """The accounts that whoever has this number may open, or the refusal."""
    with services.database.read() as tx:
        try:
            person = ProvenPerson(ServiceIdentity("https://sso.example.gov.cn", sub), staff_no, second_factor=True)
            return [user.actor.username for user in entered_by(tx, person)]
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


def agree(services: Services, actor: Actor, shown: str, now: datetime, proof: Proof = PROOF) -> None:
    services.own_numbers.agree(actor, shown, ProofFrom(proof, HERE), now)


def test_it_counts_once_the_owner_has_seen_it_and_agreed(services: Services, now: datetime) -> None:
    li = opened(services, "li", "1002", now)
    assert services.own_numbers.of(li) == OwnNumber("1002", waits=False)
    renumber(services, li.person_id, "1003", now)
    assert services.own_numbers.of(li) == OwnNumber("1003", waits=True)
    agree(services, li, "1003", now)
    assert coming(services, "1003") == ["li"]
    with services.database.read() as tx:
        (told,) = history.of_kind(tx, EventKind.STAFF_NO_AGREED)
    assert (told["actor"], told["subject"]) == ("li", f"account/{li.user_id}")
    assert json.loads(told["after"]) == {"staff_no": "1003"}


def test_a_later_change_is_asked_about_again(services: Services, now: datetime) -> None:
    li = opened(services, "li", "1002", now)
    renumber(services, li.person_id, "1003", now)
    agree(services, li, "1003", now)
    renumber(services, li.person_id, "9999", now)
    assert coming(services, "9999") == "identity_service_number_new"


@pytest.mark.parametrize("by", ["a password", "a factor", "a password of the administrator"])
def test_what_the_owner_does_otherwise_agrees_to_nothing(services: Services, now: datetime, by: str) -> None:
    li = opened(services, "li", "1002", now)
    if by == "a password of the administrator":
        enrol_app(services, li, PASSWORD, now)
    renumber(services, li.person_id, "9999", now)
    if by == "a factor":
        enrol_app(services, li, PASSWORD, now)
    else:
        if by == "a password of the administrator":
            services.accounts.acting(AT_THE_MACHINE).set_password("li", PASSWORD, now)
        holder = services.sessions.holder(services.sign_in.sign_in("li", PASSWORD, HERE, now), now)
        assert holder
        services.own_password.change(holder, NewPassword(Proof(PASSWORD), OTHER, OTHER), HERE, now)
    assert coming(services, "9999") == "identity_service_number_new"


def test_only_the_number_that_was_shown_is_agreed_to(services: Services, now: datetime) -> None:
    li = opened(services, "li", "1002", now)
    for shown in ("1002", "1003"):
        with pytest.raises(ConflictError, match="person_changed_meanwhile"):
            agree(services, li, shown, now)
    renumber(services, li.person_id, "9999", now)
    with pytest.raises(ConflictError, match="person_changed_meanwhile"):
        agree(services, li, "1003", now)
    assert coming(services, "9999") == "identity_service_number_new"


def test_whoever_agrees_proves_with_password_and_factor_who_they_are(services: Services, now: datetime) -> None:
    li = opened(services, "li", "1002", now)
    enrol_app(services, li, PASSWORD, now)
    renumber(services, li.person_id, "9999", now)
    with pytest.raises(InputError, match="password_missing"):
        agree(services, li, "9999", now, Proof(""))
    with pytest.raises(AccessError, match="second_factor_wrong"):
        agree(services, li, "9999", now)
    services.accounts.acting(AT_THE_MACHINE).set_password("li", PASSWORD, now)
    with pytest.raises(AccessError, match="password_not_own"):
        agree(services, li, "9999", now)
    assert coming(services, "9999") == "identity_service_number_new"


def test_an_account_opened_after_that_is_of_whoever_has_the_number(services: Services, now: datetime) -> None:
    li = opened(services, "li", "1002", now)
    renumber(services, li.person_id, "1003", now)
    opened(services, "li-2", "1003", now)
    assert coming(services, "1003") == ["li-2"]
