"""Until when permits that wait for a decision are to be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.lifecycle.clock import clock_on
from licence_qr.domain.lifecycle.dates import figures_of_application
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.store.database.connections import Transaction
from licence_qr.store.lifecycle import procedures
from licence_qr.store.work.task_sources import TaskQuery


def dated(tx: Transaction, catalogue: Catalogue, asked: TaskQuery) -> TaskQuery:
    """The question with the last days for what waits for a decision, where that is asked."""
    if TaskKind.PERMIT_PENDING not in asked.kinds or not asked.offices:
        return asked
    return replace(asked, pending_due=pending_due(tx, catalogue, asked.offices, asked.today))


def pending_due(
    tx: Transaction, catalogue: Catalogue, offices: tuple[str, ...], today: date
) -> Mapping[int, str | None]:
    """Key of each permit that waits for a decision of these offices → the last day for it; None while its clock stands
    still."""
    pending = procedures.pending_of_offices(tx, offices)
    if not pending:
        return {}
    pauses, extensions = procedures.pauses_of_pending(tx, offices), procedures.extensions_of_pending(tx, offices)
    found: dict[int, str | None] = {}
    plain: dict[tuple[date, int], date | None] = {}  # of those that nothing has stopped, which are most
    for permit_id, permit_type, accepted in pending:
        since, stops = accepted or today, pauses.get(permit_id, ())
        rules = figures_of_application(catalogue, permit_type, since, today)
        limit = rules.decision_working_days + extensions.get(permit_id, 0)
        if stops or (since, limit) not in plain:
            due = clock_on(today, since, limit, stops, catalogue.working_calendar).due
            if not stops:
                plain[since, limit] = due
        else:
            due = plain[since, limit]
        found[permit_id] = due.isoformat() if due else None
    return found
