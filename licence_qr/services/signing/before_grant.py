"""What the standard procedure demands before a grant: a visit that passed, and a decision in time. Read in the caller's
transaction, of a permit that is pending or an item that waits, by its subject."""

from __future__ import annotations

from datetime import date

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.lifecycle.clock import DecisionClock, clock_on
from licence_qr.domain.lifecycle.dates import figures_of_application
from licence_qr.domain.lifecycle.visits import visit_refusal
from licence_qr.domain.roles import Actor
from licence_qr.errors import RuleError
from licence_qr.services.signing.grant_rules import type_name
from licence_qr.store.database.connections import Transaction
from licence_qr.store.lifecycle import procedures


def clock_of(
    tx: Transaction, catalogue: Catalogue, subject: str, permit_type: str, accepted: date, today: date
) -> DecisionClock:
    """The clock of one application as it stands today."""
    extension = procedures.extension(tx, subject)
    limit = figures_of_application(catalogue, permit_type, accepted, today).decision_working_days
    pauses = (each.pause for each in procedures.pauses(tx, subject))
    return clock_on(today, accepted, limit + (extension.days if extension else 0), pauses, catalogue.working_calendar)


def officers_needed(catalogue: Catalogue, permit_type: str, day: date) -> int:
    """How many officers visit before a grant on ``day``; 0 where none is needed."""
    return catalogue.life_rules_on(day, permit_type).grant_visit_officers


def refusal(
    tx: Transaction, catalogue: Catalogue, subject: str, permit_type: str, day: date, actor: Actor | None
) -> RuleError | None:
    """Why ``actor`` may not grant it on ``day``, as far as the visits decide; None where they allow it. ``actor`` None: as
    of ``visit_refusal``."""
    needed, name = officers_needed(catalogue, permit_type, day), type_name(catalogue, permit_type)
    return visit_refusal(procedures.visits(tx, subject), needed, actor, name)


def demand_visit(
    tx: Transaction, catalogue: Catalogue, subject: str, permit_type: str, day: date, actor: Actor
) -> None:
    """Raise RuleError ``visit_missing``, ``visit_not_passed``, ``visit_by_too_few`` or ``granter_visited``."""
    refused = refusal(tx, catalogue, subject, permit_type, day, actor)
    if refused is not None:
        raise refused
