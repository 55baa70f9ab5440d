"""The foreign libraries, in an environment of their own that is made once and kept beside pytest's cache."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"

Foreign = Callable[..., Any]


@pytest.fixture(scope="session")
def foreign(request: pytest.FixtureRequest) -> Iterator[Foreign]:
    """Does one task of foreign_verifier.py with the foreign libraries: ``foreign("sign", key=…, …)``.

    One process does the tasks of all tests: loading the libraries takes longer than most of them.
    """
    cache = request.config.cache
    assert cache is not None
    python = environment(Path(cache.mkdir("interop")))
    program = [python, "-I", HERE / "foreign_verifier.py"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield partial(_done, process)


def _done(process: subprocess.Popen[str], task: str, **asked: Any) -> Any:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps({"task": task, **asked}) + "\n")
    process.stdin.flush()
    said = process.stdout.readline()
    assert said, f"the foreign program ended with {process.wait()}"
    told = json.loads(said)
    assert "fault" not in told, told["fault"]
    return told["answer"]


def environment(folder: Path) -> Path:
    """The interpreter of the environment that the lock file and this Python describe, made where it is missing.

    One process makes it and the others wait. It is made beside its place and then renamed, so that after an
    interrupted run nobody takes half of one for the whole.
    """
    name = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    place = folder / name
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            half = Path(tempfile.mkdtemp(prefix="making-", dir=folder))
            try:
                _install(half)
                half.rename(place)
            finally:
                shutil.rmtree(half, ignore_errors=True)
    return place / "bin" / "python"


def _install(half: Path) -> None:
    """Make the environment, with the pip of the one that runs these tests: setting up another takes as long again."""
    venv.create(half, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", half / "bin" / "python", "--disable-pip-version-check", "-q"]
    done = subprocess.run(
        [*pip, "install", "--only-binary", ":all:", "--require-hashes", "-r", LOCK], capture_output=True, text=True
    )
    if done.returncode:
        pytest.fail(
            f"The foreign libraries of {LOCK.name} could not be installed; the package index must be reachable the"
            f" first time these tests run. pip says:\n{done.stderr[-1500:]}",
            pytrace=False,
        )
