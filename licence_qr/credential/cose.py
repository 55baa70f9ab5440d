"""The envelope: COSE_Sign1 (RFC 9052, section 4.2) with ES256 (RFC 9053, section 2.1), in exactly one shape.

``D2 84 | 47 A2 01 26 04 42 kk kk | A0 | payload as byte string | 58 40 <r 32 bytes> <s 32 bytes>``

Because there is one shape, the envelope is checked by comparing bytes: no CBOR is parsed before the signature is
verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from licence_qr.errors import TokenError

# The purpose of a signature is bound into it (external_aad), so one of a code cannot pass for one of a trust list.
CODE_AAD = b"licence-qr/1"
TRUST_LIST_AAD = b"licence-qr/trust/1"
# Only the status list has none, because programs that know just the IETF format read it. Its key, which has that one
# purpose, and the type in its protected header separate it from the others.
STATUS_LIST_AAD = b""

KID_BYTES = 2
OVERHEAD_BYTES = 77  # envelope without the payload and its head, see the shape above
_TAGGED_ARRAY = b"\xd2\x84"
_ALG_LABEL, _ALG_ES256, _KID_LABEL = b"\x47\xa2\x01", b"\x26", b"\x04\x42"
_PROTECTED = _ALG_LABEL + _ALG_ES256 + _KID_LABEL
_UNPROTECTED = b"\xa0"
_HEAD = _TAGGED_ARRAY + _PROTECTED
_SIGNATURE_HEAD = b"\x58\x40"
_SIGNATURE_BYTES = 64
_PAYLOAD_AT = 11
_LEAST_BYTES = OVERHEAD_BYTES + 1
_SIG_STRUCTURE = b"\x84\x6aSignature1"

# Order of P-256 (FIPS 186-5; SEC 2, section 2.4.2).
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_N_BYTES = _N.to_bytes(32, "big")
_HALF_N_BYTES = (_N // 2).to_bytes(32, "big")
_ZERO = bytes(32)
_ES256_OF_DIGEST = ec.ECDSA(Prehashed(hashes.SHA256()))  # hashing beforehand is a little faster
_ES256_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class SigningKey(Protocol):
    """A private key that signs: in memory, or in a hardware module that never reveals it."""

    @property
    def kid(self) -> bytes:
        """The two bytes that identify the key in the trust list."""

    def sign(self, message: bytes) -> bytes:
        """ES256 over ``message``: r and s, 32 bytes each, big-endian. s may be high; ``sign`` below normalises it."""


@dataclass(frozen=True, slots=True)
class SoftKey:
    """A P-256 key in memory. Nonces are derived (RFC 6979), so a weak random source cannot leak it."""

    kid: bytes
    private_key: ec.EllipticCurvePrivateKey

    def sign(self, message: bytes) -> bytes:
        """Signature of ``message`` as r and s, 64 bytes; the same message gives the same bytes."""
        r, s = decode_dss_signature(self.private_key.sign(message, _ES256_DETERMINISTIC))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Parts(NamedTuple):
    """A token taken apart. ``protected`` and ``body`` include their CBOR heads, which the signature covers."""

    kid: bytes
    protected: bytes
    body: bytes
    payload: bytes
    signature: bytes

    def signed_message(self, aad: bytes) -> bytes:
        """The bytes that were signed: Sig_structure of RFC 9052, section 4.4. ``aad`` is shorter than 24 bytes."""
        return b"%b%b%c%b%b" % (_SIG_STRUCTURE, self.protected, 0x40 | len(aad), aad, self.body)


def byte_string(content: bytes) -> bytes:
    """``content`` as a canonical CBOR byte string of up to 65,535 bytes. Raises OverflowError beyond that."""
    size = len(content)
    if size < 24:
        return bytes((0x40 | size,)) + content
    if size < 256:
        return bytes((0x58, size)) + content
    return b"\x59" + size.to_bytes(2, "big") + content


def sign(payload: bytes, key: SigningKey, aad: bytes = CODE_AAD) -> bytes:
    """The token of ``payload``: one COSE_Sign1 with low s. ``aad`` is the purpose of the signature."""
    return sign_body(_PROTECTED + key.kid, byte_string(payload), key, aad)


def sign_body(protected: bytes, body: bytes, key: SigningKey, aad: bytes) -> bytes:
    """One COSE_Sign1 with low s. ``protected`` and ``body`` are byte strings with their CBOR heads."""
    parts = Parts(key.kid, protected, body, b"", b"")
    signature = _low_s(key.sign(parts.signed_message(aad)))
    return _TAGGED_ARRAY + protected + _UNPROTECTED + body + _SIGNATURE_HEAD + signature


def _low_s(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:], "big")
    return signature[:32] + min(s, _N - s).to_bytes(32, "big")


def split(token: bytes) -> Parts:
    """Take a token apart, comparing every byte of the envelope. It does not check the signature.

    Raises TokenError ``envelope_tag``, ``envelope_header``, ``envelope_algorithm``, ``envelope_unprotected``,
    ``envelope_payload`` (not a byte string with the shortest head), ``envelope_truncated``, ``envelope_signature`` (not a
    byte string of 64) or ``envelope_trailing``.
    """
    if len(token) < _LEAST_BYTES:
        raise TokenError("envelope_truncated", length=len(token))
    if not token.startswith(_HEAD) or token[10] != 0xA0:
        raise _head_refusal(token)
    start, size = _PAYLOAD_AT + 2, token[_PAYLOAD_AT + 1]
    if token[_PAYLOAD_AT] != 0x58 or size < 24:
        start, size = _payload_extent(token)
    end = start + size
    if len(token) != end + 2 + _SIGNATURE_BYTES or token[end : end + 2] != _SIGNATURE_HEAD:
        raise _tail_refusal(token, end)
    return tuple.__new__(Parts, (token[8:10], token[2:10], token[_PAYLOAD_AT:end], token[start:end], token[end + 2 :]))


def _payload_extent(token: bytes) -> tuple[int, int]:
    """Offset and length of a payload that does not have 24 to 255 bytes."""
    head, following = token[_PAYLOAD_AT], token[_PAYLOAD_AT + 1]
    if head == 0x59 and following > 0:
        return _PAYLOAD_AT + 3, following << 8 | token[_PAYLOAD_AT + 2]
    if 0x40 <= head < 0x58:
        return _PAYLOAD_AT + 1, head & 0x1F
    raise TokenError("envelope_payload")


def _head_refusal(token: bytes) -> TokenError:
    if not token.startswith(_TAGGED_ARRAY):
        return TokenError("envelope_tag")
    header = token[2:8]
    if header.startswith(_ALG_LABEL) and header.endswith(_KID_LABEL) and header[3:4] != _ALG_ES256:
        return TokenError("envelope_algorithm", found=header[3:4].hex())
    if header != _PROTECTED:
        return TokenError("envelope_header")
    return TokenError("envelope_unprotected")


def _tail_refusal(token: bytes, end: int) -> TokenError:
    head = token[end : end + 2]
    if len(head) == 2 and head != _SIGNATURE_HEAD:
        return TokenError("envelope_signature")
    beyond = len(token) - (end + 2 + _SIGNATURE_BYTES)
    if beyond > 0:
        return TokenError("envelope_trailing", count=beyond)
    return TokenError("envelope_truncated", length=len(token))


def check_signature_numbers(signature: bytes) -> None:
    """Refuse r or s outside 1..n-1, and high s, the second form that every ECDSA signature has.

    Raises TokenError ``signature_range`` or ``signature_high_s``.
    """
    r, s = signature[:32], signature[32:]
    if _ZERO < r < _N_BYTES and _ZERO < s <= _HALF_N_BYTES:
        return
    if _ZERO < r < _N_BYTES and _ZERO < s < _N_BYTES:
        raise TokenError("signature_high_s")
    raise TokenError("signature_range")


def check_signature(parts: Parts, aad: bytes, public_key: ec.EllipticCurvePublicKey) -> None:
    """Verify the signature with ``public_key``. Raises TokenError ``signature_mismatch``.

    ``check_signature_numbers`` must have checked range and low s before.
    """
    try:
        public_key.verify(_der(parts.signature), sha256(parts.signed_message(aad)).digest(), _ES256_OF_DIGEST)
    except InvalidSignature:
        raise TokenError("signature_mismatch") from None


def _der(signature: bytes) -> bytes:
    """Two positive integers in DER, as the library needs them (X.690, section 8.3).

    Not by the encoder of the library, which takes three times as long: this runs for every scan.
    """
    r, s = signature[:32].lstrip(b"\0"), signature[32:].lstrip(b"\0")
    if r[0] & 0x80:
        r = b"\0" + r
    if s[0] & 0x80:
        s = b"\0" + s
    return b"\x30%c\x02%c%b\x02%c%b" % (len(r) + len(s) + 4, len(r), r, len(s), s)
