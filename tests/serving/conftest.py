"""Starts of the real server, each ended at the latest with its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from served import Served, copy_of

Start = Callable[..., Served]


@pytest.fixture
def start(empty_installation: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts ``licence-qr serve`` over a copy of the empty installation."""
    installation = copy_of(empty_installation, tmp_path)
    started: list[Served] = []

    def start_it(**streams: object) -> Served:
        started.append(Served(installation, tmp_path, **streams))
        return started[-1]

    yield start_it
    for each in started:
        each.kill()
