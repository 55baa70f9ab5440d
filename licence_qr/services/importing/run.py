"""Import the two departments' exports: merge and sign each business, and account for every row.

The files are read once, into a place beside the register; rows that have to do with each other come back from there
together, are merged, and written in short transactions. So neither the memory nor a clerk's wait grows with the files.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import BinaryIO

from licence_qr.catalogue.headings import load_headings
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.importing.conflicts import Place, RowOutcome, RowVerdict, Source, SourceRow
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.importing.ties import ties_of_registered
from licence_qr.domain.importing.values import Merged
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.importing.department_files import DepartmentFile, read_department
from licence_qr.services.importing.files.tables import MappedColumn, SheetRead
from licence_qr.services.importing.heading_map import HeadingMap
from licence_qr.services.importing.look_alikes import note_registered_names, tell_look_alikes
from licence_qr.services.importing.reconcile import ImportContext
from licence_qr.services.importing.settled import Settled, known_businesses, take_over
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.services.signing.sign_record import Coding
from licence_qr.store.database.batches import write_each
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.importing import import_runs
from licence_qr.store.importing.import_runs import StoredRow
from licence_qr.store.importing.staging import MOST_TIED_ROWS, Batch, Staging
from licence_qr.store.register import entities

BATCH = 200  # rows merged at once
_ROWS_AT_ONCE = 50  # rows written, or questions looked at, in one step
_PAGE = 500
Progress = Callable[[int, int, str], None]
_Step = Callable[[Transaction], object]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An export of a department, as received: a binary file that can be rewound."""

    name: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class SheetSums:
    """One sheet in figures, as ``FileSums``. ``sheet`` is empty for a text file; ``blank`` counts empty lines. ``mapped``
    are the columns that were read by a map of headings."""

    sheet: str
    hidden: bool
    rows_in: int
    imported: int
    waiting: int
    refused: int
    left_out: int
    blank: int
    mapped: tuple[MappedColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSums:
    """One export in figures: ``rows_in`` = ``imported`` + ``waiting`` + ``refused``, of the file and of each sheet.

    ``left_out`` counts lines that are no rows, and sheets without a line; blank lines are not among them.
    ``stated_total`` is the number in the file's total row, or None.
    """

    file: str
    rows_in: int
    imported: int
    waiting: int
    refused: int
    stated_total: int | None
    left_out: int = 0
    sheets: tuple[SheetSums, ...] = ()

    @property
    def total_agrees(self) -> bool:
        """Whether the total row of the file, if any, agrees with the number of rows read."""
        return self.stated_total in {None, self.rows_in}

    def to_json(self) -> dict[str, object]:
        """The sums, for ``--json``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import: sums per file, and the number of businesses seen. ``Importing.verdicts`` has the rows."""

    run_id: str
    market: FileSums
    health: FileSums
    businesses: int

    def to_json(self) -> dict[str, object]:
        """The sums, for ``--json``."""
        return {
            "files": [sums.to_json() for sums in (self.market, self.health)],
            "businesses": self.businesses,
        }


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
        by: Actor,
        now: datetime,
        progress: Progress = lambda done, total, label: None,
        spellings: HeadingMap | None = None,
    ) -> ImportReport:
        """Import both exports and account for each of their rows.

        The same files again change nothing; an interrupted run is completed by the next one. Each business is written
        whole in one transaction with its history and code. ``progress`` gets rows done, all rows, and the label
        ``read``, ``write`` or ``done``. ``spellings`` are headings that only these files have. Raises UnreadableError and
        InputError of ``read_department`` and ``DepartmentFile.rows``, and PrintError ``font_missing``, before anything is
        written; RegisterError; KeyStoreError.
        """
        further = spellings or HeadingMap()
        headings = further.added_to(load_headings(local_date(now)))
        files = (
            read_department(market.content, market.name, Source.MARKET, headings),
            read_department(health.content, health.name, Source.HEALTH, headings),
        )
        with closing(Staging()) as staging:
            progress(0, 0, "read")
            for file in files:
                staging.add(file.rows(staging.settle))
            self._tie_registered(staging)
            note_registered_names(self.database, staging)
            with self.database.read() as tx:
                self.coding.room.demand_fonts(tx)
                answers = import_runs.decided(tx)
            context = ImportContext(
                catalogue=self.catalogue,
                coding=self.coding,
                answers=answers,
                files={f.source: f.name for f in files},
                by=by,
                now=now,
            )
            run = _Run(self.database, context, staging, _run_id(files, further))
            with self.database.write() as tx:
                import_runs.begin_run(tx, run.run_id, (market.name, health.name), by.username, now)
            run.write(progress)
            run.write_settled()
            run.finish()
        progress(len(staging), len(staging), "done")
        return run.report(files)

    def taken_report(self, report: ImportReport, by: Actor, now: datetime) -> Iterator[RowVerdict]:
        """``verdicts`` for a file, which has names of people; who takes it is recorded first. Raises RegisterError, also
        between rows."""
        told = {"lines": sum(sums.rows_in + sums.left_out for sums in (report.market, report.health))}
        taken = NewEvent(kind=EventKind.EXPORTED, subject="export/import-report", at=now, by=by, after=told)
        events.write_of_reader(self.database, taken)
        return self.verdicts(report)

    def verdicts(self, report: ImportReport) -> Iterator[RowVerdict]:
        """What came of every row, in the order of the files, read from the register a page at a time."""
        for source in (Source.MARKET, Source.HEALTH):
            place = Place(source, "", 0)
            while True:
                with self.database.read() as tx:
                    page = import_runs.verdicts_after(tx, report.run_id, place, _PAGE)
                if not page:
                    break
                yield from page
                place = page[-1].row.place

    def _tie_registered(self, staging: Staging) -> None:
        """A permit without a code may belong to a business that only the register knows, if another row names its code."""
        if not staging.any_without_code():
            return
        for codes in staging.codes(_PAGE):
            with self.database.read() as tx:
                known = [stored.entity for code in codes if (stored := entities.get(tx, code))]
            for entity in known:
                staging.tie_code(entity.uscc, ties_of_registered(entity))


@dataclass(slots=True)
class _Run:
    """One import, from the first row to be written on."""

    database: Database
    context: ImportContext
    staging: Staging
    run_id: str
    businesses: int = 0
    outcomes: Counter[tuple[Source, str, RowOutcome]] = field(default_factory=Counter)

    def write(self, progress: Progress) -> None:
        """Merge and write all rows."""
        done, total = 0, len(self.staging)
        progress(done, total, "write")
        for batch in self.staging.batches(BATCH):
            self._write_batch(batch)
            done += len(batch.rows)
            progress(done, total, "write")

    def _write_batch(self, batch: Batch) -> None:
        settled = Settled(_refused(batch.rows) if batch.too_many else self._merged(batch.rows))
        businesses = settled.merged.businesses.values()
        rows = _StoredRows(self.run_id, settled, self.context.now)
        steps: list[_Step] = [
            *(partial(take_over, context=self.context, settled=settled, business=business) for business in businesses),
            # What came of the rows is known when all businesses are done.
            *(partial(rows.put, first=first) for first in range(0, len(batch.rows), _ROWS_AT_ONCE)),
            rows.put_questions,
        ]
        write_each(self.database, steps, lambda tx, step: step(tx))
        self.staging.note_asked(question.key for question in settled.questions())
        self.businesses += len(businesses)
        self._count(settled.verdicts())

    def _count(self, verdicts: Iterable[RowVerdict]) -> None:
        self.outcomes.update(
            (verdict.row.place.source, verdict.row.place.sheet, verdict.outcome) for verdict in verdicts
        )

    def write_settled(self) -> None:
        """Write what was settled when the files were read: lines that are no rows, sheets without a table."""
        for verdicts in self.staging.settled(_ROWS_AT_ONCE):
            rows = [StoredRow(verdict, "", "") for verdict in verdicts]
            write_each(self.database, [rows], lambda tx, some: import_runs.put_rows(tx, self.run_id, some))
            self._count(verdicts)

    def _merged(self, rows: tuple[SourceRow, ...]) -> Merged:
        with self.database.read() as tx:
            known = known_businesses(tx, rows)
        return tell_look_alikes(merge(rows, self.context.catalogue, known, self.context.answers), self.staging)

    def finish(self) -> None:
        """Withdraw the open questions that this import no longer asks, and note that it is complete."""
        last, now = 0, self.context.now
        while True:
            with self.database.read() as tx:
                page = import_runs.open_keys(tx, last, _PAGE)
            if not page:
                break
            last = page[-1][0]
            over = [key for _, key in page if not self.staging.asks(key)]
            write_each(self.database, over, lambda tx, key: import_runs.withdraw(tx, [key], now))
        with self.database.write() as tx:
            import_runs.end_run(tx, self.run_id, now)

    def report(self, files: tuple[DepartmentFile, DepartmentFile]) -> ImportReport:
        """The sums."""
        market, health = (self._sums(file) for file in files)
        return ImportReport(self.run_id, market, health, self.businesses)

    def _sums(self, file: DepartmentFile) -> FileSums:
        sheets = tuple(self._sheet_sums(file, sheet) for sheet in file.sheets)
        counted = sum(count for (source, _, _), count in self.outcomes.items() if source is file.source)
        if counted != sum(sheet.rows_in + sheet.left_out for sheet in sheets):
            raise AssertionError(f"{counted} verdicts, on {sheets}")
        return FileSums(
            file=file.name,
            rows_in=sum(sheet.rows_in for sheet in sheets),
            imported=sum(sheet.imported for sheet in sheets),
            waiting=sum(sheet.waiting for sheet in sheets),
            refused=sum(sheet.refused for sheet in sheets),
            stated_total=file.stated_total,
            left_out=sum(sheet.left_out for sheet in sheets),
            sheets=sheets,
        )

    def _sheet_sums(self, file: DepartmentFile, sheet: SheetRead) -> SheetSums:
        counts = {outcome: self.outcomes[file.source, sheet.title, outcome] for outcome in RowOutcome}
        imported, waiting, refused = (counts[o] for o in (RowOutcome.IMPORTED, RowOutcome.WAITING, RowOutcome.REFUSED))
        if imported + waiting + refused != sheet.rows or counts[RowOutcome.LEFT_OUT] != sheet.left_out:
            raise AssertionError(f"{sheet.rows} rows and {sheet.left_out} other lines in {sheet.title}, {counts} out")
        return SheetSums(
            sheet=sheet.title,
            hidden=sheet.hidden,
            rows_in=sheet.rows,
            imported=imported,
            waiting=waiting,
            refused=refused,
            left_out=sheet.left_out,
            blank=sheet.blank,
            mapped=sheet.mapped,
        )


@dataclass(slots=True)
class _StoredRows:
    """The rows and questions of a batch on their way into the register."""

    run_id: str
    settled: Settled
    now: datetime
    rows: list[StoredRow] = field(default_factory=list)

    def put(self, tx: Transaction, first: int) -> None:
        """Write some rows, from ``first`` on."""
        if not self.rows:
            self.rows = self.settled.stored_rows()
        import_runs.put_rows(tx, self.run_id, self.rows[first : first + _ROWS_AT_ONCE])

    def put_questions(self, tx: Transaction) -> None:
        """Ask what only people can answer."""
        import_runs.put_questions(tx, self.run_id, self.settled.questions(), self.now)


def _refused(rows: tuple[SourceRow, ...]) -> Merged:
    facts = {"limit": MOST_TIED_ROWS}
    verdicts = (RowVerdict(row, RowOutcome.REFUSED, "import_too_many_tied_rows", facts=facts) for row in rows)
    return Merged({}, {}, tuple(verdicts))


def _run_id(files: tuple[DepartmentFile, DepartmentFile], spellings: HeadingMap) -> str:
    """The same for the same files, read in the same way."""
    read = "".join([*(file.sha256 for file in files), spellings.digest()])
    return hashlib.sha256(read.encode("ascii")).hexdigest()[:32]
