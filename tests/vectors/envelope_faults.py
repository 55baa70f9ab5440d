"""Faults of the envelope and of the signature in it."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from parts import (
    CODE_AAD,
    KEY,
    ORDER,
    SECOND_KEY,
    STRANGER,
    TRUST_AAD,
    Vector,
    byte_string,
    header,
    numbers,
    payload,
    refused,
    signature,
    token,
)

GOOD, PAYLOAD = token(), payload()
R, S = signature(PAYLOAD)
DER = encode_dss_signature(R, S)
SHORT = bytes(range(20))  # a payload that a head of one byte holds
TOO_LARGE = token(payload(permits=[], version=256, name=b"\0a" * 84))

SHAPES: dict[str, tuple[str, bytes, str]] = {
    "too-large": ("301 bytes, well signed", TOO_LARGE, "envelope_too_large"),
    "too-short": ("fewer bytes than the smallest envelope", GOOD[:77], "envelope_truncated"),
    "last-byte-missing": ("the last byte is missing", GOOD[:-1], "envelope_truncated"),
    "signature-missing": ("the signature is missing altogether", GOOD[:-66], "envelope_truncated"),
    "payload-longer-than-all": (
        "the payload's head names more bytes than there are",
        token(body=b"\x58\xff" + PAYLOAD),
        "envelope_truncated",
    ),
    "tag-mac0": ("tag 17, COSE_Mac0", token(start=b"\xd1\x84"), "envelope_tag"),
    "tag-sign": ("tag 98, COSE_Sign", token(start=b"\xd8\x62\x84"), "envelope_tag"),
    "tag-cwt": ("tag 61, CWT, around it", token(start=b"\xd8\x3d\xd2\x84"), "envelope_tag"),
    "tag-missing": ("no tag", token(start=b"\x84"), "envelope_tag"),
    "tag-long-form": ("tag 18 in two bytes", token(start=b"\xd8\x12\x84"), "envelope_tag"),
    "array-of-five": ("an array of five", token(start=b"\xd2\x85"), "envelope_tag"),
    "array-indefinite": ("an array without a length", token(start=b"\xd2\x9f"), "envelope_tag"),
    "algorithm-eddsa": (
        "algorithm -8, EdDSA",
        token(protected=bytes.fromhex("47a201270442") + KEY.kid),
        "envelope_algorithm",
    ),
    "algorithm-hmac": (
        "algorithm 5, HMAC 256/256: the public key taken for a shared secret",
        token(protected=bytes.fromhex("47a201050442") + KEY.kid),
        "envelope_algorithm",
    ),
    "algorithm-none": (
        "algorithm 0, reserved",
        token(protected=bytes.fromhex("47a201000442") + KEY.kid),
        "envelope_algorithm",
    ),
    "algorithm-es384": (
        "algorithm -35, ES384, which takes a byte more",
        token(protected=bytes.fromhex("48a20138220442") + KEY.kid),
        "envelope_header",
    ),
    "header-other-order": (
        "kid before algorithm",
        token(protected=bytes.fromhex("47a20442") + KEY.kid + bytes.fromhex("0126")),
        "envelope_header",
    ),
    "header-third-entry": (
        "a third protected header, content type 0",
        token(protected=bytes.fromhex("49a3012603000442") + KEY.kid),
        "envelope_header",
    ),
    "header-without-kid": ("algorithm alone", token(protected=bytes.fromhex("43a10126")), "envelope_header"),
    "header-empty": ("no protected header", token(protected=b"\x40"), "envelope_header"),
    "header-kid-three-bytes": (
        "a kid of three bytes",
        token(protected=bytes.fromhex("48a201260443") + KEY.kid + b"\0"),
        "envelope_header",
    ),
    "header-kid-text": ("the kid as text", token(protected=bytes.fromhex("47a201260462") + KEY.kid), "envelope_header"),
    "header-long-head": (
        "the header's head in two bytes",
        token(protected=b"\x58" + b"\x07" + header()[1:]),
        "envelope_header",
    ),
    "header-critical": (
        "a critical header that nobody knows",
        token(protected=bytes.fromhex("4aa301260281010442") + KEY.kid),
        "envelope_header",
    ),
    "unprotected-kid": (
        "the kid in the unprotected header too",
        token(unprotected=b"\xa1\x04\x42\0\1"),
        "envelope_unprotected",
    ),
    "unprotected-long-form": (
        "an empty unprotected header in two bytes",
        token(unprotected=b"\xb8\0"),
        "envelope_unprotected",
    ),
    "unprotected-null": ("null for the unprotected header", token(unprotected=b"\xf6"), "envelope_unprotected"),
    "payload-text": ("the payload as text", token(body=b"\x78\x57" + PAYLOAD), "envelope_payload"),
    "payload-detached": ("null for the payload, which is elsewhere", token(body=b"\xf6" + PAYLOAD), "envelope_payload"),
    "payload-indefinite": (
        "the payload in pieces",
        token(body=b"\x5f" + byte_string(PAYLOAD) + b"\xff"),
        "envelope_payload",
    ),
    "payload-head-of-two": ("20 bytes with a head of two", token(SHORT, body=b"\x58\x14" + SHORT), "envelope_payload"),
    "payload-head-of-three": ("87 bytes with a head of three", token(body=b"\x59\0\x57" + PAYLOAD), "envelope_payload"),
    "payload-head-of-five": (
        "87 bytes with a head of five",
        token(body=b"\x5a\0\0\0\x57" + PAYLOAD),
        "envelope_payload",
    ),
    "signature-der": (
        "the signature in DER, as most libraries make it",
        token(tail=byte_string(DER)),
        "envelope_signature",
    ),
    "signature-63": ("a signature of 63 bytes", token(tail=b"\x58\x3f" + numbers(R, S)[2:-1]), "envelope_signature"),
    "signature-65": (
        "a signature of 65 bytes",
        token(tail=b"\x58\x41" + numbers(R, S)[2:] + b"\0"),
        "envelope_signature",
    ),
    "signature-text": ("the signature as text", token(tail=b"\x78" + numbers(R, S)[1:]), "envelope_signature"),
    "signature-long-head": (
        "the signature's head in three bytes",
        token(tail=b"\x59\0" + numbers(R, S)[1:]),
        "envelope_signature",
    ),
    "trailing-byte": ("a byte behind the signature", GOOD + b"\0", "envelope_trailing"),
    "trailing-signature": ("a second signature behind the first", GOOD + numbers(R, S), "envelope_trailing"),
}

NUMBERS: dict[str, tuple[str, int, int, str]] = {
    "r-zero": ("r is 0", 0, S, "signature_range"),
    "s-zero": ("s is 0", R, 0, "signature_range"),
    "both-zero": ("r and s are 0, which some libraries have taken", 0, 0, "signature_range"),
    "r-order": ("r is the order of the curve", ORDER, S, "signature_range"),
    "s-order": ("s is the order of the curve", R, ORDER, "signature_range"),
    "r-greatest": ("r is 2^256 - 1", 2**256 - 1, S, "signature_range"),
    "s-greatest": ("s is 2^256 - 1", R, 2**256 - 1, "signature_range"),
    "high-s": ("the other form of a good signature: n - s", R, ORDER - S, "signature_high_s"),
    "just-high-s": ("s is (n + 1) / 2, the least that is too high", R, ORDER // 2 + 1, "signature_high_s"),
    "greatest-s-allowed": ("s is (n - 1) / 2: in range, and wrong", R, ORDER // 2, "signature_mismatch"),
    "ones": ("r and s are 1", 1, 1, "signature_mismatch"),
    "r-one-more": ("r is one more", R + 1, S, "signature_mismatch"),
}


def _sha384() -> bytes:
    message = b"\x84\x6aSignature1" + header() + byte_string(CODE_AAD) + byte_string(PAYLOAD)
    return numbers(*KEY.numbers(message, hashes.SHA384()))


def _mismatches() -> Iterator[tuple[str, str, bytes]]:
    flipped = bytearray(GOOD)
    flipped[60] ^= 1
    yield "payload-bit", "one bit of the name is another", bytes(flipped)
    other = numbers(*signature(payload(version=2)))
    yield "other-code", "the signature of another version of the code", token(tail=other)
    yield "stranger", "signed by a stranger under a trusted kid", token(key=STRANGER)
    yield "second-kid", "signed by the first key under the kid of the second", token(protected=header(SECOND_KEY.kid))
    yield "trust-list-meaning", "signed as a trust list", token(aad=TRUST_AAD)
    yield "no-meaning", "signed for nothing: empty external_aad", token(aad=b"")
    yield "other-meaning", "signed for another format", token(aad=b"licence-qr/2")
    yield "bare-payload", "the payload signed alone", token(tail=numbers(*KEY.numbers(PAYLOAD)))
    context = b"\x84\x69Signature" + header() + byte_string(CODE_AAD) + byte_string(PAYLOAD)
    yield "other-context", "signed as one of several (context Signature)", token(tail=numbers(*KEY.numbers(context)))
    yield "sha-384", "signed over SHA-384", token(tail=_sha384())


def vectors() -> Iterator[Vector]:
    """All of them."""
    for name, (description, made, code) in SHAPES.items():
        yield refused(f"envelope-{name}", description, made, code)
    for name, (description, r, s, code) in NUMBERS.items():
        yield refused(f"signature-{name}", description, token(tail=numbers(r, s)), code)
    for name, description, made in _mismatches():
        yield refused(f"signature-{name}", description, made, "signature_mismatch")
