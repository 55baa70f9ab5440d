"""docs/runbook.md: every fault in it has a test that causes it, and every code in it is one that can be met."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from licence_qr import wording

PAGE = Path(__file__).parents[2] / "docs" / "runbook.md"
FEWEST_FAULTS = 12


def rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]


def test_every_fault_is_caused_by_a_test_and_every_test_is_in_the_runbook():
    tests = {
        node.name.removeprefix("test_").replace("_", " ")
        for file in Path(__file__).parent.glob("test_faults_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    faults = [row[0] for row in rows()]
    assert len(faults) >= FEWEST_FAULTS and len(set(faults)) == len(faults)
    assert {fault.lower() for fault in faults} == tests


def test_every_code_has_its_sentences():
    codes = [code for row in rows() for code in re.findall(r"`([a-z]+_[a-z_]+)`", row[1])]
    assert len(codes) > 15
    assert sorted(code for code in codes if code not in wording.sentences()) == []
