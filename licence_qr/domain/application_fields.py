"""The names of the fields of an application, one list for the form, the file and the error messages.

All values arrive as text, exactly as typed. Several kinds of place are joined by commas. A yes/no answer to the
question ``q`` of a trade is the field ``answer_q`` with ``yes`` or ``no``.
"""

from __future__ import annotations

TRADE_FIELDS = ("trade", "kinds", "area_m2")
ENTITY_FIELDS = (
    "entity_form",
    "uscc",
    "name",
    "entity_type",
    "principal",
    "registered_capital",
    "established_on",
    "term_to",
    "domicile",
    "business_scope",
)
PREMISES_FIELDS = ("premises_address", "premises_region", "permitted_items", "contact_phone")
COMMITMENT_FIELDS = ("mode", "notice_id", "notice_version", "notice_sha256", "signer", "signed_on")
ANSWER_PREFIX = "answer_"

ALL_FIELDS = TRADE_FIELDS + ENTITY_FIELDS + PREMISES_FIELDS + COMMITMENT_FIELDS
