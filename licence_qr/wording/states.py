"""Every state that somebody may be told: its words, tone and severity. Data in ``states.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

FILE = "states.toml"


class Tone(StrEnum):
    """How something is shown; the value is its class in ``static/ui/site.css``. Colour is never alone: a tone is a colour,
    a sign and a word together."""

    GOOD = "good"
    PLAIN = "plain"
    CARE = "care"
    BAD = "bad"
    UNKNOWN = "unknown"

    @property
    def sign(self) -> str:
        """A character that says the same as the colour."""
        return _SIGNS[self]


_SIGNS = {Tone.GOOD: "✓", Tone.PLAIN: "i", Tone.CARE: "!", Tone.BAD: "×", Tone.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class Saying:
    """A state in words, its tone, and its severity: of several, the highest speaks. Before one that is ``bare`` nobody
    says "genuine"."""

    zh: str
    en: str
    tone: Tone
    severity: int = 0
    bare: bool = False


@cache
def states() -> Mapping[str, Mapping[str, Saying]]:
    """All states: group → name → saying."""
    groups = tomllib.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    return {
        group: {name: Saying(**{**row, "tone": Tone(row["tone"])}) for name, row in named.items()}
        for group, named in groups.items()
    }


def state(name: str) -> Saying:
    """The state ``group.name``, such as ``status.expired``. KeyError for a name that is not there."""
    group, _, own = name.partition(".")
    return states()[group][own]
