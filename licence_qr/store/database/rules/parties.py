"""Rules of the parties of applications."""

from __future__ import annotations

from licence_qr.domain.parties.party import PartyRole
from licence_qr.store.database.rules.model import RowCheck, append_only, days, objects, one_of, refers, table

TABLES = (
    table(
        "parties",
        (
            one_of("role", PartyRole),
            days("authority_until"),
            RowCheck(
                "number_is_sealed_and_compared",
                ("sealed_number", "number_mark", "last_four"),
                "(sealed_number IS NULL) = (number_mark IS NULL) AND (sealed_number IS NULL) = (last_four = '')",
            ),
            refers("uscc", "entities"),
            refers("application_no", "issued_applications", deferred=True),
            objects("parties", "origins"),
            append_only("parties", ("party_id",), ("application_no", "role")),
        ),
    ),
)
