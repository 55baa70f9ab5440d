"""Our status list, read and packed by an implementation of the Token Status List draft that is not ours."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from licence_qr.credential.cose import SoftKey
from licence_qr.credential.status_list import StatusList, empty_entries, put_entry
from licence_qr.credential.status_list_wire import sign_status_list, verify_status_list
from licence_qr.credential.trust_list import KeyPurpose, TrustedKey, TrustList
from licence_qr.credential.trust_list_wire import sign_trust_list

pytestmark = pytest.mark.xdist_group("interop")

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOST = "code.demo.example"
ROOT = SoftKey(b"\x00\x00", ec.derive_private_key(0xDEADBEEF, ec.SECP256R1()))
KEY = SoftKey(b"\x00\x05", ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1()))
# The draft's own example (draft-ietf-oauth-status-list, section 4.1): twelve statuses of two bits, three bytes.
DRAFT_VALUES, DRAFT_BYTES = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], bytes.fromhex("c944f9")


def trust_list(purpose: KeyPurpose) -> TrustList:
    days = (date(2026, 1, 1), date(2027, 12, 31), date(2037, 12, 31))
    return TrustList(1, NOW, (HOST,), (TrustedKey(KEY.kid, KEY.private_key.public_key(), purpose, *days),))


def packed(values: list[int]) -> bytes:
    """The entries as we pack them."""
    entries = empty_entries(len(values))
    for index, value in enumerate(values):
        put_entry(entries, index, value)
    return bytes(entries)


def status_list(values: list[int]) -> StatusList:
    subject = f"https://{HOST}/status-list"
    return StatusList(subject, NOW, NOW + timedelta(days=7), timedelta(hours=12), packed(values))


def read_by(foreign, values: list[int], purpose: KeyPurpose = KeyPurpose.STATUS) -> dict:
    root = ROOT.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return foreign(
        "read_status_list",
        root=root.hex(),
        trust_list=sign_trust_list(trust_list(purpose), ROOT).hex(),
        status_list=sign_status_list(status_list(values), KEY).hex(),
        indices=list(range(len(values))),
    )


def many_values() -> list[int]:
    """10,003 statuses, a few of every hundred set, as in a register."""
    chance = random.Random(7)
    return chance.choices((0, 1, 2, 3), (96, 1, 1, 2), k=10_003)


@pytest.mark.parametrize("values", [DRAFT_VALUES, [3], many_values()], ids=["draft", "one entry", "many"])
def test_a_foreign_implementation_reads_the_statuses_we_signed(foreign, values):
    read = read_by(foreign, values)
    assert read["values"] == values
    assert read["type"] == "application/statuslist+cwt"
    assert (read["bits"], read["size"]) == (2, 4 * -(-len(values) // 4))


def test_a_foreign_implementation_reads_our_claims(foreign):
    claims = read_by(foreign, DRAFT_VALUES)["claims"]
    issued = int(NOW.timestamp())
    expected = {"2": f"https://{HOST}/status-list", "4": issued + 7 * 86400, "6": issued, "65534": 12 * 3600}
    assert claims == expected


def test_a_key_for_licences_signs_no_status_list(foreign):
    with pytest.raises(AssertionError, match="key is not found"):
        read_by(foreign, DRAFT_VALUES, KeyPurpose.LICENCE)


@pytest.mark.parametrize("values", [DRAFT_VALUES, many_values()], ids=["draft", "many"])
def test_both_encoders_make_the_same_bytes_of_the_same_statuses(foreign, values):
    theirs = foreign("pack_statuses", values=values)
    assert bytes.fromhex(theirs["packed"]) == packed(values)
    signed = cbor2.loads(cbor2.loads(sign_status_list(status_list(values), KEY)).value[2])
    # Both run on the same zlib: another build may choose another stream for the same bytes.
    assert signed[65533] == {"bits": 2, "lst": bytes.fromhex(theirs["compressed"])}
    assert foreign("unpack_statuses", compressed=theirs["compressed"])[: len(values)] == values


def test_the_example_of_the_draft_is_packed_as_the_draft_says():
    assert packed(DRAFT_VALUES) == DRAFT_BYTES
    assert [status_list(DRAFT_VALUES).value(index) for index in range(12)] == DRAFT_VALUES


def test_a_list_packed_by_the_foreign_encoder_is_read_by_us(foreign):
    values = many_values()
    entries = bytes.fromhex(foreign("pack_statuses", values=values)["packed"])
    signed = sign_status_list(
        StatusList(status_list([0]).subject, NOW, NOW + timedelta(days=1), timedelta(1), entries), KEY
    )
    read = verify_status_list(signed, trust_list(KeyPurpose.STATUS), NOW)
    assert [read.value(index) for index in range(len(values))] == values
