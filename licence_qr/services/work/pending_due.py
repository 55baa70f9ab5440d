"""Until when what waits for a decision is to be decided: permits at a window, and items at their authority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.clock import clock_on
from licence_qr.domain.lifecycle.dates import figures_of_application
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.store.database.connections import Transaction
from licence_qr.store.lifecycle import procedures
from licence_qr.store.work.task_sources import TaskQuery

_ITEMS = frozenset({TaskKind.ITEM_TO_TAKE, TaskKind.ITEM_TO_DECIDE, TaskKind.ITEM_AWAITED})
# Subject → type of permit and day of acceptance.
_Applied = Mapping[str, tuple[str, date]]


def dated(tx: Transaction, catalogue: Catalogue, asked: TaskQuery) -> TaskQuery:
    """The question with the last days for what waits for a decision, where that is asked."""
    if TaskKind.PERMIT_PENDING in asked.kinds and asked.offices:
        asked = replace(asked, pending_due=pending_due(tx, catalogue, asked.offices, asked.today))
    if _ITEMS.intersection(asked.kinds) and asked.authorities:
        authorities = tuple(asked.authorities.values())
        asked = replace(asked, items_due=items_due(tx, catalogue, authorities, asked.today))
    return asked


def pending_due(
    tx: Transaction, catalogue: Catalogue, offices: tuple[str, ...], today: date
) -> Mapping[int, str | None]:
    """Key of each permit that waits for a decision of these offices → the last day for it; None while its clock stands
    still."""
    pending = procedures.pending_of_offices(tx, offices)
    return _due(tx, catalogue, {f"permit/{key}": (kind, since or today) for key, kind, since in pending}, today)


def items_due(
    tx: Transaction, catalogue: Catalogue, authorities: tuple[str, ...], today: date
) -> Mapping[int, str | None]:
    """The same of the items that wait for these authorities."""
    waiting = procedures.items_of_authorities(tx, authorities)
    applied = {f"item/{key}": (kind, local_date(at) if at else today) for key, kind, at in waiting}
    return _due(tx, catalogue, applied, today)


def _due(tx: Transaction, catalogue: Catalogue, applied: _Applied, today: date) -> Mapping[int, str | None]:
    if not applied:
        return {}
    pauses, extensions = procedures.pauses_of(tx, applied), procedures.extensions_of(tx, applied)
    found: dict[int, str | None] = {}
    plain: dict[tuple[date, int], date | None] = {}  # of those that nothing has stopped, which are most
    for subject, (permit_type, since) in applied.items():
        stops = pauses.get(subject, ())
        rules = figures_of_application(catalogue, permit_type, since, today)
        limit = rules.decision_working_days + extensions.get(subject, 0)
        if stops or (since, limit) not in plain:
            due = clock_on(today, since, limit, stops, catalogue.working_calendar).due
            if not stops:
                plain[since, limit] = due
        else:
            due = plain[since, limit]
        found[int(subject.partition("/")[2])] = due.isoformat() if due else None
    return found
