"""Versions of codes that an act has made and that are not signed yet.

The signer alone turns one into a signed version. One that it refuses stays here with the reason, for somebody to look at.
"""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.identifiers import CodeId
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.register import codes
from licence_qr.store.register.codes import CodeRow

_COLUMNS = (
    "code_id, version, uscc, issued_on, issued_at, payload, refused, digest, record, status_index, entry_count,"
    " void_since"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedCode(CodeRow):
    """One version to be signed. ``payload`` are the claims in CBOR; ``refused`` is what the signer found wrong, as the code
    of a problem, empty while it has found nothing."""

    payload: bytes
    refused: str = ""


def _from_row(row: Row) -> UnsignedCode:
    return UnsignedCode(**codes.columns_of(row), payload=row["payload"], refused=row["refused"])


def add(tx: Transaction, code: UnsignedCode) -> None:
    """Add one version, in the transaction of the act that makes it."""
    tx.run(
        "INSERT INTO codes (code_id, version, uscc, issued_on, issued_at, payload, digest, record, status_index,"
        " entry_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            code.code_id.value,
            code.version,
            code.uscc,
            code.issued_on.isoformat(),
            code.issued_at.isoformat(),
            code.payload,
            code.digest,
            code.record,
            code.status_index,
            code.entry_count,
        ),
    )


def waiting(tx: Transaction, limit: int) -> tuple[UnsignedCode, ...]:
    """The oldest that wait and were not refused, ``limit`` at most."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM codes WHERE token IS NULL AND refused = '' ORDER BY status_index LIMIT ?", (limit,)
    )
    return tuple(_from_row(row) for row in rows)


def count_waiting(tx: Transaction) -> int:
    """How many wait and were not refused."""
    row = tx.one("SELECT count(*) AS n FROM codes WHERE token IS NULL AND refused = ''")
    return int(row["n"]) if row else 0


def everything(tx: Transaction) -> tuple[UnsignedCode, ...]:
    """All of them, those that were refused too, the oldest first."""
    rows = tx.all(f"SELECT {_COLUMNS} FROM codes WHERE token IS NULL ORDER BY status_index")
    return tuple(_from_row(row) for row in rows)


def of_code(tx: Transaction, code_id: CodeId, version: int) -> tuple[UnsignedCode, ...]:
    """The versions of one code up to ``version`` that wait and were not refused, the oldest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM codes WHERE code_id = ? AND version <= ? AND token IS NULL AND refused = ''"
        " ORDER BY version",
        (code_id.value, version),
    )
    return tuple(_from_row(row) for row in rows)


def get(tx: Transaction, code_id: CodeId, version: int) -> UnsignedCode | None:
    """One version while it is not signed, or None."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM codes WHERE code_id = ? AND version = ? AND token IS NULL", (code_id.value, version)
    )
    return _from_row(row) if row else None


def sign(tx: Transaction, code: UnsignedCode, kid: bytes, token: bytes) -> bool:
    """Make it a signed version. False where another process has done so, or it was dropped, meanwhile."""
    done = tx.run(
        "UPDATE codes SET kid = ?, token = ?, payload = NULL WHERE code_id = ? AND version = ? AND token IS NULL"
        " AND refused = '' AND payload = ?",
        (kid, token, code.code_id.value, code.version, code.payload),
    )
    return done.rowcount == 1


def set_refused(tx: Transaction, code: UnsignedCode, problem: str) -> bool:
    """Keep what the signer found wrong. False where it was kept already, or the version is signed meanwhile."""
    done = tx.run(
        "UPDATE codes SET refused = ? WHERE code_id = ? AND version = ? AND token IS NULL AND refused = ''",
        (problem, code.code_id.value, code.version),
    )
    return done.rowcount == 1


def forget_refusals(tx: Transaction) -> None:
    """Have the signer look again at what it refused."""
    tx.run("UPDATE codes SET refused = '' WHERE refused <> ''")
