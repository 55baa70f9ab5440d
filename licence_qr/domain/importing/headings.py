"""The headings of a department's file: which spellings mean which field, and which fields a file must have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.names import name_key

# What forms add to a heading: that it must be filled in, or how.
_ADDED = re.compile(r"\((?:必填项?|选填项?|必录项?|可选|可空|非必填|必选|文本格式?|yyyy[^()]*)\)|[*★●:]")


@lru_cache(maxsize=4096)
def heading_key(text: str) -> str:
    """A key that is equal for spellings of a heading that differ only in width, brackets, spaces, or marks of a form."""
    return _ADDED.sub("", name_key(text[:200]))


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of one department's files.

    ``names`` has the heading of each field as messages give it; ``fields`` the field of every known spelling, by
    ``heading_key``; ``required`` the fields without which a file cannot be read. ``notes`` are the words that lines
    begin with that are no rows. ``mapped`` has the spellings of a map, each with the field that it usually means, or "".
    """

    source: Source
    names: Mapping[str, str]
    fields: Mapping[str, str]
    required: frozenset[str]
    notes: tuple[str, ...] = ()
    mapped: Mapping[str, str] = field(default_factory=dict)

    def of(self, cells: Sequence[str]) -> list[str]:
        """The field that each cell is the heading of, or empty."""
        return [self.fields.get(heading_key(cell), "") if cell else "" for cell in cells]

    def known(self, cells: Sequence[str]) -> int:
        """How many different fields these cells are headings of."""
        return len({field for field in self.of(cells) if field})

    def missing(self, fields: Sequence[str]) -> list[str]:
        """The required fields that are not among these, in the order of ``names``."""
        return [field for field in self.names if field in self.required and field not in fields]

    def with_spellings(self, spellings: Mapping[str, str]) -> Headings:
        """These headings, and further spellings with the field of each, which go before those known."""
        further = {heading_key(text): key for text, key in spellings.items()}
        mapped = {text: self.fields.get(text, "") for text in further}
        return replace(self, fields={**self.fields, **further}, mapped=mapped)
