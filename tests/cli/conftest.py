"""The demonstration as the program itself makes it, and the program to run in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import copy_of
from once import made_once
from program import Run, environ, run_here
from quick_passwords import quick_by_default


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration made by its command, in this process; for reading only. That the installed program makes
    one too, with passwords hashed at full cost, is held in installed/test_wheel.py."""
    return made_once(tmp_path_factory, "installed", _install)


def _install(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        quick_by_default(patch)
        made = run_here(environ(folder), "init", "--demonstration")
    assert made.status == 0, made.err
    (folder / "init.txt").write_text(made.out, encoding="utf-8")


@pytest.fixture
def copied(installed: Path, tmp_path: Path) -> Path:
    """A copy of it, to write to."""
    return copy_of(installed, tmp_path / "copied")


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs ``licence-qr`` with arguments in the installation of a folder."""
    return lambda folder, *arguments, **settings: run_here(environ(folder) | settings, *arguments)


@pytest.fixture(scope="module", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    """Commands open many accounts."""
    with pytest.MonkeyPatch.context() as patch:
        quick_by_default(patch)
        yield
