"""A process with no network: a socket that is made, connected or bound, and a name that is looked up, end the test.

python refuses_sockets.py TEST ... runs pytest in such a process from the first import on; ``refused`` is the same for a
while in a process that goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_refusing = False


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if _refusing and event.startswith("socket."):
        raise PermissionError(f"{event}: the verifier must work without a network")


@cache
def _listen() -> None:
    sys.addaudithook(_refuse)  # once a process: it cannot be taken away


@contextmanager
def refused() -> Iterator[None]:
    """Within, no socket can be opened by anybody in this process."""
    global _refusing
    _listen()
    _refusing = True
    try:
        yield
    finally:
        _refusing = False


if __name__ == "__main__":
    import pytest

    with refused():
        status = pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]])
    sys.exit(status)
