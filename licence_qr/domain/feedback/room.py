"""How much room reports may take on the disk, and what is still taken when it becomes short.

Anyone can send reports, from any number of networks, and a disk is finite. So what is given up is given up in this order:
photographs and long texts, then frequent reports from one network, then all reports. With the figures of ``RoomLimits``,
texts take about 1 GiB at most and photographs as much again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_SHORT_TEXT = 500  # characters


class RoomLeft(StrEnum):
    """How much room is left for further reports."""

    ENOUGH = "enough"
    SHORT = "short"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """From which figures on room is short, and from which there is none.

    Reports are counted while their texts are kept. ``photo_bytes`` is the size of all photographs of reports together.
    """

    short_reports: int = 50_000
    most_reports: int = 200_000
    short_free_bytes: int = 1 << 30
    least_free_bytes: int = 512 << 20
    photo_bytes: int = 1 << 30

    def room(self, reports: int, free_bytes: int) -> RoomLeft:
        """The room left with so many ``reports``, and ``free_bytes`` on the disk of the register."""
        if reports >= self.most_reports or free_bytes < self.least_free_bytes:
            return RoomLeft.NONE
        if reports >= self.short_reports or free_bytes < self.short_free_bytes:
            return RoomLeft.SHORT
        return RoomLeft.ENOUGH
