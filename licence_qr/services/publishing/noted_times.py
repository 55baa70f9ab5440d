"""When the newest status list was issued, noted beside the keys.

A register that is put back holds an older list, which would call valid what was ended since. It is not given out, and the
next list is issued after the noted one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from licence_qr.errors import KeyStoreError
from licence_qr.store.keys import newest_lists
from licence_qr.store.keys.newest_lists import SignedList


@dataclass(frozen=True, slots=True)
class NotedTimes:
    """Notes in ``folder``. A time further ahead of the clock than ``most_ahead`` is from before the clock was set back, and
    does not count."""

    folder: Path
    most_ahead: timedelta

    def newest(self, now: datetime) -> datetime | None:
        """When the newest list that was given out was issued; None if none is known."""
        second = newest_lists.read(self.folder).get(SignedList.STATUS)
        if second is None or second > (now + self.most_ahead).timestamp():
            return None
        return datetime.fromtimestamp(second, UTC)

    def note(self, issued_at: datetime) -> None:
        """Note a list that is in the register. Where nothing can be written, the register's own number has to do."""
        with suppress(KeyStoreError):
            newest_lists.note(self.folder, SignedList.STATUS, int(issued_at.timestamp()))
