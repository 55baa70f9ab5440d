"""The corpus of tests/vectors, read by the Python verifier: one fault a file, and the genuine ones beside them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.allow_list import AllowList, verify_allow_list
from licence_qr.credential.claims import PermitClaim
from licence_qr.credential.status_list import status_of
from licence_qr.credential.status_list_wire import verify_status_list
from licence_qr.credential.trust_list_wire import verify_trust_list
from licence_qr.credential.verifier import Verified, verify
from licence_qr.domain.catalogue import Catalogue, NumberTemplate, PermitType, Text
from licence_qr.errors import TokenError

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "vectors"
REFUSED = sorted((CORPUS / "refused").glob("*.json"))
GENUINE = sorted((CORPUS / "genuine").glob("*.json"))
# Codes that are raised while a code is made, before anything is signed: no file can show them.
MAKING = {"code_name_too_long", "code_permit_type_unregistered", "code_permit_without_period"}


@cache
def vector(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def catalogue_of(vocabulary: dict[str, Any]) -> Catalogue:
    types = {
        name: PermitType(name, int(name), Text(words["zh"], words["en"]), "", None, Text("", ""))
        for name, words in vocabulary["permit_types"].items()
    }
    templates = [NumberTemplate(int(name), "2", "", text) for name, text in vocabulary["number_templates"].items()]
    return Catalogue({}, {}, (), types, tuple(templates), {}, {}, ())


def judged(content: dict[str, Any]) -> tuple[Verified, dict[str, Any] | None]:
    """What the verifier says of one vector: the lists first, then the code, then its status. Raises TokenError."""
    now = datetime.fromisoformat(content["now"])
    root = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(content["root_key"]))
    trust_list = verify_trust_list(
        bytes.fromhex(content["trust_list"]), root, at_least=content.get("trust_list_at_least", 0)
    )
    status_list = None
    if "status_list" in content:
        seconds = content.get("status_list_at_least")
        at_least = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        signed = bytes.fromhex(content["status_list"])
        status_list = verify_status_list(signed, trust_list, now, at_least=at_least)
    catalogue = catalogue_of(content["vocabulary"]) if "vocabulary" in content else None
    allow_list = read_allow_list(content, root)
    verified = verify(content["text"], trust_list, now, catalogue, allow_list=allow_list)
    if status_list is None:
        return verified, None
    report = status_of(verified, status_list, now)
    return verified, {
        "print": report.print_status.value,
        "permits": [status.value for status in report.permits],
        "stale": report.freshness.value == "stale",
        "unknown": report.print_status.value == "unknown",
        "because": report.because and report.because.code,
    }


def read_allow_list(content: dict[str, Any], root: ec.EllipticCurvePublicKey) -> AllowList | None:
    if "allow_list" not in content:
        return None
    return verify_allow_list(bytes.fromhex(content["allow_list"]), root, at_least=content.get("allow_list_at_least", 0))


def plain(verified: Verified) -> dict[str, Any]:
    """Claims as the corpus writes them."""
    facts = verified.claims._asdict()
    code_id = facts.pop("code_id")
    written = {"code_number": code_id.number} | facts
    written |= {"digest": facts["digest"].hex(), "permits": [plain_permit(permit) for permit in facts["permits"]]}
    return json.loads(json.dumps(written, default=date.isoformat))  # type: ignore[no-any-return]


def plain_permit(permit: PermitClaim) -> dict[str, Any]:
    number = permit.number if isinstance(permit.number, str) else list(permit.number)
    return permit._asdict() | {"number": number}


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_fault_is_refused_with_its_own_code(path: Path) -> None:
    with pytest.raises(TokenError) as refusal:
        judged(vector(path))
    assert refusal.value.code == vector(path)["expected"]["code"]


@pytest.mark.parametrize("path", GENUINE, ids=lambda path: path.stem)
def test_a_genuine_code_says_what_was_signed(path: Path) -> None:
    expected = vector(path)["expected"]
    verified, status = judged(vector(path))
    assert plain(verified) == expected["claims"]
    assert (verified.host, verified.kid.hex()) == (expected["host"], expected["kid"])
    assert status == expected.get("status")


def codes_raised() -> Iterator[str]:
    for path in sorted((ROOT / "licence_qr" / "credential").glob("*.py")):
        yield from re.findall(r'(?:TokenError|InputError)\(\s*"(\w+)"', path.read_text(encoding="utf-8"))


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
