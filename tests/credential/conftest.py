"""Every test of this room runs without a network: the verifier must work without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from refuses_sockets import refused


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """A test that opens a socket fails."""
    with refused():
        yield
