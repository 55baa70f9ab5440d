"""Business scopes: finding standard phrases, and the phrases that need the permits of another trade."""

from __future__ import annotations

import re
from collections.abc import Iterator

from licence_qr.domain.catalogue.model import Catalogue, ScopePhrase
from licence_qr.domain.names import name_key

_SEPARATORS = re.compile(r"[；;。\n]")
# What stands before the two lists of a scope, with its colon.
_HEADINGS = re.compile(r"^(许可项目|一般项目)[：:]")


def find_phrases(catalogue: Catalogue, words: str, most: int = 12) -> tuple[ScopePhrase, ...]:
    """Standard phrases in which every one of ``words`` (separated by spaces) stands; those that begin with them first."""
    keys = [name_key(word) for word in words.split()]
    if not any(keys):
        return ()
    found = [phrase for phrase in catalogue.scope_phrases if all(key in name_key(phrase.text) for key in keys)]
    return tuple(sorted(found, key=lambda phrase: not name_key(phrase.text).startswith(keys[0]))[:most])


def phrases_of(scope: str) -> Iterator[str]:
    """The single phrases of a scope as it is written on a licence."""
    for part in _SEPARATORS.split(scope):
        if phrase := _HEADINGS.sub("", part.strip()).strip():
            yield phrase


def of_other_trades(catalogue: Catalogue, trade: str, scope: str) -> tuple[ScopePhrase, ...]:
    """The phrases of ``scope`` that need permits which ``trade`` has no item for, as only other trades have."""
    offered = {item.permit_type for item in catalogue.trades[trade].items}
    known = {name_key(phrase.text): phrase for phrase in catalogue.scope_phrases if phrase.trade}
    written = (known.get(name_key(text)) for text in phrases_of(scope))
    return tuple(
        phrase
        for phrase in written
        if phrase and not {item.permit_type for item in catalogue.trades[phrase.trade].items} <= offered
    )
