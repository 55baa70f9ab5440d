"""Known devices one by one: what is written down of each, and that one that is forgotten is known no more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from people import People

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.devices import KNOWN_FOR
from licence_qr.domain.roles import Actor, Role, Via
from licence_qr.errors import AccessError
from licence_qr.services.accounts.sign_in_limits import OF_DEVICE, OF_OFFICE_DEVICE
from licence_qr.store.accounts.known_devices import StoredDevice
from licence_qr.store.register import traces

PASSWORD, CLIENT = "a good long password", "10.0.0.1"
DESK, PHONE = (Via(device=words) for words in ("Edge · Windows", "Chrome · Android"))


@pytest.fixture
def people(services: Services, now: datetime) -> People:
    people = People(services.database)
    for name in ("wang", "li"):
        people.create(name, name, "baishiyi", frozenset({Role.CLERK}), PASSWORD, now)
    return people


def actor(people: People, via: Via = DESK, name: str = "wang") -> Actor:
    found = people.user(name)
    assert found is not None
    return found.coming(via)


def listed(people: People, at: datetime, name: str = "wang") -> tuple[StoredDevice, ...]:
    return people.sessions.devices(actor(people, name=name), at)


def tries(people: People, device, at: datetime) -> int:
    """How many wrong passwords are taken on this device before it has to wait."""
    for done in range(OF_DEVICE.most + 1):
        with pytest.raises(AccessError) as refused:
            people.sign_in("wang", "wrong", CLIENT, at, device)
        if refused.value.code == "sign_in_throttled":
            return done
    raise AssertionError("never throttled")


def test_each_device_is_listed_with_its_first_and_last_sign_in(people: People, now: datetime) -> None:
    later = now + timedelta(days=3)
    desk = people.known_device(actor(people), None, now)
    phone = people.known_device(actor(people, PHONE), None, now + timedelta(days=1))
    assert people.known_device(actor(people), desk, later) == desk
    assert [(each.device_id, each.words, each.first_at, each.last_at) for each in listed(people, later)] == [
        (desk.device_id, DESK.device, now, later),
        (phone.device_id, PHONE.device, now + timedelta(days=1), now + timedelta(days=1)),
    ]
    assert listed(people, later, "li") == ()


def test_one_that_is_forgotten_is_known_no_more_and_the_others_are(people: People, now: datetime) -> None:
    desk, phone = (people.known_device(actor(people, via), None, now) for via in (DESK, PHONE))
    assert people.sessions.forget_device(actor(people), phone.device_id, now)
    assert [each.device_id for each in listed(people, now)] == [desk.device_id]
    assert tries(people, phone, now) == OF_OFFICE_DEVICE.most
    assert tries(people, desk, now) == OF_DEVICE.most
    with people.sessions.database.read() as tx:
        (told,) = (row for row in traces.everything(tx) if row["event"] == "devices_forgotten")
    assert (told["actor"], json.loads(told["after"])) == ("wang", {"device": PHONE.device})


def test_whoever_signs_in_again_on_a_forgotten_device_has_a_new_one(people: People, now: datetime) -> None:
    phone = people.known_device(actor(people, PHONE), None, now)
    people.sessions.forget_device(actor(people), phone.device_id, now)
    later = now + timedelta(hours=1)
    again = people.known_device(actor(people, PHONE), phone, later)
    assert again.device_id != phone.device_id
    assert [(each.device_id, each.first_at) for each in listed(people, later)] == [(again.device_id, later)]
    assert tries(people, phone, later) == OF_OFFICE_DEVICE.most


def test_the_device_of_somebody_else_and_one_that_is_gone_are_nobodys_to_forget(people: People, now: datetime) -> None:
    of_li = people.known_device(actor(people, name="li"), None, now)
    assert not people.sessions.forget_device(actor(people), of_li.device_id, now)
    assert not people.sessions.forget_device(actor(people), "never there", now)
    assert listed(people, now, "li")
    assert people.sessions.forget_device(actor(people, name="li"), of_li.device_id, now)
    assert not people.sessions.forget_device(actor(people, name="li"), of_li.device_id, now)


def test_forgetting_all_empties_the_list_and_a_device_of_before_is_new_afterwards(
    people: People, now: datetime
) -> None:
    desk, later = people.known_device(actor(people), None, now), now + timedelta(hours=1)
    people.sessions.forget_devices(actor(people), now)
    assert listed(people, now) == ()
    people.known_device(actor(people), desk, later)
    assert [each.first_at for each in listed(people, later)] == [later]


def test_a_device_is_listed_as_long_as_its_cookie_lasts_and_then_deleted(people: People, now: datetime) -> None:
    people.known_device(actor(people), None, now)
    over = now + KNOWN_FOR
    assert listed(people, over - timedelta(seconds=1)) and listed(people, over) == ()
    people.known_device(actor(people, name="li"), None, over + timedelta(seconds=1))
    with people.sessions.database.read() as tx:
        assert len(tx.all("SELECT * FROM known_devices", ())) == 1
