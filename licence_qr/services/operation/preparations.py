"""Who made or upgraded the register, and who said that the clock of this machine is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database import migrations
from licence_qr.store.database.connections import Database
from licence_qr.store.register import history, register_kind


@dataclass(frozen=True, slots=True)
class Preparations:
    """Records each version of the register once, and the keys that were trusted then."""

    database: Database
    keys: Keys

    def note(self, by: Actor, now: datetime) -> bool:
        """Record that ``by`` has brought the register to the newest step; False if that is recorded already. A run that
        was stopped before it came here is made up for by the next one. Raises RegisterError, KeyStoreError."""
        subject = f"register/{migrations.NAMES[-1]}"
        with self.database.read() as tx:
            if history.is_about(tx, subject):
                return False
        trusted = self.keys.trust_list()
        with self.database.write() as tx:
            if history.is_about(tx, subject):  # another process was faster
                return False
            told = {
                "kind": register_kind.get(tx, register_kind.KIND),
                "edition": trusted.sequence,
                "keys": [key.kid.hex() for key in trusted.keys],
            }
            made = NewEvent(kind=EventKind.REGISTER_PREPARED, subject=subject, at=now, by=by, after=told)
            events.write(tx, made)
        return True

    def confirm_clock(self, by: Actor, now: datetime) -> None:
        """Record that the clock of this machine is right although it is behind the newest event: it was wrong before. From
        then on acts are entered again. Raises RegisterError."""
        with self.database.write() as tx:
            newest = history.newest_at(tx)
            told = {"clock": now.isoformat(), "newest": newest.isoformat() if newest else None}
            confirmed = NewEvent(
                kind=EventKind.REGISTER_PREPARED, subject=history.CLOCK_CONFIRMED, at=now, by=by, after=told
            )
            events.write(tx, confirmed)
