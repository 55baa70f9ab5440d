"""Versions of codes and their status entries.

A version is recorded by the act that makes it and signed after that act is committed (``unsigned_codes``). Until then
only ``latest_of_business`` and ``is_being_signed`` know of it: every other function here reads what was signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from licence_qr.domain.identifiers import CodeId
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import counters

_COLUMNS = (
    "code_id, version, uscc, issued_on, issued_at, kid, token, digest, record, status_index, entry_count, void_since"
)
_SIGNED = "token IS NOT NULL"
STATUS_SERIES = "status"
SUPERSEDED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """One version, signed or not. ``record`` is the canonical JSON of what is signed; entry 0 of the status block is for
    the print.

    ``void_since`` is the day on which the lost print was declared void.
    """

    code_id: CodeId
    version: int
    uscc: str
    issued_on: date
    issued_at: datetime
    digest: bytes
    record: str
    status_index: int
    entry_count: int
    void_since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCode(CodeRow):
    """One signed version."""

    kid: bytes
    token: bytes


def columns_of(row: Row) -> dict[str, Any]:
    """What a signed and an unsigned version have in common."""
    return {
        "code_id": CodeId(row["code_id"]),
        "version": row["version"],
        "uscc": row["uscc"],
        "issued_on": date.fromisoformat(row["issued_on"]),
        "issued_at": datetime.fromisoformat(row["issued_at"]),
        "digest": row["digest"],
        "record": row["record"],
        "status_index": row["status_index"],
        "entry_count": row["entry_count"],
        "void_since": date.fromisoformat(row["void_since"]) if row["void_since"] else None,
    }


def from_row(row: Row) -> StoredCode:
    """Read a signed row of ``codes``."""
    return StoredCode(**columns_of(row), kid=row["kid"], token=row["token"])


def get(tx: Transaction, code_id: CodeId, version: int) -> StoredCode | None:
    """One version of a code, or None."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM codes WHERE code_id = ? AND version = ? AND {_SIGNED}", (code_id.value, version)
    )
    return from_row(row) if row else None


def newest(tx: Transaction, code_id: CodeId) -> StoredCode | None:
    """The newest version of a code, or None."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM codes WHERE code_id = ? AND {_SIGNED} ORDER BY version DESC LIMIT 1", (code_id.value,)
    )
    return from_row(row) if row else None


def newest_of_business(tx: Transaction, uscc: str) -> StoredCode | None:
    """The newest version of the code of one business, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM codes WHERE uscc = ? AND {_SIGNED} ORDER BY version DESC LIMIT 1", (uscc,))
    return from_row(row) if row else None


def latest_of_business(tx: Transaction, uscc: str) -> CodeRow | None:
    """The last version that an act has made for one business, signed or not, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM codes WHERE uscc = ? ORDER BY version DESC LIMIT 1", (uscc,))
    return CodeRow(**columns_of(row)) if row else None


def latest_version(tx: Transaction, uscc: str) -> int:
    """The number of that version, 0 before the first."""
    row = tx.one("SELECT coalesce(max(version), 0) AS n FROM codes WHERE uscc = ?", (uscc,))
    return int(row["n"]) if row else 0


def is_being_signed(tx: Transaction, uscc: str) -> bool:
    """Whether an act has made a version for the business that is not signed yet; one that was refused does not count."""
    asked = "SELECT 1 FROM codes WHERE uscc = ? AND token IS NULL AND refused = '' LIMIT 1"
    return tx.one(asked, (uscc,)) is not None


def all_being_signed(tx: Transaction) -> frozenset[str]:
    """The businesses for which an act has made a version that is not signed."""
    return frozenset(row["uscc"] for row in tx.all("SELECT uscc FROM codes WHERE token IS NULL"))


def before(tx: Transaction, code: CodeRow) -> CodeRow | None:
    """The version before, a StoredCode where it is signed; None where there is none or it was refused."""
    row = tx.one(
        f"SELECT {_COLUMNS}, refused FROM codes WHERE code_id = ? AND version < ? ORDER BY version DESC LIMIT 1",
        (code.code_id.value, code.version),
    )
    if row is None or row["refused"]:
        return None
    return CodeRow(**columns_of(row)) if row["token"] is None else from_row(row)


def first_of_business(tx: Transaction, uscc: str) -> tuple[CodeId, int] | None:
    """Code and version that come first in the order of status entries, signed or not."""
    row = tx.one("SELECT code_id, version FROM codes WHERE uscc = ? ORDER BY status_index LIMIT 1", (uscc,))
    return (CodeId(row["code_id"]), row["version"]) if row else None


def overlaps(tx: Transaction, code: CodeRow) -> bool:
    """Whether the block of status entries has an entry of another version."""
    row = tx.one(
        "SELECT max(status_index + entry_count) > ? AS taken FROM"
        " (SELECT status_index, entry_count FROM codes WHERE status_index < ? ORDER BY status_index DESC LIMIT 1)",
        (code.status_index, code.status_index),
    )
    end = code.status_index + code.entry_count
    inside = tx.one("SELECT 1 FROM codes WHERE status_index > ? AND status_index < ? LIMIT 1", (code.status_index, end))
    return inside is not None or bool(row and row["taken"])


def versions_of_business(tx: Transaction, uscc: str) -> tuple[StoredCode, ...]:
    """All versions of the code of one business, newest first."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM codes WHERE uscc = ? AND {_SIGNED} ORDER BY version DESC", (uscc,))
    return tuple(from_row(row) for row in rows)


def everything_of_business(tx: Transaction, uscc: str) -> tuple[CodeRow, ...]:
    """All versions that acts have made for one business, signed or not, newest first."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM codes WHERE uscc = ? ORDER BY version DESC", (uscc,))
    return tuple(CodeRow(**columns_of(row)) for row in rows)


def everything_newest(tx: Transaction) -> tuple[StoredCode, ...]:
    """The newest version of every code, in order of signing."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM codes AS c WHERE version ="
        f" (SELECT max(version) FROM codes WHERE code_id = c.code_id AND {_SIGNED}) ORDER BY status_index"
    )
    return tuple(from_row(row) for row in rows)


def newest_of_all(tx: Transaction) -> StoredCode | None:
    """The version that was signed last, by its status entries, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM codes WHERE {_SIGNED} ORDER BY status_index DESC LIMIT 1")
    return from_row(row) if row else None


def count(tx: Transaction) -> int:
    """How many versions were signed."""
    row = tx.one(f"SELECT count(*) AS n FROM codes WHERE {_SIGNED}")
    return int(row["n"]) if row else 0


def page(tx: Transaction, offset: int, limit: int) -> tuple[StoredCode, ...]:
    """Versions in order of their status entries, which is that of signing."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM codes WHERE {_SIGNED} ORDER BY status_index LIMIT ? OFFSET ?", (limit, offset)
    )
    return tuple(from_row(row) for row in rows)


def highest_status_index(tx: Transaction) -> int:
    """The highest index that any version has taken, or that has a value, -1 before the first."""
    taken = tx.one("SELECT coalesce(max(status_index + entry_count), 0) AS n FROM codes")
    valued = tx.one("SELECT coalesce(max(status_index), -1) AS n FROM status_entries")
    return max((int(taken["n"]) if taken else 0) - 1, int(valued["n"]) if valued else -1)


def take_status_block(tx: Transaction, entry_count: int) -> int:
    """Allocate a block of status entries, all 0, and return its first index. Indices count from 0."""
    return counters.take(tx, STATUS_SERIES, 0, entry_count) - 1


def declare_void(tx: Transaction, code: CodeRow, day: date) -> None:
    """Record that the print of one version is void from ``day`` on."""
    tx.run(
        "UPDATE codes SET void_since = ? WHERE code_id = ? AND version = ?",
        (day.isoformat(), code.code_id.value, code.version),
    )


def set_status(tx: Transaction, status_index: int, value: int) -> None:
    """Set one entry of the status list; 0 is stored as no row. A change is recorded for the next published list."""
    if status(tx, status_index) == value:
        return
    tx.run("INSERT INTO status_changes (status_index, value) VALUES (?, ?)", (status_index, value))
    if value == 0:
        tx.run("DELETE FROM status_entries WHERE status_index = ?", (status_index,))
        return
    tx.run(
        "INSERT INTO status_entries (status_index, value) VALUES (?, ?)"
        " ON CONFLICT (status_index) DO UPDATE SET value = excluded.value",
        (status_index, value),
    )


def status(tx: Transaction, status_index: int) -> int:
    """The value of one entry."""
    row = tx.one("SELECT value FROM status_entries WHERE status_index = ?", (status_index,))
    return int(row["value"]) if row else 0


def status_block(tx: Transaction, code: CodeRow) -> dict[int, int]:
    """The entries of one version that are not 0, by index."""
    rows = tx.all(
        "SELECT status_index, value FROM status_entries WHERE status_index >= ? AND status_index < ?",
        (code.status_index, code.status_index + code.entry_count),
    )
    return {row["status_index"]: row["value"] for row in rows}
