"""What ``make bench`` runs: all parts when none is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import PARTS, chosen

ROOT = Path(__file__).parent.parent


def test_none_named_runs_all():
    assert chosen([]) == list(PARTS)


def test_those_named_run_once_in_the_order_of_the_table():
    assert chosen(["symbol", "verify", "symbol"]) == ["verify", "symbol"]


def test_an_unknown_part_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit) as stopped:
        chosen(["verify", "nonsense"])
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "nonsense" in told and all(name in told for name in PARTS)


def test_the_program_starts_and_lists_its_parts():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(name in done.stdout for name in PARTS)
