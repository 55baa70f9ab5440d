"""What somebody else changes while a password is being checked, or between two steps of a sign-in, counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from people import People, enrol_app
from quick_passwords import QUICK

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.stages import Holder, SignInStage
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError, SignInNeeded
from licence_qr.services.accounts.own_password import NewPassword
from licence_qr.services.accounts.passwords import Passwords
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.store.accounts import accounts
from licence_qr.store.accounts.accounts import User

PASSWORD, OTHER = "a good long password", "seven grey herons at noon"
HERE = "10.0.0.1"


class Slow(Passwords):
    """Passwords that are checked as ever, and ``meanwhile`` something happens, once."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(QUICK)
        self._meanwhile = [meanwhile]

    def fits(self, user: User | None, password: str) -> bool:
        right = super().fits(user, password)
        while self._meanwhile:
            self._meanwhile.pop()()
        return right


@pytest.fixture
def people(services: Services, now: datetime) -> People:
    """Accounts with one clerk."""
    people = People(services.database)
    people.create("wang", "王", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    return people


def slow(people: People, meanwhile: Callable[[], object]) -> SignIn:
    return replace(people.signing_in, passwords=Slow(meanwhile))


def signed_in(people: People, now: datetime) -> Actor:
    found = people.sessions.holder(people.sign_in("wang", PASSWORD, HERE, now), now)
    assert found
    return found.actor


def test_a_password_that_is_replaced_meanwhile_opens_nothing(people: People, now: datetime) -> None:
    signing_in = slow(people, lambda: people.set_password("wang", OTHER, now))
    with pytest.raises(AccessError, match="sign_in_failed"):
        signing_in.sign_in("wang", PASSWORD, HERE, now)
    assert people.sign_in("wang", OTHER, HERE, now)


def test_an_account_that_is_closed_meanwhile_is_not_entered(people: People, now: datetime) -> None:
    signing_in = slow(people, lambda: people.disable("wang", now))
    with pytest.raises(AccessError, match="sign_in_failed"):
        signing_in.sign_in("wang", PASSWORD, HERE, now)


def test_an_account_that_only_the_identity_service_opens_from_now_on_is_not_entered(
    people: People, services: Services, now: datetime
) -> None:
    people.create("li", "李", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now, staff_no="1002")
    signing_in = slow(people, lambda: services.accounts.set_service_only("li", now, only=True))
    with pytest.raises(AccessError, match="sign_in_failed"):
        signing_in.sign_in("li", PASSWORD, HERE, now)


def test_the_same_password_set_anew_must_be_changed_first(people: People, now: datetime) -> None:
    signing_in = slow(people, lambda: people.set_password("wang", PASSWORD, now))
    found = people.sessions.holder(signing_in.sign_in("wang", PASSWORD, HERE, now), now)
    assert found and found.wants is SignInStage.PASSWORD


def test_another_hash_of_the_same_password_is_no_other_password(
    people: People, services: Services, now: datetime
) -> None:
    def rehash() -> None:
        with services.database.write() as tx:
            user = accounts.user_by_name(tx, "wang")
            assert user
            accounts.rehash_password(tx, user.actor.user_id, QUICK.hash(PASSWORD))

    assert slow(people, rehash).sign_in("wang", PASSWORD, HERE, now)


def test_a_session_that_is_ended_meanwhile_changes_no_password(people: People, now: datetime) -> None:
    actor = signed_in(people, now)
    confirming = replace(people.confirming, sign_in=slow(people, lambda: people.revoke(actor, actor.via.session, now)))
    typed = NewPassword(Proof(PASSWORD), OTHER, OTHER)
    with pytest.raises(SignInNeeded):
        replace(people.own_password, confirming=confirming).change(Holder(actor), typed, HERE, now)
    assert people.sign_in("wang", PASSWORD, HERE, now)


def test_a_factor_opens_nothing_in_the_place_of_a_session_that_was_ended(
    people: People, services: Services, now: datetime
) -> None:
    enrol_app(services, signed_in(people, now), PASSWORD, now)
    actor = signed_in(people, now)
    services.sessions.revoke(actor, actor.via.session, now)
    with pytest.raises(SignInNeeded):
        services.factor_sign_in.go_on(actor, HERE, now)


def test_a_session_that_was_ended_adds_no_factor(people: People, services: Services, now: datetime) -> None:
    actor = signed_in(people, now)
    services.second_factors.begin_app(actor, Proof(PASSWORD), HERE, now)
    services.sessions.revoke(actor, actor.via.session, now)
    with pytest.raises(SignInNeeded):
        services.second_factors.confirm_app(actor, "000000", now)
