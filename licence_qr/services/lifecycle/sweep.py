"""The daily sweep (每日整理): record what the calendar has done, business by business.

Pages and checks do not depend on it, because they use the dates themselves. But it gives a permit deemed renewed its
new expiry date and print, and records when a mark or dormancy ended.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject, SubjectKind, rule
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import KeyStoreError, LicenceQRError
from licence_qr.services.files.kept import Files
from licence_qr.services.lifecycle.calendar import calendar_actor
from licence_qr.services.lifecycle.case import ActCase
from licence_qr.services.lifecycle.perform import Life
from licence_qr.services.register.record import as_json
from licence_qr.services.signing.status_entries import refresh_status
from licence_qr.store.database.batches import write_each_apart
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import entities, marks, permits

_log = logging.getLogger("licence_qr.lifecycle")
_PACKAGE = Path(__file__).parents[2]
_Act = Callable[[Transaction, str, datetime], None]


@dataclass(frozen=True, slots=True)
class Swept:
    """The number of renewals, dormancies and marks recorded, and of files removed that nothing names.

    ``unswept``: the credit codes of businesses of which something could not be recorded.
    """

    renewals: int
    rests: int
    marks: int
    files_removed: int
    unswept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LifeSweep:
    """Runs the sweep, each business whole in one transaction, so an interrupted sweep can be run again."""

    database: Database
    life: Life
    files: Files

    def run(self, now: datetime) -> Swept:
        """Record all that is due at ``now``. Whatever is wrong with one business stops no other one: the log says what.

        Raises KeyStoreError when a new print cannot be signed, RegisterError.
        """
        day = local_date(now)
        with self.database.read() as tx:
            renewing = permits.undecided_past_end(tx, day)
            resting = entities.rested(tx, day)
            over = marks.elapsed(tx, day)
        due = {each.uscc for each in renewing} | set(resting)
        late = self._each(due, self._catch_up, now) | self._each({each.uscc for each in over}, self._drop_marks, now)
        renewals = sum(each.uscc not in late for each in renewing)
        rests = sum(uscc not in late for uscc in resting)
        ended = sum(each.uscc not in late for each in over)
        return Swept(renewals, rests, ended, self.files.sweep(now), tuple(sorted(late)))

    def _each(self, usccs: set[str], act: _Act, now: datetime) -> set[str]:
        """Do ``act`` for each business; return those for which it failed."""
        failed = write_each_apart(self.database, sorted(usccs), lambda tx, uscc: act(tx, uscc, now), KeyStoreError)
        for uscc, error in failed:
            # Neither its text nor its facts: they may name people.
            told = error.code if isinstance(error, LicenceQRError) else type(error).__name__
            frames = traceback.extract_tb(error.__traceback__)
            place = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)][-1]
            _log.error("not swept: %s: %s at %s:%s", uscc, told, place.filename, place.lineno)
        return {uscc for uscc, _ in failed}

    def _catch_up(self, tx: Transaction, uscc: str, now: datetime) -> None:
        stored = entities.get(tx, uscc)
        if stored is None or not self.life.catch_up(tx, uscc, now):
            return
        actor = calendar_actor(stored.office)
        why = rule(SubjectKind.PERMIT, Act.DEEM_RENEWED).name.zh
        self.life.coding.issue_code(tx, uscc, now, actor, actor.office, why, room=False)  # it is so by law
        refresh_status(tx, uscc, local_date(now))

    def _drop_marks(self, tx: Transaction, uscc: str, now: datetime) -> None:
        stored = entities.get(tx, uscc)
        if stored is None:
            return
        request = ActRequest(Subject(uscc), Act.LIFT_MARK, Grounds(), calendar_actor(stored.office))
        lifting = rule(SubjectKind.LICENCE, Act.LIFT_MARK)
        case = ActCase(tx, self.life.catalogue, request, lifting, now, stored)
        for each in marks.of_business(tx, uscc):
            until = each.mark.until
            if until is None or each.mark.lifted_on is not None or until >= case.today:
                continue
            day = until + timedelta(days=1)
            marks.lift(tx, each.mark_id, day)
            lifted = replace(each.mark, lifted_on=day)
            case.note(EventKind.MARK_LIFTED, f"mark/{each.mark_id}", day, as_json(each.mark), as_json(lifted))
