"""What a business needs, and the permits that its items came to."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.cases.case import CaseItem, current_items
from licence_qr.domain.register.permit import Permit
from licence_qr.store.cases import items
from licence_qr.store.database.connections import Transaction


def items_of_business(
    tx: Transaction, uscc: str, held: Mapping[int, Permit]
) -> tuple[tuple[CaseItem, Permit | None], ...]:
    """The newest item of each type at each of the premises, with its permit or filing of ``held`` (all of the business, by
    key) if it has one. Empty for a business that never applied here."""
    found = current_items(stored.item for stored in items.of_business(tx, uscc))
    return tuple((each, None if each.permit_id is None else held[each.permit_id]) for each in found)
