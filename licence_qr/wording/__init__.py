"""The sentences for every error code, in Chinese and English. Data in ``*.toml``, one table per code.

A sentence names facts in braces. ``{count:# row|# rows}`` becomes the words before the bar where the number is 1, else those
behind it, with the number for ``#``. ``{row:? (row #)}`` becomes the words after ``?``, and nothing where the fact is ``-``.
``terms.toml`` holds no sentences but terms (``wording.terms``), ``states.toml`` states (``wording.states``).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from licence_qr.errors import LicenceQRError
from licence_qr.wording import states, terms

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was wrong (with where), and what to do about it, in one language."""

    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.what}{self.todo}" if self.what.endswith("。") else f"{self.what} {self.todo}".strip()


@cache
def sentences() -> dict[str, dict[str, str]]:
    """All sentences by error code; keys of each are ``zh``, ``en``, ``do_zh`` and ``do_en``."""
    merged: dict[str, dict[str, str]] = {}
    for source in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if source.name.endswith(".toml") and source.name not in (terms.FILE, states.FILE):
            merged.update(tomllib.loads(source.read_text(encoding="utf-8")))
    return merged


class _Fact(str):
    """A fact as it is filled into a sentence."""

    def __format__(self, words: str) -> str:
        if words.startswith("?"):
            return "" if self == "-" else words[1:].replace("#", self)
        one, bar, several = words.partition("|")
        return (one if self == "1" else several).replace("#", self) if bar else format(str(self), words)


def explain(error: LicenceQRError, language: str = "zh") -> Explanation:
    """The words for ``error`` in ``language`` (``zh`` or ``en``). Facts are filled in as they are; escaping is the page's
    work. Raises KeyError for a code without sentences, or a fact that the error does not carry."""
    entry = sentences()[error.code]
    facts = {name: _Fact(value) for name, value in error.facts.items()}
    return Explanation(entry[language].format_map(facts), entry[f"do_{language}"].format_map(facts))
