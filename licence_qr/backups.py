"""Settings → backup, restore, and the upgrade that keeps a copy of the register first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from licence_qr.config import Settings
from licence_qr.parts import marks_of, register_of
from licence_qr.preparation import prepare
from licence_qr.services.files.taking_over import Progress, TakenOver
from licence_qr.services.operation.backup import Backup
from licence_qr.services.operation.restore import Restore
from licence_qr.services.operation.verifying import BackupVerifying
from licence_qr.store.database import snapshot
from licence_qr.store.database.connections import Database
from licence_qr.store.files import former
from licence_qr.store.files.deletions import DeletionList
from licence_qr.store.numbers import given_numbers


def build_backup(settings: Settings, shown: Mapping[str, str]) -> Backup:
    """What makes backups; ``shown`` are the settings that are no secrets."""
    return Backup(register_of(settings), settings.home, settings.keys, settings.web_secret_file, shown)


def build_restore(settings: Settings) -> Restore:
    """What restores; there need not be a register."""
    secure = partial(given_numbers.secure, marks_of(settings))
    return Restore(
        settings.register_path, settings.keys, settings.web_secret_file, lambda path: Database(path, None, secure)
    )


def build_verifying(settings: Settings, folder: Path, identity: Path | None) -> BackupVerifying:
    """What verifies backups; there need not be an installation."""
    return BackupVerifying(folder, identity, DeletionList(settings.keys).names())


@dataclass(frozen=True, slots=True)
class Migration:
    """What an upgrade does: the steps that the register lacks, how many photographs wait to be encrypted, and where the copy
    of the register goes."""

    settings: Settings
    steps: tuple[str, ...]
    photographs: int
    copy: Path

    @classmethod
    def of(cls, settings: Settings, now: datetime) -> Migration:
        """What there is to do. Raises RegisterError, as for ``register_newer``."""
        database = register_of(settings)
        steps = database.missing_steps()
        with database.read() as tx:
            photographs = former.waiting(tx)
        database.close()
        copy = settings.home / f"register-before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
        return cls(settings, steps, photographs, copy)

    def run(self, now: datetime, progress: Progress) -> TakenOver:
        """Copy the register if it lacks steps, then upgrade it and encrypt the photographs.

        Raises RegisterError: without the copy nothing is changed, and if a step fails the register is as it was.
        """
        if self.steps:
            snapshot.copy(self.settings.register_path, self.copy)
        return prepare(self.settings, now, demonstration=False, progress=progress)
