"""Keep the status entries of a code's versions in line with the register."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from licence_qr.domain.lifecycle.dates import licence_state_on
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import status_list_value, status_on
from licence_qr.services.register import record as records
from licence_qr.services.register.record import StoredBusiness
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import codes
from licence_qr.store.register.codes import CodeRow

_PRINT_ENDED = 1  # the licence has ended, or the print was declared void
_DORMANT = 2


def begin(tx: Transaction, code: CodeRow, business: StoredBusiness, day: date) -> None:
    """A version was just recorded: its entries, all 0 so far, say what the register does."""
    _turn_entries(tx, status_entries(code, business, day, {}, newest=0), {})


def take_effect(tx: Transaction, code: CodeRow) -> None:
    """A version was just signed: the print before it is superseded, unless it was void before."""
    previous = codes.before(tx, code) if code.version > 1 else None
    if previous is not None and codes.status(tx, previous.status_index) != _PRINT_ENDED:
        codes.set_status(tx, previous.status_index, codes.SUPERSEDED)


def refresh_status(tx: Transaction, uscc: str, day: date) -> None:
    """Update the status entries of every version, signed or not, to the register on ``day``.

    A permit has an entry in each version that includes it, and all are updated: an inspector without a network may scan
    an old print, and looks the permit up in the block of that print. Correct entries are not written.
    """
    business = records.load(tx, uscc)
    signed = codes.newest_of_business(tx, uscc)
    for code in codes.everything_of_business(tx, uscc):
        held = codes.status_block(tx, code)
        entries = status_entries(code, business, day, held, newest=signed.version if signed else 0)
        _turn_entries(tx, entries, held)


def _turn_entries(tx: Transaction, entries: Iterable[tuple[int, int]], held: Mapping[int, int]) -> None:
    for index, value in entries:
        if held.get(index, 0) != value:
            codes.set_status(tx, index, value)


def status_entries(
    code: CodeRow, business: StoredBusiness, day: date, held: Mapping[int, int], *, newest: int
) -> Iterator[tuple[int, int]]:
    """Index and value, on ``day``, of the entries of one version; ``held`` are those that it has, ``newest`` is the newest
    version that was signed, 0 for none. Permits are matched by number."""
    yield code.status_index, _print_entry(code, business, day, held.get(code.status_index, 0), newest)
    values = {p.permit_no: status_list_value(status_on(p, day)) for p in business.record.permits}
    for entry, signed in enumerate(json.loads(code.record)["permits"], start=1):
        # A permit that an import has moved to another holder is reported by that holder's code.
        if (value := values.get(signed["permit_no"])) is not None:
            yield code.status_index + entry, value


def _print_entry(code: CodeRow, business: StoredBusiness, day: date, held: int, newest: int) -> int:
    """That of the print. One that was superseded stays so, unless it is void or the licence has ended."""
    stored = business.stored
    state = licence_state_on(stored.state, stored.dormant_until, day)
    if state.ended or code.void_since is not None:
        return _PRINT_ENDED
    if held == codes.SUPERSEDED or (held == _PRINT_ENDED and code.version < newest):
        return codes.SUPERSEDED
    return _DORMANT if state is LicenceState.DORMANT else 0


def says_as_much(held: int, wanted: int) -> bool:
    """Whether an entry that differs is none to report: a void or ended print that an earlier program only called superseded,
    or dormancy that it did not list, or whose last day the daily sweep has still to record."""
    return (held, wanted) in {(codes.SUPERSEDED, _PRINT_ENDED), (0, _DORMANT), (_DORMANT, 0)}
