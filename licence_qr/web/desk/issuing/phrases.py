"""The standard phrases of business scopes: a search for a trade that has none of its own."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.catalogue.scope import find_phrases, of_other_trades
from licence_qr.domain.issuing.draft import Draft
from licence_qr.web.desk.issuing.needs import trade_of
from licence_qr.web.shell.handed import catalogue

PHRASE_WORDS = "words"  # in the form and in addresses
LONGEST_WORDS = 40  # characters; the longest phrase has fewer


@dataclass(frozen=True, slots=True)
class FoundPhrase:
    """A phrase. ``trade`` names the trade that it belongs to, where the one chosen has not the permits that it needs."""

    text: str
    trade: Text | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked for, and the phrases with it."""

    words: str
    phrases: tuple[FoundPhrase, ...]


def found_phrases(draft: Draft, words: str) -> Found | None:
    """The phrases that have ``words``; None for a trade that offers phrases of its own."""
    trade, known, words = trade_of(draft), catalogue(), words[:LONGEST_WORDS].strip()
    if trade is None or trade.scope_phrases:
        return None
    found = []
    for phrase in find_phrases(known, words):
        elsewhere = of_other_trades(known, trade.id, phrase.text)
        found.append(FoundPhrase(phrase.text, known.trades[phrase.trade].name if elsewhere else None))
    return Found(words, tuple(found))
