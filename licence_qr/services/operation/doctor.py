"""What makes an installation unsafe although it works: each condition with what to do about it.

Readiness tells what is broken now; this tells what would hurt once somebody steals, restores or loses something, or prints
a rare name. It tells paths and counts, no person and no secret.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Role
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.errors import LicenceQRError
from licence_qr.printing import fonts
from licence_qr.services.accounts.role_rules import NUMBERED
from licence_qr.services.accounts.second_factor.checking import FactorChecks
from licence_qr.services.keys.adopting import unlisted
from licence_qr.services.keys.keyring import FIRST_PURPOSES, Keys
from licence_qr.services.operation.readiness import Watching
from licence_qr.store.accounts import accounts, persons
from licence_qr.store.backup import last_backup
from licence_qr.store.keys import key_files, newest_lists, passphrases
from licence_qr.store.keys.newest_lists import SignedList

KEY_ENDS_WITHIN = timedelta(days=60)  # to fetch the root key from its safe
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# The State Council announces the holidays of a year in the first half of November before it.
CALENDAR_ANNOUNCED = (11, 1)  # month and day from which the next year is asked for
FEWEST_ADMINISTRATORS = 2  # one asks for the reset of a lost second factor, another confirms it


@dataclass(frozen=True, slots=True)
class Doctor:
    """Examines one installation. ``secrets`` are the files that nobody but their owner may read."""

    watching: Watching
    keys: Keys
    checks: FactorChecks
    home: Path
    secrets: tuple[Path, ...]
    signer_apart: bool
    """Whether a signer that is a service of its own is named; ``keys`` are those that it has."""
    identity_service: bool
    """Whether one is configured."""
    calendar: WorkingCalendar

    def examine(self, now: datetime) -> list[LicenceQRError]:
        """What was found, the gravest first; empty where nothing is. Raises RegisterError, KeyStoreError, TokenError."""
        broken = self.watching.look(now).reasons
        unsafe = (
            self._keys(now),
            self._signer(),
            self._backup(),
            self._files(),
            self._people(),
            self._fonts(),
            self._days(now),
        )
        return [*broken, *(found for each in unsafe for found in each)]

    def _signer(self) -> Iterator[LicenceQRError]:
        """Root reads every file; so only another user can tell whether the keys are out of its reach."""
        if not self.signer_apart:
            if not self.checks.demonstration:
                yield LicenceQRError("unsafe_signer_not_apart")
        elif os.geteuid() != 0:
            for path in sorted({*self._private_keys(), self.keys.passphrase_file}):
                if os.access(path, os.R_OK):
                    yield LicenceQRError("unsafe_key_in_reach", path=path)

    def _keys(self, now: datetime) -> Iterator[LicenceQRError]:
        folder, passphrase = self.keys.folder, self.keys.passphrase_file
        if not self.checks.demonstration:
            if any(map(key_files.private_root_files, (folder, self.home))):
                yield LicenceQRError("unsafe_root_key_here", path=folder)
            if any(place in passphrase.resolve().parents for place in (self.home.resolve(), folder.resolve())):
                yield LicenceQRError("unsafe_passphrase_beside", path=passphrase)
        for purpose in FIRST_PURPOSES:
            signing = self.keys.trust_list().signing_keys(purpose, local_date(now))
            last = max((key.sign_until for key in signing), default=None)
            if last is not None and last - local_date(now) < KEY_ENDS_WITHIN:
                yield LicenceQRError("unsafe_key_ends", purpose=purpose.value, last=last)
        for path in unlisted(folder, self.keys.trust_list()):
            yield LicenceQRError("unsafe_key_unlisted", path=path)
        if SignedList.TRUST not in newest_lists.read(folder):
            yield LicenceQRError("unsafe_lists_not_noted", path=folder)

    def _backup(self) -> Iterator[LicenceQRError]:
        """Where there is a last one, readiness looks at its age."""
        if last_backup.read(self.home) is None and not self.checks.demonstration:
            yield LicenceQRError("unsafe_no_backup")

    def _files(self) -> Iterator[LicenceQRError]:
        passphrase, register = self.keys.passphrase_file, self.watching.probe.path
        for path in sorted({*self.secrets, register, *self._private_keys(), passphrase}):
            if not path.exists():
                continue
            found = path.stat()
            others = _OF_OTHERS & ~stat.S_IRGRP if self.signer_apart and path == register else _OF_OTHERS
            if passphrases.is_open(found) if path == passphrase else found.st_mode & others:
                yield LicenceQRError("unsafe_file_open", path=path, mode=f"{stat.S_IMODE(found.st_mode):04o}")

    def _fonts(self) -> Iterator[LicenceQRError]:
        """Without the first nothing is issued and no card is printed, without the others not those of some names."""
        if missing := [face for face in fonts.FACES if not fonts.installed(face)]:
            yield LicenceQRError(
                "unsafe_fonts_missing",
                files="、".join(face.file for face in missing),
                packages=" ".join(dict.fromkeys(face.package for face in missing)),
            )
        if scripts := [script for script in fonts.SCRIPTS if fonts.missing_packages(script)]:
            yield LicenceQRError(
                "unsafe_script_fonts_missing",
                scripts_zh="、".join(script.name.zh for script in scripts),
                scripts_en=", ".join(script.name.en for script in scripts),
                packages=" ".join(dict.fromkeys(each for script in scripts for each in fonts.missing_packages(script))),
            )

    def _days(self, now: datetime) -> Iterator[LicenceQRError]:
        """Time limits that run into a year whose calendar is not entered cannot be reckoned."""
        today = local_date(now)
        needed = [today.year, *([today.year + 1] if (today.month, today.day) >= CALENDAR_ANNOUNCED else [])]
        for year in needed:
            if year not in self.calendar.years and not self.checks.demonstration:
                yield LicenceQRError("unsafe_calendar_missing", year=year)

    def _private_keys(self) -> Iterator[Path]:
        return (path for path in self.keys.folder.glob("*.pem") if not path.name.endswith(".pub.pem"))

    def _people(self) -> Iterator[LicenceQRError]:
        with self.checks.database.read() as tx:
            users = [user for user in accounts.everybody(tx) if not user.disabled]
            active = [user.actor for user in users]
            bare = [
                each for each in active if self.checks.is_required(each) and not self.checks.enrolled(tx, each.user_id)
            ]
            numbered = {each.person_id for each in persons.everybody(tx) if each.staff_no}
        unnumbered = sum(1 for each in active if each.roles & NUMBERED and each.person_id not in numbered)
        shut = sum(1 for user in users if user.service_only)
        if shut and not self.identity_service:
            yield LicenceQRError("unsafe_service_only", count=shut)
        if unnumbered:
            yield LicenceQRError("unsafe_without_staff_no", count=unnumbered)
        if bare:
            yield LicenceQRError("unsafe_without_factor", count=len(bare))
        if not self.checks.demonstration:
            administrators = {each.person_id for each in active if Role.ADMIN in each.roles}
            if len(administrators) < FEWEST_ADMINISTRATORS:
                yield LicenceQRError("unsafe_few_administrators", count=len(administrators))
