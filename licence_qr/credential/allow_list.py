"""The allow-list: the codes of a compromised key that were registered before it was compromised and so remain valid.

A stolen key can sign backdated codes, but cannot add them to a list signed by the root. The list has the first 16 bytes
of SHA-256 of each token, so it reveals nothing about a business to anybody who has not seen its code. Format:
docs/verifying/code-format.md, section 8.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.cose import (
    KID_BYTES,
    SigningKey,
    check_signature,
    check_signature_numbers,
    sign,
    split,
)
from licence_qr.credential.strict_cbor import read_canonical, write_canonical
from licence_qr.credential.strict_values import MAX_UINT32, Shape, is_number
from licence_qr.errors import TokenError

ALLOW_LIST_AAD = b"licence-qr/allow/1"
ENTRY_BYTES = 16
_FORMAT = 1
_SHAPE = Shape("allow_list_shape")


class Allowance(Protocol):
    """What can admit single codes of a compromised key: this list, or a register."""

    def allows(self, kid: bytes, token: bytes) -> bool:
        """Whether ``token``, with a valid signature by ``kid``, was registered before that key was compromised."""


def entry(token: bytes) -> bytes:
    """The entry of ``token`` in the list. A token has only one form (low s, canonical), so one entry."""
    return hashlib.sha256(token).digest()[:ENTRY_BYTES]


@dataclass(frozen=True, slots=True)
class AllowedCodes:
    """The codes of one compromised key. ``since`` is aware, whole seconds; ``entries`` are sorted, without repeats."""

    kid: bytes
    since: datetime
    entries: bytes

    @classmethod
    def of(cls, kid: bytes, since: datetime, tokens: Iterable[bytes]) -> AllowedCodes:
        """The codes of ``tokens``, in any order."""
        return cls(kid, since, b"".join(sorted({entry(token) for token in tokens})))

    @property
    def count(self) -> int:
        """The number of codes that remain valid."""
        return len(self.entries) // ENTRY_BYTES

    def holds(self, token: bytes) -> bool:
        """Whether ``token`` is one of them."""
        wanted = entry(token)
        place = bisect_left(range(self.count), wanted, key=self._at)
        return place < self.count and self._at(place) == wanted

    def _at(self, place: int) -> bytes:
        return self.entries[place * ENTRY_BYTES : (place + 1) * ENTRY_BYTES]


@dataclass(frozen=True, slots=True)
class AllowList:
    """One edition; ``sequence`` is that of the trust list it was published with. At most one item per key."""

    sequence: int
    issued_at: datetime
    keys: tuple[AllowedCodes, ...]

    def of_key(self, kid: bytes) -> AllowedCodes | None:
        """The codes of that key, or None if the list does not name it."""
        return next((key for key in self.keys if key.kid == kid), None)

    def allows(self, kid: bytes, token: bytes) -> bool:
        """Whether ``token`` remains valid although ``kid`` is compromised."""
        key = self.of_key(kid)
        return key is not None and key.holds(token)


def sign_allow_list(allow_list: AllowList, root: SigningKey) -> bytes:
    """The bytes of ``allow_list``: a signed head with the hash of the entries, and the entries."""
    heads = [
        [key.kid, int(key.since.timestamp()), key.count, hashlib.sha256(key.entries).digest()]
        for key in allow_list.keys
    ]
    payload = write_canonical([_FORMAT, allow_list.sequence, int(allow_list.issued_at.timestamp()), heads])
    return write_canonical([sign(payload, root, ALLOW_LIST_AAD), [key.entries for key in allow_list.keys]])


def verify_allow_list(signed: bytes, root: ec.EllipticCurvePublicKey, *, at_least: int = 0) -> AllowList:
    """Verify an allow-list signed by ``root``. ``at_least`` is the newest sequence that the client has seen.

    Raises TokenError ``allow_list_signature`` (``because`` names the step), ``allow_list_not_canonical``,
    ``allow_list_format_unknown``, ``allow_list_shape``, ``allow_list_entries`` or ``allow_list_older``.
    """
    head, blocks = _SHAPE.items(_canonical(signed), 2, "list")
    try:
        parts = split(_SHAPE.typed(head, bytes, "head"))
        check_signature_numbers(parts.signature)
        check_signature(parts, ALLOW_LIST_AAD, root)
    except TokenError as refusal:
        raise TokenError("allow_list_signature", because=refusal.code) from None
    allow_list = _read(_canonical(parts.payload), _SHAPE.typed(blocks, list, "entries"))
    if allow_list.sequence < at_least:
        raise TokenError("allow_list_older", sequence=allow_list.sequence, newest=at_least)
    return allow_list


def _canonical(data: bytes) -> Any:
    try:
        return read_canonical(data)
    except TokenError:
        raise TokenError("allow_list_not_canonical") from None


def _read(value: Any, blocks: list[Any]) -> AllowList:
    items = _SHAPE.typed(value, list, "list")
    if items and not is_number(items[0], _FORMAT):
        raise TokenError("allow_list_format_unknown", found=items[0])
    _, sequence, issued_at, heads = _SHAPE.items(items, 4, "list")
    heads = _SHAPE.items(heads, len(blocks), "keys")
    keys = tuple(_read_key(head, block) for head, block in zip(heads, blocks, strict=True))
    if len({key.kid for key in keys}) != len(keys):
        raise _SHAPE.refused("keys")
    return AllowList(_SHAPE.whole(sequence, MAX_UINT32, "sequence"), _SHAPE.instant(issued_at, "issued_at"), keys)


def _read_key(head: Any, entries: Any) -> AllowedCodes:
    kid, since, count, digest = _SHAPE.items(head, 4, "key")
    if len(_SHAPE.typed(kid, bytes, "kid")) != KID_BYTES:
        raise _SHAPE.refused("kid")
    size = _SHAPE.typed(count, int, "count") * ENTRY_BYTES
    if hashlib.sha256(_SHAPE.typed(entries, bytes, "entries")).digest() != digest or len(entries) != size:
        raise TokenError("allow_list_entries", kid=kid.hex())
    # Order is not checked: entries out of order can only be missed, never added.
    return AllowedCodes(kid, _SHAPE.instant(since, "since"), entries)
