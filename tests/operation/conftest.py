"""Installations in which something goes wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

Installed = Callable[[datetime], Path]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, make_services) -> Installed:
    """The folder of an installation made at an instant, with an empty register; for copying only."""

    def make(at: datetime) -> Path:
        folder = tmp_path_factory.mktemp("installed") / "installation"
        make_services(folder, demonstration=False, at=at).database.close()
        return folder

    return make


@pytest.fixture(scope="session")
def of_today(made: Installed) -> Path:
    return made(datetime.now(UTC))


@pytest.fixture
def here(of_today: Path, tmp_path: Path) -> Path:
    """The folder of an installation of today, to do harm to."""
    return Path(shutil.copytree(of_today, tmp_path / "installation"))
