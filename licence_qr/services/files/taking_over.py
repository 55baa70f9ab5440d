"""Taking over the photographs of earlier releases, which were plain: each is encrypted, then the plain ones are removed.

It may be stopped at any moment and goes on with the next upgrade, start or restore. A photograph that is missing or damaged
already stops nothing: its row stays as it is, and ``licence-qr check`` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from licence_qr.services.files.kept import Files
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.files import former, rows
from licence_qr.store.files.former import FormerFolder

Progress = Callable[[int, int], None]
_Refer = Callable[[Transaction, str], bool]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many photographs were encrypted, and how many could not be because they are missing or damaged."""

    photographs: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class TakingOver:
    """Takes the photographs in ``former_folder`` and in the register over into ``files``."""

    files: Files
    former_folder: FormerFolder

    @classmethod
    def beside(cls, database: Database, keys: Path) -> TakingOver:
        """Those beside a register, with the list of deletions in the folder ``keys``."""
        return cls(Files.beside(database, keys), FormerFolder(database.path.parent / former.FOLDER))

    def run(self, now: datetime, progress: Progress) -> TakenOver:
        """Take over what is left to do; ``progress`` gets photographs done and in all.

        Raises RegisterError, as ``register_full``; what is done is not done again.
        """
        with self.files.database.read() as tx:
            inspections, reports = former.of_inspections(tx), former.of_reports(tx)
        total, taken, lost = len(inspections) + len(reports), 0, []
        for done, photo in enumerate(inspections, start=1):
            content = self.former_folder.read(photo.sha256)
            if content is None:
                lost.append(photo.sha256)
            else:
                taken += self._take(content, partial(former.take_over, photo=photo), now)
            progress(done, total)
        for done, report in enumerate(reports, start=len(inspections) + 1):
            with self.files.database.read() as tx:
                content = former.content_of_report(tx, report)
            if content is not None:
                taken += self._take(content, partial(former.take_over_report, report_id=report), now)
            progress(done, total)
        self.former_folder.remove_all_but(lost)
        return TakenOver(taken, len(lost))

    def _take(self, content: bytes, refer: _Refer, now: datetime) -> bool:
        file = self.files.put(content)
        with self.files.database.write() as tx:
            name = rows.add(tx, file, now)
            taken = refer(tx, name)
            if not taken:  # another process was faster, or it was deleted meanwhile
                rows.drop(tx, (name,), now.date())
        if not taken:
            self.files.finish_deletions()
        return taken
