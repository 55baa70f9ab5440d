"""The tests of this room run without a network (see conftest.py); here it is held that they do."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[1]
FIRST = ROOM / "tokens" / "test_cose_envelope.py"
RUNNER = ROOM.parent / "support" / "refuses_sockets.py"
# This file itself, and the mutants, which would only take their time once more.
LEFT_OUT = {Path(__file__).name, "test_mutated_tokens.py"}


def test_a_test_that_opens_a_socket_fails() -> None:
    for opening in (socket.socket, lambda: socket.getaddrinfo("localhost", 80)):
        with pytest.raises(PermissionError, match="the verifier must work without a network"):
            opening()


@pytest.mark.campaign
def test_in_a_process_that_never_had_a_network_all_tests_pass_but_one_that_opens_a_socket(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """What is loaded by the tests opens nothing either: one file of them, and in the campaign all of the room."""
    connecting = tmp_path / "test_connecting.py"
    connecting.write_text("import socket\n\n\ndef test_it() -> None:\n    socket.socket()\n", encoding="utf-8")
    tests = sorted((path for path in ROOM.rglob("test_*.py") if path.name not in LEFT_OUT), key=lambda p: p != FIRST)
    assert tests[0] == FIRST
    chosen = map(str, (*tests[: rounds(1, len(tests))], connecting))
    done = subprocess.run([sys.executable, str(RUNNER), *chosen], capture_output=True, text=True)
    assert re.search(r"\b1 failed, \d+ passed\b", done.stdout), done.stdout[-2000:] + done.stderr[-2000:]
    assert "the verifier must work without a network" in done.stdout
