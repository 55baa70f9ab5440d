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

    Types and lengths are the caller's to judge. Raises TokenError ``payload_not_canonical``.
    """
    value = read_lax(data)
    refuse_other_forms(value, data)
    return value


def read_lax(data: bytes) -> Any:
    """The value of ``data``, which may be another encoding of it than the canonical one.

    cbor2 refuses tags and indefinite lengths here, but takes longer forms of numbers, keys in any order, and bytes after
    the value: ``refuse_other_forms`` or ``head_bytes`` finds those. Raises TokenError ``payload_not_canonical``.
    """
    try:
        return cbor2.loads(data, semantic_decoders=_REFUSED_TAGS, allow_indefinite=False, max_depth=_MAX_DEPTH)
    except (cbor2.CBORError, ValueError, TypeError, TokenError):
        raise TokenError("payload_not_canonical") from None


def refuse_other_forms(value: object, data: bytes) -> None:
    """Raise TokenError ``payload_not_canonical`` unless ``value``, which was read of ``data``, is written as ``data``."""
    try:
        again = write_canonical(value)
    except (cbor2.CBORError, ValueError, TypeError):
        raise TokenError("payload_not_canonical") from None
    if again != data:
        raise TokenError("payload_not_canonical")


def head_bytes(number: int) -> int:
    """How many bytes the canonical head of an item takes (RFC 8949, section 3): of a number from 0 to 2^32 - 1, or of a
    string or array of that length.

    Without tags, maps, floats and indefinite lengths, two encodings of one value differ in their heads alone, and the
    canonical heads are the shortest. So an encoding as long as the sum of those is the canonical one.
    """
    return 1 if number < 24 else 2 if number < 1 << 8 else 3 if number < 1 << 16 else 5
