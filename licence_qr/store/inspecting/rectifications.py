"""Rectification orders (责令限期整改), from the inspection that made them to the one that closed them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.inspecting.rectification import OrderState
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import entities, permits


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. ``items`` name the failed items as ``list/item``; ``closed_by`` is the key of the recheck."""

    order_id: int
    inspection_key: int
    uscc: str
    premises_no: int
    permit_id: int | None
    office: str
    ordered_on: date
    due_on: date
    items: tuple[str, ...]
    state: OrderState
    closed_on: date | None
    closed_by: int | None


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An open order with what a list shows of its business."""

    order: Order
    permit_no: str
    holder_name: str
    address: str


def _from_row(row: Row) -> Order:
    return Order(
        order_id=row["order_id"],
        inspection_key=row["inspection_key"],
        uscc=row["uscc"],
        premises_no=row["premises_no"],
        permit_id=row["permit_id"],
        office=row["office"],
        ordered_on=date.fromisoformat(row["ordered_on"]),
        due_on=date.fromisoformat(row["due_on"]),
        items=tuple(json.loads(row["items"])),
        state=OrderState(row["state"]),
        closed_on=date.fromisoformat(row["closed_on"]) if row["closed_on"] else None,
        closed_by=row["closed_by"],
    )


def add(tx: Transaction, new: Order) -> int:
    """Add an open order and return its id; ``order_id`` of ``new`` is ignored."""
    cursor = tx.run(
        "INSERT INTO rectifications (inspection_key, uscc, premises_no, permit_id, office, ordered_on, due_on, items,"
        " state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.inspection_key,
            new.uscc,
            new.premises_no,
            new.permit_id,
            new.office,
            new.ordered_on.isoformat(),
            new.due_on.isoformat(),
            json.dumps(new.items),
            OrderState.OPEN.value,
        ),
    )
    return int(cursor.lastrowid or 0)


def get(tx: Transaction, order_id: int) -> Order | None:
    """The order with this id, or None."""
    row = tx.one("SELECT * FROM rectifications WHERE order_id = ?", (order_id,))
    return _from_row(row) if row else None


def of_inspection(tx: Transaction, inspection_key: int) -> Order | None:
    """The order made at an inspection, or None."""
    row = tx.one("SELECT * FROM rectifications WHERE inspection_key = ?", (inspection_key,))
    return _from_row(row) if row else None


def of_business(tx: Transaction, uscc: str) -> tuple[Order, ...]:
    """All orders of one business, the newest first."""
    rows = tx.all("SELECT * FROM rectifications WHERE uscc = ? ORDER BY order_id DESC", (uscc,))
    return tuple(map(_from_row, rows))


def close(tx: Transaction, order_id: int, state: OrderState, on: date, by: int | None) -> None:
    """Close an order; one that is closed already is not changed."""
    tx.run(
        "UPDATE rectifications SET state = ?, closed_on = ?, closed_by = ? WHERE order_id = ? AND state = 'open'",
        (state.value, on.isoformat(), by, order_id),
    )


def open_ones(tx: Transaction, office: str | None) -> tuple[OpenOrder, ...]:
    """The open orders of an office, or of all, by due day.

    Those of a business or permit that has ended are left out: there is nothing to recheck.
    """
    rows = tx.all(
        f"SELECT r.*, p.permit_no, {entities.HOLDER_NAME} AS holder_name,"
        " coalesce(s.address, e.domicile) AS address"
        " FROM rectifications AS r JOIN entities AS e ON e.uscc = r.uscc"
        " LEFT JOIN permits AS p ON p.permit_id = r.permit_id"
        " LEFT JOIN premises AS s ON s.uscc = r.uscc AND s.premises_no = r.premises_no"
        f" WHERE {'r.office = ?' if office else '1'} AND r.state = 'open' AND {permits.NOT_ENDED}"
        " ORDER BY r.due_on, r.order_id",
        (office,) if office else (),
    )
    return tuple(OpenOrder(_from_row(row), row["permit_no"] or "", row["holder_name"], row["address"]) for row in rows)
