"""What the history has ended or suspended is called valid by no status list, whatever the rows of the register say.

Acts change a row, write an event and turn the status entries in one transaction, so they always agree. Whoever edits a row
alone, and has the entries turned by that, is found out here: the events say otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from licence_qr.credential.status_list import entry_of, put_entry
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import PermitState, PermitStatus, status_list_value
from licence_qr.services.register.state_on_day import STATE_KINDS
from licence_qr.store.database.connections import Transaction
from licence_qr.store.publishing import told_states
from licence_qr.store.publishing.told_states import ToldState
from licence_qr.store.register import codes
from licence_qr.store.register.codes import CodeRow

# A grant ends nothing: a new permit is in force.
_KINDS = STATE_KINDS - {
    EventKind.LICENCE_GRANTED,
    EventKind.PERMIT_APPLIED,
    EventKind.PERMIT_GRANTED,
    EventKind.PERMIT_FILED,
    EventKind.PERMIT_SHOWN,
}
_PRINT_ENDED = 1
_LICENCE = "licence"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An entry that the register calls valid and the history does not. ``permit_no`` is empty for the print itself."""

    uscc: str
    code_number: str
    version: int
    permit_no: str


@dataclass(frozen=True, slots=True)
class _Ended:
    """What the last event about a subject says, where that is not "in force": the value of its status entries."""

    uscc: str
    permit_no: str
    value: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """One status entry and what it stands for; ``permit_no`` is empty for the print."""

    index: int
    permit_no: str
    code_number: str
    version: int


@dataclass(slots=True)
class EndedByHistory:
    """Follows the history event by event; asked by one thread at a time."""

    _seq: int = 0
    _ended: dict[str, _Ended] = field(default_factory=dict)
    _entries: dict[str, tuple[_Entry, ...]] = field(default_factory=dict)
    """Those of each business of which something has ended, of all versions."""

    def correct(self, tx: Transaction, entries: bytearray) -> tuple[Contradiction, ...]:
        """Put the value of the history in place of every "valid" that it contradicts; what was contradicted."""
        self._follow(tx)
        found = []
        for ended in self._ended.values():
            for entry in self._entries[ended.uscc]:
                if entry.permit_no == ended.permit_no and entry_of(entries, entry.index) == 0:
                    put_entry(entries, entry.index, ended.value)
                    found.append(Contradiction(ended.uscc, entry.code_number, entry.version, entry.permit_no))
        return tuple(found)

    def _follow(self, tx: Transaction) -> None:
        last = told_states.last(tx)
        if last < self._seq:  # an older copy of the register was put back
            self._seq, self._ended, self._entries = 0, {}, {}
        changed = set()
        kinds = _KINDS | {EventKind.CODE_ISSUED} if self._seq else _KINDS
        for told in told_states.told_after(tx, self._seq, kinds):
            changed.add(told.uscc)
            if told.kind is not EventKind.CODE_ISSUED:
                self._take(told)
        self._seq = last
        ended = {each.uscc for each in self._ended.values()}
        self._entries = {uscc: known for uscc, known in self._entries.items() if uscc in ended}
        for uscc in (changed & ended) | (ended - self._entries.keys()):
            self._entries[uscc] = tuple(_entries(codes.everything_of_business(tx, uscc)))

    def _take(self, told: ToldState) -> None:
        value = _value(told)
        if value is None:
            return
        subject = f"{told.uscc}/{_LICENCE}" if told.subject == _LICENCE else told.subject
        if value:
            self._ended[subject] = _Ended(told.uscc, str(told.after.get("permit_no", "")), value)
        else:
            self._ended.pop(subject, None)


def _entries(versions: Iterable[CodeRow]) -> Iterator[_Entry]:
    for code in versions:
        numbers = ["", *(permit["permit_no"] for permit in json.loads(code.record)["permits"])]
        for index, number in enumerate(numbers, start=code.status_index):
            yield _Entry(index, number, code.code_id.number, code.version)


def _value(told: ToldState) -> int | None:
    """The status entry by one event; None for one that is about something else or tells no state that there is: what was
    ended before it stays so."""
    state = str(told.after.get("state", ""))
    with suppress(ValueError):
        if told.subject == _LICENCE:
            return _PRINT_ENDED if LicenceState(state).ended else 0
        if told.subject.startswith("permit/"):
            return status_list_value(PermitStatus(PermitState(state).value))
    return None
