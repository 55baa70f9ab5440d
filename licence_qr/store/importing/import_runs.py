"""Runs of the department import: outcomes of rows, questions for people, and what was taken over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from licence_qr.domain.importing.conflicts import (
    Conflict,
    ConflictKind,
    Decided,
    Decision,
    Place,
    RowOutcome,
    RowVerdict,
    Side,
    Source,
)
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.importing.row_json import row_json, row_of_json

_LARGEST_KEY = 2**63 - 1  # of SQLite
PAGE_CHARS = 500_000  # of cells, for ``verdicts_after``: a row may have a million
# Also what the file says of a row: a later release may read the same file better.
_VARIABLE = ("file", "cells", "beyond", "uscc", "permit_no", "outcome", "code", "heading", "facts", "question")
_MAY_CHANGE, _CHANGED = ", ".join(_VARIABLE), ", ".join(f"excluded.{name}" for name in _VARIABLE)
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in _VARIABLE)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """The outcome of one row, and the business and permit number that link it to other rows (empty when unknown)."""

    verdict: RowVerdict
    uscc: str
    permit_no: str


@dataclass(frozen=True, slots=True)
class TakenPart:
    """A licence or permit as exported when it was taken over.

    ``code`` and ``reason`` say how a person resolved a difference from the register; empty if there was none.
    """

    facts: Mapping[str, str]
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuestion:
    """A question with its id, the run that asked it, and its answer if there is one."""

    question_id: int
    run_id: str
    conflict: Conflict
    asked_at: datetime
    withdrawn: bool
    answer: Decided | None
    decided_by: str
    decided_at: datetime | None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def begin_run(tx: Transaction, run_id: str, files: tuple[str, str], actor: str, now: datetime) -> None:
    """Record the start of a run, unless it is recorded already."""
    tx.run(
        "INSERT INTO import_runs (run_id, market_file, health_file, actor, started_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (run_id) DO NOTHING",
        (run_id, *files, actor, now.isoformat()),
    )


def end_run(tx: Transaction, run_id: str, now: datetime) -> None:
    """Record that a run is complete, unless it is recorded already."""
    tx.run("UPDATE import_runs SET finished_at = ? WHERE run_id = ? AND finished_at IS NULL", (now.isoformat(), run_id))


def _row_values(run_id: str, stored: StoredRow) -> tuple[object, ...]:
    verdict, row = stored.verdict, stored.verdict.row
    place = row.place
    return (
        run_id,
        place.source.value,
        place.sheet,
        place.number,
        row.file,
        row_json(row),
        row.beyond,
        stored.uscc,
        stored.permit_no,
        verdict.outcome.value,
        verdict.code,
        verdict.column,
        _json({name: str(value) for name, value in verdict.facts.items()}),
        verdict.conflict,
    )


def put_rows(tx: Transaction, run_id: str, rows: Sequence[StoredRow]) -> None:
    """Store the outcomes of these rows; unchanged ones are not written again."""
    tx.run_many(
        "INSERT INTO import_rows (run_id, source, sheet, row_no, file, cells, beyond, uscc, permit_no, outcome, code,"
        " heading, facts, question) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        f" ON CONFLICT (run_id, source, sheet, row_no) DO UPDATE SET {_CHANGES} WHERE ({_MAY_CHANGE}) <> ({_CHANGED})",
        [_row_values(run_id, row) for row in rows],
    )


def _row(row: Row) -> StoredRow:
    place = Place(Source(row["source"]), row["sheet"], row["row_no"])
    source_row = row_of_json(place, row["file"], row["cells"], row["beyond"])
    verdict = RowVerdict(
        source_row, RowOutcome(row["outcome"]), row["code"], row["heading"], json.loads(row["facts"]), row["question"]
    )
    return StoredRow(verdict, row["uscc"], row["permit_no"])


def related_rows(tx: Transaction, run_id: str, question: str) -> tuple[StoredRow, ...]:
    """The rows that wait for ``question`` and all rows linked to them by business or permit number, directly or not."""
    found: dict[Place, StoredRow] = {}
    todo = tx.all("SELECT * FROM import_rows WHERE run_id = ? AND question = ?", (run_id, question))
    asked: set[tuple[str, str]] = set()
    while todo:
        stored = _row(todo.pop())
        found[stored.verdict.row.place] = stored
        for column, value in (("uscc", stored.uscc), ("permit_no", stored.permit_no)):
            if value and (column, value) not in asked:
                asked.add((column, value))
                todo += tx.all(
                    f"SELECT * FROM import_rows WHERE run_id = ? AND {column} = ?",
                    (run_id, value),
                )
    return tuple(found.values())


def verdicts_after(tx: Transaction, run_id: str, place: Place, most: int) -> tuple[RowVerdict, ...]:
    """The first verdicts of a run on the rows of one file that stand after ``place``, in the order of the file: at most
    ``most``, and fewer of long rows; none where no more stand there."""
    found: list[RowVerdict] = []
    chars = 0
    rows = tx.run(
        "SELECT * FROM import_rows WHERE run_id = ? AND source = ? AND (sheet, row_no) > (?, ?)"
        " ORDER BY sheet, row_no LIMIT ?",
        (run_id, place.source.value, place.sheet, place.number, most),
    )
    with closing(rows):
        for row in rows:
            found.append(_row(row).verdict)
            chars += len(row["cells"])
            if chars > PAGE_CHARS:
                break
    return tuple(found)


def parts_of(tx: Transaction, uscc: str) -> dict[str, TakenPart]:
    """What was taken over for one business, by part: empty for the licence, else the permit number."""
    rows = tx.all("SELECT part, facts, code, reason FROM import_parts WHERE uscc = ?", (uscc,))
    return {row["part"]: TakenPart(json.loads(row["facts"]), row["code"], row["reason"]) for row in rows}


def put_part(tx: Transaction, uscc: str, part: str, taken: TakenPart) -> None:
    """Record that these facts were taken over (or considered and rejected), so that they are not judged again."""
    tx.run(
        "INSERT OR REPLACE INTO import_parts (uscc, part, facts, code, reason) VALUES (?, ?, ?, ?, ?)",
        (uscc, part, _json(dict(taken.facts)), taken.code, taken.reason),
    )


def decided(tx: Transaction) -> dict[str, Decided]:
    """All answers given so far, by the key of their question."""
    rows = tx.all("SELECT question, decision, reason FROM import_questions WHERE decision IS NOT NULL")
    return {row["question"]: Decided(Decision(row["decision"]), row["reason"]) for row in rows}


def put_questions(tx: Transaction, run_id: str, conflicts: Iterable[Conflict], now: datetime) -> None:
    """Store these questions. One that is open already keeps its id; one that was withdrawn is opened again."""
    for conflict in conflicts:
        tx.run(
            "INSERT INTO import_questions (question, run_id, kind, uscc, office, details, asked_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (question) DO UPDATE SET run_id = excluded.run_id,"
            " details = excluded.details, withdrawn_at = NULL"
            " WHERE run_id <> excluded.run_id OR details <> excluded.details OR withdrawn_at IS NOT NULL",
            (
                conflict.key,
                run_id,
                conflict.kind.value,
                conflict.uscc,
                conflict.office,
                _json(_details(conflict)),
                now.isoformat(),
            ),
        )


def open_keys(tx: Transaction, after: int, most: int) -> tuple[tuple[int, str], ...]:
    """Number and key of the first ``most`` open questions with a number above ``after``."""
    rows = tx.all(
        "SELECT question_id, question FROM import_questions WHERE decision IS NULL AND withdrawn_at IS NULL"
        " AND question_id > ? ORDER BY question_id LIMIT ?",
        (after, most),
    )
    return tuple((row["question_id"], row["question"]) for row in rows)


def withdraw(tx: Transaction, questions: Iterable[str], now: datetime) -> None:
    """Withdraw open questions that no row waits for."""
    for question in questions:
        tx.run(
            "UPDATE import_questions SET withdrawn_at = ? WHERE question = ? AND decision IS NULL",
            (now.isoformat(), question),
        )


def answer(tx: Transaction, question_id: int, decided: Decided, by: str, now: datetime) -> None:
    """Record the answer to a question."""
    tx.run(
        "UPDATE import_questions SET decision = ?, reason = ?, decided_by = ?, decided_at = ? WHERE question_id = ?",
        (decided.decision.value, decided.reason, by, now.isoformat(), question_id),
    )


def question(tx: Transaction, question_id: int) -> StoredQuestion | None:
    """One question, open or not, or None. An id beyond the range of a key, as a URL may have, gives None."""
    if question_id > _LARGEST_KEY:
        return None
    row = tx.one("SELECT * FROM import_questions WHERE question_id = ?", (question_id,))
    return _question(row) if row else None


def question_id(tx: Transaction, key: str) -> int | None:
    """The id of the question with this key, or None."""
    row = tx.one("SELECT question_id FROM import_questions WHERE question = ?", (key,))
    return int(row["question_id"]) if row else None


def open_questions(tx: Transaction, office: str | None) -> tuple[StoredQuestion, ...]:
    """The open questions of one office and those without an office, oldest first; ``office`` None means all."""
    rows = tx.all(
        "SELECT * FROM import_questions WHERE decision IS NULL AND withdrawn_at IS NULL"
        " AND (? IS NULL OR office IN (?, '')) ORDER BY question_id",
        (office, office),
    )
    return tuple(_question(row) for row in rows)


def _question(row: Row) -> StoredQuestion:
    return StoredQuestion(
        question_id=row["question_id"],
        run_id=row["run_id"],
        conflict=_conflict(row["question"], json.loads(row["details"])),
        asked_at=datetime.fromisoformat(row["asked_at"]),
        withdrawn=row["withdrawn_at"] is not None,
        answer=Decided(Decision(row["decision"]), row["reason"]) if row["decision"] else None,
        decided_by=row["decided_by"] or "",
        decided_at=datetime.fromisoformat(row["decided_at"]) if row["decided_at"] else None,
    )


def _details(conflict: Conflict) -> dict[str, object]:
    return {
        "kind": conflict.kind.value,
        "places": [[place.source.value, place.sheet, place.number] for place in conflict.places],
        "left": _side_json(conflict.left),
        "right": _side_json(conflict.right) if conflict.right else None,
        "choices": [choice.value for choice in conflict.choices],
        "uscc": conflict.uscc,
        "proposal": conflict.proposal,
        "office": conflict.office,
        "facts": {name: str(value) for name, value in conflict.facts.items()},
    }


def _side_json(side: Side) -> dict[str, object]:
    return {"source": side.source.value, "file": side.file, "row": side.row, "facts": dict(side.facts)}


def _side(data: dict[str, Any]) -> Side:
    return Side(Source(data["source"]), str(data["file"]), int(str(data["row"])), dict(data["facts"]))


def _conflict(key: str, data: dict[str, Any]) -> Conflict:
    places = data["places"]
    return Conflict(
        key=key,
        kind=ConflictKind(data["kind"]),
        places=tuple(Place(Source(source), str(sheet), int(str(number))) for source, sheet, number in places),
        left=_side(data["left"]),
        right=_side(data["right"]) if data["right"] else None,
        choices=tuple(Decision(choice) for choice in data["choices"]),
        uscc=str(data["uscc"]),
        proposal=str(data["proposal"]),
        office=str(data["office"]),
        facts=data["facts"],
    )
