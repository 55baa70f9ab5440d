"""docs/verifying/code-format.md and its two further pages say what the code does: a worked example, every refusal."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from made_up_codes import HOST, NOW, ORIGIN, TODAY, catalogue, fixed_key, record, trust_list

from licence_qr.credential.claims import claims_from_record, encode_claims
from licence_qr.credential.cose import CODE_AAD, sign, split
from licence_qr.credential.token import address
from licence_qr.credential.trust_list_wire import sign_trust_list, verify_trust_list
from licence_qr.credential.verifier import verify
from licence_qr.domain.identifiers import CodeId
from licence_qr.wording import sentences

ROOM = Path(__file__).parents[3]
PAGES = ROOM / "docs" / "verifying"
EXAMPLE = (PAGES / "code-format-example.md").read_text(encoding="utf-8")
REFUSALS = (PAGES / "code-format-refusals.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(?:hex|json|text) (\w+)\n(.*?)\n```$", EXAMPLE, re.MULTILINE | re.DOTALL))
ROOT = fixed_key(b"\x00\x00", 0xDEADBEEF)


def in_document(name: str) -> bytes:
    return bytes.fromhex(BLOCKS[name])


def public_key(name: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), in_document(name))


def test_the_worked_example_is_what_the_code_makes() -> None:
    made = claims_from_record(record(), catalogue(), CodeId(bytes(range(10))), 1, TODAY, 4096)
    payload = encode_claims(made)
    token = sign(payload, fixed_key())
    assert BLOCKS["record"].encode() == record().canonical()
    assert in_document("digest") == record().digest() == hashlib.sha256(BLOCKS["record"].encode()).digest()[:16]
    assert in_document("payload") == payload
    assert in_document("signed_message") == split(token).signed_message(CODE_AAD)
    assert in_document("token") == token
    assert BLOCKS["address"] == address(ORIGIN, token)
    assert public_key("public_key") == fixed_key().private_key.public_key()
    assert made.code_id.number in EXAMPLE


def test_the_annotated_layout_is_the_payload() -> None:
    leading_bytes = (re.match(r"\s*((?:[0-9a-f]{2}(?: |$))*)", line) for line in BLOCKS["payload_layout"].splitlines())
    assert bytes.fromhex("".join(match[1] for match in leading_bytes if match)) == in_document("payload")


def test_the_worked_example_verifies_with_nothing_but_the_document() -> None:
    keys = verify_trust_list(in_document("trust_list"), public_key("root_public_key"))
    assert keys == trust_list()
    assert sign_trust_list(trust_list(), ROOT) == in_document("trust_list")
    verified = verify(BLOCKS["address"], keys, NOW)
    assert (verified.host, verified.claims.uscc) == (HOST, "91500107M000001A9R")


def codes_raised() -> set[str]:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOM / "licence_qr" / "credential").glob("*.py"))
    return set(re.findall(r'(?:TokenError|InputError|Shape)\(\s*"(\w+)"', sources))


def test_every_refusal_stands_in_the_document_and_no_other() -> None:
    documented = set(re.findall(r"^\| [\w ]+ \| `(\w+)` \|", REFUSALS, re.MULTILINE))
    making = {code for code in codes_raised() if code.startswith("code_")}
    assert documented == codes_raised() - making
    assert all(f"`{code}`" in REFUSALS for code in making)


@pytest.mark.parametrize("code", sorted(codes_raised()))
def test_every_refusal_has_its_sentences_in_both_languages(code: str) -> None:
    assert {"zh", "en", "do_zh", "do_en"} == set(sentences()[code])


def test_every_refusal_is_provoked_by_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py"))
    assert [code for code in sorted(codes_raised()) if f'"{code}"' not in tests] == []
