"""Every event of every room has one shape: a public and a private part and a salt, by one table, through one writer."""

from __future__ import annotations

import ast
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sources import files_with, nodes

from licence_qr.bootstrap import Services
from licence_qr.domain.businesses.history_words import INNER_EVENTS
from licence_qr.domain.register.event_fields import PUBLIC_FIELDS, split
from licence_qr.domain.register.events import (
    SALT_BYTES,
    Event,
    EventKind,
    Part,
    part_hashes,
    part_key,
)
from licence_qr.domain.roles import Actor, Via
from licence_qr.errors import RegisterError
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.register import history

AT = datetime(2026, 7, 29, 2, 30, tzinfo=UTC)
SALT = bytes(range(SALT_BYTES))
WRITER = Path("licence_qr/services/register/events.py")
CLERK = Actor(1, "clerk", "窗口", "baishiyi", frozenset(), person_id=7, via=Via("s1", "Chrome", "192.0.2.0"))


def example(**changed: object) -> Event:
    public, private = split(
        EventKind.LICENCE_CHANGED,
        {"principal": "张示例", "state": "active"},
        {"principal": "李示例", "state": "active", "unheard_of": 1},
        "电话核实",
    )
    made: dict[str, object] = {
        "kind": EventKind.LICENCE_CHANGED,
        "uscc": "91500107M000001A9R",
        "subject": "licence",
        "at": AT,
        "actor": "clerk",
        "office": "baishiyi",
        "legal_basis": "条例",
        "document_no": "7",
        "effective_on": date(2026, 8, 1),
        "proposed_by": "colleague",
        "public": public,
        "private": private,
        "salt": SALT,
    } | changed
    return Event(**made)  # type: ignore[arg-type]


def test_every_kind_stands_in_the_table() -> None:
    assert set(PUBLIC_FIELDS) == set(EventKind)


def test_what_the_table_does_not_name_is_private() -> None:
    made = example()
    assert made.public == {"before": {"state": "active"}, "after": {"state": "active"}}
    assert made.private == {
        "reason": "电话核实",
        "before": {"principal": "张示例"},
        "after": {"principal": "李示例", "unheard_of": 1},
    }


@pytest.mark.parametrize(
    "name",
    ["name", "principal", "domicile", "address", "contact_phone", "phone", "reason", "officers", "items",
     "business_scope", "token", "digest", "findings", "username", "display_name", "client"],
)  # fmt: skip
def test_names_addresses_and_free_text_are_public_nowhere(name: str) -> None:
    assert [kind for kind, public in PUBLIC_FIELDS.items() if name in public] == []


def test_what_is_shown_to_the_own_office_alone_has_nothing_public() -> None:
    assert [kind for kind in INNER_EVENTS if PUBLIC_FIELDS[kind]] == []


def test_the_hashes_are_those_that_are_written_down() -> None:
    """Made here by hand, from the words of the module."""

    def by_hand(part: str, content: str) -> bytes:
        key = hmac.new(SALT, f"licence-qr event {part} 1".encode(), hashlib.sha256).digest()
        return hmac.new(key, content.encode(), hashlib.sha256).digest()

    public, private = part_hashes(example())
    assert public == by_hand(
        "public",
        '{"after":{"state":"active"},"at":"2026-07-29T02:30:00+00:00","before":{"state":"active"},"document_no":"7",'
        '"effective_on":"2026-08-01","kind":"licence_changed","legal_basis":"条例","office":"baishiyi",'
        '"subject":"licence","uscc":"91500107M000001A9R"}',
    )
    assert private == by_hand(
        "private",
        '{"actor":"clerk","after":{"principal":"李示例","unheard_of":1},"before":{"principal":"张示例"},'
        '"proposed_by":"colleague","reason":"电话核实"}',
    )
    assert part_key(SALT, Part.PUBLIC) != part_key(SALT, Part.PRIVATE)


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"actor": "other"}, (False, True)),
        ({"person_id": 7}, (False, True)),
        ({"via": Via("s1", "Chrome", "192.0.2.0")}, (False, True)),
        ({"proposed_by": ""}, (False, True)),
        ({"private": {}}, (False, True)),
        ({"public": {}}, (True, False)),
        ({"office": "jinfeng"}, (True, False)),
        ({"subject": "permit/1"}, (True, False)),
        ({"legal_basis": ""}, (True, False)),
        ({"effective_on": None}, (True, False)),
        ({"salt": bytes(SALT_BYTES)}, (True, True)),
    ],
)
def test_each_hash_binds_its_own_part_and_the_salt_both(changed: dict[str, object], differs: tuple[bool, bool]) -> None:
    before, after = part_hashes(example()), part_hashes(example(**changed))
    assert (before.public != after.public, before.private != after.private) == differs


def test_an_event_is_read_as_it_was_told_and_kept_in_two_parts(services: Services) -> None:
    before, after = {"principal": "张示例", "state": "active"}, {"principal": "李示例", "state": "dormant"}
    told = NewEvent(
        kind=EventKind.LICENCE_CHANGED,
        subject="licence",
        at=AT,
        by=CLERK,
        uscc="X",
        reason="电话核实",
        before=before,
        after=after,
    )
    with services.database.write() as tx:
        events.write(tx, told)
        events.write(tx, told)
    with services.database.read() as tx:
        rows = tx.all("SELECT * FROM history WHERE uscc = 'X'")
        for read in history.of_business(tx, "X"):
            assert (json.loads(read["before"]), json.loads(read["after"])) == (before, after)
            assert read["reason"] == "电话核实" and "salt" not in read
    assert {row["salt"] for row in rows} and len({row["salt"] for row in rows}) == 2
    for row in rows:
        assert len(row["salt"]) == SALT_BYTES and row["reason"] == ""
        assert json.loads(row["after"]) == {"state": "dormant"}
        assert json.loads(row["private"])["after"] == {"principal": "李示例"}


def test_what_is_stored_gives_the_hashes_of_what_was_written(services: Services) -> None:
    written = example()
    with services.database.write() as tx:
        history.append(tx, written)
    with services.database.read() as tx:
        row = tx.one("SELECT * FROM history ORDER BY seq DESC")
    assert row is not None
    stored = Event(
        kind=EventKind(row["event"]),
        uscc=row["uscc"],
        subject=row["subject"],
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        office=row["office"],
        legal_basis=row["legal_basis"],
        document_no=row["document_no"],
        effective_on=date.fromisoformat(row["effective_on"]),
        proposed_by=row["proposed_by"],
        person_id=row["person_id"],
        via=Via(row["session"], row["device"], row["network"]),
        public={side: json.loads(row[side]) for side in ("before", "after")},
        private=json.loads(row["private"]),
        salt=row["salt"],
    )
    assert stored == written and part_hashes(stored) == part_hashes(written)


def test_every_event_of_the_whole_demonstration_has_the_shape(demonstration_copy: Services) -> None:
    with demonstration_copy.database.read() as tx:
        rows = tx.all("SELECT * FROM history")
    assert len({row["event"] for row in rows}) >= 15
    assert len({row["salt"] for row in rows}) == len(rows) > 100
    for row in rows:
        public = PUBLIC_FIELDS[EventKind(row["event"])]
        values = [json.loads(row[side]) for side in ("before", "after") if row[side] is not None]
        assert all(set(each) <= public for each in values)
        assert len(row["salt"]) == SALT_BYTES
        assert set(json.loads(row["private"])) <= {"reason", "before", "after"}
        assert row["at"] and row["actor"] and row["subject"] and row["reason"] == ""


def test_the_register_refuses_a_salt_that_is_too_short(services: Services) -> None:
    with pytest.raises(RegisterError), services.database.write() as tx:
        history.append(tx, example(salt=b"short"))


def imports_the_shape(node: ast.AST) -> bool:
    named = isinstance(node, ast.ImportFrom) and node.module == "licence_qr.domain.register.events"
    return named and isinstance(node, ast.ImportFrom) and "Event" in {alias.name for alias in node.names}


def appends(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) in {"history.append", "self.history.append"}


def test_nobody_but_the_writer_makes_events() -> None:
    waits = "pending_events.py"  # keeps what the writer made until it can be appended
    assert {path.name for path in files_with("register.events") if any(map(imports_the_shape, nodes(path)))} == {
        WRITER.name,
        "history.py",
        waits,
    }
    assert {path.name for path in files_with("history.append") if any(map(appends, nodes(path)))} == {
        WRITER.name,
        waits,
    }


def test_every_kind_is_written_by_some_use_case() -> None:
    """Named in a call of the services: what only sorts kinds (a set, a table) writes none."""
    written = {
        EventKind[each.attr]
        for path in files_with("EventKind")
        if "services" in path.parts
        for call in nodes(path)
        if isinstance(call, ast.Call)
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        for each in ast.walk(argument)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "EventKind"
        if path.stem != "state_on_day"
    }
    assert written == set(EventKind)
