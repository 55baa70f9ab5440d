"""Bringing a register back from a backup, so that nothing it gave out since is given again.

Everything is brought into a folder of its own and verified there; it takes its place by renaming, the register last. How it
goes on is in ``going_on``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from licence_qr.domain.roles import Actor
from licence_qr.errors import KeyStoreError, RegisterError, RuleError
from licence_qr.services.operation import private_files
from licence_qr.services.operation.going_on import LEFT_OUT, GoneOn, go_on
from licence_qr.services.operation.manifest import Manifest, decode
from licence_qr.services.operation.private_files import PrivateFile
from licence_qr.store.backup.age import Identity
from licence_qr.store.backup.places import BackupPlace, alone_in
from licence_qr.store.database import journal_files
from licence_qr.store.database.connections import Database
from licence_qr.store.files import file_errors, former, make_folder, mode_for_readers, put_in_place
from licence_qr.store.files.folder import FOLDER
from licence_qr.store.keys import key_files
from licence_qr.store.numbers import number_marks

_STAGING = ".restoring"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which snapshot of the backups in ``folder``, the newest by default, opened by the key in the file ``identity``.
    ``without_marks``: leave ``LEFT_OUT`` numbers out, because nobody knows which were given. ``private``: private keys that
    are missing come back too."""

    folder: Path
    identity: Path
    snapshot: str | None = None
    without_marks: bool = False
    private: PrivateFile | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back: the snapshot, and when it was made (ISO; both empty for a register that was there), and the
    files of private keys."""

    snapshot: str
    made_at: str
    gone: GoneOn
    private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restore:
    """Restores one installation; ``open_register`` opens a register with the marks of ``keys``."""

    register: Path
    keys: Path
    web_secret: Path
    open_register: Callable[[Path], Database]

    @property
    def home(self) -> Path:
        """The folder of the register and its files."""
        return self.register.parent

    def from_backup(self, wanted: Wanted, by: Actor, now: datetime, progress: Progress) -> Restored:
        """Restore a snapshot where there is no register; ``progress`` gets objects verified and in all.

        Raises RuleError ``restore_register_here``, ``restore_without_marks``; NotFoundError ``backup_not_found``;
        RegisterError ``backup_damaged``, ``backup_running``, …; KeyStoreError ``restore_other_root``, …. Nothing is changed
        then. One that was cut short is repeated.
        """
        self._refuse_over_register()
        marks = self._marks(without_marks=wanted.without_marks)
        place, key = BackupPlace(wanted.folder), Identity.read(wanted.identity)
        private = wanted.private.read(wanted.identity) if wanted.private else {}
        name, sealed, path = place.manifest(wanted.snapshot)
        manifest = decode(key.decrypt(sealed, path), name)
        with self._staging() as staged:
            self._bring(BackupPlace(wanted.folder, bytes.fromhex(manifest.names_key)), key, manifest, staged, progress)
            self._refuse_other_root(staged / "keys")
            gone = self._go_on(staged / self.register.name, marks, (f"restored/{name}", by), now)
            # Keys before the lists that name them.
            put_back = private_files.put_back(private, self.keys, self.web_secret)
            self._put_in_place(staged, manifest)
        return Restored(name, manifest.made_at, gone, put_back)

    def here(self, by: Actor, now: datetime) -> Restored:
        """The same for a register that somebody has put back already. Raises RuleError ``restore_without_marks``,
        RegisterError."""
        marks = self._marks(without_marks=False)
        return Restored("", "", self._go_on(self.register, marks, ("restored/here", by), now))

    def _refuse_over_register(self) -> None:
        # One that was cut short had found none, and has put files in place, but not yet the register.
        cut_short = (self.home / _STAGING).exists()
        files = () if cut_short else (self.home / FOLDER, self.home / former.FOLDER)
        for each in (self.register, *journal_files.left_beside(self.register), *files):
            if each.exists():
                raise RuleError("restore_register_here", path=each)

    def _refuse_other_root(self, lists: Path) -> None:
        """Raise KeyStoreError ``restore_other_root`` where the keys here are those of another installation."""
        if all(map(key_files.has_root_public_key, (lists, self.keys))):
            of_copy, here = map(key_files.read_root_public_key, (lists, self.keys))
            if of_copy != here:
                raise KeyStoreError("restore_other_root", path=self.keys)

    def _marks(self, *, without_marks: bool) -> Mapping[str, int] | None:
        marks = number_marks.read(self.keys)
        if marks is None and not without_marks:
            raise RuleError("restore_without_marks", path=self.keys / number_marks.FILE, count=LEFT_OUT)
        return marks

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        place = self.home / _STAGING
        staged = place / "snapshot"
        with alone_in(place):
            try:
                with file_errors(staged):
                    shutil.rmtree(staged, ignore_errors=True)  # of one that was stopped
                    make_folder(staged, 0o700)
                yield staged
            finally:
                shutil.rmtree(place, ignore_errors=True)

    def _bring(self, place: BackupPlace, key: Identity, manifest: Manifest, staged: Path, progress: Progress) -> None:
        total, done = len(tuple(manifest.objects())), 0

        def get(name: str) -> bytes:
            nonlocal done
            content = place.get(name, key.decrypt)
            done += 1
            progress(done, total)
            return content

        whole, register = hashlib.sha256(), staged / self.register.name
        with file_errors(register), register.open("wb") as file:
            register.chmod(mode_for_readers(self.register.parent))
            for each in manifest.register:
                block = get(each)
                whole.update(block)
                file.write(block)
        if whole.hexdigest() != manifest.sha256:
            raise RegisterError("backup_damaged", path=place.folder)
        for name, held in manifest.files.items():
            key_files.write_file(staged / name, get(held))
        for name, held in manifest.lists.items():
            key_files.write_file(staged / "keys" / Path(name).name, get(held))

    def _go_on(self, register: Path, marks: Mapping[str, int] | None, told: tuple[str, Actor], now: datetime) -> GoneOn:
        return go_on(self.open_register(register), self.keys, marks, told, now)

    def _put_in_place(self, staged: Path, manifest: Manifest) -> None:
        """The lists that are missing beside the keys, the files, and last the register."""
        for name in manifest.lists:
            target = self.keys / Path(name).name
            if not target.exists():
                key_files.write_file(target, (staged / "keys" / target.name).read_bytes())
        with file_errors(self.home):
            shutil.rmtree(staged / "keys", ignore_errors=True)
            for path in sorted(staged.iterdir(), key=lambda each: (each.name == self.register.name, each.name)):
                if path.name.startswith(self.register.name) and path.is_file() and path.name != self.register.name:
                    continue  # the queue of those who wrote here
                _move(path, self.home / path.name)


def _move(source: Path, target: Path) -> None:
    """Rename; into a folder that is there, as that of the events that wait, file by file."""
    if not target.is_dir():
        put_in_place(source, target)
        return
    for path in sorted(source.iterdir()):
        _move(path, target / path.name)
