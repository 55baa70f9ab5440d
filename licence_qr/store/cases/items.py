"""The items of cases, and the permit that each of them came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.cases.case import CaseItem, ItemState
from licence_qr.domain.catalogue.model import ItemMode, RequirementAction, Text
from licence_qr.store.database.connections import Row, Transaction

_COLUMNS = (
    "application_no, uscc, premises_no, permit_type, authority, office, action, mode, reason_zh, reason_en, state,"
    " state_since, permit_id, assignee, note"
)


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item with its key in the register."""

    item_id: int
    item: CaseItem


def from_row(row: Row) -> StoredItem:
    """Read a row of ``case_items``."""
    item = CaseItem(
        application_no=row["application_no"],
        uscc=row["uscc"],
        premises_no=row["premises_no"],
        permit_type=row["permit_type"],
        authority=row["authority"],
        office=row["office"],
        action=RequirementAction(row["action"]),
        mode=ItemMode(row["mode"]),
        reason=Text(row["reason_zh"], row["reason_en"]),
        state=ItemState(row["state"]),
        state_since=date.fromisoformat(row["state_since"]),
        permit_id=row["permit_id"],
        assignee=row["assignee"],
        note=row["note"],
    )
    return StoredItem(row["item_id"], item)


def add(tx: Transaction, item: CaseItem) -> StoredItem:
    """Add an item."""
    row = tx.one(
        f"INSERT INTO case_items ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING item_id",
        (
            item.application_no,
            item.uscc,
            item.premises_no,
            item.permit_type,
            item.authority,
            item.office,
            item.action.value,
            item.mode.value,
            item.reason.zh,
            item.reason.en,
            item.state.value,
            item.state_since.isoformat(),
            item.permit_id,
            item.assignee,
            item.note,
        ),
    )
    if row is None:
        raise AssertionError("INSERT … RETURNING returns the row")
    return StoredItem(row["item_id"], item)


def put(tx: Transaction, stored: StoredItem) -> None:
    """Write where an item stands now."""
    item = stored.item
    tx.run(
        "UPDATE case_items SET state = ?, state_since = ?, permit_id = ?, assignee = ?, note = ? WHERE item_id = ?",
        (item.state.value, item.state_since.isoformat(), item.permit_id, item.assignee, item.note, stored.item_id),
    )


def get(tx: Transaction, item_id: int) -> StoredItem | None:
    """The item with this key, or None."""
    row = tx.one(f"SELECT item_id, {_COLUMNS} FROM case_items WHERE item_id = ?", (item_id,))
    return from_row(row) if row else None


def of_business(tx: Transaction, uscc: str) -> tuple[StoredItem, ...]:
    """All items of one business, the oldest first."""
    rows = tx.all(f"SELECT item_id, {_COLUMNS} FROM case_items WHERE uscc = ? ORDER BY item_id", (uscc,))
    return tuple(map(from_row, rows))


def of_application(tx: Transaction, application_no: str) -> tuple[StoredItem, ...]:
    """The items that one application asked for, the oldest first."""
    rows = tx.all(
        f"SELECT item_id, {_COLUMNS} FROM case_items WHERE application_no = ? ORDER BY item_id", (application_no,)
    )
    return tuple(map(from_row, rows))


def at_authority(tx: Transaction, authority: str, states: Iterable[ItemState]) -> tuple[StoredItem, ...]:
    """The items of one authority in these states, the longest waiting first."""
    named = ", ".join(f"'{each.value}'" for each in states)
    rows = tx.all(
        f"SELECT item_id, {_COLUMNS} FROM case_items WHERE authority = ? AND state IN ({named})"
        " ORDER BY state_since, item_id",
        (authority,),
    )
    return tuple(map(from_row, rows))
