"""Import the two departments' exports: merge and sign each business, and account for every row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.importing.conflicts import Conflict, RowOutcome, RowVerdict, SourceRow
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.importing.values import Known, Merged, MergedBusiness
from licence_qr.domain.names import name_key
from licence_qr.errors import InputError
from licence_qr.services.importing.department_files import DepartmentFile, read_health, read_market
from licence_qr.services.importing.proposals import Asked
from licence_qr.services.importing.reconcile import BusinessImport, Fate, ImportContext
from licence_qr.services.signing.sign_record import Coding
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.importing import import_runs
from licence_qr.store.importing.import_runs import StoredRow
from licence_qr.store.register import entities

BATCH = 100
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An export of a department, as received."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FileSums:
    """One export in figures: ``rows_in`` = ``imported`` + ``waiting`` + ``refused``.

    ``stated_total`` is the number in the file's total row, or None.
    """

    file: str
    rows_in: int
    imported: int
    waiting: int
    refused: int
    stated_total: int | None

    @property
    def total_agrees(self) -> bool:
        """Whether the total row of the file, if any, agrees with the number of rows read."""
        return self.stated_total in {None, self.rows_in}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import: sums per file, verdicts of rows in file order, all businesses seen."""

    market: FileSums
    health: FileSums
    rows: tuple[RowVerdict, ...]
    businesses: int

    def to_json(self) -> dict[str, object]:
        """The sums, for ``--json``."""
        return {
            "files": [
                {
                    "file": sums.file,
                    "rows_in": sums.rows_in,
                    "imported": sums.imported,
                    "waiting": sums.waiting,
                    "refused": sums.refused,
                    "stated_total": sums.stated_total,
                }
                for sums in (self.market, self.health)
            ],
            "businesses": self.businesses,
        }


@dataclass(slots=True)
class Settled:
    """A merge whose businesses are being taken over.

    It collects outcomes that differ from the merge, further questions, and four-eyes acts that a decision accepted from
    a file. A run without a decision has no such acts, because an answer no longer counts once its proposal was decided.
    """

    merged: Merged
    fates: list[Fate] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def verdicts(self) -> tuple[RowVerdict, ...]:
        """The verdict of every row, once all businesses have been taken over."""
        late = {place: fate for fate in self.fates for place in fate.places}
        return tuple(_with_fate(verdict, late.get(verdict.row.place)) for verdict in self.merged.verdicts)

    def questions(self) -> tuple[Conflict, ...]:
        """All open questions."""
        return (*self.merged.conflicts.values(), *self.conflicts)

    def stored_rows(self) -> list[StoredRow]:
        """The rows as stored, linked to their business and permit number."""
        owners = {
            place: business.record.entity.uscc
            for business in self.merged.businesses.values()
            for part in business.parts
            for place in part.places
        }
        owners |= {place: conflict.uscc for conflict in self.questions() for place in conflict.places if conflict.uscc}
        return [
            StoredRow(v, owners.get(v.row.place) or code_in(v.row), name_key(v.row.cells.get("permit_no", "")))
            for v in self.verdicts()
        ]


@dataclass(frozen=True, slots=True)
class Importing:
    """The use case of ``licence-qr import``. The caller decides who may start it."""

    database: Database
    catalogue: Catalogue
    coding: Coding

    def import_departments(
        self,
        market: ExportFile,
        health: ExportFile,
        actor: str,
        now: datetime,
        progress: Progress = lambda done, total, label: None,
    ) -> ImportReport:
        """Import both exports and account for each of their rows.

        The same files again change nothing; an interrupted run is completed by the next one. Businesses are written in
        batches, each a transaction with its history and codes. ``progress`` gets the number of businesses done, their
        total, and the label ``merge``, ``write`` or ``done``. Raises UnreadableError and InputError of
        ``read_department`` before anything is written; RegisterError; KeyStoreError.
        """
        files = (read_market(market.data, market.name), read_health(health.data, health.name))
        progress(0, 0, "merge")
        rows = files[0].rows + files[1].rows
        with self.database.read() as tx:
            answers = import_runs.decided(tx)
            known = known_businesses(tx, rows)
        settled = Settled(merge(rows, self.catalogue, known, answers))
        run_id = _run_id(files)
        with self.database.write() as tx:
            import_runs.begin_run(tx, run_id, (market.name, health.name), actor, now)
        context = ImportContext(
            catalogue=self.catalogue,
            coding=self.coding,
            answers=answers,
            files={f.source: f.name for f in files},
            actor=actor,
            now=now,
        )
        self._write_businesses(context, settled, progress)
        with self.database.write() as tx:
            import_runs.put_rows(tx, run_id, settled.stored_rows())
            import_runs.put_questions(tx, run_id, settled.questions(), now)
            import_runs.withdraw_others(tx, (question.key for question in settled.questions()), now)
            import_runs.end_run(tx, run_id, now)
        count = len(settled.merged.businesses)
        progress(count, count, "done")
        return _report(files, settled.verdicts(), count)

    def _write_businesses(self, context: ImportContext, settled: Settled, progress: Progress) -> None:
        businesses = tuple(settled.merged.businesses.values())
        progress(0, len(businesses), "write")
        done = 0
        for batch in _batches(businesses):
            with self.database.write() as tx:
                for business in batch:
                    take_over(tx, context, settled, business)
            done += len(batch)
            progress(done, len(businesses), "write")


def take_over(tx: Transaction, context: ImportContext, settled: Settled, business: MergedBusiness) -> None:
    """Take one business over in the caller's transaction, and add what the merge could not know to ``settled``."""
    business_import = BusinessImport(tx, context, business)
    business_import.run()
    settled.fates += business_import.fates
    settled.conflicts += business_import.conflicts
    settled.asked += business_import.asked


def known_businesses(tx: Transaction, rows: Sequence[SourceRow]) -> dict[str, Known]:
    """The registered licences of all businesses that these rows name by credit code."""
    found = {}
    for uscc in {code for row in rows if (code := code_in(row))}:
        if stored := entities.get(tx, uscc):
            found[uscc] = (stored.entity, stored.state)
    return found


def code_in(row: SourceRow) -> str:
    """The credit code in a row, or empty if it has no valid one."""
    try:
        return parse_uscc(row.cells.get("uscc", ""))
    except InputError:
        return ""


def _with_fate(verdict: RowVerdict, fate: Fate | None) -> RowVerdict:
    if fate is None:
        return verdict
    return replace(verdict, outcome=fate.outcome, code=fate.code, column="", facts=fate.facts, conflict=fate.conflict)


def _run_id(files: tuple[DepartmentFile, DepartmentFile]) -> str:
    return hashlib.sha256("".join(file.sha256 for file in files).encode("ascii")).hexdigest()[:32]


def _batches(businesses: Sequence[MergedBusiness]) -> Iterator[tuple[MergedBusiness, ...]]:
    rest = iter(businesses)
    while batch := tuple(islice(rest, BATCH)):
        yield batch


def _report(files: tuple[DepartmentFile, DepartmentFile], verdicts: tuple[RowVerdict, ...], count: int) -> ImportReport:
    market, health = (_sums(file, [v for v in verdicts if v.row.place.source is file.source]) for file in files)
    return ImportReport(market, health, verdicts, count)


def _sums(file: DepartmentFile, verdicts: Sequence[RowVerdict]) -> FileSums:
    counts = {outcome: sum(v.outcome is outcome for v in verdicts) for outcome in RowOutcome}
    if sum(counts.values()) != len(file.rows) or len({v.row.place for v in verdicts}) != len(file.rows):
        raise AssertionError(f"{len(file.rows)} rows in, {counts} out")
    imported, waiting, refused = (counts[o] for o in (RowOutcome.IMPORTED, RowOutcome.WAITING, RowOutcome.REFUSED))
    return FileSums(file.name, len(file.rows), imported, waiting, refused, file.stated_total)
