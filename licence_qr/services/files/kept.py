"""Keeping files (photographs) beside the register: encrypted on the disk, each with a key of its own in the register.

A file is written first, and its row committed with what refers to it. To delete it is to drop its key; what then stands on
the disk or in a backup is noise. The deletion goes into a list beside the marks, so that a backup that is put back does not
bring the file back (``store.files.deletions``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from licence_qr.errors import LicenceQRError, RegisterError
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.files import rows
from licence_qr.store.files.deletions import DeletionList
from licence_qr.store.files.folder import FOLDER, FilesFolder
from licence_qr.store.files.sealing import SealedFile, seal

PART = 200  # files in one transaction
_log = logging.getLogger("licence_qr.files")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one installation."""

    database: Database
    folder: FilesFolder
    deletions: DeletionList

    @classmethod
    def beside(cls, database: Database, keys: Path) -> Files:
        """Those beside a register, with the list of deletions in the folder ``keys``."""
        return cls(database, FilesFolder(database.path.parent / FOLDER), DeletionList(keys))

    def put(self, content: bytes) -> SealedFile:
        """Encrypt ``content`` and put it on the disk; ``store.files.rows.add`` names it in the transaction after that. If it
        never does, the sweep removes the file. Raises InputError ``kept_file_too_large``, RegisterError."""
        file = seal(content)
        self.folder.put(file)
        return file

    def read(self, tx: Transaction, name: str) -> bytes:
        """The content of a file.

        Raises NotFoundError ``file_deleted``, RegisterError ``file_missing`` or ``file_damaged``.
        """
        return self.folder.get(name, rows.key_of(tx, name))

    def finish_deletions(self, _: Sequence[object] = ()) -> None:
        """List the deletions that were committed and remove what they left; for ``Transaction.after_commit``. What fails is
        done by the sweep."""
        try:
            self._finish()
        except RegisterError as error:
            _log.warning("deletions not finished: %s", error.code)

    def delete_again(self, tx: Transaction, on: date) -> int:
        """Drop what was deleted after this register was copied; return how many files. Raises RegisterError."""
        deleted = self.deletions.names() & rows.names(tx)
        rows.drop(tx, deleted, on)
        return len(deleted)

    def sweep(self, now: datetime) -> int:
        """Finish deletions, and remove files that no row names and half-written ones, both an hour old; return how many
        of these. Raises RegisterError."""
        self._finish()
        unnamed = self.unnamed(now)
        self.folder.remove(unnamed)
        return len(unnamed) + self.folder.remove_parts(now)

    def unnamed(self, now: datetime) -> tuple[str, ...]:
        """The files, an hour old at least, that no row names: of writers that were killed, or of deletions. Raises
        RegisterError."""
        left, named = self.folder.left_behind(now), set[str]()
        for first in range(0, len(left), PART):
            with self.database.read() as tx:
                named |= rows.among(tx, left[first : first + PART])
        return tuple(name for name in left if name not in named)

    def faults(self) -> Iterator[LicenceQRError]:
        """The files that are missing or damaged, as errors. Raises RegisterError."""
        last = ""
        while True:
            with self.database.read() as tx:
                part = rows.page(tx, last, PART)
            if not part:
                return
            for last, key in part:
                try:
                    self.folder.get(last, key)
                except RegisterError as error:
                    if self._is_kept(last):  # not deleted meanwhile
                        yield error

    def _is_kept(self, name: str) -> bool:
        with self.database.read() as tx:
            return name in rows.among(tx, (name,))

    def _finish(self) -> None:
        with self.database.read() as tx:
            dropped = rows.dropped(tx)
        if not dropped:
            return
        names, listed = [name for name, _ in dropped], self.deletions.names()
        if new := [each for each in dropped if each[0] not in listed]:
            self.deletions.append(new)
        self.folder.remove(names)
        with self.database.write() as tx:
            rows.note_listed(tx, names)
