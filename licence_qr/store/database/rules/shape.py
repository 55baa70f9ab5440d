"""Whether columns, keys and indexes of a register are as the steps of the schema make them.

What a column may hold, and which rows may not be twice, stands in the text of its table and in unique indexes. Whoever takes
one of these away leaves every row as it was, so a register is compared with a new one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

from licence_qr.store.database import migrations
from licence_qr.store.database.rules import on_sqlite
from licence_qr.store.database.rules.holding import Run
from licence_qr.store.database.sqlite import SqliteUtils, sqlite3

# Some early registers have a column with a value for rows from before it; that is no rule.
_DEFAULT = re.compile(r" DEFAULT ('[^']*'|\d+)")


class _Shape(NamedTuple):
    """By name: the columns and keys of tables, in any order, and the texts of indexes."""

    tables: dict[str, set[str]]
    indexes: dict[str, str]


def differing(run: Run) -> Iterator[str]:
    """Names of tables and indexes that are missing or differ from those of a new register."""
    found, new = _of(run), _new()
    yield from (name for name, parts in new.tables.items() if not parts <= found.tables.get(name, set()))
    yield from (name for name, text in new.indexes.items() if found.indexes.get(name) != text)


@functools.cache
def _new() -> _Shape:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        migrations.upgrade(SqliteUtils(made))
        return _of(made.execute)


def _of(run: Run) -> _Shape:
    kinds = "type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\'"
    rows = run(f"SELECT type, name, sql FROM sqlite_master WHERE {kinds} AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    texts = [(kind, str(name), " ".join(str(text).split())) for kind, name, text in rows.fetchall()]
    return _Shape(
        {
            name: {_DEFAULT.sub("", part) for part in on_sqlite.parts(text)}
            for kind, name, text in texts
            if kind == "table"
        },
        {name: text for kind, name, text in texts if kind == "index"},
    )
