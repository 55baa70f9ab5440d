"""Orders to put something right by a date (责令限期整改)."""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    """Where an order stands. All but OPEN are final."""

    OPEN = "open"
    MET = "met"  # 已整改
    RENEWED = "renewed"  # 重新责令整改: another order took its place
    ESCALATED = "escalated"  # 逾期未改: something harder is proposed
