"""The same numbers as beside the keys (``store.keys.newest_lists``), in the register: whoever puts an older list back has to
reach both."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.store.database.connections import Transaction
from licence_qr.store.keys.newest_lists import SignedList
from licence_qr.store.register import register_kind


def _fact(which: SignedList) -> str:
    return f"newest {which}"


def read(tx: Transaction) -> Mapping[SignedList, int]:
    """The highest edition of each list that was noted."""
    found = {each: register_kind.get(tx, _fact(each)) for each in SignedList}
    return {each: int(text) for each, text in found.items() if text is not None}


def note(tx: Transaction, which: SignedList, sequence: int) -> None:
    """Note that an edition is in force; a lower one than before changes nothing."""
    if read(tx).get(which, 0) < sequence:
        register_kind.put(tx, _fact(which), str(sequence))
