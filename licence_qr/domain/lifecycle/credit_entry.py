"""Entries in the credit record (信用记录) of a business."""

from __future__ import annotations

from enum import StrEnum


class EntryState(StrEnum):
    """What became of an entry."""

    PENDING = "pending"  # the annulment is proposed
    STANDING = "standing"  # it was decided
    SET_ASIDE = "set_aside"  # it was refused, withdrawn or closed
    REPAIRED = "repaired"  # 信用修复: it stood, and no longer counts against a commitment
