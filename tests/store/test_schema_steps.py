"""One list of steps: numbered without gaps, in the order in which they were released, and for other databases too."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from licence_qr.store.database.connections import Database
from licence_qr.store.database.migrations import FORMER_NAMES, NAMES
from licence_qr.store.database.rules.model import Table
from licence_qr.store.database.schema import SQLITE_ONLY
from licence_qr.store.database.schema_steps import STEPS
from licence_qr.store.database.sqlite import sqlite3

# Written down here too, so that nobody moves, renames or takes out what registers have in their books.
RELEASED = """
    m001_businesses m002_codes m003_applications m004_history m005_accounts m006_imports m007_status_changes
    m008_published_status_list m009_lives m010_proposals m011_work_list m012_life_dates m013_reminders m014_reports
    m015_ratings m016_inspections m017_words_let_go m018_early_steps_whole
    m019_event_parts m020_suspension m021_limits
""".split()

# Words and functions of SQLite that PostgreSQL does not have, or has with another meaning.
WORDS_OF_SQLITE = (
    "INTEGER PRIMARY KEY", "AUTOINCREMENT", "BLOB", "RAISE(ABORT", " max(", " min(", "IS NOT (", "WITHOUT ROWID", "STRICT",
    "INSERT OR", "REPLACE INTO", "PRAGMA", "rowid", "ifnull(", "iif(", "printf(", "strftime(", "julianday(", "datetime(",
    "json_extract(", "group_concat(", "hex(", "randomblob(", "GLOB", "COLLATE NOCASE", "INDEXED BY", "ATTACH", "VACUUM",
    "length(", "typeof(", "sqlite_", "instr(",
)  # fmt: skip


class Written:
    """A schema that only keeps what it is asked to run. It has no column yet, so every one is added."""

    def __init__(self) -> None:
        self.statements = ""

    def run(self, statements: str) -> object:
        self.statements += statements
        return None

    def columns(self, table: str) -> frozenset[str]:
        return frozenset()

    def refuse_rows(self, query: str, problem: str) -> None:
        self.statements += f"{query};"

    def hold(self, rules: Sequence[Table]) -> None:
        checks = [each.condition for table in rules for each in table.checks]
        self.statements += "".join([*checks, *(each.condition for table in rules for each in table.refusals)])


@pytest.fixture(scope="module")
def statements() -> str:
    """The SQL of all steps."""
    written = Written()
    for step in STEPS:
        step(written)
    return written.statements


def test_the_steps_are_numbered_one_after_the_other() -> None:
    numbers = [re.fullmatch(r"m(\d{3})_[a-z_]+", name) for name in NAMES]
    assert [found and int(found[1]) for found in numbers] == list(range(1, len(NAMES) + 1))


def test_released_steps_stay_where_and_what_they_are() -> None:
    assert list(NAMES[: len(RELEASED)]) == RELEASED


def test_former_names_lead_to_steps_and_are_none_themselves() -> None:
    assert set(FORMER_NAMES.values()) <= set(NAMES)
    assert not set(FORMER_NAMES) & set(NAMES)


def test_what_only_sqlite_has_is_named_in_one_place(statements: str) -> None:
    used = {word for word in WORDS_OF_SQLITE if word in statements}
    assert used == set(SQLITE_ONLY)


def test_a_book_with_the_former_names_is_read_and_brought_up_to_date(database: Database) -> None:
    database.close()
    db = sqlite3.connect(database.path)
    for former, name in FORMER_NAMES.items():
        db.execute("UPDATE _sqlite_migrations SET name = ? WHERE name = ?", (former, name))
    db.commit()
    db.close()
    database.check_version()
    database.create_or_upgrade()
    database.check_version()
    database.close()
    db = sqlite3.connect(database.path)
    booked = [name for (name,) in db.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    db.close()
    assert booked == list(NAMES)
