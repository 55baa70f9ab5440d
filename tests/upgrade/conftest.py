"""Old installations are unpacked for each test anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from old_installations import Unpack, unpacked
from quick_passwords import quick_by_default


@pytest.fixture
def unpack(tmp_path: Path) -> Unpack:
    """Unpacks the register of that name."""
    return partial(unpacked, into=tmp_path)


@pytest.fixture(scope="module", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    """Commands open many accounts."""
    with pytest.MonkeyPatch.context() as patch:
        quick_by_default(patch)
        yield
