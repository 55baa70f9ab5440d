"""A register file with its schema and nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from licence_qr.store.database.connections import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh register."""
    made = Database(tmp_path / "register.db")
    made.create_or_upgrade()
    yield made
    made.close()
