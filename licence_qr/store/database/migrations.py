"""Apply the steps of the schema on SQLite, and record them in the table ``_sqlite_migrations``.

The table belongs to sqlite-utils. Programs of all releases read it: an unknown name in it tells them that the register
is newer than they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from licence_qr.errors import RegisterError
from licence_qr.store.database.rules import holding
from licence_qr.store.database.rules.model import Table
from licence_qr.store.database.schema import Schema
from licence_qr.store.database.schema_steps import STEPS
from licence_qr.store.database.sqlite import Migrations, SqliteUtils, sqlite3

NAMES: tuple[str, ...] = tuple(step.__name__ for step in STEPS)
# Before each step had its own number, two were called 10, two 11 and two 12. Recorded name → name today.
FORMER_NAMES: Mapping[str, str] = {
    "m010_work_list": "m011_work_list",
    "m011_life_dates": "m012_life_dates",
    "m012_reminders": "m013_reminders",
    "m012_reports": "m014_reports",
    "m013_ratings": "m015_ratings",
    "m011_inspections": "m016_inspections",
    "m014_words_let_go": "m017_words_let_go",
    "m015_early_steps_whole": "m018_early_steps_whole",
}


@dataclass(frozen=True, slots=True)
class SqliteSchema:
    """A SQLite register as a step sees it."""

    db: SqliteUtils

    def run(self, statements: str) -> None:
        """Run statements, each ended by ``;``, in the open transaction."""
        for statement in _parted(statements):
            self.db.execute(statement)

    def columns(self, table: str) -> frozenset[str]:
        """The names of the columns of ``table``."""
        return frozenset(self.db[table].columns_dict)

    def refuse_rows(self, query: str, problem: str) -> None:
        """Raise RegisterError ``problem`` with their ``count`` where ``query`` finds rows that the step cannot take over."""
        found = self.db.execute(query).fetchall()
        if found:
            raise RegisterError(problem, count=len(found))

    def hold(self, rules: Sequence[Table]) -> None:
        """Write the tables with these rules, where they have others, and make the triggers anew."""
        holding.hold(self.db.execute, rules)


def upgrade(db: SqliteUtils) -> None:
    """Apply the missing steps. Raises RegisterError ``register_newer`` when the file has unknown steps,
    ``upgrade_step_failed`` when the rows do not fit a step, and what a step refuses."""
    refuse_newer(db)
    _book.ensure_migrations_table(db)
    for former, name in FORMER_NAMES.items():
        db.execute(
            f"UPDATE {_book.migrations_table} SET name = ? WHERE migration_set = ? AND name = ?",
            (name, _book.name, former),
        )
    _book.apply(db)


def check(db: SqliteUtils) -> None:
    """Raise RegisterError ``register_newer`` or ``register_outdated`` unless exactly the known steps are applied."""
    refuse_newer(db)
    if not set(NAMES) <= set(_applied(db)):
        raise RegisterError("register_outdated", path="")


def missing(db: SqliteUtils) -> tuple[str, ...]:
    """The steps that an upgrade would apply, in order. Raises RegisterError ``register_newer``."""
    refuse_newer(db)
    applied = set(_applied(db))
    return tuple(name for name in NAMES if name not in applied)


def refuse_newer(db: SqliteUtils) -> None:
    """Raise RegisterError ``register_newer`` when the file has steps unknown to this program."""
    unknown = [name for name in _applied(db) if name not in NAMES]
    if unknown:
        raise RegisterError("register_newer", step=unknown[0])


def name_today(booked: str) -> str:
    """Today's name of a step that a register has recorded as ``booked``."""
    return FORMER_NAMES.get(booked, booked)


def _applied(db: SqliteUtils) -> list[str]:
    """The steps applied to a register, by today's names, in the order in which they were applied."""
    return [name_today(step.name) for step in _book.applied(db)]


def _parted(statements: str) -> Iterator[str]:
    """One statement after the other: a ``;`` in a text or in a trigger ends none. sqlite-utils asks this of every letter."""
    statement = ""
    for piece in statements.rstrip().removesuffix(";").split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement:
        yield statement  # SQLite says what is wrong with it


def _on_sqlite(step: Callable[[Schema], None]) -> Callable[[SqliteUtils], None]:
    def run(db: SqliteUtils) -> None:
        try:
            step(SqliteSchema(db))
        except sqlite3.Error as error:
            told = getattr(error, "sqlite_errorcode", None)  # none on errors of the module itself
            if isinstance(error, sqlite3.IntegrityError) or told == sqlite3.SQLITE_ERROR:
                raise RegisterError("upgrade_step_failed", step=step.__name__, because=str(error)) from error
            raise

    return run


def _make_book() -> Migrations:
    book = Migrations("licence_qr")
    for name, step in zip(NAMES, STEPS, strict=True):
        book(name=name)(_on_sqlite(step))
    return book


_book = _make_book()
