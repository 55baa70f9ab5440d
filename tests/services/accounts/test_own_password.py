"""Changing one's own password, and what somebody else has set."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from people import People, enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.stages import Holder, SignInStage
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError, InputError
from licence_qr.services.accounts.own_password import NewPassword
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.sign_in_limits import CONFIRMING_FROM_NETWORK
from licence_qr.store.register import history, traces

PASSWORD = "a good long password"
OWN = "seven grey herons at noon"
HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def people(services: Services, now: datetime) -> People:
    """Accounts with one clerk."""
    people = People(services.database)
    people.create("wang", "王", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    return people


def signed_in(people: People, now: datetime) -> tuple[str, Actor]:
    token = people.sign_in("wang", PASSWORD, HERE, now)
    actor = people.actor(token, now)
    assert actor
    return token, actor


def change(people: People, actor: Actor, now: datetime, present: str = PASSWORD, new: str = OWN) -> str:
    return people.own_password.change(Holder(actor), NewPassword(Proof(present), new, new), HERE, now)


def test_the_new_password_opens_a_new_session_and_ends_all_others(people: People, now: datetime) -> None:
    other = people.sign_in("wang", PASSWORD, ELSEWHERE, now)
    token, actor = signed_in(people, now)
    renewed = change(people, actor, now)
    assert people.actor(other, now) is None
    assert people.actor(token, now) is None
    held = people.actor(renewed, now)
    assert held == actor
    assert held.via.session != actor.via.session
    with pytest.raises(AccessError, match="sign_in_failed"):
        people.sign_in("wang", PASSWORD, HERE, now)
    assert people.sign_in("wang", OWN, HERE, now)


def test_known_devices_are_forgotten(people: People, now: datetime) -> None:
    _, actor = signed_in(people, now)
    device = people.known_device(actor, None, now)
    change(people, actor, now)
    assert people.known_device(actor, device, now).generation == device.generation + 1


def test_the_history_says_who_did_it_and_which_sessions_it_ended(
    people: People, services: Services, now: datetime
) -> None:
    other = people.actor(people.sign_in("wang", PASSWORD, ELSEWHERE, now), now)
    _, actor = signed_in(people, now)
    assert other
    change(people, actor, now)
    with services.database.read() as tx:
        told = [history.everything(tx)[-1], traces.everything(tx)[-2]]
    assert [row["event"] for row in told] == [EventKind.PASSWORD_SET, EventKind.SESSION_ENDED]
    assert {row["actor"] for row in told} == {"wang"}
    assert told[0]["session"] == actor.via.session
    assert all(session in told[1]["after"] for session in (other.via.session, actor.via.session))


@pytest.mark.parametrize(
    ("typed", "code", "field"),
    [
        (NewPassword(Proof(), OWN, OWN), "password_missing", "password"),
        (NewPassword(Proof(PASSWORD), PASSWORD, PASSWORD), "password_unchanged", "new_password"),
        (NewPassword(Proof(PASSWORD), "short", "short"), "password_short", "new_password"),
        (NewPassword(Proof(PASSWORD), OWN, OWN + "!"), "password_not_repeated", "repeated_password"),
    ],
)
def test_what_cannot_be_taken_changes_nothing(
    typed: NewPassword, code: str, field: str, people: People, now: datetime
) -> None:
    token, actor = signed_in(people, now)
    with pytest.raises(InputError) as refused:
        people.own_password.change(Holder(actor), typed, HERE, now)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert people.actor(token, now)
    assert people.sign_in("wang", PASSWORD, HERE, now)


def test_the_present_password_is_asked_for_a_few_times_only(people: People, now: datetime) -> None:
    _, actor = signed_in(people, now)
    codes = []
    for _ in range(CONFIRMING_FROM_NETWORK.most + 1):
        with pytest.raises(AccessError) as refused:
            change(people, actor, now, present="a wrong long password")
        codes.append(refused.value.code)
    assert codes == ["password_wrong"] * CONFIRMING_FROM_NETWORK.most + ["password_throttled"]


def test_what_somebody_else_has_set_opens_nothing_until_it_is_changed(people: People, now: datetime) -> None:
    people.set_password("wang", "another long password", now)
    token = people.sign_in("wang", "another long password", HERE, now)
    assert people.actor(token, now) is None
    held = people.sessions.holder(token, now)
    assert isinstance(held, Holder)
    assert held.wants is SignInStage.PASSWORD
    renewed = change(people, held.actor, now, present="another long password")
    assert people.actor(renewed, now)
    assert people.actor(people.sign_in("wang", OWN, HERE, now), now)


def test_the_second_factor_is_asked_for_but_where_it_follows(services: Services, people: People, now: datetime) -> None:
    _, actor = signed_in(people, now)
    app, _ = enrol_app(services, actor, PASSWORD, now)
    own, later = services.own_password, now + timedelta(minutes=1)

    def change(holder: Holder, present: str, new: str, code: str = "") -> str:
        return own.change(holder, NewPassword(Proof(present, code), new, new), HERE, later)

    with pytest.raises(AccessError, match="second_factor_wrong"):
        change(Holder(actor), PASSWORD, OWN)
    renewed = people.actor(change(Holder(actor), PASSWORD, OWN, app.at(later)), later)
    assert renewed
    first = Holder(renewed, SignInStage.PASSWORD)
    token = change(first, OWN, "nine grey herons at noon")
    held = people.sessions.holder(token, later)
    assert held is not None
    assert held.wants is SignInStage.SECOND_FACTOR
