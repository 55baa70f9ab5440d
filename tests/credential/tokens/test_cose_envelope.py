"""The envelope: the standard's bytes, in one shape."""

from __future__ import annotations

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from made_up_codes import fixed_key

from licence_qr.credential.cose import CODE_AAD, TRUST_LIST_AAD, check_signature, check_signature_numbers, sign, split
from licence_qr.errors import TokenError

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@given(st.binary(max_size=400))
def test_a_token_is_a_cose_sign1_that_a_stranger_can_check(payload: bytes) -> None:
    token = sign(payload, fixed_key(b"\xab\xcd"))
    message = cbor2.loads(token)
    assert message.tag == 18
    protected, unprotected, body, signature = message.value
    assert cbor2.loads(protected) == {1: -7, 4: b"\xab\xcd"}
    assert (unprotected, body, len(signature)) == ({}, payload, 64)
    signed = cbor2.dumps(["Signature1", protected, CODE_AAD, payload])
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    assert s <= ORDER // 2
    public_key = fixed_key().private_key.public_key()
    public_key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


@given(st.binary(max_size=400))
def test_a_token_is_taken_apart_and_checked(payload: bytes) -> None:
    token = sign(payload, fixed_key())
    parts = split(token)
    assert (parts.kid, parts.payload) == (b"\x00\x01", payload)
    check_signature_numbers(parts.signature)
    check_signature(parts, CODE_AAD, fixed_key().private_key.public_key())


def test_a_signature_for_another_meaning_does_not_hold() -> None:
    parts = split(sign(b"payload", fixed_key(), TRUST_LIST_AAD))
    with pytest.raises(TokenError) as refusal:
        check_signature(parts, CODE_AAD, fixed_key().private_key.public_key())
    assert refusal.value.code == "signature_mismatch"


def test_the_same_payload_and_key_give_the_same_token() -> None:
    assert sign(b"payload", fixed_key()) == sign(b"payload", fixed_key())


class HighSKey:
    """A signer, such as a hardware module, that gives the high form of s."""

    kid = b"\x00\x01"

    def sign(self, message: bytes) -> bytes:
        signature = fixed_key().sign(message)
        s = int.from_bytes(signature[32:], "big")
        return signature[:32] + max(s, ORDER - s).to_bytes(32, "big")


def test_a_signer_that_gives_high_s_is_mended() -> None:
    assert split(sign(b"payload", HighSKey())).signature[32] < 0x80
    check_signature_numbers(split(sign(b"payload", HighSKey())).signature)
