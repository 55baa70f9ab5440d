"""Rows of a made-up register for the work list: one business with one permit each, with the days that a test names."""

from __future__ import annotations

from typing import Any

from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.database.rules.every import TABLES

_ENTITY = {
    "form": "company",
    "name_key": "",
    "entity_type": "",
    "principal": "示例员",
    "registered_capital": "",
    "established_on": "2020-01-01",
    "issued_on": "2020-01-01",
    "term_to": None,
    "domicile": "重庆市示例住所",
    "business_scope": "住宿服务",
    "registration_authority": "cq_gxq_market",
    "state": "active",
    "contact_phone": "13800001234",
}
_PERMIT = {
    "premises_no": 1,
    "permit_type": "hygiene_permit",
    "kinds": "hotel",
    "items": "住宿（宾馆）",
    "issuing_authority": "cq_gxq_health",
    "handling_office": "baishiyi",
    "issued_on": None,
    "valid_from": None,
    "valid_to": None,
    "mode": "general",
    "state": "effective",
    "state_since": None,
    "grade": "",
    "graded_on": None,
    "follow_up_due": None,
    "checked_on": None,
    "renewal_applied_on": None,
    "reviewed_on": None,
    "ended_by": None,
}


_NOTHING = {"INTEGER": 0, "TEXT": "", "BLOB": b""}


def _nothing(table: str, column: str, kind: str) -> object:
    """Any value that the rules of the register allow there."""
    for check in next((rules.checks for rules in TABLES if rules.name == table), ()):
        if check.name == f"{column}_is_a_day":
            return "2026-01-01"
        if check.name == f"{column}_is_an_instant":
            return "2026-01-01T00:00:00+00:00"
        if check.name == f"{column}_is_known":
            return check.condition.split("'")[1]
    return _NOTHING[kind]


def put(tx: Transaction, table: str, **values: Any) -> int:
    """Insert one row. What the table demands and no test cares about is empty."""
    for column in tx.all(f"PRAGMA table_info({table})"):
        if column["notnull"] and column["dflt_value"] is None and not column["pk"]:
            values.setdefault(column["name"], _nothing(table, column["name"], column["type"]))
    columns = ", ".join(values)
    cursor = tx.run(
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
        tuple(values.values()),
    )
    return int(cursor.lastrowid or 0)


def add_permit(database: Database, serial: int, name: str = "", **changes: Any) -> int:
    """One business named after ``serial`` with one permit; returns the key of the permit."""
    with database.write() as tx:
        uscc = f"915001{serial:012d}"
        office = changes.get("handling_office", "baishiyi")
        put(tx, "entities", **{**_ENTITY, "uscc": uscc, "name": name or f"示例{serial}号宾馆", "office": office})
        put(
            tx,
            "premises",
            uscc=uscc,
            premises_no=1,
            address=f"重庆市示例路{serial}号",
            address_key="",
            region="",
            area_m2=None,
        )
        return put(tx, "permits", **{**_PERMIT, "uscc": uscc, "permit_no": f"演示第{serial}号", **changes})
