"""How long the texts of a record may be: the same for forms, application files, imports and acts, and for the sheets.

Whoever needs a longer text raises the number here; ``tests/printing`` then tell whether the card has room for it.
"""

from __future__ import annotations

from collections.abc import Mapping

MAX_CHARS: Mapping[str, int] = {
    "name": 78,  # as many letters as MAX_NAME_BYTES has room for: names in Uyghur are long
    "entity_type": 60,
    "principal": 50,
    "registered_capital": 60,
    "domicile": 100,
    "business_scope": 1000,  # the room on the national form of the licence
    "premises_address": 100,
    "permitted_items": 100,
    "signer": 50,
    "agent_name": 50,
    "agent_authority": 200,
    "permit_no": 40,
}
"""Most characters of a field, by its name in the application form."""

MAX_PERMIT_NO_CHARS = MAX_CHARS["permit_no"]
"""Most characters of the number of a permit, whoever gave it."""

MAX_NAME_BYTES = 156
"""Most bytes of the name of a business as it stands in the signed symbol (``name_bytes``), whatever else that holds."""


def name_bytes(name: str) -> int:
    """The bytes that a name takes in the signed symbol, in UTF-16: two for a character, four for a rare ideograph."""
    return len(name.encode("utf-16-be"))
