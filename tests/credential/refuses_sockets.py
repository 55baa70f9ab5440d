"""Runs pytest with no network: a socket that is made, connected or bound, and a name that is looked up, end the test.

python refuses_sockets.py TEST ...
"""

from __future__ import annotations

import sys


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        raise PermissionError(f"{event}: the verifier must work without a network")


if __name__ == "__main__":
    sys.addaudithook(_refuse)
    import pytest

    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
