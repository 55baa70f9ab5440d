"""The history of a business on one page, as a timeline: newest first, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from licence_qr.domain.businesses.history_words import EVENTS
from licence_qr.domain.catalogue.grading import graded_words
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import InputError
from licence_qr.services.businesses.history import History, NamedActor, PastEvent, Timeline
from licence_qr.web import current_instant
from licence_qr.web.desk.businesses.history_words import ChangeLine, lines, subject_words
from licence_qr.web.desk.businesses.past_day import DAY, past_day
from licence_qr.web.shell.forms import problem
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import language
from licence_qr.web.shell.navigation import BUSINESSES
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("businesses_history", __name__, url_prefix="/businesses")
timeline = Handed(Timeline)
_SHOWN, _SHOWN_INSIDE = ("name", "principal", "domicile", "address"), ("by", "reason")


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event in words. ``holds_from`` only when it is another day than the day of entry."""

    seq: int
    what: Text
    about: Text
    lines: tuple[ChangeLine, ...]
    holds_from: date | None
    event: PastEvent


@dataclass(frozen=True, slots=True)
class Moment:
    """The events of one request, the cause before its effects. ``time`` is in Asia/Shanghai."""

    time: str
    by: NamedActor | None
    proposed_by: NamedActor | None
    entries: tuple[HistoryEntry, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The moments of one day in Asia/Shanghai, newest first."""

    day: date
    moments: tuple[Moment, ...]


@blueprint.get("/<uscc>/history")
@roles(*BUSINESSES.roles)
def show_history(uscc: str) -> Response:
    """All events of the licence, its permits, codes, marks and proposals; above them, the state on the day asked for."""
    past = timeline().read(current_actor(), uscc)
    shows(f"history/{uscc}", *_SHOWN, *(_SHOWN_INSIDE if past.inner else ()), uscc=uscc)
    typed, today = request.args.get(DAY.name, "").strip(), local_date(current_instant())
    then, wrong, main = None, None, language().value
    if typed:
        try:
            then = past_day(uscc, typed, today)
        except InputError as error:
            wrong = error
    page = render_template(
        "desk/businesses/history.html",
        past=past,
        days=tuple(days(past)),
        day_field=DAY,
        typed=typed,
        then=then,
        wrong=problem(wrong, main) if wrong else None,
        summary=(problem(wrong, main, label=DAY.label),) if wrong else (),
    )
    return make_response(page, 422 if wrong else 200)


def days(past: History) -> Iterator[Day]:
    """The events day by day."""
    for day, events in groupby(past.events, key=lambda event: event.at.astimezone(SHANGHAI).date()):
        yield Day(day, tuple(_moments(events, day, past.form)))


def _moments(events: Iterable[PastEvent], day: date, form: EntityForm) -> Iterator[Moment]:
    for (at, by, proposed_by), together in groupby(events, key=lambda event: (event.at, event.by, event.proposed_by)):
        entries = tuple(_entry(event, day, form) for event in reversed(tuple(together)))
        yield Moment(f"{at.astimezone(SHANGHAI):%H:%M}", by, proposed_by, entries)


def _entry(event: PastEvent, day: date, form: EntityForm) -> HistoryEntry:
    return HistoryEntry(
        seq=event.seq,
        what=graded_words(event.scale) if event.kind is EventKind.PERMIT_GRADED else EVENTS[event.kind],
        about=subject_words(event),
        lines=tuple(lines(event, form)),
        holds_from=event.effective_on if event.effective_on != day else None,
        event=event,
    )
