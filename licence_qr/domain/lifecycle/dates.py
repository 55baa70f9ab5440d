"""Dates of the life cycle: effect of an act, time for renewal, due day of a review, end of dormancy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import Period, add_months
from licence_qr.domain.lifecycle.acts import Act, types_with
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import Permit
from licence_qr.errors import InputError, RuleError


def effective_day(wanted: date | None, not_before: date, today: date, field: str = "effective_on") -> date:
    """The day on which an act takes effect: ``wanted``, or today.

    No act takes effect in the future: it is recorded on the day itself, so that the register is true until then. Raises
    InputError ``effective_in_future``, or ``effective_too_early`` before ``not_before`` (the grant or the previous
    decision).
    """
    day = wanted or today
    if day > today:
        raise InputError("effective_in_future", field=field, found=day.isoformat(), today=today.isoformat())
    if day < not_before:
        raise InputError("effective_too_early", field=field, found=day.isoformat(), first=not_before.isoformat())
    return day


def granted_on(permit: Permit) -> date | None:
    """The day of the first grant as far as the register knows; a re-issued permit has a later day of issue."""
    first = permit.period.first if permit.period else None
    return min((day for day in (permit.issued_on, first) if day is not None), default=None)


def decided_since(permit: Permit) -> date:
    """The earliest day on which the next decision on the permit may take effect: its grant or its last decision."""
    return max(granted_on(permit) or date.min, permit.state_since or date.min)


def renewal_deadline(last: date, rules: LifeRules) -> date:
    """The last day to apply for renewal in time (行政许可法第五十条): 30 days before expiry."""
    return last - timedelta(days=rules.renewal_apply_days)


def renewed_period(period: Period, months: int | None) -> Period:
    """The period after a renewal: the new term begins the day after the old expiry date; the first day stays.

    So a renewed permit is in force without a break, and no print made before the old expiry says "not yet in force".
    """
    if period.last is None or months is None:
        return Period(period.first, None)
    return Period(period.first, Period.of_months(period.last + timedelta(days=1), months).last)


def review_due(permit: Permit, rules: LifeRules) -> date | None:
    """The due day of the review (复核, every two years); None if none falls before expiry, or without a period."""
    if permit.period is None:
        return None
    due = add_months(max(permit.period.first, permit.reviewed_on or permit.period.first), rules.review_after_months)
    return due if permit.period.last is None or due <= permit.period.last else None


def review_terms(catalogue: Catalogue, day: date) -> Mapping[int, tuple[str, ...]]:
    """The permit types that are reviewed, by the number of months after which they are, as of ``day``."""
    terms: dict[int, tuple[str, ...]] = {}
    for each in types_with(catalogue.permit_types.values(), Act.REVIEW):
        months = catalogue.life_rules_on(day, each).review_after_months
        terms[months] = (*terms.get(months, ()), each)
    return terms


def renewal_terms(catalogue: Catalogue, day: date) -> Mapping[str, int]:
    """The permit types for which a renewal is to be applied for another number of days before expiry than the general one,
    with that number, as of ``day``."""
    general = catalogue.life_rules_on(day).renewal_apply_days
    own = {each: catalogue.life_rules_on(day, each).renewal_apply_days for each in catalogue.permit_types}
    return {each: days for each, days in own.items() if days != general}


def check_dormancy(since: date, until: date, rules: LifeRules) -> None:
    """Raise InputError ``dormancy_before_start`` or ``dormancy_too_long`` (歇业, three years at most)."""
    if until < since:
        raise InputError("dormancy_before_start", field="until", since=since.isoformat(), found=until.isoformat())
    longest = add_months(since, rules.dormancy_months) - timedelta(days=1)
    if until > longest:
        facts = {"found": until.isoformat(), "longest": longest.isoformat()}
        raise InputError("dormancy_too_long", field="until", months=rules.dormancy_months, **facts)


def licence_state_on(state: LicenceState, dormant_until: date | None, day: date) -> LicenceState:
    """The state of a licence on ``day``: a business whose dormancy has run out counts as resumed (视为自动恢复经营)."""
    over = state is LicenceState.DORMANT and dormant_until is not None and day > dormant_until
    return LicenceState.ACTIVE if over else state


def figures_of_application(catalogue: Catalogue, permit_type: str, accepted: date, today: date) -> LifeRules:
    """The figures of the day of acceptance; of today where there are none of so early a day."""
    try:
        return catalogue.life_rules_on(accepted, permit_type)
    except RuleError:
        return catalogue.life_rules_on(today, permit_type)
