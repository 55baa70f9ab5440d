"""The sentences for every error code, in Chinese and English. Data in ``*.toml``, one table per code.

``terms.toml`` holds no sentences but terms (``wording.terms``).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from licence_qr.errors import LicenceQRError
from licence_qr.wording import terms

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
        if source.name.endswith(".toml") and source.name != terms.FILE:
            merged.update(tomllib.loads(source.read_text(encoding="utf-8")))
    return merged


def explain(error: LicenceQRError, language: str = "zh") -> Explanation:
    """The words for ``error`` in ``language``. Facts are filled in as they are; escaping is the page's work."""
    entry = sentences()[error.code]
    facts = {name: str(value) for name, value in error.facts.items()}
    return Explanation(entry[language].format_map(facts), entry[f"do_{language}"].format_map(facts))
