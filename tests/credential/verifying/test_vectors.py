"""The corpus of tests/vectors, read by the Python verifier: one fault a file, and the genuine ones beside them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_verdict import verdict

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "vectors"
REFUSED = sorted((CORPUS / "refused").glob("*.json"))
GENUINE = sorted((CORPUS / "genuine").glob("*.json"))
# Codes that are raised while a code is made, before anything is signed: no file can show them.
MAKING = {"code_name_too_long", "code_permit_type_unregistered", "code_permit_without_period"}


def vector(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_fault_is_refused_with_its_own_code(path: Path) -> None:
    content = vector(path)
    assert verdict(content).get("code") == content["expected"]["code"]


@pytest.mark.parametrize("path", GENUINE, ids=lambda path: path.stem)
def test_a_genuine_code_says_what_was_signed(path: Path) -> None:
    content = vector(path)
    assert verdict(content) == content["expected"]


def codes_raised() -> Iterator[str]:
    for path in sorted((ROOT / "licence_qr" / "credential").glob("*.py")):
        yield from re.findall(r'(?:TokenError|InputError|Shape)\(\s*"(\w+)"', path.read_text(encoding="utf-8"))


def test_the_corpus_shows_every_refusal_that_the_verifier_knows() -> None:
    shown = {vector(path)["expected"]["code"] for path in REFUSED}
    shown |= {vector(path)["expected"].get("status", {}).get("because") for path in GENUINE}
    assert set(codes_raised()) - MAKING - shown == set()


def test_the_corpus_is_large_enough() -> None:
    assert len(REFUSED) >= 60
    assert len(GENUINE) >= 8


def test_the_corpus_is_what_its_script_makes() -> None:
    program = "import json, make_vectors; print(json.dumps(dict(make_vectors.corpus())))"
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=CORPUS, capture_output=True, text=True, check=True
    ).stdout
    there = {path.relative_to(CORPUS).as_posix(): path.read_text(encoding="utf-8") for path in [*REFUSED, *GENUINE]}
    assert json.loads(made) == there
