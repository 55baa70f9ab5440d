"""The rows of an import between the files and the register, with what ties them to each other.

They stand in a database of their own, in a file that has lost its name and goes with the connection: nothing of it is left
behind, however the import ends, and the register is written only with what is settled.
"""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from licence_qr.domain.characters.confusables import look_alike_keys
from licence_qr.domain.importing.conflicts import Place, RowOutcome, RowVerdict, Source, SourceRow
from licence_qr.domain.importing.meant import meant_text
from licence_qr.domain.importing.ties import CODE, PLACE, code_in, ties_of, without_code
from licence_qr.store.database.sqlite import sqlite3
from licence_qr.store.importing.row_json import row_json, row_of_json

# Rows that are tied to each other are merged, and held, together. More than these are no real case.
MOST_TIED_ROWS, MOST_TIED_CHARS = 5_000, 4_000_000
# As much is merged at once, where the ties leave the choice.
BATCH_CHARS = 500_000
_CACHE_KIB = 16_384
# Everything is found in the order of a key: what SQLite sorts it may hold in memory, however it is asked not to.
_TABLES = """
    CREATE TABLE rows (row INTEGER PRIMARY KEY, source TEXT, sheet TEXT, number INTEGER, file TEXT, cells TEXT,
        beyond INTEGER);
    CREATE TABLE ties (tie TEXT, row INTEGER, PRIMARY KEY (tie, row)) WITHOUT ROWID;
    CREATE TABLE sought (tie TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE grouped (first INTEGER, row INTEGER, PRIMARY KEY (first, row)) WITHOUT ROWID;
    CREATE TABLE settled (number INTEGER PRIMARY KEY, verdict TEXT);
    CREATE TABLE asked (question TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE named (look TEXT, uscc TEXT, name TEXT, PRIMARY KEY (look, uscc)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are tied to no others. ``too_many``: to each other they are, and there are too many to merge; these are
    some of them."""

    rows: tuple[SourceRow, ...]
    too_many: bool = False


class Staging:
    """The rows of one import: first all are added, then they are taken out in batches. To be closed by whoever made it."""

    def __init__(self) -> None:
        # A database without a name would be as private, but some SQLite keep it in memory.
        with tempfile.NamedTemporaryFile() as file:
            self._db = sqlite3.connect(file.name, isolation_level=None)
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            # Nobody needs it after a crash.
            self._db.execute("PRAGMA journal_mode=OFF")
            self._db.execute("PRAGMA synchronous=OFF")
            self._db.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            self._db.executescript(_TABLES)
        self._count = 0

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def __len__(self) -> int:
        return self._count

    def add(self, rows: Iterable[SourceRow]) -> None:
        """Take in rows, in their order."""
        self._db.execute("BEGIN")
        for row in rows:
            self._count += 1
            place, cells = row.place, row_json(row)
            self._db.execute(
                "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)",
                (self._count, place.source.value, place.sheet, place.number, row.file, cells, row.beyond),
            )
            ties = ties_of(row)
            self._db.executemany("INSERT INTO ties VALUES (?, ?)", [(tie, self._count) for tie in ties])
            if row.place.source is Source.MARKET and (code := code_in(row)):
                self.name_businesses([(code, meant_text(row, "name"))])
            if without_code(row):
                self._db.executemany("INSERT OR IGNORE INTO sought VALUES (?)", [(tie,) for tie in ties])
        self._db.execute("COMMIT")

    def name_businesses(self, named: Iterable[tuple[str, str]]) -> None:
        """Remember names of businesses by their credit codes, to find those that look alike."""
        self._db.executemany(
            "INSERT OR IGNORE INTO named VALUES (?, ?, ?)",
            [(look, uscc, name) for uscc, name in named for look in look_alike_keys(name)],
        )

    def look_alikes(self, uscc: str, name: str, most: int) -> tuple[tuple[str, str], ...]:
        """Credit code and name of at most ``most`` businesses other than ``uscc`` whose name is that name or looks so."""
        looks = tuple(look_alike_keys(name))
        found = self._db.execute(
            f"SELECT DISTINCT uscc, name FROM named WHERE look IN ({', '.join('?' * len(looks))}) AND uscc <> ?"
            " ORDER BY uscc LIMIT ?",
            (*looks, uscc, most),
        )
        return tuple(found)

    def settle(self, verdict: RowVerdict) -> None:
        """Take in what came of a line that is no row."""
        place = verdict.row.place
        text = json.dumps(
            [
                place.source.value,
                place.sheet,
                place.number,
                verdict.row.file,
                verdict.outcome.value,
                verdict.code,
                verdict.facts,
            ]
        )
        self._db.execute("INSERT INTO settled (verdict) VALUES (?)", (text,))

    def settled(self, most: int) -> Iterator[tuple[RowVerdict, ...]]:
        """What ``settle`` was given, ``most`` at once."""
        found = self._db.execute("SELECT verdict FROM settled ORDER BY number")
        while some := found.fetchmany(most):
            yield tuple(_verdict(text) for (text,) in some)

    def any_without_code(self) -> bool:
        """Whether a permit has to find its licence by name and address."""
        return self._db.execute("SELECT 1 FROM sought LIMIT 1").fetchone() is not None

    def codes(self, most: int) -> Iterator[tuple[str, ...]]:
        """All credit codes that rows name, ``most`` at once."""
        found = self._db.execute("SELECT DISTINCT tie FROM ties WHERE tie > ? AND tie < ?", (CODE, CODE + "~"))
        while some := found.fetchmany(most):
            yield tuple(tie.removeprefix(CODE) for (tie,) in some)

    def tie_code(self, code: str, ties: Iterable[str]) -> None:
        """Give one of the rows that name ``code`` further ties; the others are tied to it by the code."""
        self._db.executemany(
            "INSERT OR IGNORE INTO ties SELECT ?, row FROM ties WHERE tie = ? LIMIT 1",
            [(tie, CODE + code) for tie in ties],
        )

    def batches(self, most_rows: int) -> Iterator[Batch]:
        """All rows, those that are tied to each other in one batch, in the order of the first of them."""
        self._group()
        sizes = self._db.execute(
            "SELECT first, count(*), sum(length(cells)) FROM grouped JOIN rows USING (row) GROUP BY first ORDER BY first"
        )
        firsts: list[int] = []
        rows = chars = 0
        for first, many, length in sizes:
            if many > MOST_TIED_ROWS or length > MOST_TIED_CHARS:
                yield from (Batch(some, too_many=True) for some in self._in_parts(first, most_rows))
                continue
            if firsts and (rows + many > most_rows or chars + length > BATCH_CHARS):
                yield Batch(tuple(self._rows_of(firsts)))
                firsts, rows, chars = [], 0, 0
            firsts.append(first)
            rows, chars = rows + many, chars + length
        if firsts:
            yield Batch(tuple(self._rows_of(firsts)))

    def note_asked(self, questions: Iterable[str]) -> None:
        """Remember that the import asks these questions."""
        self._db.executemany("INSERT OR IGNORE INTO asked VALUES (?)", [(question,) for question in questions])

    def asks(self, question: str) -> bool:
        """Whether the import asks this question."""
        return self._db.execute("SELECT 1 FROM asked WHERE question = ?", (question,)).fetchone() is not None

    def _group(self) -> None:
        """For each row the first of all rows that it is tied to, directly or through others (union-find)."""
        parents = array("l", range(self._count + 1))

        def first_of(row: int) -> int:
            while parents[row] != row:
                parents[row] = row = parents[parents[row]]
            return row

        before: tuple[str, int] = ("", 0)
        # Licences with one name at one address are tied only where a permit might belong to either.
        for tie, row in self._db.execute(
            "SELECT tie, row FROM ties WHERE tie NOT LIKE ? OR EXISTS (SELECT 1 FROM sought WHERE tie = ties.tie)"
            " ORDER BY tie, row",
            (PLACE + "%",),
        ):
            if tie == before[0]:
                one, other = sorted((first_of(row), first_of(before[1])))
                parents[other] = one
            before = tie, row
        self._db.execute("BEGIN")
        rows = range(1, self._count + 1)
        self._db.executemany("INSERT INTO grouped VALUES (?, ?)", ((first_of(row), row) for row in rows))
        self._db.execute("COMMIT")

    def _rows_of(self, firsts: Sequence[int]) -> Iterator[SourceRow]:
        found = self._db.execute(
            f"SELECT rows.* FROM grouped JOIN rows USING (row) WHERE first IN ({', '.join('?' * len(firsts))})"
            " ORDER BY grouped.first, grouped.row",  # by the key: rows.row would be sorted, with all cells of the group
            firsts,
        )
        return map(_row, found)

    def _in_parts(self, first: int, most_rows: int) -> Iterator[tuple[SourceRow, ...]]:
        part: list[SourceRow] = []
        chars = 0
        for row in self._rows_of([first]):
            part.append(row)
            chars += sum(map(len, row.cells.values()))
            if len(part) >= most_rows or chars > BATCH_CHARS:
                yield tuple(part)
                part, chars = [], 0
        if part:
            yield tuple(part)


def _verdict(text: str) -> RowVerdict:
    source, sheet, number, file, outcome, code, facts = json.loads(text)
    row = SourceRow(Place(Source(source), sheet, number), file, {})
    return RowVerdict(row, RowOutcome(outcome), code, facts=facts)


def _row(values: Sequence[Any]) -> SourceRow:
    _, source, sheet, number, file, cells, beyond = values
    return row_of_json(Place(Source(source), sheet, number), file, cells, beyond)
