"""What an absence must be when it is written down: its days, and who can stand in on them."""

from __future__ import annotations

from datetime import date

from licence_qr.domain.accounts.absences import LONGEST_DAYS, Absence, AbsenceDetails, AbsenceState
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, InputError
from licence_qr.store.accounts import absences, accounts, persons
from licence_qr.store.accounts.persons import Person
from licence_qr.store.database.connections import Transaction
from licence_qr.wording.terms import term


def demand_open(absence: Absence, today: date) -> None:
    """Raise ConflictError ``absence_over`` if all its days are past, or it was retracted."""
    if absence.state_on(today) not in {AbsenceState.RUNNING, AbsenceState.COMING}:
        raise ConflictError("absence_over")


def demand_days(details: AbsenceDetails, today: date, was: AbsenceDetails | None = None) -> None:
    """Raise InputError unless an absence may have these days; ``was`` is what it was before a correction.

    Days that are past stay as they were: what somebody did on them was done by the absences as they stood.
    """
    begun = was.first_day if was and was.first_day <= today else None
    if begun is not None and details.first_day != begun:
        raise InputError("absence_has_begun", field="first_day", first=begun.isoformat())
    if begun is None and details.first_day < today:
        raise InputError("absence_in_past", field="first_day", today=today.isoformat())
    if details.last_day < details.first_day:
        raise InputError("absence_ends_first", field="last_day", first=details.first_day.isoformat())
    if details.last_day < today:
        raise InputError("absence_ends_in_past", field="last_day", today=today.isoformat())
    if details.days > LONGEST_DAYS:
        raise InputError("absence_too_long", field="last_day", most=LONGEST_DAYS)


def demand_no_other(tx: Transaction, person: Person, details: AbsenceDetails, but: int = 0) -> None:
    """Raise InputError ``absence_overlaps`` if the person is recorded as absent on one of the days already."""
    other = absences.within(tx, person.person_id, details.first_day, details.last_day, but)
    if other is not None:
        days = other.details
        first, last = days.first_day.isoformat(), days.last_day.isoformat()
        raise InputError("absence_overlaps", field="first_day", first=first, last=last)


def demand_substitute(tx: Transaction, person: Person, details: AbsenceDetails, by: Actor) -> None:
    """Raise InputError unless the named substitute, if any, can stand in on all the days.

    Whoever records the absence of somebody else gives that person's work to a third: nobody takes it for themself.
    """
    if details.substitute_id is None:
        return
    substitute = persons.get(tx, details.substitute_id)
    if substitute is None:
        raise InputError("substitute_unknown", field="substitute")
    if substitute == person:
        raise InputError("substitute_is_absent", field="substitute")
    if _is(tx, by, substitute):
        raise InputError("substitute_is_oneself", field="substitute")
    if substitute.office != person.office:
        raise InputError("substitute_of_other_office", field="substitute", name=substitute.name)
    lacking = absences.lacking(tx, person, substitute)
    if lacking:
        names = [term(f"role.{role.value}") for role in sorted(lacking)]
        roles_zh, roles_en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
        raise InputError(
            "substitute_lacks_roles", field="substitute", name=substitute.name, roles_zh=roles_zh, roles_en=roles_en
        )
    away = absences.within(tx, substitute.person_id, details.first_day, details.last_day)
    if away is not None:
        first, last = away.details.first_day.isoformat(), away.details.last_day.isoformat()
        raise InputError("substitute_away", field="substitute", name=substitute.name, first=first, last=last)


def candidates(tx: Transaction, person: Person, by: Actor) -> tuple[Person, ...]:
    """The people of the office of ``person`` whom ``by`` may name: with the roles needed, whatever their own days."""
    of_office = (each for each in persons.everybody(tx) if each.office == person.office and each != person)
    others = (each for each in of_office if not _is(tx, by, each))
    return tuple(sorted((each for each in others if not absences.lacking(tx, person, each)), key=lambda p: p.name))


def _is(tx: Transaction, actor: Actor, person: Person) -> bool:
    """Whether ``actor`` is that person, or a system user acting for them."""
    return actor.is_among(user.actor.username for user in accounts.of_person(tx, person.person_id))
