"""The history is append-only, and the current state can be rebuilt from it alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from licence_qr.credential.cose import split
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import RegisterError
from licence_qr.services.register import record
from licence_qr.services.register.state_on_day import STATE_KINDS
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import codes, entities, history, marks, permits


@pytest.mark.parametrize(
    "sql", ["UPDATE history SET reason = 'x'", "DELETE FROM history", "DELETE FROM history WHERE seq = 1"]
)
def test_the_database_itself_refuses_to_change_the_history(sql, services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    with pytest.raises(RegisterError, match="append-only"), services.database.write() as tx:
        tx.run(sql)
    with services.database.read() as tx:
        assert len(history.of_business(tx, pair.uscc)) == 4


def rebuilt(events: list[Row]) -> dict[str, dict[str, Any]]:
    """The newest ``after`` of every subject of every business, by ``uscc subject``; only events that hold whole values."""
    state: dict[str, dict[str, Any]] = {}
    for event in events:
        if event["event"] not in STATE_KINDS | {EventKind.CODE_ISSUED}:
            continue
        key = f"{event['uscc']} {event['subject']}"
        before = None if event["before"] is None else json.loads(event["before"])
        assert before == state.get(key), f"{key}: what was before is not what had been written"
        state[key] = json.loads(event["after"])
    return state


def as_stored(tx: Transaction) -> dict[str, dict[str, Any]]:
    """The tables, in the same shape."""
    state: dict[str, dict[str, Any]] = {}
    for row in tx.all("SELECT uscc FROM entities"):
        uscc = row["uscc"]
        stored = entities.get(tx, uscc)
        assert stored is not None
        state[f"{uscc} licence"] = record.licence_facts(stored)
        for premises in entities.premises_of(tx, uscc):
            state[f"{uscc} premises/{premises.premises_no}"] = record.as_json(premises)
        for permit in permits.of_business(tx, uscc):
            state[f"{uscc} permit/{permit.permit_id}"] = record.as_json(permit.permit)
        for mark in marks.of_business(tx, uscc):
            state[f"{uscc} mark/{mark.mark_id}"] = record.as_json(mark.mark)
        for code in codes.versions_of_business(tx, uscc):
            state[f"{uscc} code/{code.version}"] = {
                "code_number": code.code_id.number,
                "version": code.version,
                "payload": split(code.token).payload.hex(),
                "digest": code.digest.hex(),
                "status_index": code.status_index,
                "entry_count": code.entry_count,
            }
    return json.loads(json.dumps(state))


def test_the_current_state_of_the_whole_demonstration_can_be_rebuilt_from_its_history(
    demonstration_copy, make_application, clerk, now
):
    services = demonstration_copy
    services.issuance.issue(make_application(), clerk, "first", now)
    pool = make_application(permit={"kinds": ("swimming_pool",), "items": "游泳馆"})
    services.issuance.issue(pool, clerk, "second", now)
    with services.database.read() as tx:
        assert rebuilt(history.everything(tx)) == as_stored(tx)


def test_a_change_made_behind_the_back_of_the_history_is_seen(demonstration_copy):
    with demonstration_copy.database.write() as tx:
        tx.run("UPDATE permits SET state = 'effective' WHERE state = 'revoked'")
    with demonstration_copy.database.read() as tx:
        assert rebuilt(history.everything(tx)) != as_stored(tx)


def test_a_revoked_permit_that_was_closed_keeps_both_events(demonstration):
    uscc = demonstration.demonstration_register.code("cancelled").uscc
    with demonstration.database.read() as tx:
        events = [e for e in history.of_business(tx, uscc) if e["event"] == "permit_changed"]
    assert [json.loads(e["after"])["state"] for e in events] == ["revoked", "cancelled"]
    assert all(e["reason"] and e["legal_basis"] for e in events)


def test_personal_data_stays_out_of_the_history(services, make_application, clerk, now):
    services.issuance.issue(make_application(), clerk, "key", now)
    with services.database.read() as tx:
        assert "13800001234" not in json.dumps(history.everything(tx))
