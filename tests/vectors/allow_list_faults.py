"""Faults of the allow-list: which codes of a compromised key stay good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from parts import (
    CODE_AAD,
    COMPROMISED,
    HOUR,
    KEY,
    NOW_SECONDS,
    ROOT,
    SECOND_KEY,
    ThrowAway,
    Vector,
    cbor,
    key_entry,
    payload,
    refused,
    token,
    trust_list,
)

ALLOW_AAD = b"licence-qr/allow/1"
GOOD, OTHER = token(), token(payload(version=2))


def blocks_of(tokens: Iterable[bytes]) -> bytes:
    """The entries of one key: sorted, 16 bytes each."""
    return b"".join(sorted(hashlib.sha256(signed).digest()[:16] for signed in tokens))


def head_of(entries: bytes, kid: bytes = KEY.kid, **changes: object) -> list[object]:
    """What the root signs of one key."""
    parts = {"kid": kid, "since": NOW_SECONDS - HOUR, "count": len(entries) // 16}
    return list((parts | {"digest": hashlib.sha256(entries).digest()} | changes).values())


def allow_list(
    tokens: Iterable[bytes] = (GOOD,), *, key: ThrowAway = ROOT, aad: bytes = ALLOW_AAD, **changes: Any
) -> bytes:
    """An allow-list of one key; ``heads``, ``blocks`` and the items of the payload can be others."""
    entries = blocks_of(tokens)
    blocks = changes.pop("blocks", [entries])
    heads = changes.pop("heads", [head_of(entries)])
    items = {"format": 1, "sequence": 7, "issued_at": NOW_SECONDS} | changes
    return cbor([token(cbor([*items.values(), heads]), key, aad=aad), blocks])


def _wrong() -> Iterator[tuple[str, str, bytes, str]]:
    entries, good = blocks_of([GOOD]), allow_list()
    yield "by-licence-key", "signed by the compromised key itself", allow_list(key=KEY), "allow_list_signature"
    yield "as-code", "signed as a code", allow_list(aad=CODE_AAD), "allow_list_signature"
    yield "head-missing", "a number where the signed head should be", cbor([1, []]), "allow_list_signature"
    yield "trailing", "a byte behind the list", good + b"\0", "allow_list_not_canonical"
    yield "not-cbor", "cut short", good[:-1], "allow_list_not_canonical"
    yield "format", "format 2", allow_list(format=2), "allow_list_format_unknown"
    yield "format-true", "true for format 1", allow_list(format=True), "allow_list_format_unknown"
    yield "array-of-three", "an item too many", cbor([b"", [], 0]), "allow_list_shape"
    yield "sequence-negative", "edition -1", allow_list(sequence=-1), "allow_list_shape"
    yield "time-text", "the time of issue as text", allow_list(issued_at="2026-11-23"), "allow_list_shape"
    yield "kid-of-three", "a kid of three bytes", allow_list(heads=[head_of(entries, b"\0\0\1")]), "allow_list_shape"
    twice = allow_list(heads=[head_of(entries)] * 2, blocks=[entries] * 2)
    yield "kid-twice", "the same key twice", twice, "allow_list_shape"
    yield "block-missing", "a head without its entries", allow_list(blocks=[]), "allow_list_shape"
    yield (
        "other-entries",
        "entries that the root did not sign",
        allow_list([OTHER], heads=[head_of(entries)]),
        "allow_list_entries",
    )
    more = allow_list(heads=[head_of(entries, count=2)])
    yield "other-count", "a count that the entries do not have", more, "allow_list_entries"


def vectors() -> Iterator[Vector]:
    """All of them."""
    lost = {"trust_list": trust_list([key_entry(state=COMPROMISED), key_entry(SECOND_KEY)])}
    for name, description, wrong, code in _wrong():
        yield refused(f"allow-list-{name}", description, GOOD, code, allow_list=wrong.hex(), **lost)
    older = {"allow_list": allow_list().hex(), "allow_list_at_least": 8}
    yield refused("allow-list-older", "edition 7, where edition 8 has been seen", GOOD, "allow_list_older", **older)
    named = {"allow_list": allow_list([OTHER]).hex(), **lost}
    yield refused(
        "key-compromised-not-listed", "the list names another code of the key", GOOD, "key_compromised", **named
    )
    entries = blocks_of([GOOD])
    second = {"allow_list": allow_list(heads=[head_of(entries, SECOND_KEY.kid)]).hex(), **lost}
    yield refused(
        "key-compromised-other-key", "the list names the code under another key", GOOD, "key_compromised", **second
    )
    early = trust_list([key_entry(state=COMPROMISED, days=("2026-11-24", "2027-12-31", "2037-12-31"))])
    listed = {"allow_list": allow_list().hex(), "trust_list": early}
    yield refused(
        "key-too-early-listed", "the list names it, and still it is too early", GOOD, "key_too_early", **listed
    )
