"""What a status list says of one print or one permit, and how far that can still be relied on."""

from __future__ import annotations

from enum import StrEnum


class EntryStatus(StrEnum):
    """The four values of an entry, and the answer where no list can tell."""

    VALID = "valid"
    INVALID = "invalid"  # ended for good: 吊销, 撤销, 撤回, 注销
    SUSPENDED = "suspended"  # may come back: 停业整顿, 暂扣
    SUPERSEDED = "superseded"  # a newer print exists; it says what is true now
    UNKNOWN = "unknown"  # nothing is said: never to be shown as valid


class Freshness(StrEnum):
    """How old the list is by its own words."""

    CURRENT = "current"  # within its ttl
    STALE = "stale"  # past its ttl: still told, with its age and a warning
    EXPIRED = "expired"  # past its expiry: tells nothing any more
