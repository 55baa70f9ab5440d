"""The row of each file: its key while it is kept, and that it was deleted afterwards.

A deleted file keeps its row without the key, so that what refers to it can say so. Its name tells nothing: it is the hash of
what nobody can decrypt any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from licence_qr.errors import NotFoundError
from licence_qr.store.database.connections import Transaction
from licence_qr.store.files.sealing import SealedFile


def add(tx: Transaction, file: SealedFile, at: datetime) -> str:
    """Let a file that is on the disk be kept; return its name."""
    tx.run(
        "INSERT INTO files (name, key, size, kept_at) VALUES (?, ?, ?, ?)",
        (file.name, file.key, file.size, at.isoformat()),
    )
    return file.name


def key_of(tx: Transaction, name: str) -> bytes:
    """The key of a file. Raises NotFoundError ``file_deleted``, also where there never was such a file."""
    row = tx.one("SELECT key FROM files WHERE name = ? AND key IS NOT NULL", (name,))
    if row is None:
        raise NotFoundError("file_deleted", name=name)
    return bytes(row["key"])


def drop(tx: Transaction, names: Iterable[str], on: date) -> None:
    """Delete files by overwriting their keys (PRAGMA secure_delete); those deleted before stay as they are."""
    tx.one("PRAGMA secure_delete = ON")
    tx.run_many(
        "UPDATE files SET key = NULL, dropped_on = ? WHERE name = ? AND key IS NOT NULL",
        [(on.isoformat(), name) for name in names],
    )


def dropped(tx: Transaction) -> tuple[tuple[str, date], ...]:
    """Name and day of the deletions that are not yet in the list beside the marks."""
    rows = tx.all("SELECT name, dropped_on FROM files WHERE key IS NULL AND listed = 0 ORDER BY name")
    return tuple((row["name"], date.fromisoformat(row["dropped_on"])) for row in rows)


def note_listed(tx: Transaction, names: Iterable[str]) -> None:
    """Note that these deletions are in the list."""
    tx.run_many("UPDATE files SET listed = 1 WHERE name = ? AND key IS NULL", [(name,) for name in names])


def among(tx: Transaction, names: Sequence[str]) -> frozenset[str]:
    """Those of ``names``, some hundred at most, that are kept."""
    rows = tx.all(f"SELECT name FROM files WHERE key IS NOT NULL AND name IN ({', '.join('?' * len(names))})", names)
    return frozenset(row["name"] for row in rows)


def names(tx: Transaction) -> frozenset[str]:
    """Every file that is kept."""
    return frozenset(row["name"] for row in tx.all("SELECT name FROM files WHERE key IS NOT NULL"))


def everything(tx: Transaction) -> Mapping[str, bytes]:
    """Name and key of every file that is kept."""
    rows = tx.all("SELECT name, key FROM files WHERE key IS NOT NULL")
    return {row["name"]: bytes(row["key"]) for row in rows}


def page(tx: Transaction, after: str, limit: int) -> tuple[tuple[str, bytes], ...]:
    """Name and key of the files that are kept, by name, after one of them; the empty name begins."""
    asked = "SELECT name, key FROM files WHERE name > ? AND key IS NOT NULL ORDER BY name LIMIT ?"
    return tuple((row["name"], bytes(row["key"])) for row in tx.all(asked, (after, limit)))
