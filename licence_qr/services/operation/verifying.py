"""Whether a backup could be restored: read, decrypted and opened as a restore would, and thrown away again.

Whoever has no identity learns less: that all its objects are there and are encrypted files.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from licence_qr.errors import LicenceQRError, RegisterError
from licence_qr.services.operation.check import file_faults
from licence_qr.services.operation.manifest import Manifest, decode
from licence_qr.store.backup.age import Identity
from licence_qr.store.backup.places import BackupPlace, made_at
from licence_qr.store.database import integrity
from licence_qr.store.database.connections import Database
from licence_qr.store.files import file_errors, rows, sealing
from licence_qr.store.files.folder import FOLDER

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class VerifiedBackup:
    """What was found in a snapshot: how many objects it names, and what is wrong. The rest only the identity opens:
    ``program`` and newest ``step`` of the schema that made it, how many rows it ``counts``, and how many ``files``."""

    snapshot: str
    made_at: datetime
    objects: int = 0
    opened: bool = False
    program: str = ""
    step: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    findings: list[LicenceQRError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BackupVerifying:
    """Verifies backups in ``folder``. ``deleted`` are files deleted since, which may be missing."""

    folder: Path
    identity: Path | None
    deleted: frozenset[str]

    def run(self, snapshot: str | None, progress: Progress) -> VerifiedBackup:
        """Verify a snapshot, the newest by default; ``progress`` gets objects done and in all.

        Raises NotFoundError ``backup_not_found``, KeyStoreError ``backup_identity`` or ``backup_not_for_this_key``,
        RegisterError ``backup_damaged`` where the manifest itself cannot be read.
        """
        place = BackupPlace(self.folder)
        name, sealed, path = place.manifest(snapshot)
        verified = VerifiedBackup(name, made_at(name))
        if self.identity is None:
            self._closed(place, verified, progress)
            return verified
        key = Identity.read(self.identity)
        manifest = decode(key.decrypt(sealed, path), name)
        opened = BackupPlace(self.folder, bytes.fromhex(manifest.names_key))
        verified.opened, verified.program, verified.step = True, manifest.program, manifest.step
        verified.counts, verified.files = manifest.counts, len(manifest.files)
        _Opening(opened, key, manifest, verified, progress).run(self.deleted)
        return verified

    def _closed(self, place: BackupPlace, verified: VerifiedBackup, progress: Progress) -> None:
        names = place.objects_of(verified.snapshot)
        verified.objects = len(names)
        for done, name in enumerate(names, start=1):
            if path := place.seems_damaged(name):
                verified.findings.append(LicenceQRError("backup_object_damaged", path=path))
            progress(done, len(names))


@dataclass(slots=True)
class _Opening:
    """One snapshot, opened."""

    place: BackupPlace
    key: Identity
    manifest: Manifest
    verified: VerifiedBackup
    progress: Progress
    done: int = 0

    def run(self, deleted: frozenset[str]) -> None:
        self.verified.objects = len(tuple(self.manifest.objects()))
        with tempfile.TemporaryDirectory(prefix="licence-qr-") as folder:  # mode 0700; it holds keys of files
            register = Path(folder) / "register.db"
            whole = self._register(register)
            keys = self._look_at(register) if whole else {}
        for told, name in self.manifest.files.items():
            self._file(told, name, keys)
        for name in self.manifest.lists.values():
            self._get(name)
        held = {PurePosixPath(told).name for told in self.manifest.files}
        for name in sorted(keys.keys() - held - deleted):
            self._found("backup_without_file", name=name)

    def _register(self, target: Path) -> bool:
        """Put the register together; return whether it is the one that was copied."""
        whole, complete = hashlib.sha256(), True
        with file_errors(target), target.open("wb") as file:
            for name in self.manifest.register:
                block = self._get(name)
                complete = complete and block is not None
                whole.update(block or b"")
                file.write(block or b"")
        if complete and whole.hexdigest() != self.manifest.sha256:
            self._found("backup_register_differs")
        return complete and whole.hexdigest() == self.manifest.sha256

    def _look_at(self, register: Path) -> Mapping[str, bytes]:
        """Look at pages and foreign keys; return the keys of the files."""
        database = Database(register)
        try:
            with database.read() as tx:
                self.verified.findings += file_faults(
                    integrity.faults(tx, whole=False), integrity.broken_references(tx)
                )
            with database.read() as tx:
                return dict(rows.everything(tx))
        except RegisterError as error:
            if error.code != "register_outdated":  # made before files were encrypted
                self.verified.findings.append(error)
            return {}
        finally:
            database.close()

    def _file(self, told: str, name: str, keys: Mapping[str, bytes]) -> None:
        """Look at a file, and open it where the register has its key."""
        sealed, path = self._get(name), PurePosixPath(told)
        if sealed is None or path.parts[0] != FOLDER or path.name not in keys:
            return
        try:
            sealing.unseal(path.name, keys[path.name], sealed)
        except LicenceQRError as error:
            self.verified.findings.append(error)

    def _get(self, name: str) -> bytes | None:
        """An object; None where it is missing or damaged, which is found then."""
        self.done += 1
        self.progress(self.done, self.verified.objects)
        try:
            return self.place.get(name, self.key.decrypt)
        except LicenceQRError as error:
            self._found("backup_object_damaged", path=error.facts["path"])
            return None

    def _found(self, code: str, **facts: object) -> None:
        self.verified.findings.append(LicenceQRError(code, **facts))
