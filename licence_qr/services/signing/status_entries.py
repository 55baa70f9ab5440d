"""Keep the status entries of a code's versions in line with the register."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date

from licence_qr.domain.register.permit import status_list_value, status_on
from licence_qr.services.register import record as records
from licence_qr.services.register.record import StoredBusiness
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import codes
from licence_qr.store.register.codes import CodeRow

_PRINT_ENDED = 1


def begin(tx: Transaction, code: CodeRow, business: StoredBusiness, day: date) -> None:
    """A version was just recorded: its entries, all 0 so far, say what the register does."""
    _turn_entries(tx, code, business, day, {})


def take_effect(tx: Transaction, code: CodeRow) -> None:
    """A version was just signed: the print before it is superseded."""
    previous = codes.before(tx, code) if code.version > 1 else None
    if previous is not None:
        codes.set_status(tx, previous.status_index, codes.SUPERSEDED)


def refresh_status(tx: Transaction, uscc: str, day: date) -> None:
    """Update the status entries of every version, signed or not, to the register on ``day``.

    A permit has an entry in each version that includes it, and all are updated: an inspector without a network may scan
    an old print, and looks the permit up in the block of that print. Correct entries are not written.
    """
    business = records.load(tx, uscc)
    for code in codes.everything_of_business(tx, uscc):
        _turn_entries(tx, code, business, day, codes.status_block(tx, code))


def _turn_entries(tx: Transaction, code: CodeRow, business: StoredBusiness, day: date, held: Mapping[int, int]) -> None:
    for index, value in status_entries(code, business, day, held):
        if held.get(index, 0) != value:
            codes.set_status(tx, index, value)


def status_entries(
    code: CodeRow, business: StoredBusiness, day: date, held: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """Index and value, on ``day``, of the entries of one version, except that of a print that is superseded by what is
    ``held``. Permits are matched by number."""
    if held.get(code.status_index) != codes.SUPERSEDED:
        yield code.status_index, _PRINT_ENDED if business.stored.state.ended else 0
    values = {p.permit_no: status_list_value(status_on(p, day)) for p in business.record.permits}
    for entry, signed in enumerate(json.loads(code.record)["permits"], start=1):
        # A permit that an import has moved to another holder is reported by that holder's code.
        if (value := values.get(signed["permit_no"])) is not None:
            yield code.status_index + entry, value
