"""The names of what recurs (headings, statuses, rooms), one in each language. Data in ``terms.toml``; the names
of states, which have a tone too, in ``states.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from licence_qr.wording.states import states
from licence_qr.wording.text import Text

FILE = "terms.toml"


@cache
def terms() -> Mapping[str, Mapping[str, Text]]:
    """All terms: group → name → both languages."""
    groups = tomllib.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    named_states = {
        group: {name: Text(said.zh, said.en) for name, said in named.items()} for group, named in states().items()
    }
    return named_states | {
        group: {name: Text(**words) for name, words in named.items()} for group, named in groups.items()
    }


def term(name: str) -> Text:
    """The term ``group.name``, such as ``field.permit_number``. KeyError for a name that is not there."""
    group, _, own = name.partition(".")
    return terms()[group][own]
