"""What a version of a code says otherwise than the one before it: the history says it too, or it is not signed.

Each act changes a row and writes an event. Whoever edits a row alone changes what the next version of that business would
say, and would have it signed with the next act of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import takewhile
from typing import Any

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.services.register.state_on_day import fold
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history
from licence_qr.store.register.history import EventRow


def are_told(tx: Transaction, uscc: str, version: int, before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether each fact of the record ``now`` that is not in the record ``before`` is in the history of the business up to
    that ``version`` of its code.

    What the record leaves out needs no event: a permit goes with an import to another holder.
    """
    if before == now:
        return True
    # Each event was recorded with its change, whatever day it names.
    told = fold(uscc, _until(version, history.of_business(tx, uscc)), date.max, None)
    if told.entity is None:
        return False
    said = CombinedRecord(told.entity, told.premises, tuple(told.permits.values())).to_json()
    return before["entity"].items() | said["entity"].items() >= now["entity"].items() and all(
        part in before[kind] or part in said[kind] for kind in ("premises", "permits") for part in now[kind]
    )


def _until(version: int, events: Iterable[EventRow]) -> Iterator[EventRow]:
    """The events before ``version`` was made: a later one, which may wait too, has changed what came after."""
    made = (EventKind.CODE_ISSUED, f"code/{version}")
    return takewhile(lambda event: (event["event"], event["subject"]) != made, events)
