"""What administrators do to an account is for what its page showed, and gives nothing back that takes two people."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from people import CLIENT

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.register import history

PASSWORD = "only-for-these-tests"
PROOF = ProofFrom(Proof(PASSWORD), CLIENT)


def opened(services: Services, name: str, now: datetime, *roles: Role) -> Actor:
    services.accounts.create(name, name, "baishiyi", frozenset(roles), PASSWORD, now, staff_no=f"N-{name}")
    found = services.accounts.user(name)
    assert found is not None
    return found


@pytest.fixture
def admin(services: Services, now: datetime) -> Actor:
    return opened(services, "admin", now, Role.ADMIN)


def state(services: Services, admin: Actor, owner: Actor) -> str:
    """What the pages of this account carry."""
    return services.people.get(admin, owner.person_id).accounts[0].state


def code(act, *given) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act(*given)
    return refused.value.code


@pytest.mark.parametrize("meanwhile", ["another name", "other roles", "closed"])
def test_an_act_on_an_account_is_for_what_its_page_showed(
    services: Services, admin: Actor, now: datetime, meanwhile: str
) -> None:
    people, owner = services.people, opened(services, "owner", now, Role.CLERK)
    was, key = state(services, admin, owner), owner.user_id
    if meanwhile == "another name":
        services.staff.change(owner.person_id, PersonDetails("N-owner", "别名", "baishiyi"), AT_THE_MACHINE, now)
    elif meanwhile == "other roles":
        services.staff.set_roles(key, frozenset({Role.SUPERVISOR}), AT_THE_MACHINE, now)
    else:
        services.accounts.disable("owner", now)
    is_now, roles = state(services, admin, owner), frozenset({Role.CLERK, Role.SUPERVISOR})
    assert code(people.set_roles, admin, key, roles, was, PROOF, now) == "person_changed_meanwhile"
    for act in (people.close, people.reopen):
        assert code(act, admin, key, PROOF, now, was) == "person_changed_meanwhile"
    assert state(services, admin, owner) == is_now
    right = people.reopen if meanwhile == "closed" else people.close
    right(admin, key, PROOF, now, is_now)


def test_a_new_password_is_for_the_account_that_its_page_showed(
    services: Services, admin: Actor, now: datetime
) -> None:
    services.accounts.create("new", "new", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now, must_change=True)
    owner = services.accounts.user("new")
    assert owner is not None
    was = state(services, admin, owner)
    services.staff.change(owner.person_id, PersonDetails("", "别名", "baishiyi"), AT_THE_MACHINE, now)
    reset = services.people.reset_password
    assert code(reset, admin, owner.user_id, PROOF, now, was) == "person_changed_meanwhile"
    assert services.sign_in.sign_in("new", PASSWORD, CLIENT, now)
    assert code(reset, admin, owner.user_id, PROOF, now) == "password_needs_two"  # its owner has come in


@pytest.mark.parametrize(
    ("had", "back"), [({Role.CLERK, Role.DECIDER}, {Role.CLERK}), ({Role.AUDITOR}, set()), ({Role.CLERK}, None)]
)
def test_one_administrator_gives_no_role_back_that_takes_two(
    services: Services, admin: Actor, now: datetime, had: set[Role], back: set[Role] | None
) -> None:
    owner, second = opened(services, "owner", now, *had), opened(services, "second", now, Role.ADMIN)
    services.people.close(admin, owner.user_id, PROOF, now)
    key = services.people.reopen(admin, owner.user_id, PROOF, now)
    assert services.sign_in.sign_in("owner", PASSWORD, CLIENT, now)
    if back is None:
        assert key is None and services.staff.roles_of(owner.user_id) == had
        return
    assert key is not None and services.staff.roles_of(owner.user_id) == back
    with services.database.read() as tx:
        (told,) = history.of_subject(tx, f"account/{owner.user_id}", {"account_reopened"})
    assert [json.loads(told[side])["roles"] for side in ("before", "after")] == [sorted(had), sorted(back)]
    services.role_grants.confirm(second, key, PROOF, now)
    assert services.staff.roles_of(owner.user_id) == had
