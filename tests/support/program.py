"""``licence-qr`` in this process: what a command says and how it ends, without the second that loading it takes. And the
processes of a server that runs."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from safe import passphrase_file

from licence_qr.cli.main import main
from licence_qr.process.metrics_folder import folders_of

PROGRAM = Path(sys.executable).with_name("licence-qr")


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


def environ(folder: Path) -> dict[str, str]:
    """Where an installation in ``folder`` keeps its things; the passphrase in its safe, where it has one."""
    here = {"LICENCE_QR_HOME": str(folder / "var"), "LICENCE_QR_KEYS": str(folder / "keys")}
    passphrase = passphrase_file(folder)
    return here | ({"LICENCE_QR_PASSPHRASE_FILE": str(passphrase)} if passphrase.exists() else {})


def run_here(
    settings: Mapping[str, str], *arguments: object, typed: str = "", output: io.TextIOWrapper | None = None
) -> Ended:
    """Run a command with these environment variables; an exception that escapes fails the test. What it says goes to
    ``output`` where that is given."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output or out), redirect_stderr(err):
        for name in [each for each in os.environ if each.startswith("LICENCE_QR_")]:
            patch.delenv(name)  # settings of whoever runs the tests: make has some
        for name, value in settings.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["licence-qr", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as leave:
            main()
    status = leave.value.code
    assert isinstance(status, int | None)
    return Ended(status or 0, out.getvalue(), err.getvalue())


def end(server: subprocess.Popen[Any], home: Path) -> None:
    """Kill what is left of a server over ``home``, the leader of its process group, and remove what it counted in: nobody
    would start over that folder again, and memory would fill with the counts of killed servers."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    for left in folders_of(home):
        shutil.rmtree(left, ignore_errors=True)


def workers(server: int) -> set[int]:
    """The workers that serve."""
    return {pid for pid in _children(server) if not _is_signer(pid)}


def signers(server: int) -> set[int]:
    """The signer that the server has started; empty for a moment after it was killed."""
    return {pid for pid in _children(server) if _is_signer(pid)}


def _children(server: int) -> list[int]:
    listed = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]


def _is_signer(pid: int) -> bool:
    try:
        return b"sign-service" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
