"""What the tests of the services look at: every row of the register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from licence_qr.store.database.connections import Database

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def all_rows() -> Callable[[Database], Rows]:
    """Reads every row of every table, to see that nothing at all was written."""

    def read(database: Database) -> Rows:
        with database.read() as tx:
            names = [row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: [tuple(row) for row in tx.all(f"SELECT * FROM {name}")] for name in names}  # noqa: S608 – names of our own tables

    return read
