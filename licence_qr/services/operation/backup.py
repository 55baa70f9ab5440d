"""A backup while the service runs: only what is new since the last one is written, encrypted for its recipients.

The register comes first, then the files: a file is on the disk before the row that names it. Files are encrypted already,
and their keys are in the copy of the register alone. Private keys are in no backup; ``private_files`` puts them apart, when
asked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licence_qr import __version__
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import RuleError
from licence_qr.services.operation import private_files
from licence_qr.services.operation.manifest import Manifest
from licence_qr.services.operation.private_files import PrivateFile
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.backup import age, last_backup
from licence_qr.store.backup.age import Recipients
from licence_qr.store.backup.last_backup import LastBackup
from licence_qr.store.backup.places import BackupPlace, alone_in, snapshot_name
from licence_qr.store.database import migrations, snapshot
from licence_qr.store.database.connections import Database
from licence_qr.store.files import file_errors, former
from licence_qr.store.files.folder import FOLDER
from licence_qr.store.keys import key_files
from licence_qr.store.register import pending_events

BLOCK = 64 * 1024  # bytes of the register in one object
_NAMES = "licence-qr names of backup objects 1"
_WORK = ".backup"  # below the home: one backup at a time copies the register here, wherever it goes to
Progress = Callable[[int, int], None]


def recipients(names: tuple[str, ...], file: Path | None) -> Recipients:
    """Those who are named, and those in a file. Raises ConfigError ``backup_recipient``, OSError."""
    return Recipients((*names, *(age.lines(file) if file else ())))


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: its name, objects in all and newly written, and objects removed with old snapshots."""

    snapshot: str
    objects: int
    new: int
    removed: int


@dataclass(frozen=True, slots=True)
class Backup:
    """Makes backups of one installation. ``settings`` are those without secrets, ``home`` and ``keys`` its folders."""

    database: Database
    home: Path
    keys: Path
    web_secret: Path
    settings: Mapping[str, str]

    def make(self, folder: Path, to: Recipients, keep: int, by: Actor, now: datetime, progress: Progress) -> Made:
        """Make a snapshot in ``folder`` and keep the newest ``keep``. One that was stopped is gone on with: what it wrote is
        found there. ``progress`` gets objects done and in all.

        Raises RegisterError (of the register or of the place; ``backup_running``); RuleError ``backup_beside``. A new place,
        or new recipients, is an event before anything is written.
        """
        self._refuse_beside(folder)
        place = BackupPlace(folder, self._names_key(to))
        self._tell(place, to, by, now)
        name, copied = snapshot_name(now), self.home / _WORK / "register.db"
        with alone_in(copied.parent), place.alone():
            try:
                snapshot.copy(self.database.path, copied)
                manifest, new = self._put_all(place, to, copied, now, progress)
            finally:
                copied.unlink(missing_ok=True)
            objects = tuple(manifest.objects())
            place.finish(name, to.encrypt(manifest.encode()), objects)
            removed = place.keep_only(keep)
        last_backup.note(self.home, LastBackup(now.isoformat(), str(place.folder.resolve()), name, to.names))
        return Made(name, len(objects), new, removed)

    def _refuse_beside(self, folder: Path) -> None:
        """What destroys these folders, or is restored in their place, would take the backups along."""
        place = folder.resolve()
        for each in (self.home.resolve(), self.keys.resolve()):
            if each in (place, *place.parents):
                raise RuleError("backup_beside", path=folder, folder=each)

    def private_files(self, target: PrivateFile, to: Recipients, by: Actor, now: datetime) -> None:
        """Put private keys, and the secret that seals second factors, into one encrypted file. Raises RegisterError,
        KeyStoreError."""
        content = private_files.gather(self.keys, self.web_secret)
        self._write_event("export/private-keys", {"files": sorted(content)}, by, now)
        target.write(content, to)

    def _names_key(self, to: Recipients) -> bytes:
        """Other recipients get objects of their own: they could not read those of the others."""
        told = "\n".join((_NAMES, *sorted(to.names)))
        return hmac.digest(key_files.read_web_secret(self.web_secret), told.encode("utf-8"), "sha256")

    def _tell(self, place: BackupPlace, to: Recipients, by: Actor, now: datetime) -> None:
        folder, last = str(place.folder.resolve()), last_backup.read(self.home)
        if last is None or (last.to, last.recipients) != (folder, to.names):
            self._write_event("export/backup", {"to": folder, "recipients": list(to.names)}, by, now)

    def _write_event(self, subject: str, told: Mapping[str, object], by: Actor, now: datetime) -> None:
        with self.database.write() as tx:
            events.write(tx, NewEvent(kind=EventKind.EXPORTED, subject=subject, at=now, by=by, after=dict(told)))

    def _put_all(
        self, place: BackupPlace, to: Recipients, copied: Path, now: datetime, progress: Progress
    ) -> tuple[Manifest, int]:
        files, lists = dict(self._files()), {path.name: path for path in key_files.public_files(self.keys)}
        blocks = -(-copied.stat().st_size // BLOCK)
        putting = _Putting(place, to, progress, blocks + len(files) + len(lists))
        whole, register = hashlib.sha256(), []
        with file_errors(copied), copied.open("rb") as content:
            while block := content.read(BLOCK):
                whole.update(block)
                register.append(putting.block(block))
        manifest = Manifest(
            made_at=now.isoformat(),
            program=__version__,
            step=migrations.NAMES[-1],
            counts=snapshot.counts(copied),
            settings=self.settings,
            names_key=place.names_key.hex(),
            sha256=whole.hexdigest(),
            register=tuple(register),
            files=putting.files(files),
            lists=putting.files(lists),
        )
        return manifest, putting.new

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Encrypted files; photographs that an earlier release left and nobody could take over; and events that wait for the
        register."""
        waiting = pending_events.folder(self.database.path)
        two = "[0-9a-f][0-9a-f]/[!.]*"
        for pattern in (f"{FOLDER}/{two}", f"{former.FOLDER}/{two}", f"{waiting.name}/[!.]*"):
            for path in sorted(self.home.glob(pattern)):
                yield path.relative_to(self.home).as_posix(), path


@dataclass(slots=True)
class _Putting:
    """Puts the objects of one snapshot, and counts them."""

    place: BackupPlace
    to: Recipients
    progress: Progress
    total: int
    done: int = 0
    new: int = 0

    def block(self, content: bytes) -> str:
        """Put a block; return its name."""
        return self._counted(*self.place.put(content, self.to.encrypt))

    def files(self, paths: Mapping[str, Path]) -> Mapping[str, str]:
        """Put files; one that was deleted meanwhile, as the law demands, is left out."""
        held = {}
        for told, path in paths.items():
            with file_errors(path), suppress(FileNotFoundError):
                held[told] = self._counted(*self.place.put_file(path, self.to.encrypt))
        return held

    def _counted(self, name: str, is_new: bool) -> str:
        self.done, self.new = self.done + 1, self.new + is_new
        self.progress(self.done, self.total)
        return name
