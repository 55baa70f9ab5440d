"""Faults of the signed payload. Each is signed well: the last line of defence against an issuer's own errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cbor2
from parts import (
    DAY,
    ITEMS,
    ORIGIN,
    USCC,
    WORDS,
    Vector,
    address,
    byte_string,
    cbor,
    items,
    pack_uscc,
    payload,
    payload_with,
    permit,
    refused,
    token,
)

PAYLOAD = payload()
GREAT = 2**64 - 1
NAMES = ITEMS["name"]


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


NOT_CANONICAL: dict[str, tuple[str, bytes]] = {
    "long-integer": ("version 1 in two bytes", payload_with(raw("1801"), "version")),
    "integer-of-nine": ("the day in nine bytes", payload_with(raw("1b000000000000512c"), "issued_on")),
    "long-byte-string": (
        "the code id with a head of two bytes",
        payload_with(raw("580a") + ITEMS["code_id"], "code_id"),
    ),
    "long-array": ("the array with a head of two bytes", b"\x98\x09" + PAYLOAD[1:]),
    "indefinite-array": ("the array without a length", b"\x9f" + PAYLOAD[1:] + b"\xff"),
    "indefinite-permits": ("the permits without a length", payload_with(b"\x9f" + cbor(permit()) + b"\xff", "permits")),
    "indefinite-bytes": (
        "the digest in pieces",
        payload_with(b"\x5f" + byte_string(ITEMS["digest"]) + b"\xff", "digest"),
    ),
    "trailing-byte": ("a byte behind the array", PAYLOAD + b"\0"),
    "trailing-array": ("a second array behind the first", PAYLOAD + b"\x80"),
    "last-byte-missing": ("the last byte is missing", PAYLOAD[:-1]),
    "items-missing": ("the array names ten items and holds nine", b"\x8a" + PAYLOAD[1:]),
    "empty": ("no payload", b"\x40"[:0]),
    "self-described": ("tag 55799 in front", raw("d9d9f7") + PAYLOAD),
    "tag-date": ("tag 1, a time, around the day of issue", payload_with(b"\xc1" + cbor(DAY), "issued_on")),
    "tag-bignum": ("the version as a big number", payload_with(raw("c24101"), "version")),
    "tag-embedded": ("tag 24 around the name", payload_with(raw("d818") + byte_string(NAMES), "name")),
    "repeated-key": ("a map with the same key twice for the permits", payload_with(raw("a201010102"), "permits")),
    "keys-out-of-order": ("a map with keys out of order for the permits", payload_with(raw("a202010101"), "permits")),
    "too-deep": ("five arrays in one another", payload_with(raw("818181818101"), "permits")),
    "broken-utf-8": (
        "a permit number that is not UTF-8",
        payload_with(raw("81840262c328") + cbor(DAY) + b"\1", "permits"),
    ),
    "surrogate-in-utf-8": (
        "a permit number with half a surrogate pair",
        payload_with(raw("81840263eda080") + cbor(DAY) + b"\1", "permits"),
    ),
    "long-float": ("version 1.0 in nine bytes", payload_with(raw("fb3ff0000000000000"), "version")),
    "reserved-head": ("a head that CBOR reserves", payload_with(raw("1c"), "version")),
}

SHAPES: dict[str, tuple[str, bytes]] = {
    "integer": ("a number instead of the array", cbor(1)),
    "map": ("a map instead of the array", cbor({1: 1})),
    "text": ("a text instead of the array", cbor("licence-qr")),
    "empty-array": ("an empty array", cbor([])),
    "format-text": ("the format number as text", payload(format="1")),
    "format-true": ("true for format 1, which some languages take for 1", payload(format=True)),
    "eight-items": ("no permits at all, not even an empty array", cbor(items()[:-1])),
    "eleven-items": ("an item too many", payload(permit_count=2, more=0)),
    "version-text": ("the version as text", payload(version="1")),
    "version-true": ("true for version 1", payload(version=True)),
    "version-float": ("1.0 for version 1", payload_with(raw("f93c00"), "version")),
    "version-null": ("null for the version", payload(version=None)),
    "version-undefined": ("undefined for the version", payload_with(raw("f7"), "version")),
    "code-id-nine": ("a code id of nine bytes", payload(code_id=bytes(9))),
    "code-id-eleven": ("a code id of eleven bytes", payload(code_id=bytes(11))),
    "code-id-text": ("the code id as text", payload(code_id="0123456789")),
    "uscc-text": ("the credit code as text", payload(uscc=USCC)),
    "name-text": ("the name as text", payload(name="虚构")),
    "digest-fifteen": ("a digest of 15 bytes", payload(digest=bytes(15))),
    "digest-whole": ("the whole SHA-256", payload(digest=bytes(32))),
    "status-index-null": ("null for the status index", payload(status_index=None)),
    "permits-map": ("a map for the permits", payload(permits={})),
    "permits-null": ("null for the permits", payload(permits=None)),
    "permit-count-null": ("null for the total of permits", payload(permit_count=None)),
    "permit-not-array": ("a number for a permit", payload(permits=[2])),
    "permit-of-three": ("a permit without its length in days", payload(permits=[permit()[:3]])),
    "permit-of-five": ("a permit with an item too many", payload(permits=[[*permit(), 0]])),
    "permit-type-text": ("a permit type by name", payload(permits=[permit("hygiene_permit")])),
    "permit-day-text": ("the first day as text", payload(permits=[permit(first="2026-11-23")])),
    "permit-days-text": ("the length in days as text", payload(permits=[permit(days="1461")])),
    "permit-days-false": ("false for a permit without end", payload(permits=[permit(days=False)])),
    "number-bytes": ("a permit number as bytes", payload(permits=[permit(number=b"12")])),
    "number-of-two": ("a permit number without its serial", payload(permits=[permit(number=(1, 2026))])),
    "number-year-text": ("the year of a number as text", payload(permits=[permit(number=(1, "2026", 12))])),
    "number-null": ("null for a permit number", payload(permits=[permit(number=None)])),
}

_CLAIMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "format-two": ("claims_format_unknown", "format 2", {"format": 2}),
    "format-zero": ("claims_format_unknown", "format 0", {"format": 0}),
    "format-negative": ("claims_format_unknown", "format -1", {"format": -1}),
    "format-great": ("claims_format_unknown", "format 2^64 - 1", {"format": GREAT}),
    "version-zero": ("claims_number", "version 0", {"version": 0}),
    "version-negative": ("claims_number", "version -1", {"version": -1}),
    "version-great": ("claims_number", "version 2^32", {"version": 2**32}),
    "version-greatest": ("claims_number", "version 2^64 - 1, which no floating-point number holds", {"version": GREAT}),
    "status-index-negative": ("claims_number", "status index -1", {"status_index": -1}),
    "status-index-great": ("claims_number", "status index 2^32", {"status_index": 2**32}),
    "permit-count-great": ("claims_number", "a total of 65,536 permits", {"permit_count": 65536}),
    "permit-count-greatest": ("claims_number", "a total of 2^64 - 1 permits", {"permit_count": GREAT}),
    "permit-count-equal": ("claims_permit_count", "a total that the permits already say", {"permit_count": 1}),
    "permit-count-less": ("claims_permit_count", "a total less than the permits", {"permit_count": 0}),
    "permit-count-negative": ("claims_permit_count", "a total of -1", {"permit_count": -1}),
    "issued-before-1970": ("claims_date", "issued on day -1", {"issued_on": -1}),
    "issued-after-2199": ("claims_date", "issued on 2200-01-01", {"issued_on": 84006}),
    "uscc-last": ("claims_uscc", "another last character of the credit code", {"uscc": pack_uscc(USCC[:17] + "T")}),
    "uscc-organisation": ("claims_uscc", "another check of the organisation", {"uscc": pack_uscc(USCC[:16] + "8R")}),
    "uscc-region": ("claims_uscc", "a letter in the region", {"uscc": pack_uscc("915A0107M000001A9R")}),
    "uscc-one": ("claims_uscc", "zeros and a 1", {"uscc": b"\0" * 10 + b"\1"}),
    "uscc-ten-bytes": ("claims_uscc", "a credit code of ten bytes", {"uscc": pack_uscc(USCC)[1:]}),
    "name-odd": ("claims_name", "a name of an odd number of bytes", {"name": NAMES[:-1]}),
    "name-high-surrogate": ("claims_name", "a name that ends within a pair", {"name": NAMES + b"\xd8\x42"}),
    "name-low-surrogate": ("claims_name", "a name that begins within a pair", {"name": b"\xdf\xb7" + NAMES}),
    "permit-type-negative": ("claims_number", "permit type -1", {"permits": [permit(-1)]}),
    "permit-type-great": ("claims_number", "permit type 2^32", {"permits": [permit(2**32)]}),
    "template-negative": ("claims_number", "number template -1", {"permits": [permit(number=(-1, 2026, 12))]}),
    "year-great": ("claims_number", "the year 10000", {"permits": [permit(number=(1, 10000, 12))]}),
    "serial-great": ("claims_number", "serial 2^32", {"permits": [permit(number=(1, 2026, 2**32))]}),
    "first-day-negative": ("claims_date", "a permit from day -1", {"permits": [permit(first=-1)]}),
    "first-day-late": ("claims_date", "a permit from 2200-01-01", {"permits": [permit(first=84006, days=None)]}),
    "no-days": ("claims_date", "a permit for no day", {"permits": [permit(days=0)]}),
    "negative-days": ("claims_date", "a permit for -1 days", {"permits": [permit(days=-1)]}),
    "last-day-late": ("claims_date", "a permit to 2200-01-01", {"permits": [permit(days=84005 - DAY + 2)]}),
    "days-great": ("claims_date", "a permit for 2^64 - 1 days", {"permits": [permit(days=GREAT)]}),
    "second-permit": ("claims_date", "the fault in the second permit", {"permits": [permit(), permit(days=0)]}),
}

_WORDS = {
    "permit-type": ("claims_permit_type_unknown", "a permit type that is not registered", permit(99)),
    "template": ("claims_template_unknown", "a number template that is not registered", permit(number=(99, 2026, 12))),
}


def vectors() -> Iterator[Vector]:
    """All of them."""
    for name, (description, signed) in NOT_CANONICAL.items():
        made = token(signed) if signed else token(b"", body=b"\x40")
        yield refused(f"payload-{name}", description, made, "payload_not_canonical")
    for name, (description, signed) in SHAPES.items():
        yield refused(f"payload-{name}", description, token(signed), "payload_shape")
    for name, (code, description, changes) in _CLAIMS.items():
        yield refused(f"claims-{name}", description, token(payload(**changes)), code)
    for name, (code, description, signed_permit) in _WORDS.items():
        made = token(payload(permits=[signed_permit]))
        yield refused(f"vocabulary-{name}", description, made, code, vocabulary=WORDS)
    versions = cbor2.dumps([2, {"claims": "of a later format"}], canonical=True)
    text = address(token(versions), ORIGIN)
    yield refused("claims-format-later", "a later format with a shape of its own", text, "claims_format_unknown")
