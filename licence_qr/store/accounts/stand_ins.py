"""Whose matters a person does not judge on a day, because they stand in for these people, or did earlier that day.

What is recorded later that day, an own absence, another substitute or the end of the absence, moves the tasks at once and
the bar on the next day. So every version counts that held on the day: the rows as they are, and what the events of the day
say of them before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history

_ON_DAY = "retracted_at IS NULL AND first_day <= ? AND last_day >= ?"
_WHOSE = "SELECT person_id FROM absences WHERE absence_id = ?"
_CHANGES = (EventKind.ABSENCE_CHANGED, EventKind.ABSENCE_ENDED)


def stood_in_for(tx: Transaction, person_id: int, day: date) -> frozenset[str]:
    """The user names of those for whom a person is named as substitute at any time of ``day``; none where that person is
    absent all day. Whether they have the roles at that moment does not matter: roles change on a day too."""
    if _away_all_day(tx, person_id, day):
        return frozenset()
    held = (day.isoformat(), day.isoformat())
    now = tx.all(f"SELECT person_id FROM absences WHERE substitute_id = ? AND {_ON_DAY}", (person_id, *held))
    absent = {row["person_id"] for row in now} | set(_earlier(tx, person_id, day))
    return frozenset(user.actor.username for each in sorted(absent) for user in accounts.of_person(tx, each))


def _earlier(tx: Transaction, person_id: int, day: date) -> Iterator[int]:
    """The absent people whose absence named ``person_id`` until it was changed or ended on ``day``."""
    for absence_id, before in _changed(tx, day):
        if before["substitute"] == person_id and before["first_day"] <= day.isoformat() <= before["last_day"]:
            yield from (row["person_id"] for row in tx.all(_WHOSE, (absence_id,)))


def _away_all_day(tx: Transaction, person_id: int, day: date) -> bool:
    held = (person_id, day.isoformat(), day.isoformat())
    found = tx.all(f"SELECT absence_id, entered_at FROM absences WHERE person_id = ? AND {_ON_DAY}", held)
    changed = {absence_id for absence_id, _ in _changed(tx, day)} if found else set()
    return any(
        row["absence_id"] not in changed and local_date(datetime.fromisoformat(row["entered_at"])) < day
        for row in found
    )


def _changed(tx: Transaction, day: date) -> Iterator[tuple[int, dict[str, Any]]]:
    """The absences that were changed or ended on ``day``, and what each was until then."""
    begin = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    for event in history.of_kinds(tx, _CHANGES, begin, begin + timedelta(days=1)):
        yield int(event["subject"].removeprefix("absence/")), json.loads(event["before"])
