"""Canonical CBOR (RFC 8949), and nothing else."""

from __future__ import annotations

from typing import Any

import cbor2

from licence_qr.errors import TokenError

_MAX_DEPTH = 4  # the deepest value of any format: claims → permits → permit → number


def _refuse_tag(*_: object) -> Any:
    raise TokenError("payload_not_canonical")


class _RefusedTags(dict[int, Any]):
    """Refuses every tag number: cbor2 would otherwise build dates, decimals or patterns."""

    def __missing__(self, tag: int) -> Any:
        return _refuse_tag


_REFUSED_TAGS = _RefusedTags()


def write_canonical(value: object) -> bytes:
    """The one encoding of ``value`` (RFC 8949, section 4.2)."""
    return cbor2.dumps(value, canonical=True)


def read_canonical(data: bytes) -> Any:
    """Read ``data``, which must be the canonical encoding of its value, without tags or trailing bytes.

    The caller checks types and lengths. Raises TokenError ``payload_not_canonical``.
    """
    value = read_lax(data)
    refuse_other_forms(value, data)
    return value


def read_lax(data: bytes) -> Any:
    """Read ``data``, which need not be the canonical encoding of its value.

    cbor2 refuses tags and indefinite lengths here, but accepts longer forms of numbers, keys in any order, and trailing
    bytes: use ``refuse_other_forms`` or ``head_bytes`` for those. Raises TokenError ``payload_not_canonical``.
    """
    try:
        return cbor2.loads(data, semantic_decoders=_REFUSED_TAGS, allow_indefinite=False, max_depth=_MAX_DEPTH)
    except (cbor2.CBORError, ValueError, TypeError, TokenError):
        raise TokenError("payload_not_canonical") from None


def refuse_other_forms(value: object, data: bytes) -> None:
    """Raise TokenError ``payload_not_canonical`` unless ``data`` is the canonical encoding of ``value``."""
    try:
        again = write_canonical(value)
    except (cbor2.CBORError, ValueError, TypeError):
        raise TokenError("payload_not_canonical") from None
    if again != data:
        raise TokenError("payload_not_canonical")


def head_bytes(number: int) -> int:
    """The bytes of the canonical head (RFC 8949, section 3) of a number below 2^32, or of a string or array that long.

    Without tags, maps, floats and indefinite lengths, two encodings of one value differ only in their heads, and
    canonical heads are the shortest. So an encoding of the canonical length is the canonical one.
    """
    return 1 if number < 24 else 2 if number < 1 << 8 else 3 if number < 1 << 16 else 5
