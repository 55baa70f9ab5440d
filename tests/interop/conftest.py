"""The foreign libraries, in an environment of their own that is made once and kept beside pytest's cache."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"

Foreign = Callable[..., Any]


@pytest.fixture(scope="session")
def foreign(request: pytest.FixtureRequest) -> Foreign:
    """Runs one task of foreign_verifier.py with the foreign libraries: ``foreign("sign", key=…, …)``."""
    cache = request.config.cache
    assert cache is not None
    python = environment(Path(cache.mkdir("interop")))

    def run(task: str, **asked: Any) -> Any:
        done = subprocess.run(
            [python, "-I", HERE / "foreign_verifier.py"],
            input=json.dumps({"task": task, **asked}),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def environment(folder: Path) -> Path:
    """The interpreter of the environment that the lock file and this Python describe, made where it is missing.

    It is made beside its place and then renamed, so that an interrupted or second run never sees half of one.
    """
    name = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    place = folder / name
    if not place.exists():
        partial = Path(tempfile.mkdtemp(prefix="making-", dir=folder))
        try:
            _install(partial)
            partial.rename(place)
        except OSError:
            if not place.exists():  # another process may have been quicker
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return place / "bin" / "python"


def _install(partial: Path) -> None:
    venv.create(partial, with_pip=True)
    pip = [partial / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
    done = subprocess.run(
        [*pip, "install", "--only-binary", ":all:", "--require-hashes", "-r", LOCK], capture_output=True, text=True
    )
    if done.returncode:
        pytest.fail(
            f"The foreign libraries of {LOCK.name} could not be installed; the package index must be reachable the"
            f" first time these tests run. pip says:\n{done.stderr[-1500:]}",
            pytrace=False,
        )
