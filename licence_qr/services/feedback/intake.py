"""Which reports are taken, and what of them is stored, so that no flood fills the disk (``domain.feedback.room``).

The room is looked at before a report waits for the writer: reports that arrive together may pass a limit by a few. Counts by
network are in the memory of each worker, like those of look-ups.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime

from licence_qr.domain.feedback.alike import MOST_FROM_ONE_NETWORK
from licence_qr.domain.feedback.room import MOST_SHORT_TEXT, RoomLeft, RoomLimits
from licence_qr.domain.plain_text import length_faults
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.register.rate_limits import Limit
from licence_qr.errors import AccessError, InvalidApplication
from licence_qr.services.register.look_ups import MemoryThrottle
from licence_qr.services.register.photo_cleaning import clean
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.feedback import reports

# Photographs that are decoded and stored.
PHOTOS_OF_NETWORK = Limit("report photos", most=20, seconds=3600)
PHOTOS_OF_ALL = Limit("report photos of all", most=300, seconds=3600)
# Counted only while room is short, or once this network has sent ``MOST_FROM_ONE_NETWORK`` about one business today.
REPORTS_OF_NETWORK = Limit("reports while room is short", most=20, seconds=3600)
MOST_PHOTO_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Intake:
    """What stands between a report and the register."""

    database: Database
    limits: RoomLimits = RoomLimits()
    reports_of_network: MemoryThrottle = field(
        default_factory=lambda: MemoryThrottle(REPORTS_OF_NETWORK), compare=False
    )
    photos_of_network: MemoryThrottle = field(default_factory=lambda: MemoryThrottle(PHOTOS_OF_NETWORK), compare=False)
    photos_of_all: MemoryThrottle = field(default_factory=lambda: MemoryThrottle(PHOTOS_OF_ALL), compare=False)

    def room(self, tx: Transaction) -> RoomLeft:
        """The room left for reports."""
        free = shutil.disk_usage(self.database.path.parent).free
        return self.limits.room(reports.count_with_words(tx), free)

    def demand(self, tx: Transaction, text: str, mark: str, client: str, now: datetime) -> bool:
        """Demand room for a report with this ``text`` and network ``mark``; return whether its photo can be stored too.

        Raises AccessError ``reports_no_room`` or ``too_many_reports`` (from this network; with ``minutes``),
        InvalidApplication with ``text_too_long`` where only short texts are taken.
        """
        room = self.room(tx)
        if room is RoomLeft.NONE:
            raise AccessError("reports_no_room")
        if room is RoomLeft.ENOUGH and not reports.is_flooding(tx, mark, MOST_FROM_ONE_NETWORK):
            return reports.photo_bytes(tx) < self.limits.photo_bytes
        too_long = length_faults(text, MOST_SHORT_TEXT, "text")
        if too_long:
            raise InvalidApplication(too_long)
        minutes = self.reports_of_network.take(client_network(client), now)
        if minutes:
            raise AccessError("too_many_reports", minutes=minutes)
        return False

    def photo(self, photo: bytes | None, client: str, now: datetime) -> bytes | None:
        """The photograph as a new JPEG of at most ``MOST_PHOTO_BYTES``; None if none was sent or a limit is reached.

        Raises InputError ``photo_…``.
        """
        if (
            photo is None
            or self.photos_of_network.take(client_network(client), now)
            or self.photos_of_all.take("", now)
        ):
            return None
        return clean(photo, field="photo", most_bytes=MOST_PHOTO_BYTES).jpeg
