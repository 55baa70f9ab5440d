"""Absences entered, corrected and ended, each with its event; whoever calls has asked whether they may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from licence_qr.domain.accounts.absences import Absence, AbsenceDetails
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.absences import rules
from licence_qr.services.register import events, things
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import absences
from licence_qr.store.accounts.persons import Person
from licence_qr.store.database.connections import Database, Transaction


@dataclass(frozen=True, slots=True)
class AbsenceBook:
    """The absences of an installation. ``by`` is who acts. Days are those of the installation, in Asia/Shanghai."""

    database: Database

    def of(self, person_id: int, now: datetime) -> tuple[Absence, ...]:
        """The absences of a person that are not over, by their days. Raises NotFoundError ``thing_not_found``."""
        with self.database.read() as tx:
            return absences.from_day(tx, staff.known(tx, person_id).person_id, local_date(now))

    def one(self, absence_id: int) -> Absence:
        """One absence. Raises NotFoundError ``thing_not_found``."""
        with self.database.read() as tx:
            return known(tx, absence_id)

    def enter(self, person_id: int, details: AbsenceDetails, by: Actor, now: datetime) -> int:
        """Write down an absence and return its key.

        Raises InputError as ``demand_days``, ``demand_no_other`` and ``demand_substitute`` do; NotFoundError
        ``thing_not_found``.
        """
        with self.database.write() as tx:
            person = staff.known(tx, person_id)
            rules.demand_days(details, local_date(now))
            rules.demand_no_other(tx, person, details)
            rules.demand_substitute(tx, person, details, by)
            return _add(tx, person, details, by, now)

    def change(self, absence_id: int, details: AbsenceDetails, by: Actor, now: datetime, was: str | None = None) -> int:
        """Correct an absence; return its key, a new one where another substitute takes over on the way.

        Whoever stood in on past days did so: the absence then ends the day before, and another begins today. ``was`` is
        ``state_of`` the absence when the form was made. Raises as ``enter``; ConflictError ``absence_over`` or
        ``absence_changed_meanwhile``.
        """
        today = local_date(now)
        with self.database.write() as tx:
            absence, person = self._open(tx, absence_id, was, today)
            earlier = absence.details
            if details == earlier:
                return absence_id
            rules.demand_days(details, today, earlier)
            rules.demand_no_other(tx, person, details, absence_id)
            if details.substitute_id != earlier.substitute_id or not details.within(earlier):
                rules.demand_substitute(tx, person, details, by)
            if details.substitute_id != earlier.substitute_id and earlier.first_day < today:
                _shorten(tx, absence, person, today, by, now)
                return _add(tx, person, replace(details, first_day=today), by, now)
            absences.change(tx, absence_id, details)
            _note(
                tx, EventKind.ABSENCE_CHANGED, absence, person, by, now, before=_facts(earlier), after=_facts(details)
            )
        return absence_id

    def end(self, absence_id: int, by: Actor, now: datetime, was: str | None = None) -> None:
        """End an absence today: the person is back, or has not gone. Its past days stay.

        Raises ConflictError ``absence_over`` or ``absence_changed_meanwhile``, NotFoundError ``thing_not_found``.
        """
        today = local_date(now)
        with self.database.write() as tx:
            absence, person = self._open(tx, absence_id, was, today)
            if absence.details.first_day < today:
                _shorten(tx, absence, person, today, by, now)
            else:
                absences.retract(tx, absence_id, now)
                _note(tx, EventKind.ABSENCE_ENDED, absence, person, by, now, before=_facts(absence.details), after={})

    def _open(self, tx: Transaction, absence_id: int, was: str | None, today: date) -> tuple[Absence, Person]:
        absence = known(tx, absence_id)
        if was is not None and was != state_of(absence):
            raise ConflictError("absence_changed_meanwhile")
        rules.demand_open(absence, today)
        return absence, staff.known(tx, absence.person_id)


def known(tx: Transaction, absence_id: int) -> Absence:
    """The absence with this key. Raises NotFoundError ``thing_not_found``."""
    absence = absences.get(tx, absence_id)
    if absence is None:
        raise things.not_found(things.ABSENCE)
    return absence


def state_of(absence: Absence) -> str:
    """What can be changed of an absence, as one text that a form carries."""
    return "|".join(str(value) for value in (*_facts(absence.details).values(), absence.retracted_at or ""))


def _add(tx: Transaction, person: Person, details: AbsenceDetails, by: Actor, now: datetime) -> int:
    absence_id = absences.add(tx, person.person_id, details, by.username, now)
    absence = Absence(absence_id, person.person_id, details, by.username, now)
    _note(tx, EventKind.ABSENCE_ENTERED, absence, person, by, now, after=_facts(details))
    return absence_id


def _shorten(tx: Transaction, absence: Absence, person: Person, today: date, by: Actor, now: datetime) -> None:
    """Let yesterday be the last day of an absence that began earlier."""
    shorter = replace(absence.details, last_day=today - timedelta(days=1))
    absences.change(tx, absence.absence_id, shorter)
    before, after = _facts(absence.details), _facts(shorter)
    _note(tx, EventKind.ABSENCE_ENDED, absence, person, by, now, before=before, after=after)


def _facts(details: AbsenceDetails) -> dict[str, object]:
    return {
        "first_day": details.first_day.isoformat(),
        "last_day": details.last_day.isoformat(),
        "kind": details.kind.value if details.kind else "",
        "substitute": details.substitute_id,
    }


def _note(
    tx: Transaction,
    kind: EventKind,
    absence: Absence,
    person: Person,
    by: Actor,
    now: datetime,
    *,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> None:
    """The event, of the office of the absent person."""
    said = {"absent": person.person_id, **after}
    subject = f"absence/{absence.absence_id}"
    events.write(
        tx, NewEvent(kind=kind, subject=subject, at=now, by=by, office=person.office, before=before, after=said)
    )
