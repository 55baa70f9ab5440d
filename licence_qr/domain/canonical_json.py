"""Canonical JSON: one text for each value, for everything that is hashed, signed or compared as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return ``value`` in the JSON Canonicalization Scheme (RFC 8785), as text to be encoded as UTF-8.

    Names must be ASCII and numbers integers below 2^53, so sorting names and leaving out spaces is enough. Raises
    ValueError for NaN and infinity, TypeError for values that JSON does not have.
    """
    return _ENCODER.encode(value)
