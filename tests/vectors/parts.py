"""The pieces a vector is made of: throw-away keys, payloads item by item, and envelopes that may be put together wrongly.

Nothing here asks the verifier how a code should look: bytes are written out by hand after docs/verifying/code-format.md,
so that a fault of the verifier's own cannot make its way into the corpus.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HOST = "code.demo.example"
ORIGIN = f"https://{HOST}"
NOW = "2026-11-23T04:00:00Z"
NOW_SECONDS = 1795406400
DAY = 20780  # 2026-11-23
HOUR = 3600
USCC = "91500107M000001A9R"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NAME = "虚构市样本宾馆有限公司"
PATTERN = "示卫公证字〔{year}〕第{serial:05d}号"
CODE_AAD, TRUST_AAD, STATUS_AAD = b"licence-qr/1", b"licence-qr/trust/1", b""
LICENCE, STATUS, LOG = 1, 2, 3
ACTIVE, RETIRED, COMPROMISED = 1, 2, 3


@dataclass(frozen=True)
class ThrowAway:
    """A key whose secret is written here for all to see: nothing it signs is worth anything."""

    kid: bytes
    secret: int

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.secret, ec.SECP256R1())

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def numbers(self, message: bytes, digest: hashes.HashAlgorithm | None = None) -> tuple[int, int]:
        """r and low s. The nonce follows from key and message (RFC 6979): the corpus is the same whenever it is made."""
        algorithm = ec.ECDSA(digest or hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.private.sign(message, algorithm))
        return r, min(s, ORDER - s)


ROOT = ThrowAway(b"\x00\x00", 0xDEADBEEF)
OTHER_ROOT = ThrowAway(b"\x00\x00", 0xDEADBEE5)
KEY = ThrowAway(b"\x00\x01", 0x1234567890ABCDEF)
SECOND_KEY = ThrowAway(b"\x00\x02", 0x1234567890ABCDE5)
STATUS_KEY = ThrowAway(b"\x00\x11", 0x57A705)
LOG_KEY = ThrowAway(b"\x00\x21", 0x106106)
STRANGER = ThrowAway(b"\x00\x01", 0xBAD)  # signs under a kid that is another's


def pack_uscc(uscc: str) -> bytes:
    number = 0
    for character in uscc:
        number = number * 31 + USCC_ALPHABET.index(character)
    return number.to_bytes(11, "big")


def cbor(value: object) -> bytes:
    return cbor2.dumps(value, canonical=True)


def permit(kind: object = 2, number: object = (1, 2026, 12), first: object = DAY, days: object = 1461) -> list[object]:
    """One permit as it stands in the payload."""
    return [kind, list(number) if isinstance(number, tuple) else number, first, days]


ITEMS: dict[str, Any] = {
    "format": 1,
    "code_id": bytes(range(10)),
    "version": 1,
    "issued_on": DAY,
    "uscc": pack_uscc(USCC),
    "name": NAME.encode("utf-16-be"),
    "digest": bytes(range(16)),
    "status_index": 4096,
    "permits": [permit()],
}


def items(**changes: object) -> list[object]:
    """The items of a payload; a name that is new is one more item at the end."""
    return list((ITEMS | changes).values())


def payload(**changes: object) -> bytes:
    return cbor(items(**changes))


def payload_with(raw: bytes, name: str) -> bytes:
    """A payload in which one item is the given bytes as they are, canonical or not."""
    pieces = [raw if each == name else cbor(value) for each, value in ITEMS.items()]
    return bytes([0x80 | len(pieces)]) + b"".join(pieces)


def byte_string(content: bytes) -> bytes:
    return cbor(content)


def header(kid: bytes = KEY.kid) -> bytes:
    """The protected header with its head."""
    return bytes.fromhex("47a201260442") + kid


def signature(
    signed: bytes,
    key: ThrowAway = KEY,
    protected: bytes | None = None,
    body: bytes | None = None,
    aad: bytes = CODE_AAD,
) -> tuple[int, int]:
    """r and s over the Sig_structure of ``signed`` (RFC 9052, section 4.4)."""
    protected = header(key.kid) if protected is None else protected
    body = byte_string(signed) if body is None else body
    return key.numbers(b"\x84\x6aSignature1" + protected + byte_string(aad) + body)


def numbers(r: int, s: int) -> bytes:
    """The signature's 64 bytes with their head."""
    return b"\x58\x40" + r.to_bytes(32, "big") + s.to_bytes(32, "big")


def token(
    signed: bytes | None = None,
    key: ThrowAway = KEY,
    *,
    start: bytes = b"\xd2\x84",
    protected: bytes | None = None,
    unprotected: bytes = b"\xa0",
    body: bytes | None = None,
    aad: bytes = CODE_AAD,
    tail: bytes | None = None,
) -> bytes:
    """An envelope over ``signed``. Every piece can be another one; the signature is made over what then stands there."""
    signed = payload() if signed is None else signed
    protected = header(key.kid) if protected is None else protected
    body = byte_string(signed) if body is None else body
    tail = numbers(*signature(signed, key, protected, body, aad)) if tail is None else tail
    return start + protected + unprotected + body + tail


def digits(signed: bytes) -> str:
    return str(int.from_bytes(signed, "big"))


def address(signed: bytes, origin: str = ORIGIN) -> str:
    return f"{origin}/c/{digits(signed)}"


def day_number(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def key_entry(
    key: ThrowAway = KEY,
    purpose: int = LICENCE,
    state: int = ACTIVE,
    days: tuple[str, str, str] = ("2026-01-01", "2027-12-31", "2037-12-31"),
) -> list[object]:
    """One key of a trust list; ``days`` are not_before, sign_until and verify_until."""
    return [key.kid, purpose, key.point, *map(day_number, days), state]


KEYS = [key_entry(), key_entry(SECOND_KEY), key_entry(STATUS_KEY, STATUS), key_entry(LOG_KEY, LOG)]


def trust_items(keys: list[list[object]] | None = None, **changes: object) -> list[object]:
    entries = KEYS if keys is None else keys
    parts = {"format": 1, "sequence": 7, "issued_at": NOW_SECONDS, "hosts": [HOST, "localhost:8000"], "keys": entries}
    return list((parts | changes).values())


def trust_list(keys: list[list[object]] | None = None, **changes: object) -> bytes:
    return token(cbor(trust_items(keys, **changes)), ROOT, aad=TRUST_AAD)


def entries(values: dict[int, int], count: int) -> bytes:
    """Two bits an entry, entry 0 in the lowest bits of the first byte."""
    packed = bytearray(-(-count // 4))
    for index, value in values.items():
        packed[index // 4] |= value << 2 * (index % 4)
    return bytes(packed)


def status_claims(values: dict[int, int] | None = None, count: int = 5000, **changes: object) -> dict[object, object]:
    """The claims of a status list: subject, expiry, issue, list and ttl by the names in ``changes``."""
    packed = {"lst": zlib.compress(entries(values or {}, count), 9), "bits": 2}
    parts: dict[str, object] = {
        "sub": f"{ORIGIN}/status-list",
        "exp": NOW_SECONDS + 24 * HOUR,
        "iat": NOW_SECONDS - HOUR,
        "list": packed,
        "ttl": 12 * HOUR,
    } | changes
    return dict(zip((2, 4, 6, 65533, 65534), parts.values(), strict=True))


def status_header(kid: bytes) -> bytes:
    content_type = b"application/statuslist+cwt"
    return bytes.fromhex("5824a301260442") + kid + bytes.fromhex("10781a") + content_type


def status_list(
    claims: dict[object, object] | bytes | None = None, key: ThrowAway = STATUS_KEY, *, aad: bytes = STATUS_AAD
) -> bytes:
    """A status list, signed. ``claims`` may be bytes, canonical or not."""
    claims = status_claims() if claims is None else claims
    signed = claims if isinstance(claims, bytes) else cbor(claims)
    return token(signed, key, protected=status_header(key.kid), aad=aad)


WORDS: dict[str, dict[str, Any]] = {
    "permit_types": {
        "1": {"zh": "营业执照", "en": "Business licence"},
        "2": {"zh": "卫生许可证", "en": "Hygiene permit"},
    },
    "number_templates": {"1": PATTERN},
}

TRUSTED = trust_list()


@dataclass(frozen=True)
class Vector:
    """One file of the corpus. ``expected`` is {"code": …} or {"claims": …, "host": …, "kid": …, "status": …}."""

    name: str
    description: str
    text: str
    expected: dict[str, Any]
    now: str = NOW
    trust_list: bytes = TRUSTED
    more: dict[str, Any] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """What is written into the file."""
        facts = {"description": self.description, "text": self.text, "now": self.now}
        facts |= {"root_key": ROOT.point.hex(), "trust_list": self.trust_list.hex()}
        return facts | self.more | {"expected": self.expected}


def refused(name: str, description: str, signed: bytes | str, code: str, **changes: Any) -> Vector:
    """A vector with one fault. ``signed`` is a token, or the text itself. New names in ``changes`` go into the file."""
    text = signed if isinstance(signed, str) else address(signed)
    fields = {key: changes.pop(key) for key in ("now", "trust_list") if key in changes}
    return Vector(name, description, text, {"code": code}, more=changes, **fields)
