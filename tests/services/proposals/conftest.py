"""An office in which acts are proposed and decided."""

from __future__ import annotations

import pytest
from four_eyes import opened


@pytest.fixture
def office(services, make_application, clerk, now):
    return opened(services, make_application(), clerk, now)
