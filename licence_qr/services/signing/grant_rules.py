"""What every grant of a permit checks and assigns: delegation, rule for the kind of place, number, period.

Used for an application granted at once, for the grant of a pending one, and for a renewal.
"""

from __future__ import annotations

from datetime import date

from licence_qr.domain.catalogue.model import Catalogue, Regime
from licence_qr.domain.dates import Period
from licence_qr.errors import RuleError
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import counters, permits


def number_series(permit_type: str, authority: str) -> str:
    """The counter series of one authority's permits of one type."""
    return f"{permit_type}/{authority}"


def type_name(catalogue: Catalogue, permit_type: str) -> str:
    """The Chinese name of a permit type; one outside the catalogue as written."""
    known = catalogue.permit_types.get(permit_type)
    return known.name.zh if known else permit_type


def check_delegation(catalogue: Catalogue, office: str, permit_type: str, day: date) -> str:
    """The authority in whose name the office decides on ``day``. Raises RuleError ``no_delegation_today``."""
    delegation = catalogue.delegation(office, permit_type, day)
    if delegation is None:
        known = catalogue.offices.get(office)
        raise RuleError(
            "no_delegation_today",
            office=known.name.zh if known else office,
            permit_type=type_name(catalogue, permit_type),
            day=day,
        )
    return delegation.authority


def check_kinds(catalogue: Catalogue, permit_type: str, kinds: tuple[str, ...], day: date) -> None:
    """Raise RuleError ``kind_needs_no_permit_today`` unless the rules of ``day`` license one of the kinds.

    Only for permit types that depend on the kind of place.
    """
    if not catalogue.permit_types[permit_type].by_kind_of_place:
        return
    known = [catalogue.kinds[kind] for kind in kinds]
    regimes = [kind.regime_on(day) for kind in known]
    if not any(r is not None and r.regime is Regime.LICENSED for r in regimes):
        names = "、".join(kind.name.zh for kind in known)
        raise RuleError("kind_needs_no_permit_today", kinds=names, day=day)


def next_permit_no(tx: Transaction, catalogue: Catalogue, permit_type: str, authority: str, day: date) -> str:
    """Take the next number of the authority for that year, in the caller's transaction.

    Raises RuleError ``no_number_template``.
    """
    template = catalogue.number_template(permit_type, authority)
    if template is None:
        raise RuleError("no_number_template", permit_type=type_name(catalogue, permit_type))
    while True:
        number = template.render(day.year, counters.take(tx, number_series(permit_type, authority), day.year))
        # An imported ledger may have this number under another authority's name; skip it then.
        if permits.by_number(tx, number) is None:
            return number


def first_period(catalogue: Catalogue, permit_type: str, day: date) -> Period:
    """The period of a permit of that type granted on ``day``."""
    months = catalogue.permit_types[permit_type].months
    return Period(day, None) if months is None else Period.of_months(day, months)
