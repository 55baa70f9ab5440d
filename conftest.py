"""Hypothesis for all tests: no deadline, because a busy machine must not make a right program fail.

``--campaign`` asks for the long form of the tests that have one (marker ``campaign``): more mutants, more killed
processes, more examples. ``make campaign`` runs them.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator
from os.path import relpath
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_COMMON = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("project", **_COMMON)
settings.register_profile("campaign", max_examples=2_000, **_COMMON)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="the long form of every test that has one")
    parser.addoption(
        "--engine",
        action="append",
        choices=("chromium", "firefox", "webkit"),
        help="drive this engine through tests/engines, as make engines does; may be given again",
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("campaign" if config.getoption("--campaign") else "project")
    # Under nohup, and in the background of a script, these are ignored, and every server of a test would ignore them too.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What was collected is there to the end: looking for garbage in it took an eighth of what tests in this process cost.

    What tests leave is looked for more seldom than a program would, which has less to go through each time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(10_000, 20, 5)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the order in which workers take them (``tests/whole_files.py``)."""
    from whole_files import place_of

    tests = config.rootpath / "tests"
    items.sort(key=lambda item: place_of(relpath(item.path, tests)))  # some tests write tests of their own elsewhere


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By whole files under ``--dist loadgroup``, as make test asks."""
    from whole_files import WholeFiles

    return WholeFiles(config, log) if config.getvalue("dist") == "loadgroup" else None
