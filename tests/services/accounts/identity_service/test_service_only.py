"""Accounts whose password signs nobody in: the identity service alone opens them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from people import CLIENT

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.people import ProvenPerson, ServiceIdentity
from licence_qr.domain.accounts.stages import OpenedBy
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.identity_service.signing_in import entered_by
from licence_qr.services.accounts.identity_service.ways_in import ShutOut
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.sessions import SESSIONS_KEPT_DAYS, CameFrom
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.accounts import identity_bindings
from licence_qr.store.accounts.identity_bindings import Binding
from licence_qr.store.register import history

PASSWORD = "only-for-these-tests"
PROOF = ProofFrom(Proof(PASSWORD), CLIENT)


def opened(services: Services, name: str, role: Role, now: datetime, staff_no: str) -> Actor:
    services.accounts.create(name, name, "baishiyi", frozenset({role}), PASSWORD, now, staff_no=staff_no)
    found = services.accounts.user(name)
    assert found is not None
    return found


@pytest.fixture
def admin(services: Services, now: datetime) -> Actor:
    return opened(services, "admin", Role.ADMIN, now, "1")


@pytest.fixture
def li(services: Services, now: datetime) -> Actor:
    return opened(services, "li", Role.CLERK, now, "1002")


def mark(services: Services, admin: Actor, owner: Actor, now: datetime, *, only: bool) -> None:
    was = services.people.get(admin, owner.person_id).accounts[0].state
    services.people.set_service_only(admin, owner.user_id, PROOF, now, was, only=only)


def code(act, *given, **more) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act(*given, **more)
    return refused.value.code


def test_its_password_signs_nobody_in_and_what_it_had_opened_ends(
    services: Services, admin: Actor, li: Actor, now: datetime
) -> None:
    token = services.sign_in.sign_in("li", PASSWORD, CLIENT, now)
    mark(services, admin, li, now, only=True)
    assert services.sessions.holder(token, now) is None
    assert code(services.sign_in.sign_in, "li", PASSWORD, CLIENT, now) == "sign_in_failed"
    with services.database.read() as tx:
        proven = ProvenPerson(ServiceIdentity("https://sso.example.gov.cn", "li"), "1002", second_factor=True)
        assert [user.actor for user in entered_by(tx, proven)] == [li]
        (told,) = history.of_kind(tx, EventKind.SIGN_IN_WAY_CHANGED)
    assert (told["actor"], told["subject"]) == ("admin", f"account/{li.user_id}")
    assert [json.loads(told[side]) for side in ("before", "after")] == [{"service_only": False}, {"service_only": True}]
    mark(services, admin, li, now, only=False)
    assert services.sign_in.sign_in("li", PASSWORD, CLIENT, now)


def test_its_password_still_confirms_grave_acts(services: Services, admin: Actor, li: Actor, now: datetime) -> None:
    services.accounts.set_service_only("admin", now, only=True)
    mark(services, admin, li, now, only=True)
    assert code(services.sign_in.sign_in, "admin", PASSWORD, CLIENT, now) == "sign_in_failed"


def test_nobody_is_shut_out_who_has_no_number_and_nothing_is_said_twice(
    services: Services, admin: Actor, li: Actor, now: datetime
) -> None:
    bare = opened(services, "bare", Role.CLERK, now, "")
    assert code(mark, services, admin, bare, now, only=True) == "service_only_without_number"
    assert services.sign_in.sign_in("bare", PASSWORD, CLIENT, now)
    assert code(mark, services, admin, li, now, only=False) == "person_changed_meanwhile"
    mark(services, admin, li, now, only=True)
    assert code(mark, services, admin, li, now, only=True) == "person_changed_meanwhile"


def test_only_another_administrator_marks_and_confirms_it(
    services: Services, admin: Actor, li: Actor, now: datetime
) -> None:
    change, wrong = services.people.set_service_only, ProofFrom(Proof("not the password"), CLIENT)
    assert code(change, li, admin.user_id, PROOF, now, only=True) == "role_not_allowed"
    assert code(change, admin, admin.user_id, PROOF, now, only=True) == "own_account"
    assert code(change, admin, li.user_id, wrong, now, only=True) == "password_wrong"
    assert code(change, admin, li.user_id, PROOF, now, "another state", only=True) == "person_changed_meanwhile"
    assert services.sign_in.sign_in("li", PASSWORD, CLIENT, now)


def come_by_service(services: Services, actor: Actor, now: datetime) -> None:
    with services.database.write() as tx:
        services.sessions.open(tx, actor, CameFrom(CLIENT, by=OpenedBy.IDENTITY_SERVICE), now)


def test_whoever_set_a_starting_password_cannot_use_it_once_its_owner_came_in_by_the_service(
    services: Services, admin: Actor, now: datetime
) -> None:
    services.accounts.create(
        "new", "新", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now, staff_no="5", must_change=True
    )
    new = services.accounts.user("new")
    assert new and services.sign_in.sign_in("new", PASSWORD, CLIENT, now)  # its owner may choose another one first
    come_by_service(services, new, now)
    mark(services, admin, new, now, only=True)
    mark(services, admin, new, now, only=False)
    for later in (timedelta(), timedelta(days=2 * SESSIONS_KEPT_DAYS)):
        assert code(services.sign_in.sign_in, "new", PASSWORD, CLIENT, now + later) == "sign_in_failed"
        come_by_service(services, new, now + later)
    services.accounts.acting(AT_THE_MACHINE).set_password("new", PASSWORD, now + timedelta(days=99))
    assert services.sign_in.sign_in("new", PASSWORD, CLIENT, now + timedelta(days=99))


def renumber(services: Services, owner: Actor, staff_no: str, now: datetime) -> None:
    services.staff.change(owner.person_id, PersonDetails(staff_no, owner.display_name, "baishiyi"), AT_THE_MACHINE, now)


def shut_out(services: Services, admin: Actor, owner: Actor) -> ShutOut:
    return services.identity_bindings.shut_out(admin, owner.person_id)


def test_it_is_told_what_would_leave_nobody_who_can_open_it(
    services: Services, admin: Actor, li: Actor, now: datetime
) -> None:
    assert shut_out(services, admin, li) == ShutOut()
    mark(services, admin, li, now, only=True)
    assert shut_out(services, admin, li) == ShutOut(by_number=("li",), by_merging=("li",))
    renumber(services, li, "2002", now)
    shut = ("li",)
    assert shut_out(services, admin, li) == ShutOut(shut, shut, shut, shut)
    services.accounts.disable("li", now)
    assert shut_out(services, admin, li) == ShutOut()


def test_whoever_is_bound_is_shut_out_by_unbinding_alone(
    services: Services, admin: Actor, li: Actor, now: datetime
) -> None:
    mark(services, admin, li, now, only=True)
    with services.database.write() as tx:
        identity_bindings.put(tx, Binding(li.person_id, ServiceIdentity("https://sso.example.gov.cn", "li"), now))
    assert shut_out(services, admin, li) == ShutOut(by_merging=("li",))
    renumber(services, li, "2002", now + timedelta(days=1))
    assert shut_out(services, admin, li) == ShutOut(by_unbinding=("li",), by_merging=("li",))


def test_an_account_is_not_left_to_a_service_that_could_not_open_it(
    services: Services, admin: Actor, li: Actor, now: datetime
) -> None:
    renumber(services, li, "2002", now)
    assert code(mark, services, admin, li, now, only=True) == "service_only_number_waits"
    services.own_numbers.agree(li, "2002", PROOF, now)
    mark(services, admin, li, now, only=True)
    assert shut_out(services, admin, li).now == ()
