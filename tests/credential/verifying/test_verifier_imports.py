"""An inspector's device runs the verifier alone: it must drag in no web, no database and no network."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["verifier", "trust_list_wire", "status_list_wire", "description"])
def test_the_verifier_loads_no_flask_no_database_and_no_socket(module: str) -> None:
    program = f"import sys, licence_qr.credential.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert f"licence_qr.credential.{module}" in loaded
    assert not {"flask", "sqlite3", "socket", "_socket", "ssl"} & set(loaded)
