"""Checks of the values in a signed list, once its CBOR is read. Those of a code have to be fast and are in ``claims``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from licence_qr.errors import TokenError

MAX_SECONDS = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())
MAX_UINT32 = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of one format. What differs is refused with TokenError ``refusal``, whose fact ``item`` names the value."""

    refusal: str

    def refused(self, item: str) -> TokenError:
        """The refusal of ``item``."""
        return TokenError(self.refusal, item=item)

    def typed(self, value: Any, kind: type, item: str) -> Any:
        """``value``, which must be of exactly this type."""
        if type(value) is not kind:  # not isinstance: True is an int to Python and not to these formats
            raise self.refused(item)
        return value

    def whole(self, value: Any, most: int, item: str) -> int:
        """``value``, which must be a whole number from 0 to ``most``."""
        if not 0 <= self.typed(value, int, item) <= most:
            raise self.refused(item)
        return int(value)

    def instant(self, value: Any, item: str) -> datetime:
        """The instant of ``value``, which must be whole seconds since 1970, before the year 2200."""
        return datetime.fromtimestamp(self.whole(value, MAX_SECONDS, item), UTC)

    def items(self, value: Any, length: int, item: str) -> list[Any]:
        """``value``, which must be an array of so many items."""
        found: list[Any] = self.typed(value, list, item)
        if len(found) != length:
            raise self.refused(item)
        return found


def is_number(value: Any, number: int) -> bool:
    """Whether ``value`` is that whole number. (True equals 1 to Python.)"""
    return type(value) is int and value == number
