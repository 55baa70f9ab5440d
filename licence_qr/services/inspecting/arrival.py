"""A record as it arrived, and how far the clock of its phone was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.inspection import Inspection
from licence_qr.domain.roles import Actor

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One received record. ``device_time`` is the clock of the phone when it was sent, or None."""

    visit: Inspection
    actor: Actor
    device_time: datetime | None
    now: datetime

    @property
    def skew(self) -> timedelta:
        """How far the clock of the phone is behind the server's; zero within the tolerance."""
        behind = self.now - self.device_time if self.device_time else timedelta()
        return behind if abs(behind) > CLOCK_TOLERANCE else timedelta()

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Begin and end of the visit by the corrected clock; None where that is out of range."""
        try:
            return self.visit.started_at + self.skew, self.visit.finished_at + self.skew
        except OverflowError:
            return None

    @property
    def visited_on(self) -> date:
        """The day of the visit in Asia/Shanghai by the corrected clock, or uncorrected if that is out of range."""
        try:
            return local_date(self.visit.finished_at + self.skew)
        except OverflowError:
            return self.visit.visited_on
