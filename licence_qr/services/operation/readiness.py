"""Readiness: whether register, keys, disk, clock and lists are as they must be. Nothing is written, no writer is waited for.

Each check raises what the use case itself would; all that is found is told together. A look is kept for a moment, so that
whoever asks without end costs no more than whoever asks once a second.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from licence_qr.credential.trust_list import KeyPurpose, TrustList
from licence_qr.domain.dates import local_date
from licence_qr.errors import LicenceQRError, RegisterError
from licence_qr.services.keys.keyring import FIRST_PURPOSES, Keys
from licence_qr.services.publishing.status_signer import LIFETIME
from licence_qr.services.register import chronology
from licence_qr.store.backup import last_backup
from licence_qr.store.database.connections import WRITE_WAIT_SECONDS
from licence_qr.store.database.probe import RegisterProbe
from licence_qr.store.feedback import reports
from licence_qr.store.files.folder import FilesFolder
from licence_qr.store.numbers import number_marks
from licence_qr.store.publishing import status_list
from licence_qr.store.register import history, pending_events
from licence_qr.store.signing import unsigned_codes

LEAST_FREE_BYTES = 100 * 1024 * 1024  # below it there is no room for the copy that a backup makes of a small register
# A clerk is refused after waiting this long for another writer.
_STUCK_AFTER = timedelta(seconds=WRITE_WAIT_SECONDS)
BACKUP_TOO_OLD = timedelta(hours=26)  # one a day, and two hours for it
_KEPT_FOR = timedelta(seconds=1)


@dataclass(slots=True)
class Readiness:
    """What was found at ``at``. Values are None where they could not be read; ``reasons`` are what stops the service."""

    at: datetime
    reasons: list[LicenceQRError] = field(default_factory=list)
    writer_busy: bool | None = None
    writers_waiting: int = 0
    newest_event_at: datetime | None = None
    status_list_issued_at: datetime | None = None
    backed_up_at: datetime | None = None
    trust_list_sequence: int | None = None
    trust_list_issued_at: datetime | None = None
    signing_until: dict[KeyPurpose, date] = field(default_factory=dict)
    reports_with_text: int | None = None
    unswept_businesses: int | None = None
    events_set_aside: int = 0
    versions_waiting: int | None = None
    """How many versions of codes are recorded and wait for a signature; those that were refused do not count."""
    free_bytes: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Take an error of the block as a reason, once."""
        try:
            yield
        except LicenceQRError as error:
            if error.code not in {reason.code for reason in self.reasons}:
                self.reasons.append(error)


@dataclass(slots=True)
class Watching:
    """Looks at one installation. ``folders`` are those whose disks fill up, by name; ``writers_waiting`` counts at once."""

    probe: RegisterProbe
    writers_waiting: Callable[[], int]
    keys: Keys
    files: FilesFolder
    folders: dict[str, Path]
    check_key: Callable[[KeyPurpose, datetime], None]
    _kept: Readiness | None = None
    _busy_since: tuple[int, datetime] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, now: datetime) -> Readiness:
        """What is found at the aware instant ``now``, or was found less than a second ago. Raises nothing of ours."""
        with self._lock:
            kept = self._kept
            if kept is None or not timedelta() <= now - kept.at < _KEPT_FOR:
                kept = self._kept = self._look(now)
            return kept

    def check_clock(self, now: datetime) -> None:
        """Raise RegisterError ``clock_behind`` where the clock was set back since the newest event; RegisterError."""
        with self.probe.reading() as tx:
            chronology.check(now, history.newest_at(tx))

    def _look(self, now: datetime) -> Readiness:
        set_aside = pending_events.how_many_set_aside(self.probe.path)
        found = Readiness(now, writers_waiting=self.writers_waiting(), events_set_aside=set_aside)
        checks: tuple[Callable[[Readiness], None], ...] = (
            self._register,
            self._writer,
            self._trust_list,
            self._signing,
            self._disks,
            self._status_list,
            self._backup,
        )
        for check in checks:
            with found.noting():
                check(found)
        with found.noting():
            self.files.check_writable()
        with found.noting():
            number_marks.check_usable(self.keys.folder)
        with found.noting():
            _check_clock(found)
        return found

    def _register(self, found: Readiness) -> None:
        try:
            with self.probe.reading() as tx:
                found.newest_event_at = history.newest_at(tx)
                found.reports_with_text = reports.count_with_words(tx)
                swept = history.newest_sweep(tx)
                found.unswept_businesses = len(json.loads(swept["after"]).get("unswept", ())) if swept else None
                found.versions_waiting = unsigned_codes.count_waiting(tx)
                issue = status_list.newest_issue(tx)
                found.status_list_issued_at = issue.issued_at if issue else None
        except RegisterError as error:
            if error.code != "register_locked":
                raise
            # In the older journal a reader is kept out while a writer commits: ``_writer`` tells how long.

    def _writer(self, found: Readiness) -> None:
        """Raise ``register_locked`` where somebody keeps the lock of writers and commits nothing, however long one waits."""
        try:
            self.probe.take_write_lock()
        except RegisterError as error:
            if error.code != "register_locked":
                raise
            self._stuck(found, error)
            return
        found.writer_busy, self._busy_since = False, None

    def _stuck(self, found: Readiness, error: RegisterError) -> None:
        found.writer_busy = True
        try:
            commits = self.probe.commits()
        except RegisterError:
            commits = self._busy_since[0] if self._busy_since else 0
        if self._busy_since is None or self._busy_since[0] != commits:
            self._busy_since = (commits, found.at)
        if found.at - self._busy_since[1] >= _STUCK_AFTER:
            raise error

    def _trust_list(self, found: Readiness) -> None:
        current: TrustList = self.keys.trust_list()
        found.trust_list_sequence, found.trust_list_issued_at = current.sequence, current.issued_at
        for purpose in FIRST_PURPOSES:
            days = [key.sign_until for key in current.signing_keys(purpose, local_date(found.at))]
            if days:
                found.signing_until[purpose] = max(days)

    def _signing(self, found: Readiness) -> None:
        for purpose in FIRST_PURPOSES:
            with found.noting():
                self.check_key(purpose, found.at)

    def _disks(self, found: Readiness) -> None:
        for name, folder in self.folders.items():
            try:
                disk = os.statvfs(folder)
            except OSError:
                continue  # what is missing is told by what needs it
            free = found.free_bytes[name] = disk.f_bavail * disk.f_frsize
            if free < LEAST_FREE_BYTES:
                with found.noting():
                    raise RegisterError("disk_low", path=folder, free=free >> 20, least=LEAST_FREE_BYTES >> 20)

    def _status_list(self, found: Readiness) -> None:
        issued_at = found.status_list_issued_at
        if issued_at is not None and found.at >= issued_at + LIFETIME:
            raise RegisterError("offline_list_too_old", issued_at=_told(issued_at))

    def _backup(self, found: Readiness) -> None:
        """Where none was ever made nobody is called for it: ``licence-qr doctor`` tells."""
        last = last_backup.read(self.probe.path.parent)
        found.backed_up_at = last.instant if last else None
        if last and found.at - last.instant > BACKUP_TOO_OLD:
            raise RegisterError("backup_too_old", at=_told(last.instant), to=last.to)


def _check_clock(found: Readiness) -> None:
    known = (found.newest_event_at, found.trust_list_issued_at)
    newest = max((each for each in known if each is not None), default=None)
    chronology.check(found.at, newest)


def _told(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
