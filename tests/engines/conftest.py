"""Three engines, each driven by the same verbs through the same journeys; only where asked for: ``--engine firefox``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from inspection_phone import STARTED
from running_site import MakeServices, filled, one_site, site
from window import Window

__all__ = ["filled", "one_site", "site"]


@pytest.fixture(scope="session")
def make_site(make_services: MakeServices) -> MakeServices:
    """Makes services of an installation without TLS: on this machine's own address WebKit keeps no secure cookie by http."""
    return partial(make_services, at=STARTED, address="http://127.0.0.1:8000")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What drives the engines is installed by ``make engines`` alone."""
    return None if config.getoption("--engine") else True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", metafunc.config.getoption("--engine"), scope="session", indirect=True)


def _begun(name: str) -> Window:
    from by_selenium import Chromium, WebKit
    from firefox import Firefox

    return {"chromium": Chromium, "firefox": Firefox, "webkit": WebKit}[name]()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The name of an engine."""
    return str(request.param)


@pytest.fixture
def window(engine: str) -> Iterator[Window]:
    """A window of that engine with an empty profile; no error of a script goes unnoticed where the engine tells it."""
    window = _begun(engine)
    try:
        yield window
        assert window.faults == []
    finally:
        window.close()
