"""One running installation for all tests of a browser, as fixtures that a conftest takes from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from inspection_phone import STARTED, filled_installation
from verify_site import Site

from licence_qr.bootstrap import Services

MakeServices = Callable[..., Services]


@pytest.fixture(scope="session")
def make_site(make_services: MakeServices) -> MakeServices:
    """Makes services of an installation whose codes lead to an address of https, as those of a real one do."""
    return partial(make_services, at=STARTED)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, make_site: MakeServices) -> Path:
    """The folder of a demonstration installation made today, with people whose password is known; for copying only."""
    return filled_installation(tmp_path_factory.mktemp("filled"), make_site)


@pytest.fixture(scope="session")
def one_site(filled: Path, tmp_path_factory: pytest.TempPathFactory, make_site: MakeServices) -> Iterator[Site]:
    """A running copy of it, one for all tests; for ``site``, which hands it out as it was made."""
    running = Site(filled, tmp_path_factory.mktemp("site") / "copy", make_site)
    yield running
    running.close()


@pytest.fixture
def site(one_site: Site) -> Site:
    """A running copy of it, to stop and to change."""
    one_site.reset()
    return one_site
