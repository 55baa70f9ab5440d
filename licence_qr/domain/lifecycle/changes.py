"""What a change may change, and what needs a new application: a table, and the check of new values against it.

Regulation on the Registration of Market Entities, article 24, for the licence; for a permit the Administrative Licensing
Law, article 49, or the rule that its type names in the catalogue: name and representative change and the last day stays,
place and items are applied for anew.
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
from licence_qr.domain.register.typed_fields import MAX_NAME_BYTES, FieldReader
from licence_qr.errors import InputError, InvalidApplication, RuleError
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


class ChangeWay(StrEnum):
    """How a field comes to have another value."""

    LICENCE = "licence"  # the licence is printed anew; permits stay as they are
    LICENCE_AND_PERMITS = "licence_and_permits"  # the permits are re-issued too, numbers and last days kept
    RENAMING_ONLY = "renaming_only"  # only where the authorities renamed the street; else a new application
    NEW_APPLICATION = "new_application"
    NEVER = "never"  # it is what makes the thing that thing


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """One field: how it may change, by which rule. ``field`` is a name of FIELD_LABELS, or of the value it stands in."""

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


# Of a permit: what the rule of its type is about, and what exists only where the kind of place decides.
_BY_TYPE, _BY_KIND = frozenset({"premises_address", "permitted_items", "kinds"}), frozenset({"kinds"})


def change_rule(kind: SubjectKind, field: str) -> ChangeRule:
    """The rule of one field."""
    return next(r for r in CHANGES if (r.kind, r.field) == (kind, field))


def changes_of(kind: SubjectKind, permit_type: PermitType | None) -> tuple[ChangeRule, ...]:
    """What may change of the licence, or of a permit of a type, by the rule of that type where it has one."""
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

    Raises InvalidApplication with a problem for each wrong field, as the application form words them, and InputError
    ``change_without_difference`` when nothing would be another.
    """
    reader = FieldReader({name: value for name, value in _typed(change)})
    values: dict[str, object] = {
        name: reader.text(name, required=_required(name, entity)) for name, _ in _typed(change)
    }
    if len(str(values.get("name", "")).encode()) > MAX_NAME_BYTES:
        size = len(str(values["name"]).encode())
        reader.refuse("name_too_long_for_code", "name", size=size, limit=MAX_NAME_BYTES)
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
    """The texts that were given, by field."""
    for each in fields(change):
        value = getattr(change, each.name)
        if isinstance(value, str):
            yield each.name, value


def _required(name: str, entity: Entity) -> bool:
    """An individual business need not have a name; capital may be struck."""
    return name != "registered_capital" and not (name == "name" and entity.form is EntityForm.INDIVIDUAL)


def renamed_premises(premises: Premises, change: PermitChange, permit_type: PermitType | None = None) -> Premises:
    """The premises under the new name of its street.

    Raises RuleError ``change_needs_new_application`` for anything else that would change a permit; InvalidApplication for an
    address that cannot be printed; InputError ``change_without_difference``.
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
