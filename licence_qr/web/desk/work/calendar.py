"""The task list as a calendar (iCalendar, RFC 5545), under a private address that calendar programs fetch.

It carries the names and addresses of businesses, which are public, and nothing else about anybody.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

from flask import Blueprint, make_response, request, url_for
from icalendar import Calendar, Event
from werkzeug.wrappers import Response

from licence_qr.domain.dates import local_date
from licence_qr.domain.work.tasks import OF_PEOPLE, TaskKind
from licence_qr.errors import NotFoundError
from licence_qr.services.work.work_list import WorkFilter, WorkLine
from licence_qr.web import current_instant
from licence_qr.web.desk.work.services import services
from licence_qr.web.desk.work.words import HINT, task_words
from licence_qr.web.shell.language import t

MOST_EVENTS = 2000  # the nearest; beyond it a calendar program is of no help

blueprint = Blueprint("calendar", __name__)


@blueprint.get("/calendar/<token>.ics")
def show_feed(token: str) -> Response:
    """The dated tasks of whoever this address was made for. An unknown, revoked or closed one is simply not found."""
    now = current_instant()
    reader = services().calendar_feeds.reader(token, now, request.remote_addr or "")
    if reader is None:
        raise NotFoundError("calendar_unknown")
    lines = services().work_list.everything(reader, WorkFilter(), now, MOST_EVENTS)
    response = make_response(as_calendar(lines, now, services().address))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="licence-qr.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def as_calendar(lines: tuple[WorkLine, ...], now: datetime, origin: str) -> bytes:
    """An all-day event for each task with a date. UIDs stay the same from fetch to fetch, so programs update in place."""
    calendar = Calendar()
    calendar.add("prodid", "-//licence_qr//work list//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", t("一码通行 待办", "One code: tasks"))
    # The same all day, so that an unchanged list is answered with 304.
    stamp = datetime.combine(local_date(now), time(), UTC)
    for line in lines:
        if line.task.due_on is not None and line.task.kind not in OF_PEOPLE:
            calendar.add_component(_event(line, stamp, origin))
    made: bytes = calendar.to_ical()
    return made


def _event(line: WorkLine, stamp: datetime, origin: str) -> Event:
    task, event = line.task, Event()
    hint = HINT[task.kind]
    overdue = line.left.overdue and task.kind is not TaskKind.PERMIT_EXPIRING  # whose name says that it has expired
    late = t("【已逾期】", "Overdue: ") if overdue else ""
    host = origin.partition("//")[2]
    event.add("uid", f"{task.kind.value}-{task.subject.replace('/', '-')}@{host}")
    event.add("dtstamp", stamp)
    event.add("dtstart", task.due_on)
    event.add("summary", f"{late}{task_words(line)} · {task.holder_name}")
    event.add("location", task.address)
    event.add("description", t(hint.zh, hint.en))
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{origin}{url_for('desk.work.list_work', kind=task.kind.value)}")
    return event
