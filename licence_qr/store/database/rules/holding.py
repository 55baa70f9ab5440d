"""Making a SQLite register hold the rules, and finding where it does not.

SQLite adds checks only to a new table, so a table whose rules have changed is written anew (sqlite.org/lang_altertable.html,
section 7): made under another name, filled, put in the place of the old one, and given its indexes. Triggers are dropped
before, because they name tables that are away meanwhile. All of it is in the transaction of the upgrade, with foreign keys
not enforced, and compared before it is committed (``Database.create_or_upgrade``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from licence_qr.errors import RegisterError
from licence_qr.store.database.rules import on_sqlite
from licence_qr.store.database.rules.every import TABLES
from licence_qr.store.database.rules.model import Columns, Table

MOST_TOLD = 20
_OF_OTHERS = frozenset({"_sqlite_migrations"})  # of sqlite-utils


class Run(Protocol):
    """Runs one statement, as a transaction or a connection does, and returns a cursor."""

    def __call__(self, sql: str, values: Sequence[Any] = (), /) -> Any: ...


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that breaks a rule, as ``permits permit_id=7``."""

    table: str
    row: str
    rule: str


def hold(run: Run, rules: Sequence[Table] = TABLES) -> None:
    """Have the register hold the rules. Raises RegisterError ``register_rule_broken``, with nothing changed, where a row
    breaks one."""
    _demand_none(broken(run, rules))
    for (name,) in run("SELECT replace(name, '\"', '\"\"') FROM sqlite_master WHERE type = 'trigger'").fetchall():
        run(f'DROP TRIGGER "{name}"')
    for name, created in _tables(run):
        wanted = _wanted(run, name, created, rules)
        if wanted != created:
            _write_anew(run, name, wanted)
    for text in _triggers(run, rules).values():
        run(text)
    _demand_none(_unreferred(run))


def broken(run: Run, rules: Sequence[Table] = TABLES) -> Iterator[BrokenRow]:
    """Rows that break a check, or hold another type than their column, at most ``MOST_TOLD`` of each table."""
    for name, _ in _tables(run):
        columns = _columns(run, name)
        keys = _keys(run, name)
        held = on_sqlite.holding(_of(name, rules), [column for column, _ in columns])
        for rule, *values in run(on_sqlite.broken_rows(held, columns, keys, MOST_TOLD)).fetchall():
            yield BrokenRow(name, _named(keys, values), rule)


def not_held(run: Run, rules: Sequence[Table] = TABLES) -> Iterator[str]:
    """Names of tables and triggers that are not as the rules want them, as somebody has made them by hand."""
    tables = dict(_tables(run))
    yield from (each.name for each in rules if each.name not in tables)
    yield from (name for name, created in tables.items() if _wanted(run, name, created, rules) != created)
    found = dict(run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    wanted = _triggers(run, rules)
    yield from sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))


def _demand_none(rows: Iterator[BrokenRow]) -> None:
    for first in rows:
        raise RegisterError("register_rule_broken", table=first.table, row=first.row, rule=first.rule)


def _unreferred(run: Run) -> Iterator[BrokenRow]:
    """Rows that name a row which is not there."""
    for name, rowid, other, _ in run("PRAGMA foreign_key_check").fetchall():
        keys = _keys(run, name)
        values = run(f"SELECT {', '.join(keys)} FROM {name} WHERE rowid = ?", (rowid,)).fetchone()
        yield BrokenRow(name, _named(keys, values), f"{name}_refer_to_{other}")


def _tables(run: Run) -> list[tuple[str, str]]:
    """Names and texts of the tables that steps of the schema may have made, in the order in which they were made. One that
    somebody put beside them is left as it is."""
    rows = run(
        "SELECT m.name, m.sql FROM sqlite_master AS m JOIN pragma_table_list AS l ON l.name = m.name AND l.schema = 'main'"
        " WHERE l.type = 'table' AND m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.rowid"
    ).fetchall()
    return [
        (name, text) for name, text in rows if name not in _OF_OTHERS and name.isidentifier() and _is_ours(run, name)
    ]


def _columns(run: Run, name: str) -> list[tuple[str, str]]:
    """Names and types."""
    return [(row[1], row[2]) for row in run(f"PRAGMA table_info({name})").fetchall()]


def _is_ours(run: Run, name: str) -> bool:
    return bool(_keys(run, name)) and {kind for _, kind in _columns(run, name)} <= on_sqlite.TYPES.keys()


def _of(name: str, rules: Sequence[Table]) -> Table:
    return next((each for each in rules if each.name == name), Table(name))


def _wanted(run: Run, name: str, created: str, rules: Sequence[Table]) -> str:
    columns = [column for column, _ in _columns(run, name)]
    return on_sqlite.with_rules(created, on_sqlite.holding(_of(name, rules), columns))


def _triggers(run: Run, rules: Sequence[Table]) -> dict[str, str]:
    there = {name for name, _ in _tables(run)}
    made: dict[str, str] = {}
    for each in rules:
        if each.name in there:
            made |= on_sqlite.triggers(each, numbered=_is_numbered(run, each.name))
    return made


def _keys(run: Run, name: str) -> Columns:
    rows = run(f"SELECT name FROM pragma_table_info('{name}') WHERE pk > 0 ORDER BY pk").fetchall()
    return tuple(row[0] for row in rows)


def _is_numbered(run: Run, name: str) -> bool:
    """Whether the key of a table is the number that SQLite gives every row."""
    kinds = dict(_columns(run, name))
    return [kinds[key] for key in _keys(run, name)] == ["INTEGER"]


def _named(keys: Columns, values: Iterable[object]) -> str:
    shown = (value.hex() if isinstance(value, bytes) else str(value) for value in values)
    return " ".join(f"{key}={value}" for key, value in zip(keys, shown, strict=True))


def _write_anew(run: Run, name: str, wanted: str) -> None:
    indexes = run(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (name,)
    ).fetchall()
    if not _ever_filled(run, name, wanted):
        run(f"DROP TABLE {name}")
        run(wanted)
    else:
        _refill(run, name, wanted)
    for (text,) in indexes:
        run(text)


def _ever_filled(run: Run, name: str, wanted: str) -> bool:
    """Whether the table has rows, or had some whose numbers must not be given again."""
    if run(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is not None:
        return True
    counted = "AUTOINCREMENT" in wanted
    return counted and run("SELECT 1 FROM sqlite_sequence WHERE name = ?", (name,)).fetchone() is not None


def _refill(run: Run, name: str, wanted: str) -> None:
    new = f"{name}_with_rules"
    run(on_sqlite.renamed(wanted, new))
    run(f"INSERT INTO {new} SELECT * FROM {name}")
    if "AUTOINCREMENT" in wanted:  # goes on above what was given, also of rows that are gone
        run("DELETE FROM sqlite_sequence WHERE name = ?", (new,))
        run("UPDATE sqlite_sequence SET name = ? WHERE name = ?", (new, name))
    run(f"DROP TABLE {name}")
    run(f"ALTER TABLE {new} RENAME TO {name}")
