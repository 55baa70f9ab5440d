"""Rules that the database holds, as data. A rule is written once, in the SQL that SQLite and PostgreSQL both speak.

A ``RowCheck`` looks at one row, a ``Reference`` at the row that another names, a ``RefusedWrite`` at a change. In
conditions, ``is_day(column)``, ``is_instant(column)`` and ``is_object(column)`` stand for what each database says
differently (``on_sqlite``); they hold for NULL too. A check whose condition is neither true nor false holds, as in both
databases.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Columns = tuple[str, ...]

_MOST_LEFT_OUT = 1000  # numbers of rows, by transactions that were undone: PostgreSQL gives those to nobody else


class WriteKind(StrEnum):
    """What a refusal is about; the values are SQL."""

    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Every row satisfies ``condition``, in which the named columns of its own table stand."""

    name: str
    columns: Columns
    condition: str


@dataclass(frozen=True, slots=True)
class Reference:
    """``columns`` are NULL or name a row of ``table`` by ``keys``; compared at COMMIT where ``deferred``."""

    columns: Columns
    table: str
    keys: Columns
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class RefusedWrite:
    """A change is refused where ``condition`` is true, in which OLD and NEW stand for the row. Every change if empty."""

    name: str
    kind: WriteKind
    message: str
    condition: str = ""


Rule = RowCheck | Reference | RefusedWrite


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of one table."""

    name: str
    checks: tuple[RowCheck, ...] = ()
    references: tuple[Reference, ...] = ()
    refusals: tuple[RefusedWrite, ...] = ()


def table(name: str, rules: Iterable[Rule | Iterable[Rule]] = ()) -> Table:
    """The rules of a table, from single ones and groups."""
    flat = [each for rule in rules for each in ((rule,) if isinstance(rule, Rule) else rule)]
    return Table(
        name,
        tuple(each for each in flat if isinstance(each, RowCheck)),
        tuple(each for each in flat if isinstance(each, Reference)),
        tuple(each for each in flat if isinstance(each, RefusedWrite)),
    )


def among(value: str, texts: Iterable[str]) -> str:
    """Whether a value is one of these texts. Written out: for a list, SQLite makes an index whenever it is asked."""
    return " OR ".join(f"{value} = '{each}'" for each in texts)


def one_of(column: str, known: type[StrEnum], *further: str) -> RowCheck:
    """The column is a value of the enumeration, or one of ``further``."""
    return RowCheck(f"{column}_is_known", (column,), among(column, (*further, *known)))


def all_of(column: str, known: type[StrEnum]) -> RowCheck:
    """The column holds values of the enumeration with commas between them, or is empty."""
    rest = f"',' || {column}"
    for value in sorted((each.value for each in known), key=len, reverse=True):  # one may begin with another
        rest = f"replace({rest}, ',{value}', '')"
    return RowCheck(f"{column}_are_known", (column,), f"{column} = '' OR {rest} = ''")


def days(*columns: str) -> tuple[RowCheck, ...]:
    """Each column is a day, as 2026-11-30, or NULL."""
    return tuple(RowCheck(f"{each}_is_a_day", (each,), f"is_day({each})") for each in columns)


def instants(*columns: str) -> tuple[RowCheck, ...]:
    """Each column is an instant in UTC, as 2026-11-30T07:00:11+00:00, or NULL."""
    return tuple(RowCheck(f"{each}_is_an_instant", (each,), f"is_instant({each})") for each in columns)


def truths(*columns: str) -> tuple[RowCheck, ...]:
    """Each column is 0 or 1."""
    return tuple(RowCheck(f"{each}_is_yes_or_no", (each,), f"{each} IN (0, 1)") for each in columns)


def objects(name: str, *columns: str) -> RefusedWrite:
    """New rows of the table ``name`` have a JSON object, or NULL, in each column. No check: the tables are large."""
    condition = " OR ".join(f"NOT is_object(NEW.{each})" for each in columns)
    message = f"{', '.join(columns)} of {name} are JSON objects"
    return RefusedWrite(f"{name}_have_json_objects", WriteKind.INSERT, message, condition)


def in_order(first: str, last: str) -> RowCheck:
    """One day is not after the other, and not alone without the first."""
    condition = f"{last} IS NULL OR ({first} IS NOT NULL AND {first} <= {last})"
    return RowCheck(f"{first}_is_not_after_{last}", (first, last), condition)


def refers(column: str, other: str, key: str = "", *, deferred: bool = False) -> Reference:
    """A reference by one column, of the same name there unless ``key`` says another."""
    return Reference((column,), other, (key or column,), deferred)


def differs(columns: Iterable[str]) -> str:
    """Whether an update changes one of these columns."""
    return " OR ".join(f"NEW.{each} IS DISTINCT FROM OLD.{each}" for each in columns)


def fixed(name: str, columns: Columns) -> RefusedWrite:
    """These columns of the table ``name`` stay as they were written."""
    message = f"{', '.join(columns)} of {name} are not changed"
    return RefusedWrite(f"{name}_stay_as_written", WriteKind.UPDATE, message, differs(columns))


def once(name: str, column: str) -> RefusedWrite:
    """The column of the table ``name`` is set once."""
    condition = f"OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column}"
    return RefusedWrite(f"{name}_{column}_is_set_once", WriteKind.UPDATE, f"{column} of {name} is set once", condition)


def not_over(name: str, *keys: Columns, changing: Iterable[Columns] = ()) -> tuple[RefusedWrite, ...]:
    """No row of the table ``name`` replaces another. ``keys`` are its unique keys, ``changing`` those that may change.

    SQLite has statements that delete a row by writing another over it (``INSERT OR REPLACE``); it asks the refusals of a
    deletion then only where a connection wants it to. On PostgreSQL the key itself refuses the second row.
    """

    def taken(key: Columns) -> str:
        same = " AND ".join(f"{each} = NEW.{each}" for each in key)
        return f"EXISTS (SELECT 1 FROM {name} WHERE {same})"

    message = f"a row of {name} is not replaced"
    inserted = RefusedWrite(f"{name}_are_not_replaced", WriteKind.INSERT, message, " OR ".join(map(taken, keys)))
    moved = " OR ".join(f"({differs(key)}) AND {taken(key)}" for key in changing)
    if not moved:
        return (inserted,)
    return inserted, RefusedWrite(f"{name}_are_not_moved_over", WriteKind.UPDATE, message, moved)


def in_turn(name: str, key: str) -> RefusedWrite:
    """New rows of the table ``name``, which the database numbers by ``key``, come after all others: neither in a gap or
    below the first, where they would seem to be older, nor so far above that no number is left for the next.

    A database that has not given the number yet when it asks shows one below 1.
    """
    newest = f"(SELECT coalesce(max({key}), 0) FROM {name})"
    condition = f"NEW.{key} > 0 AND NEW.{key} NOT BETWEEN {newest} + 1 AND {newest} + {_MOST_LEFT_OUT}"
    return RefusedWrite(f"{name}_go_on", WriteKind.INSERT, f"a new row of {name} comes after all others", condition)


def counted(key: str) -> RowCheck:
    """The key that the database numbers counts from 1."""
    return RowCheck(f"{key}_counts_from_1", (key,), f"{key} > 0")


def open_once(name: str, key: Columns, is_open: str) -> tuple[RefusedWrite, ...]:
    """Of the rows of the table ``name`` that are open, two have not the same ``key``: neither beside nor over each other. In
    ``is_open``, ``{}`` stands before each column."""
    same = " AND ".join(f"{each} = NEW.{each}" for each in key)
    taken = f"EXISTS (SELECT 1 FROM {name} WHERE ({is_open.format('')}) AND {same})"
    opens, was_open = f"({is_open.format('NEW.')})", f"({is_open.format('OLD.')})"
    message = f"of the same {', '.join(key)} one row of {name} is open"
    return (
        RefusedWrite(f"{name}_are_open_once", WriteKind.INSERT, message, f"{opens} AND {taken}"),
        RefusedWrite(f"{name}_are_opened_once", WriteKind.UPDATE, message, f"{opens} AND NOT {was_open} AND {taken}"),
    )


def kept(name: str, *keys: Columns, changing: Iterable[Columns] = ()) -> tuple[RefusedWrite, ...]:
    """Rows of the table ``name`` are never deleted, nor replaced (``not_over``)."""
    message = f"rows of {name} are not deleted"
    return RefusedWrite(f"{name}_are_not_deleted", WriteKind.DELETE, message), *not_over(name, *keys, changing=changing)


def append_only(name: str, *keys: Columns) -> tuple[RefusedWrite, ...]:
    """Rows of the table ``name`` are added, and stay as they are."""
    message = f"{name} is append-only"
    return (
        RefusedWrite(f"{name}_is_not_updated", WriteKind.UPDATE, message),
        RefusedWrite(f"{name}_is_not_deleted", WriteKind.DELETE, message),
        *not_over(name, *keys),
    )
