"""Photographs as earlier releases kept them: plain files ``photos/ab/abcd….jpg`` of inspections, and bytes in the rows of
reports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from licence_qr.store.database.connections import Transaction
from licence_qr.store.files import file_errors, sync_names

FOLDER = "photos"


@dataclass(frozen=True, slots=True)
class FormerPhoto:
    """One of an inspection, with the SHA-256 of its plain file."""

    inspection_key: int
    position: int
    sha256: str


def waiting(tx: Transaction) -> int:
    """How many are not taken over yet, in a register of any schema; those that are lost are counted too."""
    held = {"inspection_photos": "kept_sha256", "report_private": "photo"}
    there = {row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
    asked = (f"SELECT count(*) FROM {table} WHERE {held[table]} IS NOT NULL" for table in held if table in there)
    return sum(int(tx.all(each)[0][0]) for each in asked)


def of_inspections(tx: Transaction) -> tuple[FormerPhoto, ...]:
    """Those that are not taken over yet."""
    rows = tx.all(
        "SELECT inspection_key, position, kept_sha256 FROM inspection_photos"
        " WHERE kept_sha256 IS NOT NULL ORDER BY 1, 2"
    )
    return tuple(FormerPhoto(row["inspection_key"], row["position"], row["kept_sha256"]) for row in rows)


def of_reports(tx: Transaction) -> tuple[int, ...]:
    """The reports whose photograph is not taken over yet."""
    rows = tx.all("SELECT report_id FROM report_private WHERE photo IS NOT NULL ORDER BY 1")
    return tuple(row["report_id"] for row in rows)


def content_of_report(tx: Transaction, report_id: int) -> bytes | None:
    """The photograph of a report; None where it was deleted or taken over meanwhile."""
    row = tx.one("SELECT photo FROM report_private WHERE report_id = ? AND photo IS NOT NULL", (report_id,))
    return bytes(row["photo"]) if row else None


def take_over(tx: Transaction, name: str, photo: FormerPhoto) -> bool:
    """Let the row refer to the file of this name; False where it does to another already."""
    taken = tx.run(
        "UPDATE inspection_photos SET file = ?, kept_sha256 = NULL"
        " WHERE inspection_key = ? AND position = ? AND kept_sha256 = ?",
        (name, photo.inspection_key, photo.position, photo.sha256),
    )
    return bool(taken.rowcount)


def take_over_report(tx: Transaction, name: str, report_id: int) -> bool:
    """The same for a report; its bytes in the register are overwritten."""
    tx.one("PRAGMA secure_delete = ON")
    asked = "UPDATE report_private SET file = ?, photo = NULL WHERE report_id = ? AND photo IS NOT NULL"
    return bool(tx.run(asked, (name, report_id)).rowcount)


class FormerFolder:
    """The folder of plain files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, sha256: str) -> bytes | None:
        """The photograph of this hash; None where it is missing or damaged. Raises RegisterError."""
        path = self._path(sha256)
        with file_errors(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def remove_all_but(self, wanted: Iterable[str]) -> int:
        """Remove every plain file, also half-written ones, but those of the hashes ``wanted``; then what folders are empty.
        Return how many files: on the disk they are gone too, and no plain one comes back after a power cut. Raises
        RegisterError."""
        left, removed = set(map(self._path, wanted)), 0
        with file_errors(self._folder):
            for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
                if path not in left:
                    path.unlink(missing_ok=True)
                    removed += 1
            for folder in (*self._folder.glob("[0-9a-f][0-9a-f]"), self._folder):
                if folder.is_dir() and any(folder.iterdir()):
                    sync_names(folder)
                elif folder.is_dir():
                    folder.rmdir()
            sync_names(self._folder.parent)
        return removed

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.jpg"
