"""Codes of a real register, verified by a COSE library that is not ours; and the reverse."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from licence_qr.credential.claims import Claims, PermitClaim, TemplateNumber, encode_claims
from licence_qr.credential.cose import CODE_AAD, TRUST_LIST_AAD, SoftKey, sign, split
from licence_qr.credential.trust_list import KeyPurpose, TrustedKey, TrustList
from licence_qr.credential.verifier import verify, verify_token
from licence_qr.domain.identifiers import CodeId, complete_uscc
from licence_qr.errors import TokenError
from licence_qr.store.keys import key_files

pytestmark = pytest.mark.xdist_group("interop")

KID = b"\x00\x01"
SECRET = 0x1234567890ABCDEF
KEY = SoftKey(KID, ec.derive_private_key(SECRET, ec.SECP256R1()))
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HYGIENE = PermitClaim(2, TemplateNumber(1, 2026, 12), TODAY, date(2030, 11, 22))
FOREVER = PermitClaim(1, "示字第 1 号", TODAY, None)
CLAIMS = Claims(
    code_id=CodeId(bytes(range(10))),
    version=3,
    issued_on=TODAY,
    uscc=complete_uscc("91500107", "M000001A"),
    name="虚构市样本𬭸宾馆",
    digest=bytes(range(16)),
    status_index=4096,
    permits=(HYGIENE, FOREVER),
    permit_count=5,
)


def point(key: ec.EllipticCurvePublicKey) -> str:
    """The uncompressed point, in hexadecimal."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


def trust_list() -> TrustList:
    key = KEY.private_key.public_key()
    return TrustList(1, NOW, (), (TrustedKey(KID, key, KeyPurpose.LICENCE, TODAY, TODAY, TODAY),))


def as_foreign(claims: Claims) -> dict[str, object]:
    """Our reading in the words of the foreign program."""
    return {
        "code_number": claims.code_id.number,
        "version": claims.version,
        "issued_on": claims.issued_on.isoformat(),
        "uscc": claims.uscc,
        "name": claims.name,
        "digest": claims.digest.hex(),
        "status_index": claims.status_index,
        "permits": [
            {
                "permit_type": permit.permit_type,
                "number": permit.number if isinstance(permit.number, str) else list(permit.number),
                "valid_from": permit.valid_from.isoformat(),
                "valid_to": permit.valid_to and permit.valid_to.isoformat(),
            }
            for permit in claims.permits
        ],
        "permit_count": claims.permit_count,
    }


def stock_accepts(foreign, *tokens: bytes, aad: bytes = CODE_AAD) -> list[bool]:
    key = point(KEY.private_key.public_key())
    return foreign("accepted", key=key, kid=KID.hex(), aad=aad.hex(), tokens=[token.hex() for token in tokens])


def test_the_foreign_program_has_nothing_of_ours(foreign):
    loaded = foreign("modules")
    assert {"cwt", "token_status_list"} <= set(loaded)
    assert not [name for name in loaded if name.startswith("licence_qr")]


def test_every_code_of_a_register_verifies_and_says_the_same_to_a_foreign_library(foreign, demonstration):
    folder = demonstration.settings.keys
    texts = [code.address for code in demonstration.demonstration_register.codes()]
    read = foreign(
        "read_codes",
        root=point(key_files.read_root_public_key(folder)),
        trust_list=key_files.read_trust_list(folder).hex(),
        texts=texts,
    )
    trusted = demonstration.keys.trust_list()
    assert len(texts) > 10
    assert read == [as_foreign(verify(text, trusted, NOW).claims) for text in texts]


def test_a_code_of_another_register_is_refused(foreign, demonstration, services):
    ours, others = demonstration.settings.keys, services.settings.keys
    text = next(iter(demonstration.demonstration_register.codes())).address
    asked = {"texts": [text], "root": point(key_files.read_root_public_key(others))}
    [refused] = foreign("read_codes", trust_list=key_files.read_trust_list(others).hex(), **asked)
    assert set(refused) == {"refused"}
    with pytest.raises(AssertionError, match="VerifyError"):  # a root that did not sign this trust list
        foreign("read_codes", trust_list=key_files.read_trust_list(ours).hex(), **asked)


def test_what_a_foreign_library_signs_is_our_envelope_byte_for_byte(foreign):
    payload = encode_claims(CLAIMS)
    made = bytes.fromhex(
        foreign(
            "sign",
            key=point(KEY.private_key.public_key()),
            kid=KID.hex(),
            secret=SECRET.to_bytes(32, "big").hex(),
            aad=CODE_AAD.hex(),
            payload=payload.hex(),
        )
    )
    assert made[:-64] == sign(payload, KEY)[:-64]
    assert verify_token(made, trust_list(), NOW).claims == CLAIMS
    assert split(made).payload == payload


@pytest.mark.parametrize("aad", [TRUST_LIST_AAD, b""], ids=["trust list", "status list"])
def test_a_signature_for_another_purpose_is_none_for_a_code(foreign, aad):
    assert stock_accepts(foreign, sign(encode_claims(CLAIMS), KEY), sign(encode_claims(CLAIMS), KEY, aad)) == [
        True,
        False,
    ]


def test_no_bit_of_a_code_can_be_turned_without_one_of_the_two_refusing(foreign):
    token = sign(encode_claims(CLAIMS), KEY)
    number = int.from_bytes(token, "big")
    flipped = [(number ^ 1 << bit).to_bytes(len(token), "big") for bit in range(8 * len(token))]
    genuine, *taken = stock_accepts(foreign, token, *flipped)
    assert genuine
    for token in (token for token, good in zip(flipped, taken, strict=True) if good):
        with pytest.raises(TokenError):
            verify_token(token, trust_list(), NOW)


LOOSE = {
    "signature_high_s": lambda t: t[:-32] + (ORDER - int.from_bytes(t[-32:], "big")).to_bytes(32, "big"),
    "envelope_unprotected": lambda t: t[:10] + b"\xa1\x18\x2a\x01" + t[11:],
    "envelope_trailing": lambda t: t + b"\x00",
}


@pytest.mark.parametrize("code", LOOSE)
def test_our_profile_is_stricter_than_the_standard(foreign, code):
    loose = LOOSE[code](sign(encode_claims(CLAIMS), KEY))
    assert stock_accepts(foreign, loose) == [True]
    with pytest.raises(TokenError) as refusal:
        verify_token(loose, trust_list(), NOW)
    assert refusal.value.code == code


def mutants(token: bytes, count: int) -> list[bytes]:
    """Changes of every kind in turn: a byte, a piece taken out, a piece put in, bytes behind, numbers of the signature."""
    chance = random.Random(20261123)
    r, s = int.from_bytes(token[-64:-32], "big"), int.from_bytes(token[-32:], "big")
    made = []
    for _ in range(0, count, 5):
        at = chance.randrange(len(token))
        numbers = chance.choice(((r, ORDER - s), (ORDER - r, s), (s, r), (r, 0), (r + 1, s)))
        made += [
            token[:at] + bytes((token[at] ^ chance.randint(1, 255),)) + token[at + 1 :],
            token[:at] + token[at + 1 :],
            token[:at] + b"\0" + token[at:],
            token + token[at:],
            token[:-64] + b"".join(number.to_bytes(32, "big") for number in numbers),
        ]
    return made


def test_a_stock_library_takes_mutants_that_we_refuse(foreign):
    changed = mutants(sign(encode_claims(CLAIMS), KEY), 2000)
    assert sum(stock_accepts(foreign, *changed)) == 477  # bytes behind the code, and the second form of its signature
    for mutant in changed:
        with pytest.raises(TokenError):
            verify_token(mutant, trust_list(), NOW)
