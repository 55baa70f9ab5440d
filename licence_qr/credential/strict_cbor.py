"""CBOR (RFC 8949) in its canonical form and in no other."""

from __future__ import annotations

from typing import Any

import cbor2

from licence_qr.errors import TokenError

_MAX_DEPTH = 4  # the deepest value of any format: claims → permits → permit → number


def _refuse_tag(*_: object) -> Any:
    raise TokenError("payload_not_canonical")


class _RefusedTags(dict[int, Any]):
    """Answers every tag number with a refusal: cbor2 would otherwise build the date, decimal or pattern of a tag."""

    def __missing__(self, tag: int) -> Any:
        return _refuse_tag


_REFUSED_TAGS = _RefusedTags()


def write_canonical(value: object) -> bytes:
    """The one encoding of ``value`` (RFC 8949, section 4.2)."""
    return cbor2.dumps(value, canonical=True)


def read_canonical(data: bytes) -> Any:
    """The value of ``data`` if ``data`` is its one encoding; no tags, no indefinite lengths, nothing behind it.

    cbor2 alone is lax: it takes longer forms of numbers, keys in any order, and bytes after the value. So what was read is
    written again, canonically, and must be the input. Types and lengths are the caller's to judge.

    Raises TokenError ``payload_not_canonical``.
    """
    try:
        value = cbor2.loads(data, semantic_decoders=_REFUSED_TAGS, allow_indefinite=False, max_depth=_MAX_DEPTH)
        again = cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, ValueError, TypeError, TokenError):
        raise TokenError("payload_not_canonical") from None
    if again != data:
        raise TokenError("payload_not_canonical")
    return value
