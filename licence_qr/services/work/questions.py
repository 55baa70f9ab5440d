"""What the task list asks the register about one person: which tasks they see, and which of these are theirs."""

from __future__ import annotations

from datetime import date

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.lifecycle.dates import renewal_terms, review_terms
from licence_qr.domain.roles import Actor
from licence_qr.domain.work.tasks import TaskKind, kinds_of
from licence_qr.domain.work.whose import own_decisions
from licence_qr.services.register import access
from licence_qr.services.register.access import Right
from licence_qr.store.work.task_sources import TaskQuery

_NO_OFFICE = ""


def offices_of(catalogue: Catalogue, actor: Actor) -> tuple[str, ...]:
    """The offices whose tasks ``actor`` may see: their own, or all for an auditor. Raises AccessError."""
    bound = access.office_bound(actor, access.SEE_WORK)
    return tuple(catalogue.offices) if bound is None else (bound,)


def question(
    catalogue: Catalogue, actor: Actor, today: date, office: str = "", kind: TaskKind | None = None
) -> TaskQuery:
    """The tasks of ``actor`` on one day, of one office and kind where these are named. Raises AccessError."""
    offices, own = offices_of(catalogue, actor), (actor.username, *sorted(actor.others))
    asked = office if office in offices else ""
    offices = (asked,) if asked else offices
    standing_in = tuple(sorted(name for each in actor.cover.stands_for for name in each.usernames))
    passed_on = actor.cover.away is not None and bool(actor.cover.away.substitute)
    return TaskQuery(
        today=today,
        offices=offices,
        kinds=tuple(each for each in kinds_of(actor) if kind in (None, each)),
        usernames=own,
        rules=catalogue.life_rules_on(today),
        reviews=review_terms(catalogue, today),
        renewals=renewal_terms(catalogue, today),
        unassigned=access.may(actor, access.READ_REPORTS, _NO_OFFICE) and not office,
        holding=(*(() if passed_on else own), *standing_in),
        stood_in_for=tuple(sorted(actor.cover.stood_in_for)),
        resets_in=_confirmed_in(actor, access.CONFIRM_RESETS, asked),
        roles_in=_confirmed_in(actor, access.CONFIRM_ROLES, asked),
        authorities={each: own_of for each in offices if (own_of := _authority(catalogue, each, today))},
        standing_in=standing_in,
        own_decisions=own_decisions(actor),
    )


def question_of_office(catalogue: Catalogue, office: str, kinds: tuple[TaskKind, ...], today: date) -> TaskQuery:
    """The tasks of these kinds of one office on one day, whoever has them."""
    own = _authority(catalogue, office, today)
    return TaskQuery(
        today=today,
        offices=(office,),
        kinds=kinds,
        usernames=(),
        rules=catalogue.life_rules_on(today),
        reviews=review_terms(catalogue, today),
        renewals=renewal_terms(catalogue, today),
        authorities={office: own} if own else {},
    )


def _authority(catalogue: Catalogue, office: str, today: date) -> str:
    """The authority whose own office this is today; empty for a window."""
    known = catalogue.offices.get(office)
    if known is None or not known.authority:
        return ""
    own = catalogue.own_office(known.authority, today)
    return known.authority if own is not None and own.id == office else ""


def _confirmed_in(actor: Actor, right: Right, asked: str) -> tuple[str, ...] | None:
    """The offices whose requests ``actor`` may confirm, or of these the one that is ``asked`` for; None: of all."""
    if not access.may(actor, right):
        return ()
    bound = access.office_bound(actor, right)
    if bound is None:
        return (asked,) if asked else None
    return (bound,) if asked in {"", bound} else ()
