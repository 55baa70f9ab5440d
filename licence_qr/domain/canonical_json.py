"""One text for one value: what is hashed, signed or compared as JSON is written here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def canonical_json(value: Mapping[str, Any]) -> str:
    """The JSON Canonicalization Scheme (RFC 8785) of ``value``, to be encoded as UTF-8.

    Names must be ASCII and numbers integers below 2^53, so sorted names and no spaces are all of it. Raises ValueError for
    a number that is none, TypeError for what JSON does not have.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
