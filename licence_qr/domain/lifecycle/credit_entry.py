"""Entries in the credit record (信用记录) of a business."""

from __future__ import annotations

from enum import StrEnum


class EntryState(StrEnum):
    """The state of an entry."""

    PENDING = "pending"  # the annulment is proposed
    STANDING = "standing"  # the annulment was decided
    SET_ASIDE = "set_aside"  # the proposal was refused, retracted or closed
    REPAIRED = "repaired"  # 信用修复: it no longer counts against a commitment
