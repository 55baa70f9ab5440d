"""What ``make bench`` runs: all parts when none is named."""

from __future__ import annotations

import runpy
import sys

import pytest

from bench.__main__ import PARTS, chosen


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


def test_the_program_starts_and_lists_its_parts(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["bench", "--help"])
    monkeypatch.delitem(sys.modules, "bench.__main__")  # it is to be run anew
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("bench", run_name="__main__")  # as python -m does, in this process
    assert stopped.value.code == 0
    told = capsys.readouterr().out
    assert all(name in told for name in PARTS)
