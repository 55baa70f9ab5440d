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
from licence_qr.services.operation.backup import Backup
from licence_qr.services.operation.restore import Restore
from licence_qr.store.database import snapshot
from licence_qr.store.database.connections import Database
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


@dataclass(frozen=True, slots=True)
class Migration:
    """What an upgrade does: the steps that the register lacks, and where its copy goes."""

    settings: Settings
    steps: tuple[str, ...]
    copy: Path

    @classmethod
    def of(cls, settings: Settings, now: datetime) -> Migration:
        """What there is to do. Raises RegisterError, as for ``register_newer``."""
        database = register_of(settings)
        steps = database.missing_steps()
        database.close()
        return cls(settings, steps, settings.home / f"register-before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.db")

    def run(self, now: datetime) -> None:
        """Copy the register, then upgrade it. Raises RegisterError: without the copy nothing is changed."""
        snapshot.copy(self.settings.register_path, self.copy)
        prepare(self.settings, now, demonstration=False)
