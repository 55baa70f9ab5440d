"""Whether the items of a business stand where its history says: what is missing is no fact that a code could tell."""

from __future__ import annotations

import json

from licence_qr.domain.register.events import EventKind
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history


def items_differ(tx: Transaction, uscc: str) -> bool:
    """Whether an item is there that the history does not tell of, or another way round, or stands elsewhere."""
    opened, moved = {}, {}
    for event in history.of_business(tx, uscc):
        if event["event"] == EventKind.CASE_OPENED:
            number = event["subject"].partition("/")[2]
            told = json.loads(event["after"])["items"]
            opened.update({(number, each["permit_type"]): each["state"] for each in told})
        elif event["event"] == EventKind.ITEM_CHANGED:
            moved[event["subject"]] = json.loads(event["after"])["state"]
    held = items.of_business(tx, uscc)
    if len(held) != len(opened):
        return True
    for stored in held:
        asked = (stored.item.application_no, stored.item.permit_type)
        if moved.get(f"item/{stored.item_id}", opened.get(asked)) != stored.item.state:
            return True
    return False
