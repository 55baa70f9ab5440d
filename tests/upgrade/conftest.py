"""Old installations are unpacked for each test anew."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from old_installations import Unpack, unpacked


@pytest.fixture
def unpack(tmp_path: Path) -> Unpack:
    """Unpacks the register of that name."""
    return partial(unpacked, into=tmp_path)
