"""Where backups are: a folder of encrypted objects, each once under a keyed hash of what it holds, and of snapshots.

Whoever sees the folder can neither read an object nor try what it might hold; the key stands in each manifest.

``objects/ab/abcd….age``    a block of the register, or a file
``snapshots/<time>.objects``  the objects of one snapshot, so that whoever cannot read it knows what may be removed
``snapshots/<time>.age``      its manifest; written last, so a snapshot that was stopped is none
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from licence_qr.errors import NotFoundError, RegisterError
from licence_qr.store.backup.age import HEADER
from licence_qr.store.files import file_errors, folder_lock, make_folder, put_in_place, sync_names

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_TIME = "%Y%m%dT%H%M%S.%fZ"
_LIST = ".objects"
_ENDING = ".age"
_PARTIAL = ".new"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other backups and restores out of a folder (mode 0700), made if missing. Raises RegisterError
    ``backup_running``."""
    with file_errors(folder):
        make_folder(folder, 0o700)
        try:
            lock = folder_lock.take(folder, wait=False)
        except BlockingIOError as error:
            raise RegisterError("backup_running", path=folder) from error
    try:
        yield
    finally:
        os.close(lock)


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """One folder of backups. Raises RegisterError, as ``register_unreachable``, where it cannot be used."""

    folder: Path
    names_key: bytes = b""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other backups to the same place out. Raises RegisterError ``backup_running``."""
        with alone_in(self.folder):
            with file_errors(self.folder):
                for each in (self.folder / "objects", self.folder / "snapshots"):
                    make_folder(each, 0o700)
            yield

    def put(self, content: bytes, encrypt: Callable[[bytes], bytes]) -> tuple[str, bool]:
        """Keep ``content``; return its name, and whether it is new here."""
        return self._put(self._name(content), lambda: encrypt(content))

    def put_file(self, path: Path, encrypt: Callable[[bytes], bytes]) -> tuple[str, bool]:
        """``put`` the content of a file. One that is named by its SHA-256 is not read if it is here already, so that many
        thousand photographs cost no more than their names. Raises FileNotFoundError."""
        if not _HASH.match(path.name):
            return self.put(path.read_bytes(), encrypt)
        name = self._name_of(path.name)
        if self._object(name).exists():
            return name, False
        content = path.read_bytes()
        whole = hashlib.sha256(content).hexdigest() == path.name
        return self._put(name, lambda: encrypt(content)) if whole else self.put(content, encrypt)

    def _put(self, name: str, encrypted: Callable[[], bytes]) -> tuple[str, bool]:
        target = self._object(name)
        if target.exists():
            return name, False
        with file_errors(target):
            make_folder(target.parent, 0o700)
        _write(target, encrypted(), sync=False)
        return name, True

    def get(self, name: str, decrypt: Callable[[bytes, Path], bytes]) -> bytes:
        """What has this name. Raises RegisterError ``backup_damaged``, and what ``decrypt`` raises."""
        path = self._object(name)
        with file_errors(path):
            try:
                encrypted = path.read_bytes()
            except FileNotFoundError:
                raise RegisterError("backup_damaged", path=path) from None
        content = decrypt(encrypted, path)
        if name not in (self._name(content), self._name_of(hashlib.sha256(content).hexdigest())):
            raise RegisterError("backup_damaged", path=path)
        return content

    def finish(self, name: str, manifest: bytes, objects: Sequence[str]) -> None:
        """Put the names of all objects on the disk, then make the snapshot."""
        with file_errors(self.folder):
            for each in sorted({self._object(name).parent for name in objects}):
                sync_names(each)
            sync_names(self.folder / "objects")
        _write(self._snapshot(name, _LIST), "\n".join(dict.fromkeys(objects)).encode("ascii"))
        _write(self._snapshot(name, _ENDING), manifest)

    def snapshots(self) -> tuple[str, ...]:
        """Their names, the oldest first."""
        return tuple(sorted(each.stem for each in (self.folder / "snapshots").glob(f"*{_ENDING}")))

    def manifest(self, name: str | None) -> tuple[str, bytes, Path]:
        """Name and content of a snapshot, the newest by default. Raises NotFoundError ``backup_not_found``."""
        there = self.snapshots()
        if not there or (name is not None and name not in there):
            raise NotFoundError("backup_not_found", path=self.folder, name=name or "")
        path = self._snapshot(name or there[-1], _ENDING)
        with file_errors(path):
            return path.stem, path.read_bytes(), path

    def objects_of(self, name: str) -> tuple[str, ...]:
        """The objects of a snapshot, each once. Raises RegisterError ``backup_damaged``."""
        path = self._snapshot(name, _LIST)
        with file_errors(path):
            try:
                names = tuple(path.read_text(encoding="ascii").split())
            except (FileNotFoundError, ValueError):
                names = ()
        if not names or not all(map(_HASH.match, names)):
            raise RegisterError("backup_damaged", path=path)
        return names

    def seems_damaged(self, name: str) -> Path | None:
        """The file of an object if whoever cannot read it sees already that it is missing or not encrypted."""
        path = self._object(name)
        with file_errors(path):
            try:
                with path.open("rb") as file:
                    return None if file.read(len(HEADER)) == HEADER else path
            except FileNotFoundError:
                return path

    def keep_only(self, many: int) -> int:
        """Remove all but the newest ``many`` snapshots, then objects that no snapshot names; return how many of these. With
        them goes what backups that were stopped left: where no snapshot is removed, no list is read."""
        with file_errors(self.folder):
            gone = self.snapshots()[:-many]
            for ending in (_ENDING, _LIST):  # one that came back after a power cut would lack its list or objects
                for name in gone:
                    self._snapshot(name, ending).unlink(missing_ok=True)
                sync_names(self.folder / "snapshots")
            return self._remove_unnamed() if gone else 0

    def _remove_unnamed(self) -> int:
        named = {name for each in self.snapshots() for name in self.objects_of(each)}
        unnamed = [each for each in (self.folder / "objects").glob(f"*/*{_ENDING}") if each.stem not in named]
        lists = (self.folder / "snapshots").glob(f"*{_LIST}")
        stopped = [each for each in lists if not each.with_suffix(_ENDING).exists()]
        for each in (*unnamed, *stopped, *self.folder.glob(f"objects/*/.*{_PARTIAL}")):
            each.unlink()
        return len(unnamed)

    def _name(self, content: bytes) -> str:
        return hmac.digest(self.names_key, content, "sha256").hex()

    def _name_of(self, sha256: str) -> str:
        return self._name(f"file {sha256}".encode("ascii"))

    def _object(self, name: str) -> Path:
        if not _HASH.match(name):
            raise RegisterError("backup_damaged", path=self.folder)
        return self.folder / "objects" / name[:2] / f"{name}{_ENDING}"

    def _snapshot(self, name: str, ending: str) -> Path:
        return self.folder / "snapshots" / f"{name}{ending}"


def snapshot_name(at: datetime) -> str:
    """The name of a snapshot that is made now."""
    return at.astimezone(UTC).strftime(_TIME)


def made_at(name: str) -> datetime:
    """When the snapshot of this name was begun. Raises RegisterError ``backup_damaged``."""
    try:
        return datetime.strptime(name, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise RegisterError("backup_damaged", path=name) from None


def _write(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file whole (mode 0600). Without ``sync`` its name is not on the disk yet: ``finish`` does that for all."""
    partial = path.with_name(f".{path.name}{_PARTIAL}")
    with file_errors(path):
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(partial, path, sync=sync)
