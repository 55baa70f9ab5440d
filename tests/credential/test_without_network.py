"""The tests of this room once more, in a process that may open no socket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# This file itself, and the 100,000 mutants, which would only take their time once more.
LEFT_OUT = {Path(__file__).name, "test_mutated_tokens.py"}
RUNNER = HERE / "refuses_sockets.py"


def run(*tests: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(RUNNER), *map(str, tests)], capture_output=True, text=True)


@pytest.mark.campaign
def test_the_tests_of_this_room_pass_without_a_network() -> None:
    tests = sorted(
        path for path in HERE.glob("test_*.py") if path.name not in {Path(__file__).name, "test_mutated_tokens.py"}
    )
    done = run(*tests)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_a_test_that_opens_a_socket_would_fail_there(tmp_path: Path) -> None:
    connecting = tmp_path / "test_connecting.py"
    connecting.write_text("import socket\n\n\ndef test_it() -> None:\n    socket.socket()\n", encoding="utf-8")
    done = run(connecting)
    assert done.returncode == 1
    assert "the verifier must work without a network" in done.stdout
