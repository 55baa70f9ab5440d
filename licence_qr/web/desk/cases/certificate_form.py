"""The form of a certificate: what an officer grants, or what a clerk is shown. Typed, checked, recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.register.field_names import CERTIFICATE_FIELDS, FIELD_LABELS
from licence_qr.errors import InvalidApplication, RuleError
from licence_qr.web.shell.forms import Field, Widget

_DAY = Text("照证件填写，例如 2026-11-23。", "As on the certificate, for example 2026-11-23.")
_FORMS: Mapping[str, Field] = {
    "permit_no": Field("permit_no", FIELD_LABELS["permit_no"], characters=30),
    "permitted_items": Field(
        "permitted_items",
        FIELD_LABELS["permitted_items"],
        Text("印在亮证牌上，公众可见。", "Printed on the display card and visible to the public."),
        widget=Widget.PARAGRAPH,
        optional=True,
    ),
    "issued_on": Field("issued_on", FIELD_LABELS["issued_on"], _DAY, characters=12),
    "valid_from": Field(
        "valid_from",
        FIELD_LABELS["valid_from"],
        Text("不填就是签发日期。", "Leave empty for the date of issue."),
        characters=12,
        optional=True,
    ),
    "valid_to": Field(
        "valid_to",
        FIELD_LABELS["valid_to"],
        Text("不填就是长期有效。", "Leave empty if there is no expiry date."),
        characters=12,
        optional=True,
    ),
}
FIELDS = tuple(_FORMS[name] for name in CERTIFICATE_FIELDS)
# What the officer's own decision sets, and no certificate shows yet.
GRANT_FIELDS = tuple(
    replace(field, hint=Text("例如 2026-11-23。", "For example 2026-11-23.")) if field.name == "issued_on" else field
    for field in FIELDS
)
# Refusals that name no field of the page by themselves, and the field beside which each stands.
BESIDE = {"permit_no_taken": "permit_no"}
# What the form is shown again for, with everything that was typed. Any other refusal is about the item.
OF_THE_FORM = frozenset({"permit_no_taken"})


def is_of_form(refused: InvalidApplication | RuleError) -> bool:
    """Whether other values could be accepted, so that the form is shown again."""
    return isinstance(refused, InvalidApplication) or refused.code in OF_THE_FORM
