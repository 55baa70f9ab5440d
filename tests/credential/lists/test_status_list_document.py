"""docs/verifying/status-list.md says what the code does: its example, its refusals, its values."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from made_up_codes import HOST, NOW, fixed_key, trust_list, trusted

from licence_qr.credential.status_list import VALUES
from licence_qr.credential.status_list_wire import CONTENT_TYPE, PATH, verify_status_list
from licence_qr.credential.trust_list import KeyPurpose

ROOM = Path(__file__).parents[3]
DOCUMENT = (ROOM / "docs" / "verifying" / "status-list.md").read_text(encoding="utf-8")
BLOCKS = {
    name: bytes.fromhex(text)
    for name, text in re.findall(r"^```hex (\w+)\n(.*?)\n```$", DOCUMENT, re.MULTILINE | re.DOTALL)
}


def test_the_example_verifies_with_nothing_but_the_document() -> None:
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), BLOCKS["status_key"])
    keys = trust_list(trusted(fixed_key(b"\x00\x02"), public_key=public_key, purpose=KeyPurpose.STATUS))
    found = verify_status_list(BLOCKS["status_list"], keys, NOW)
    assert [found.value(index) for index in range(len(found))] == [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    assert found.subject == f"https://{HOST}{PATH}"
    assert found.issued_at == datetime(2026, 11, 23, 4, tzinfo=UTC)
    assert (found.expires_at - found.issued_at, found.ttl) == (timedelta(hours=72), timedelta(hours=4))


def test_the_claims_stand_in_the_signed_bytes_after_the_header_of_the_table() -> None:
    header = bytes.fromhex("d2845824a301260442000210781a") + CONTENT_TYPE.encode() + b"\xa0"
    assert BLOCKS["status_list"].startswith(
        header + bytes((0x58, len(BLOCKS["status_claims"]))) + BLOCKS["status_claims"]
    )


def test_the_key_of_the_example_is_the_one_it_names() -> None:
    assert "`fedcba0987654321`" in DOCUMENT
    numbers = fixed_key(b"\x00\x02", 0xFEDCBA0987654321).private_key.public_key().public_numbers()
    assert BLOCKS["status_key"] == b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def test_every_refusal_of_the_program_is_named_and_no_other() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOM / "licence_qr" / "credential").glob("st*.py"))
    raised = set(re.findall(r'(?:TokenError|Shape)\(\s*"(status_list_\w+)"', sources))
    assert set(re.findall(r"`(status_list_\w+)`", DOCUMENT)) - {"status_list_wire"} == raised


def test_the_values_are_those_of_the_table() -> None:
    rows = re.findall(r"^\| ([0-3]) \| (\w+) \| .* \| .* \|", DOCUMENT, re.MULTILINE)
    assert [(int(value), name) for value, name in rows] == list(enumerate(VALUES))
