"""An installation with its backups, and the key that reads them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from harmed import settings_of
from once import made_once
from pyrage import x25519

from licence_qr.backups import build_backup, build_restore, build_verifying
from licence_qr.bootstrap import Services
from licence_qr.config import load_settings
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.roles import AT_THE_MACHINE, Actor
from licence_qr.services.operation.backup import Made, Progress
from licence_qr.services.operation.restore import Restored, Wanted
from licence_qr.services.operation.verifying import VerifiedBackup
from licence_qr.store.backup.age import Recipients
from licence_qr.store.database.connections import Database


@dataclass
class Here:
    """An installation with its backups, and the key that reads them."""

    folder: Path
    identity: Path
    recipient: str
    make_services: Callable[..., Services]
    make_application: Callable[..., Application]
    clerk: Actor
    issued: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "var"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    def services(self) -> Services:
        return self.make_services(self.folder, at=datetime.now(UTC))

    def back_up(self, keep: int = 300, recipient: str = "", progress: Progress = lambda done, total: None) -> Made:
        making = build_backup(load_settings(settings_of(self.folder)), {"LICENCE_QR_PORT": "8000"})
        to = Recipients((recipient or self.recipient,))
        return making.make(self.backups, to, keep, AT_THE_MACHINE, datetime.now(UTC), progress)

    def verify(self, *, opened: bool = True, snapshot: str | None = None) -> VerifiedBackup:
        settings = load_settings(settings_of(self.folder))
        return build_verifying(settings, self.backups, self.identity if opened else None).run(snapshot, lambda *_: None)

    def lose_register(self) -> None:
        for path in self.home.glob("register.db*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for folder in ("files", "photos"):
            shutil.rmtree(self.home / folder, ignore_errors=True)

    def restore(self, name: str | None = None, *, without_marks: bool = False) -> Restored:
        wanted = Wanted(self.backups, self.identity, name, without_marks=without_marks)
        restoring = build_restore(load_settings(settings_of(self.folder)))
        return restoring.from_backup(wanted, AT_THE_MACHINE, datetime.now(UTC), lambda *_: None)

    def lose_and_restore(self, name: str | None = None) -> Restored:
        self.lose_register()
        return self.restore(name)

    def issue(self) -> None:
        """A pair for a business that had none."""
        self.issued += 1
        services, now = self.services(), datetime.now(UTC)
        application = self.make_application(self.issued, at=now)
        services.issuance.issue(application, self.clerk, f"key {self.issued}", now)
        services.database.close()


@pytest.fixture
def here(
    make_services: Callable[..., Services],
    make_application: Callable[..., Application],
    clerk: Actor,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Here:
    """With one pair issued, which is done once in a run."""

    def at(folder: Path) -> Here:
        return Here(folder, tmp_path / "identity", str(key.to_public()), make_services, make_application, clerk)

    def issued(folder: Path) -> None:
        made = at(folder / "installation")
        make_services(made.folder, at=datetime.now(UTC)).database.close()
        made.issue()

    key = x25519.Identity.generate()
    (tmp_path / "identity").write_text(f"# made for a test\n{key}\n")
    done = made_once(tmp_path_factory, "installation with a pair", issued)
    return replace(at(Path(shutil.copytree(done / "installation", tmp_path / "installation"))), issued=1)


def rows(register: Path, sql: str) -> list[tuple[object, ...]]:
    database = Database(register)
    with database.read() as tx:
        found = [tuple(row) for row in tx.all(sql)]
    database.close()
    return found
