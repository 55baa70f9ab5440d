"""Rectification orders (责令限期整改)."""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    """The state of an order. All but OPEN are final."""

    OPEN = "open"
    MET = "met"  # 已整改
    RENEWED = "renewed"  # 重新责令整改: replaced by another order
    ESCALATED = "escalated"  # 逾期未改: a stricter act is proposed
