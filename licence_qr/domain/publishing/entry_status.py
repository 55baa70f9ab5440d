"""The status of a print or permit in a status list, and how fresh the list is."""

from __future__ import annotations

from enum import StrEnum


class EntryStatus(StrEnum):
    """The four values of an entry, and UNKNOWN where no list gives one."""

    VALID = "valid"
    INVALID = "invalid"  # ended for good: 吊销, 撤销, 撤回, 注销
    SUSPENDED = "suspended"  # may come back: 停业整顿, 暂扣
    SUPERSEDED = "superseded"  # a newer print exists
    UNKNOWN = "unknown"  # no list says it: never shown as valid


class Freshness(StrEnum):
    """How fresh a list is by its own times."""

    CURRENT = "current"  # within its ttl
    STALE = "stale"  # past its ttl: used, with its age and a warning
    EXPIRED = "expired"  # past its expiry: not used
