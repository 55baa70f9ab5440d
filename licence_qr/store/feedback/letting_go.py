"""Deleting what citizens left and wrote. Reports and ratings have the same tables and columns for it.

Everything here deletes of at most ``PURGED_AT_ONCE`` cases, and overwrites what it deletes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from licence_qr.domain.feedback.retention import PURGED_AT_ONCE
from licence_qr.store.database.connections import Transaction
from licence_qr.store.files import rows


@dataclass(frozen=True, slots=True)
class Cases:
    """One sort of cases: ``name`` begins the names of its tables, ``emptied`` are its columns with words of the citizen.

    Texts of the step ``kept`` are not deleted: the citizen was told them, or they say what was put right.
    ``with_files``: what they left includes files.
    """

    name: str
    kept: str
    emptied: tuple[str, ...]
    with_files: bool = False


def sweep_private(tx: Transaction, cases: Cases, closed_before: date, today: date) -> int:
    """``delete_private`` of cases closed before that day; return how many."""
    table, key = f"{cases.name}_private", f"{cases.name}_id"
    # Starts from the contacts, because few are kept and many cases are closed.
    due = tx.all(
        f"SELECT {key} AS id FROM {table} AS p WHERE EXISTS"
        f" (SELECT 1 FROM {cases.name}s AS c WHERE c.{key} = p.{key} AND c.closed_on < ?) LIMIT ?",
        (closed_before.isoformat(), PURGED_AT_ONCE),
    )
    return delete_private(tx, cases, [row["id"] for row in due], today)


def sweep_words(tx: Transaction, cases: Cases, closed_before: date, today: date) -> int:
    """``delete_words`` of the cases closed before that day, the oldest first; return how many."""
    key = f"{cases.name}_id"
    due = tx.all(
        f"SELECT {key} AS id FROM {cases.name}s WHERE closed_on < ? AND closed_on IS NOT NULL"
        f" AND words_deleted_on IS NULL ORDER BY closed_on, {key} LIMIT ?",
        (closed_before.isoformat(), PURGED_AT_ONCE),
    )
    return delete_words(tx, cases, [row["id"] for row in due], today)


def delete_words(tx: Transaction, cases: Cases, ids: Sequence[int], today: date) -> int:
    """Delete the texts in and about these closed cases; return how many. Kind, dates and steps are kept."""
    tx.one("PRAGMA secure_delete = ON")
    key, marks = f"{cases.name}_id", ", ".join("?" * len(ids))
    tx.run(
        f"UPDATE {cases.name}_events SET text = '' WHERE step != ? AND text != '' AND {key} IN ({marks})",
        (cases.kept, *ids),
    )
    emptied = ", ".join(f"{column} = ''" for column in cases.emptied)
    swept = tx.run(
        f"UPDATE {cases.name}s SET {emptied}, words_deleted_on = ? WHERE {key} IN ({marks})", (today.isoformat(), *ids)
    )
    return int(swept.rowcount)


def delete_private(tx: Transaction, cases: Cases, ids: Sequence[int], today: date) -> int:
    """Delete contacts and files of these cases; return how many had any. What the files leave on the disk is removed after
    the commit (``services.files``)."""
    tx.one("PRAGMA secure_delete = ON")
    those = f"FROM {cases.name}_private WHERE {cases.name}_id IN ({', '.join('?' * len(ids))})"
    if cases.with_files:
        rows.drop(tx, [row["file"] for row in tx.all(f"SELECT file {those} AND file IS NOT NULL", ids)], today)
    return int(tx.run(f"DELETE {those}", ids).rowcount)
