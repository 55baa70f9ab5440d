"""The codes in the register that a key has signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from licence_qr.store.database.connections import Transaction


def of_key(tx: Transaction, kid: bytes) -> Iterator[tuple[bytes, datetime]]:
    """Every token that the licence key ``kid`` signed, with the instant it was registered."""
    for row in tx.all("SELECT token, issued_at FROM codes WHERE kid = ?", (kid,)):
        yield row["token"], datetime.fromisoformat(row["issued_at"])
