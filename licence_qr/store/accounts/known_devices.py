"""Devices on which people have signed in. Those that were forgotten stay as long as a cookie of theirs could last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.store.database.connections import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDevice:
    """A device of an account, in a ``generation`` of its devices. ``words`` say what it is; ``first_at`` and ``last_at`` are
    of sign-ins on it."""

    user_id: int
    device_id: str
    generation: int
    words: str
    first_at: datetime
    last_at: datetime
    forgotten: bool = False


def get(tx: Transaction, user_id: int, device_id: str) -> StoredDevice | None:
    """This device, forgotten or not; None also for one from before devices were written down."""
    row = tx.one("SELECT * FROM known_devices WHERE user_id = ? AND device_id = ?", (user_id, device_id))
    return _device(row) if row else None


def put(tx: Transaction, device: StoredDevice) -> None:
    """Write a device down, in place of what was there of it."""
    tx.run("DELETE FROM known_devices WHERE user_id = ? AND device_id = ?", (device.user_id, device.device_id))
    tx.run(
        "INSERT INTO known_devices (user_id, device_id, generation, words, first_at, last_at, forgotten)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            device.user_id,
            device.device_id,
            device.generation,
            device.words,
            device.first_at.isoformat(),
            device.last_at.isoformat(),
            int(device.forgotten),
        ),
    )


def known(tx: Transaction, user_id: int, since: datetime, limit: int) -> tuple[StoredDevice, ...]:
    """The devices that an account knows and that were used after ``since``, last used first."""
    rows = tx.all(
        "SELECT d.* FROM known_devices d JOIN users u ON u.user_id = d.user_id AND u.device_generation = d.generation"
        " WHERE d.user_id = ? AND d.forgotten = 0 AND d.last_at > ? ORDER BY d.last_at DESC, d.device_id LIMIT ?",
        (user_id, since.isoformat(), limit),
    )
    return tuple(map(_device, rows))


def sweep(tx: Transaction, before: datetime) -> None:
    """Delete devices that were used last before this instant."""
    tx.run("DELETE FROM known_devices WHERE last_at < ?", (before.isoformat(),))


def _device(row: Row) -> StoredDevice:
    return StoredDevice(
        user_id=row["user_id"],
        device_id=row["device_id"],
        generation=row["generation"],
        words=row["words"],
        first_at=datetime.fromisoformat(row["first_at"]),
        last_at=datetime.fromisoformat(row["last_at"]),
        forgotten=bool(row["forgotten"]),
    )
