"""A register file with its schema and nothing in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from licence_qr.store.database.connections import Database


@pytest.fixture
def database(empty_register: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh register."""
    made = Database(Path(shutil.copy(empty_register, tmp_path)))
    yield made
    made.close()
