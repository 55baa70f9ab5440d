"""Steps of an office on a report or rating: the choice, its text, and who took it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from licence_qr.domain.feedback.reports import MOST_TEXT
from licence_qr.domain.plain_text import demand_length, plain_text
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Transaction

Step = TypeVar("Step", bound=StrEnum)
Told = TypeVar("Told", bound="Kept", covariant=True)


class Kept(Protocol):
    """A stored step: who took it; ``office`` is empty for the citizen and for the program itself."""

    @property
    def actor(self) -> str: ...

    @property
    def office(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ShownStep(Generic[Told]):
    """One step with the name of who took it, empty for the citizen and for the program itself."""

    event: Told
    who: str


def chosen_step(steps: type[Step], text: str) -> Step:
    """Read the chosen step. Raises InputError ``report_step_missing``."""
    try:
        return steps(text)
    except ValueError:
        raise InputError("report_step_missing", field="step") from None


def words_of_step(text: str) -> str:
    """Read the text of a step. Raises InputError ``report_step_text_missing`` or ``text_too_long``."""
    words = demand_length(plain_text(text), MOST_TEXT, "text")
    if not words:
        raise InputError("report_step_text_missing", field="text")
    return words


def write_step(tx: Transaction, kind: EventKind, subject: str, step: StrEnum, actor: Actor, now: datetime) -> None:
    """Record in the history who took which step; its text stays with the case, where it can be deleted."""
    events.write(
        tx,
        NewEvent(
            kind=kind,
            subject=subject,
            at=now,
            by=actor,
            after={"step": step.value},
        ),
    )


def shown_steps(tx: Transaction, events: Iterable[Told]) -> tuple[ShownStep[Told], ...]:
    """Steps with the display names of those who took them."""
    return tuple(ShownStep(event, _who(tx, event)) for event in events)


def _who(tx: Transaction, event: Kept) -> str:
    user = accounts.user_by_name(tx, event.actor) if event.office else None
    return user.actor.display_name if user else ""
