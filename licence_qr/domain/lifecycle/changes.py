"""Which fields a change may change and which need a new application, and the check of new values against that.

Regulation on the Registration of Market Entities, article 24, for the licence; for a permit the Administrative
Licensing Law, article 49, or the rule that its type names in the catalogue: a new name or representative leaves the
expiry date as it is; a new place or new items need a new application.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum

from licence_qr.domain.catalogue.model import PermitType
from licence_qr.domain.lifecycle.acts import SubjectKind
from licence_qr.domain.lifecycle.details import LicenceChange, NewPremises, PermitChange
from licence_qr.domain.register.entity import Entity, EntityForm, Premises
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.errors import InputError, InvalidApplication, RuleError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


class ChangeWay(StrEnum):
    """How a field may change."""

    LICENCE = "licence"  # the licence is printed again; permits are unchanged
    LICENCE_AND_PERMITS = "licence_and_permits"  # permits are re-issued too, with the same numbers and expiry dates
    RENAMING_ONLY = "renaming_only"  # only if the authorities renamed the street; else a new application
    NEW_APPLICATION = "new_application"
    NEVER = "never"  # it identifies the licence or permit


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """How one field may change, and by which rule. ``field`` is a name in FIELD_LABELS or of an attribute."""

    kind: SubjectKind
    field: str
    way: ChangeWay
    label: Text
    basis: Text


_REGISTRATION = Text("《市场主体登记管理条例》第24条", "Regulation on the Registration of Market Entities, article 24")
_IDENTITY = Text("GB 32100-2015", "GB 32100-2015")
_LICENSING = Text("《行政许可法》第49条", "Administrative Licensing Law, article 49")
_L, _P = SubjectKind.LICENCE, SubjectKind.PERMIT


def _of(kind: SubjectKind, field: str, way: ChangeWay, basis: Text) -> ChangeRule:
    return ChangeRule(kind, field, way, FIELD_LABELS[field], basis)


CHANGES: tuple[ChangeRule, ...] = (
    _of(_L, "name", ChangeWay.LICENCE_AND_PERMITS, _REGISTRATION),
    _of(_L, "principal", ChangeWay.LICENCE_AND_PERMITS, _REGISTRATION),
    _of(_L, "entity_type", ChangeWay.LICENCE, _REGISTRATION),
    _of(_L, "registered_capital", ChangeWay.LICENCE, _REGISTRATION),
    _of(_L, "domicile", ChangeWay.LICENCE, _REGISTRATION),
    _of(_L, "business_scope", ChangeWay.LICENCE, _REGISTRATION),
    _of(_L, "term_to", ChangeWay.LICENCE, _REGISTRATION),
    _of(_L, "uscc", ChangeWay.NEVER, _IDENTITY),
    _of(_L, "established_on", ChangeWay.NEVER, _REGISTRATION),
    _of(_L, "entity_form", ChangeWay.NEW_APPLICATION, _REGISTRATION),
    _of(_P, "premises_address", ChangeWay.RENAMING_ONLY, _LICENSING),
    _of(_P, "permitted_items", ChangeWay.NEW_APPLICATION, _LICENSING),
    _of(_P, "kinds", ChangeWay.NEW_APPLICATION, _LICENSING),
    ChangeRule(_P, "permit_no", ChangeWay.NEVER, term("field.permit_number"), _LICENSING),
    ChangeRule(_P, "period", ChangeWay.NEVER, term("field.validity_period"), _LICENSING),
)
RENAMES_HOLDER = frozenset(r.field for r in CHANGES if r.way is ChangeWay.LICENCE_AND_PERMITS)


# For a permit: fields governed by the rule of its type, and those that exist only where the kind of place decides.
_BY_TYPE, _BY_KIND = frozenset({"premises_address", "permitted_items", "kinds"}), frozenset({"kinds"})


def change_rule(kind: SubjectKind, field: str) -> ChangeRule:
    """The rule for one field."""
    return next(r for r in CHANGES if (r.kind, r.field) == (kind, field))


def changes_of(kind: SubjectKind, permit_type: PermitType | None) -> tuple[ChangeRule, ...]:
    """The rules for a licence, or for permits of a type, with the legal basis of that type where it has one."""
    rules = tuple(rule for rule in CHANGES if rule.kind is kind)
    if permit_type is None:
        return rules
    return tuple(
        _of_type(permit_type, rule) for rule in rules if permit_type.by_kind_of_place or rule.field not in _BY_KIND
    )


def _of_type(permit_type: PermitType, rule: ChangeRule) -> ChangeRule:
    own = permit_type.change_basis if rule.field in _BY_TYPE else None
    return replace(rule, basis=own) if own else rule


def changed_entity(entity: Entity, change: LicenceChange, today: date) -> Entity:
    """The licence with the new values, printed ``today``.

    Raises InvalidApplication with a problem for each wrong field, worded as in the application form, and InputError
    ``change_without_difference`` when nothing would change.
    """
    reader = FieldReader({name: value for name, value in _typed(change)})
    values: dict[str, object] = {
        name: reader.text(name, required=_required(name, entity)) for name, _ in _typed(change)
    }
    if change.without_end:
        values["term_to"] = None
    elif change.term_to is not None:
        values["term_to"] = change.term_to
        if change.term_to < entity.established_on:
            facts = {"first": entity.established_on.isoformat(), "last": change.term_to.isoformat()}
            reader.refuse("term_ends_before_start", "term_to", **facts)
    if reader.problems:
        raise InvalidApplication(reader.in_form_order())
    if all(getattr(entity, name) == value for name, value in values.items()):
        raise InputError("change_without_difference", field=next(iter(values), "name"))
    return replace(entity, issued_on=today, **values)  # type: ignore[arg-type]  # names and types are those of LicenceChange


def _typed(change: LicenceChange) -> Iterator[tuple[str, str]]:
    """The new values as text, by field."""
    for each in fields(change):
        value = getattr(change, each.name)
        if isinstance(value, str):
            yield each.name, value


def _required(name: str, entity: Entity) -> bool:
    """Whether a field must not be empty: an individual business needs no name, and capital may be removed."""
    return name != "registered_capital" and not (name == "name" and entity.form is EntityForm.INDIVIDUAL)


def renamed_premises(premises: Premises, change: PermitChange, permit_type: PermitType | None = None) -> Premises:
    """The premises with the new name of the street.

    Raises RuleError ``change_needs_new_application`` for any other change of a permit; InvalidApplication
    for an address that cannot be printed; InputError ``change_without_difference``.
    """
    if change.items is not None:
        raise _new_application("permitted_items", permit_type)
    if change.kinds is not None:
        raise _new_application("kinds", permit_type)
    if not change.renamed:
        raise _new_application("premises_address", permit_type)
    address = checked_address(change.premises_address or "")
    if address == premises.address:
        raise InputError("change_without_difference", field="premises_address")
    return replace(premises, address=address)


def new_premises(premises_no: int, asked: NewPremises) -> Premises:
    """The premises to be added. Raises InvalidApplication for an address that cannot be printed."""
    return Premises(premises_no, checked_address(asked.address), asked.region, asked.area_m2)


def checked_address(typed: str) -> str:
    """An address within its length and of characters that can be printed. Raises InvalidApplication."""
    reader = FieldReader({"premises_address": typed})
    address = reader.text("premises_address")
    if reader.problems:
        raise InvalidApplication(reader.in_form_order())
    return address


def _new_application(field: str, permit_type: PermitType | None) -> RuleError:
    found = change_rule(SubjectKind.PERMIT, field)
    found = found if permit_type is None else _of_type(permit_type, found)
    facts = {"label_zh": found.label.zh, "label_en": found.label.en}
    return RuleError(
        "change_needs_new_application", field=field, basis_zh=found.basis.zh, basis_en=found.basis.en, **facts
    )
