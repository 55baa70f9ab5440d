"""Letting a register that was put back go on: nothing that was given or ended since the copy is given or valid again.

Numbers go on above the marks; files that were deleted are deleted again; nobody is signed in. What cannot be known is told:
passwords, recovery codes, roles and closed accounts are those of the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.files.kept import Files
from licence_qr.services.files.taking_over import TakingOver
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import ending
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.keys import newest_lists, noted_lists
from licence_qr.store.numbers import code_versions, given_numbers
from licence_qr.store.numbers.given_numbers import Given
from licence_qr.store.work import calendar_feeds

LEFT_OUT = 1000  # numbers of each series that are left out where there are no marks
VERSIONS_LEFT_OUT = 100


@dataclass(frozen=True, slots=True)
class GoneOn:
    """The series whose numbers may have been given since the copy, how many files were deleted again, and how many sessions
    and secret calendar addresses were ended."""

    given: tuple[Given, ...]
    files: int
    sessions: int
    calendars: int


def go_on(
    database: Database, keys: Path, marks: Mapping[str, int] | None, told: tuple[str, Actor], now: datetime
) -> GoneOn:
    """Upgrade the register and let it go on above ``marks``; ``told`` are subject and actor of the event that says so. Its
    file alone is complete then.

    Raises RegisterError.
    """
    database.create_or_upgrade()
    TakingOver.beside(database, keys).run(now, lambda done, total: None)
    files, (subject, by) = Files.beside(database, keys), told
    with database.write() as tx:
        gone = _mend(tx, files, marks, now)
        for which, sequence in newest_lists.read(keys).items():
            noted_lists.note(tx, which, sequence)
        facts = {
            "given": {each.series: [each.last, each.mark] for each in gone.given},
            "files_deleted": gone.files,
            "sessions_ended": gone.sessions,
            "calendars_ended": gone.calendars,
        }
        events.write(tx, NewEvent(kind=EventKind.REGISTER_PREPARED, subject=subject, at=now, by=by, after=facts))
    files.sweep(now)
    database.write_back()
    return gone


def _mend(tx: Transaction, files: Files, marks: Mapping[str, int] | None, now: datetime) -> GoneOn:
    above = marks if marks is not None else _far_above(given_numbers.given(tx))
    return GoneOn(
        given=given_numbers.go_on_above(tx, above),
        files=files.delete_again(tx, local_date(now)),
        sessions=ending.end_everything(tx, now),
        calendars=calendar_feeds.remove_all(tx),
    )


def _far_above(given: Mapping[str, int]) -> Mapping[str, int]:
    return {
        series: last + (VERSIONS_LEFT_OUT if series == code_versions.SERIES else LEFT_OUT)
        for series, last in given.items()
    }
