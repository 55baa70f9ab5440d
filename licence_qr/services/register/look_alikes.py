"""Businesses of the register that a reader may take for another: told before one is issued, and when one is renamed."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.domain.characters.confusables import certain_parts, look_alike_keys
from licence_qr.domain.characters.differences import pointed
from licence_qr.domain.names import name_key
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import entities

# More are counted on the page of the search, which finds them too.
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A registered business. ``same``: its name is the same but for spelling; ``name`` points out where it differs."""

    uscc: str
    name: str
    same: bool


def look_alikes(tx: Transaction, name: str, uscc: str = "") -> tuple[LookAlike, ...]:
    """The registered businesses, except the one with code ``uscc``, whose name is that name or looks like it.

    Those with the same name come first; at most ``MOST_TOLD``. Businesses whose licence has ended are left out, since
    their name may be used again. A business without a name looks like no other.
    """
    wanted, key = look_alike_keys(name), name_key(name)
    if not wanted:
        return ()
    found = []
    for other, other_name in entities.names_with(tx, certain_parts(name)):
        if other != uscc and wanted & look_alike_keys(other_name):
            same = name_key(other_name) == key
            found.append(LookAlike(other, pointed(other_name, name)[0], same))
    return tuple(sorted(found, key=lambda each: (not each.same, each.uscc))[:MOST_TOLD])
