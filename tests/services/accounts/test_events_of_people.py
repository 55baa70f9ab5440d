"""What people who work here do is written down too: accounts, signing in, keys, what is taken away, what is printed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from people import People

from licence_qr.bootstrap import Services
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import COMMAND_LINE, SYSTEM, Actor, Role
from licence_qr.errors import AccessError, LicenceQRError
from licence_qr.key_services import build_ceremony
from licence_qr.services.accounts.sign_in_limits import OF_ACCOUNT_AND_NETWORK
from licence_qr.services.keys.trust_list_editions import KeyPurpose
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.register import history, traces

PASSWORD = "only-for-these-tests"


def told(services: Services) -> list[dict[str, Any]]:
    """All events that belong to no business, oldest first, with what they say; then the traces."""
    with services.database.read() as tx:
        found = [row for row in history.everything(tx) if not row["uscc"]] + traces.everything(tx)
    return [row | {"says": json.loads(row["after"]) if row["after"] else None} for row in found]


@pytest.fixture
def people(services: Services, now: datetime) -> People:
    accounts = People(services.database)
    accounts.create("wang", "王示例", "baishiyi", frozenset({Role.CLERK, Role.INSPECTOR}), PASSWORD, now)
    return accounts


def actor_of(people: People) -> Actor:
    found = people.user("wang")
    assert found is not None
    return found


def test_the_life_of_an_account(services: Services, people: People, now: datetime) -> None:
    people.set_password("wang", "another long password", now)
    held = people.sessions.holder(people.sign_in("wang", "another long password", "2001:db8:0:1::7", now), now)
    assert held
    session = held.actor.via.session
    people.disable("wang", now)
    subject = f"account/{people.everybody()[0].actor.user_id}"
    shown = ("event", "subject", "actor", "office", "network", "says")
    assert [tuple(row[each] for each in shown) for row in told(services)] == [
        (
            EventKind.ACCOUNT_OPENED, subject, COMMAND_LINE, "", "",
            {"display_name": "王示例", "office": "baishiyi", "roles": ["clerk", "inspector"], "username": "wang"},
        ),
        (EventKind.PASSWORD_SET, subject, COMMAND_LINE, "", "", None),
        (EventKind.ACCOUNT_CLOSED, subject, COMMAND_LINE, "", "", None),
        (EventKind.SIGNED_IN, subject, "wang", "baishiyi", "2001:db8:0:1::/64", None),
        (EventKind.SESSION_ENDED, subject, COMMAND_LINE, "", "", {"sessions": [session]}),
    ]  # fmt: skip


def test_refused_tries_are_told_until_they_are_locked_out_and_then_no_more(
    services: Services, people: People, now: datetime
) -> None:
    most = OF_ACCOUNT_AND_NETWORK[0].most
    for _ in range(most + 3):
        with pytest.raises(AccessError):
            people.sign_in("wang", "a wrong password", "192.0.2.7", now)
    refused, locked = EventKind.SIGN_IN_REFUSED, EventKind.SIGN_IN_LOCKED
    assert [row["event"] for row in told(services)[1:]] == [refused, locked]
    people.sign_in("wang", PASSWORD, "192.0.2.8", now + timedelta(minutes=10))
    tries = told(services)[1:]
    assert [(row["event"], row["says"]) for row in tries] == [
        (refused, None),
        (locked, None),
        (refused, {"times": most - 2, "since": now.isoformat()}),
        (EventKind.SIGNED_IN, None),
    ]
    assert {(row["actor"], row["network"]) for row in tries[:-1]} == {(SYSTEM, "192.0.2.7")}


def test_a_name_that_nobody_has_is_told_like_another_and_the_name_is_not(services: Services, now: datetime) -> None:
    with pytest.raises(AccessError):
        People(services.database).sign_in("my-password-typed-here", "x", "192.0.2.7", now)
    (row,) = told(services)
    assert (row["event"], row["subject"], row["network"]) == (
        EventKind.SIGN_IN_REFUSED,
        "account/0",
        "192.0.2.7",
    )
    assert "my-password" not in repr(row)


def test_what_is_taken_away_and_what_is_printed(
    services: Services, people: People, make_application: Any, clerk: Actor, now: datetime
) -> None:
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    before = told(services)
    with services.database.read() as tx:
        revision = history.revision(tx, pair.uscc)
    actor = actor_of(people)
    lines = tuple(services.work_list.export(actor, WorkFilter(), "csv", now))
    services.pack.for_actor(actor, now)
    services.prints.card_pdf(actor, pair.uscc, "A5", now)
    services.prints.card_page(actor, pair.uscc, now)
    services.prints.code_file(actor, pair.uscc, "svg", now)
    services.calendar_feeds.renew(actor, now)
    assert services.calendar_feeds.revoke(actor, now) and not services.calendar_feeds.revoke(actor, now)
    new = [row for row in told(services) if row not in before]
    assert [(row["event"], row["subject"], row["says"]) for row in new] == [
        (EventKind.CALENDAR_OPENED, f"account/{actor.user_id}", None),
        (EventKind.CALENDAR_CLOSED, f"account/{actor.user_id}", None),
        (EventKind.EXPORTED, "export/work.csv", {"lines": len(lines)}),
        (EventKind.EXPORTED, "export/pack", {"businesses": 1}),
        (EventKind.CARD_PRINTED, f"card/{pair.uscc}", {"size": "A5"}),
        (EventKind.CARD_PRINTED, f"card/{pair.uscc}", {"size": "page"}),
        (EventKind.EXPORTED, "export/code.svg", {"uscc": pair.uscc}),
    ]
    assert {(row["actor"], row["office"]) for row in new} == {("wang", "baishiyi")}
    with services.database.read() as tx:
        assert history.revision(tx, pair.uscc) == revision  # no form that is open on the business is out of date


def test_what_is_refused_is_not_told(services: Services, people: People, now: datetime) -> None:
    before = told(services)
    with pytest.raises(LicenceQRError):
        services.prints.card_pdf(actor_of(people), "91500107M000001A9R", "A5", now)
    assert told(services) == before


def test_a_scan_of_a_citizen_writes_nothing(
    services: Services, make_application: Any, clerk: Actor, now: datetime
) -> None:
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    with services.database.read() as tx:
        before = history.everything(tx)
    services.lookup.scan(pair.code.address.rsplit("/", 1)[1], now)
    with services.database.read() as tx:
        assert history.everything(tx) == before


def test_changes_to_the_keys(services: Services, now: datetime) -> None:
    ceremony = build_ceremony(services.settings)
    made = ceremony.new(KeyPurpose.LICENCE, None, now)
    rotation = ceremony.rotate(KeyPurpose.STATUS, 0, now)
    ceremony.retire(made, now)
    ceremony.retire(ceremony.find(made.kid.hex()), now)  # retired already: nothing happens
    ceremony.compromise(rotation.former[0], now - timedelta(days=1), now)
    found = [(row["event"], row["subject"]) for row in told(services)]
    assert found == [
        (EventKind.KEY_ADDED, f"key/{made.kid.hex()}"),
        (EventKind.KEY_ROTATED, f"key/{rotation.new.kid.hex()}"),
        (EventKind.KEY_RETIRED, f"key/{made.kid.hex()}"),
        (EventKind.KEY_COMPROMISED, f"key/{rotation.former[0].kid.hex()}"),
    ]
    assert told(services)[1]["says"]["relieved"] == [rotation.former[0].kid.hex()]


def test_an_export_of_the_lists(services: Services, now: datetime, tmp_path: Path) -> None:
    build_ceremony(services.settings).export(tmp_path / "out", now)
    assert [(row["event"], row["subject"], row["says"]) for row in told(services)] == [
        (EventKind.EXPORTED, "export/keys", {"edition": 1, "files": ["trust-list.cbor", "root.pub.pem"]})
    ]


@pytest.mark.parametrize("state", ["missing", "outdated"])
def test_a_key_is_changed_where_no_register_can_take_note_of_it(services: Services, now: datetime, state: str) -> None:
    services.database.close()
    if state == "missing":
        services.settings.register_path.unlink()
    else:
        with services.database.write() as tx:
            tx.run("DELETE FROM _sqlite_migrations WHERE name = 'm019_event_parts'")
            tx.run("ALTER TABLE history DROP COLUMN salt")
    made = build_ceremony(services.settings).new(KeyPurpose.STATUS, None, now)
    assert made in services.keys.trust_list().keys
