"""Numbers that an address or a form brings: none is larger than what the register can look for."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map

# A list has lines by the page, and what is skipped has to fit into 64 bits.
_MOST_DIGITS = 12


class RegisterNumber(IntegerConverter):
    """A number in an address. One that does not fit into the register's 64 bits leads nowhere (404), like any unknown."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**63 - 1)


def counted(text: str) -> int:
    """A number as the register counts, for ``type=`` of what a form or a query brings: a page of a list, a revision.

    Raises ValueError for anything else, and for one so long that no register could look for it.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError("not a number of the register")
    return int(text)
