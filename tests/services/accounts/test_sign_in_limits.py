"""How often somebody may try to sign in: each rule, what it does not touch, and that a refusal costs nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from people import People
from quick_passwords import Counting

from licence_qr.bootstrap import Services
from licence_qr.domain.register.networks import IPV6_PREFIXES
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError
from licence_qr.services.accounts.sign_in_limits import (
    OF_ACCOUNT,
    OF_ACCOUNT_AND_NETWORK,
    OF_ALL,
    OF_DEVICE,
    OF_NETWORK,
    OF_OFFICE_DEVICE,
    TRY_WINDOW_MINUTES,
    KnownDevice,
)
from licence_qr.store.database.connections import Database

PASSWORD = "a good long password"
SIGNED_IN_AT = datetime(2026, 11, 1, tzinfo=UTC)
FAILED, THROTTLED = "sign_in_failed", "sign_in_throttled"


@pytest.fixture
def hasher() -> Counting:
    return Counting()


@pytest.fixture
def people(services: Services, hasher: Counting, now: datetime) -> People:
    """Two clerks."""
    people = People(services.database, hasher)
    for name in ("wang", "li"):
        people.create(name, "示例", "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    return people


def refused(people: People, client: str, now: datetime, name: str = "wang", device: KnownDevice | None = None) -> str:
    """With which code a wrong password is answered."""
    with pytest.raises(AccessError) as error:
        people.sign_in(name, "wrong", client, now, device)
    return error.value.code


def actor_of(people: People, name: str = "wang") -> Actor:
    found = people.user(name)
    assert found is not None
    return found


def known(people: People, name: str = "wang") -> KnownDevice:
    """A device on which somebody has signed in."""
    return people.known_device(actor_of(people, name), None, SIGNED_IN_AT)


def rows(database: Database, table: str) -> int:
    with database.read() as tx:
        row = tx.one(f"SELECT COUNT(*) AS many FROM {table}")  # noqa: S608 – our own tables
    return int(row["many"]) if row else 0


def addresses_ipv4(count: int) -> list[str]:
    return [f"10.{n // 250}.{n % 250}.7" for n in range(count)]


def test_one_network_tries_one_account_five_times_and_others_sign_in(people: People, now: datetime) -> None:
    most = OF_ACCOUNT_AND_NETWORK[0].most
    assert [refused(people, "10.0.0.1", now) for _ in range(most + 2)] == [FAILED] * most + [THROTTLED] * 2
    with pytest.raises(AccessError, match=THROTTLED):
        people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    assert people.sign_in("wang", PASSWORD, "10.0.0.2", now)
    assert people.sign_in("li", PASSWORD, "10.0.0.1", now)


def test_an_ipv6_customer_is_one_network_whatever_address_is_taken(people: People, now: datetime) -> None:
    most = OF_ACCOUNT_AND_NETWORK[0].most
    codes = [refused(people, f"2001:db8:1:2::{n:x}", now) for n in range(most + 1)]
    assert codes == [FAILED] * most + [THROTTLED]
    assert people.sign_in("wang", PASSWORD, "2001:db8:1:3::1", now)


def test_all_of_a_48_together_try_one_account_ten_times_and_the_neighbour_signs_in(
    people: People, now: datetime
) -> None:
    most = OF_ACCOUNT_AND_NETWORK[1].most
    codes = [refused(people, f"2001:db8:1:{n:x}::1", now) for n in range(200)]
    assert codes == [FAILED] * most + [THROTTLED] * (200 - most)
    assert people.sign_in("wang", PASSWORD, "2001:db8:2::1", now)


def test_an_account_is_tried_from_many_networks_so_often_and_no_more(people: People, now: datetime) -> None:
    codes = [refused(people, client, now) for client in addresses_ipv4(OF_ACCOUNT.most + 3)]
    assert codes == [FAILED] * OF_ACCOUNT.most + [THROTTLED] * 3
    assert people.sign_in("li", PASSWORD, "10.0.0.7", now)


@pytest.mark.parametrize(
    ("limit", "clients"),
    [(OF_NETWORK[0], lambda n: "10.0.0.1"), (OF_NETWORK[1], lambda n: f"2001:db8:1:{n:x}::1")],
)
def test_one_network_tries_many_names_so_often_and_no_more(
    limit: Any, clients: Any, people: People, now: datetime
) -> None:
    codes = [refused(people, clients(n), now, name=f"name{n}") for n in range(limit.most + 3)]
    assert codes == [FAILED] * limit.most + [THROTTLED] * 3
    assert people.sign_in("wang", PASSWORD, "10.0.0.2", now)


def test_all_strangers_together_try_so_often_and_no_more(people: People, now: datetime) -> None:
    codes = [refused(people, client, now, f"name{n}") for n, client in enumerate(addresses_ipv4(OF_ALL.most + 3))]
    assert codes == [FAILED] * OF_ALL.most + [THROTTLED] * 3
    device = known(people)
    with pytest.raises(AccessError, match=THROTTLED):
        people.sign_in("wang", PASSWORD, "192.0.2.1", now)
    assert people.sign_in("wang", PASSWORD, "192.0.2.1", now, device)


def test_what_is_refused_costs_no_hashing_no_row_and_no_wait_for_a_writer(
    people: People, services: Services, hasher: Counting, now: datetime
) -> None:
    for _ in range(OF_ACCOUNT_AND_NETWORK[0].most):
        refused(people, "10.0.0.1", now)
    verified, before = hasher.verified, [rows(services.database, table) for table in ("throttles", "history")]
    with services.database.write(), ThreadPoolExecutor(1) as another:  # which holds the register for itself meanwhile
        codes = list(another.map(lambda _: refused(people, "10.0.0.1", now), range(20)))
    assert codes == [THROTTLED] * 20
    assert hasher.verified == verified
    assert [rows(services.database, table) for table in ("throttles", "history")] == before


def test_an_unknown_name_costs_and_leaves_the_same_as_a_known_one(
    people: People, services: Services, hasher: Counting, now: datetime
) -> None:
    left = []
    for name, client in (("wang", "10.0.0.1"), ("nobody", "10.0.0.2"), ("", "10.0.0.3")):
        before = [rows(services.database, table) for table in ("throttles", "history")] + [hasher.verified]
        codes = [refused(people, client, now, name) for _ in range(OF_ACCOUNT_AND_NETWORK[0].most + 1)]
        after = [rows(services.database, table) for table in ("throttles", "history")] + [hasher.verified]
        left.append((codes, [b - a for a, b in zip(before, after, strict=True)]))
    # The bucket of all strangers is made by the first of them.
    left[0][1][0] -= 1
    assert left[0] == left[1] == left[2]


def test_a_right_password_takes_nothing_from_anybody(people: People, now: datetime) -> None:
    for _ in range(OF_NETWORK[0].most + 20):
        assert people.sign_in("li", PASSWORD, "10.0.0.1", now)
    for _ in range(3):
        for _ in range(OF_ACCOUNT_AND_NETWORK[0].most - 1):
            assert refused(people, "10.0.0.1", now) == FAILED
        assert people.sign_in("wang", PASSWORD, "10.0.0.1", now)


def test_signing_in_elsewhere_gives_a_guesser_no_tries_more(people: People, now: datetime) -> None:
    clients = addresses_ipv4(OF_ACCOUNT.most + 1)
    for client in clients[:-2]:
        refused(people, client, now)
    assert people.sign_in("wang", PASSWORD, "192.0.2.1", now)
    assert people.sign_in("wang", PASSWORD, "192.0.2.1", now, known(people))
    assert [refused(people, client, now) for client in clients[-2:]] == [FAILED, THROTTLED]


def test_the_tries_come_back_and_it_is_told_when(people: People, now: datetime) -> None:
    for _ in range(OF_ACCOUNT_AND_NETWORK[0].most):
        refused(people, "10.0.0.1", now)
    with pytest.raises(AccessError) as error:
        people.sign_in("wang", PASSWORD, "10.0.0.1", now)
    minutes = error.value.facts["minutes"]
    assert isinstance(minutes, int) and 1 <= minutes <= TRY_WINDOW_MINUTES
    assert refused(people, "10.0.0.1", now + timedelta(minutes=minutes - 1)) == THROTTLED
    assert people.sign_in("wang", PASSWORD, "10.0.0.1", now + timedelta(minutes=minutes))


def test_many_tries_at_once_cannot_pass_the_limit(people: People, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: refused(people, "10.0.0.1", now), range(16)))
    assert codes.count(FAILED) == OF_ACCOUNT_AND_NETWORK[0].most


def test_a_colleague_behind_the_same_address_locks_nobody_out_after_a_reset(people: People, now: datetime) -> None:
    before, colleague = known(people), known(people, "li")
    people.set_password("wang", PASSWORD, now, must_change=False)
    for _ in range(OF_ACCOUNT_AND_NETWORK[0].most):
        refused(people, "10.0.0.1", now)
    for number in range(OF_OFFICE_DEVICE.most):  # signing in again makes another device, and no tries more
        assert refused(people, "10.0.0.1", now, device=replace(colleague, device_id=str(number))) == FAILED
    assert refused(people, "10.0.0.1", now, device=colleague) == THROTTLED
    assert people.sign_in("wang", PASSWORD, "10.0.0.1", now, before)
    assert people.sign_in("li", PASSWORD, "10.0.0.1", now, colleague)
    assert refused(people, "10.0.0.1", now) == THROTTLED


def test_on_the_computer_of_a_colleague_somebody_new_signs_in(people: People, now: datetime) -> None:
    for _ in range(OF_ACCOUNT_AND_NETWORK[0].most):
        refused(people, "10.0.0.1", now)
    assert people.sign_in("wang", PASSWORD, "10.0.0.1", now, known(people, "li"))


@pytest.mark.parametrize("own", [True, False])
def test_devices_of_the_office_have_few_tries_which_count_for_the_account(
    people: People, now: datetime, own: bool
) -> None:
    device = known(people, "wang" if own else "li")
    people.sessions.forget_devices(actor_of(people), now)
    codes = [refused(people, "10.0.0.1", now, device=device) for _ in range(OF_OFFICE_DEVICE.most + 1)]
    assert codes == [FAILED] * OF_OFFICE_DEVICE.most + [THROTTLED]
    left = OF_ACCOUNT.most - OF_OFFICE_DEVICE.most
    codes = [refused(people, client, now) for client in addresses_ipv4(left + 1)]
    assert codes == [FAILED] * left + [THROTTLED]


def test_a_device_of_a_closed_account_or_forgotten_by_a_colleague_is_a_stranger(people: People, now: datetime) -> None:
    device = known(people, "li")
    for _ in range(OF_ACCOUNT_AND_NETWORK[0].most):
        refused(people, "10.0.0.1", now)
    people.sessions.forget_devices(actor_of(people, "li"), now)
    assert refused(people, "10.0.0.1", now, device=device) == THROTTLED
    device = known(people, "li")
    people.disable("li", now)
    assert refused(people, "10.0.0.1", now, device=replace(device, generation=device.generation + 1)) == THROTTLED


def test_a_known_device_is_kept_out_by_nobody_and_its_own_tries_are_counted(people: People, now: datetime) -> None:
    device = known(people)
    for client in addresses_ipv4(OF_ACCOUNT.most):
        refused(people, client, now)
    codes = [refused(people, "10.0.0.7", now, device=device) for _ in range(OF_DEVICE.most + 1)]
    assert codes == [FAILED] * OF_DEVICE.most + [THROTTLED]
    another = replace(device, device_id="another")
    assert people.sign_in("wang", PASSWORD, "10.0.0.7", now, another)
    with pytest.raises(AccessError, match=THROTTLED):
        people.sign_in("wang", PASSWORD, "10.0.0.7", now, device)


def test_a_device_is_known_to_the_account_it_was_given_for_alone(people: People, now: datetime) -> None:
    device = known(people)
    for client in addresses_ipv4(OF_ACCOUNT.most):
        refused(people, client, now, name="li")
    assert refused(people, "192.0.2.1", now, name="li", device=device) == THROTTLED
    assert people.known_device(actor_of(people, "li"), device, now).device_id != device.device_id
    assert people.known_device(actor_of(people), device, now) == device


@pytest.mark.parametrize("end", ["set_password", "disable"])
def test_a_new_password_and_the_end_of_an_account_make_its_devices_unknown(
    end: str, people: People, now: datetime
) -> None:
    device = known(people)
    for client in addresses_ipv4(OF_ACCOUNT.most):
        refused(people, client, now)
    assert refused(people, "192.0.2.1", now, device=device) == FAILED
    if end == "set_password":
        people.set_password("wang", "another long password", now)
    else:
        people.disable("wang", now)
    assert refused(people, "192.0.2.1", now, device=device) == THROTTLED


def test_what_is_kept_of_tries_goes_once_they_are_there_again(
    people: People, services: Services, now: datetime
) -> None:
    for n, client in enumerate(addresses_ipv4(100)):
        refused(people, client, now, name=f"name{n}")
    assert rows(services.database, "throttles") == 301  # of each try its name, its network, both; and all of them
    refused(people, "192.0.2.1", now + timedelta(minutes=TRY_WINDOW_MINUTES))
    assert rows(services.database, "throttles") == 4


def test_the_limits_are_for_the_networks_there_are() -> None:
    assert len(OF_NETWORK) == len(OF_ACCOUNT_AND_NETWORK) == len(IPV6_PREFIXES)
