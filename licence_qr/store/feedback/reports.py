"""Reports of citizens, their steps, and contacts that are deleted later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.feedback.alike import MANY_FROM_ONE_NETWORK, MOST_OF_ONE_BUSINESS
from licence_qr.domain.feedback.reports import Report, ReportState, ReportStep
from licence_qr.domain.feedback.retention import PURGED_AT_ONCE
from licence_qr.domain.identifiers import CodeId
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.feedback import letting_go

MOST_LISTED = 200
CASES = letting_go.Cases("report", ReportStep.ANSWERED.value, ("text", "place", "network_mark"), with_files=True)
_COLUMNS = (
    "number, kind, text, uscc, place, code_id, office, received_at, contact_days, contact_due, answer_days, answer_from,"
    " answer_due, contact_left, has_photo, state, closed_on, revision, words_deleted_on,"
    " network_mark"
)
# For the task list (store.work.tasks): one source per kind of task. The condition repeats that of the index
# reports_open. Of many reports from one network that wait for the same step only the first is a task: the others would
# bury everything else.
_ALIKE = (
    "SELECT 1 FROM reports a WHERE a.network_mark = reports.network_mark AND a.network_mark != '' AND a.closed_on IS NULL"
    " AND a.office = reports.office AND a.state = reports.state"
)
_FIRST_OF_MANY = (
    f"(NOT EXISTS ({_ALIKE} LIMIT 1 OFFSET {MANY_FROM_ONE_NETWORK - 1})"
    f" OR NOT EXISTS ({_ALIKE} AND a.report_id < reports.report_id))"
)
_TASK = "SELECT 'report/' || report_id AS subject, office, uscc, NULL AS premises_no"
_OPEN = f"FROM reports WHERE office IN ({{offices}}) AND closed_on IS NULL AND {_FIRST_OF_MANY}"
TO_CONTACT = f"{_TASK}, contact_due AS due_on {_OPEN} AND state = 'received'"
TO_ANSWER = f"{_TASK}, answer_due AS due_on {_OPEN} AND state = 'contacted'"
TO_CALL_BACK = f"{_TASK}, answer_due AS due_on {_OPEN} AND state = 'answered'"


@dataclass(frozen=True, slots=True)
class Private:
    """What is deleted some time after the report was closed: the contact, and the file of the photograph (JPEG)."""

    contact: str
    file: str | None


@dataclass(frozen=True, slots=True)
class ListedReport:
    """One line of a list: a report, or the first of ``alike`` reports from one network, ``contacts`` of them with a contact.

    ``further``: on the last line about a business, the number of lines about it that are left out.
    """

    report: Report
    alike: int = 1
    contacts: int = 0
    further: int = 0


@dataclass(frozen=True, slots=True)
class ReportEvent:
    """One step: who (user name, ``citizen`` or ``system``), office, instant (UTC), and text.

    The text of an answer is shown to the holder of the receipt number; every other text is internal.
    """

    at: datetime
    actor: str
    office: str
    step: ReportStep
    text: str = ""
    details: Mapping[str, str] | None = None


def add(tx: Transaction, report: Report, form_id: str, private: Private) -> int:
    """Add a report and return its id; ``report_id`` of the value is ignored."""
    cursor = tx.run(
        f"INSERT INTO reports (form_id, {_COLUMNS}) VALUES ({', '.join('?' * 21)})", (form_id, *_values(report))
    )
    report_id = int(cursor.lastrowid or 0)
    if private.contact or private.file:
        tx.run(
            "INSERT INTO report_private (report_id, contact, file) VALUES (?, ?, ?)",
            (report_id, private.contact, private.file),
        )
    return report_id


def update(tx: Transaction, report: Report) -> None:
    """Store office, dates and state; the revision grows by one."""
    tx.run(
        "UPDATE reports SET office = ?, contact_due = ?, answer_from = ?, answer_due = ?, state = ?, closed_on = ?,"
        " revision = revision + 1 WHERE report_id = ?",
        (
            report.office,
            _text(report.contact_due),
            report.answer_from.isoformat(),
            _text(report.answer_due),
            report.state.value,
            _text(report.closed_on),
            report.report_id,
        ),
    )


def get(tx: Transaction, report_id: int) -> Report | None:
    """One report, or None."""
    return _first(tx.one(f"SELECT report_id, {_COLUMNS} FROM reports WHERE report_id = ?", (report_id,)))


def by_number(tx: Transaction, number: CodeId) -> Report | None:
    """The report with this receipt number, or None."""
    return _first(tx.one(f"SELECT report_id, {_COLUMNS} FROM reports WHERE number = ?", (number.value,)))


def by_form(tx: Transaction, form_id: str) -> Report | None:
    """The report that was sent with this form, or None."""
    return _first(tx.one(f"SELECT report_id, {_COLUMNS} FROM reports WHERE form_id = ?", (form_id,)))


def open_ones(tx: Transaction, office: str | None, today: date, about: str | None = None) -> tuple[ListedReport, ...]:
    """The open reports of one office, or of all, as lines of a list, or those about the business ``about`` alone.

    Overdue ones come first, then those whose clock no calendar tells, then by the day they are due. Reports from one
    network are one line where they are many, and of one business no more lines are given than ``MOST_OF_ONE_BUSINESS``;
    with ``about`` all of its lines.
    """
    office_is, values = ("AND office = ?", [office]) if office is not None else ("", [])
    about_is, most = ("AND uscc = ?", MOST_LISTED) if about is not None else ("", MOST_OF_ONE_BUSINESS)
    values += [] if about is None else [about]
    urgency = "CASE WHEN due < ? THEN 0 WHEN due IS NULL THEN 1 ELSE 2 END, due, report_id"
    rows = tx.all(
        f"""
        WITH waiting AS (
            SELECT report_id, {_COLUMNS}, CASE state WHEN 'received' THEN contact_due ELSE answer_due END AS due,
                CASE network_mark WHEN '' THEN 1 ELSE COUNT(*) OVER alike END AS many,
                SUM(contact_left) OVER alike AS contacts,
                ROW_NUMBER() OVER (alike ORDER BY report_id) AS first
            FROM reports WHERE closed_on IS NULL {office_is} {about_is}
            WINDOW alike AS (PARTITION BY office, network_mark)),
        lines AS (
            SELECT *, COUNT(*) OVER one AS of_business, ROW_NUMBER() OVER (one ORDER BY {urgency}) AS line
            FROM waiting WHERE many < ? OR first = 1
            WINDOW one AS (PARTITION BY office, uscc))
        SELECT * FROM lines WHERE line <= ? ORDER BY {urgency} LIMIT ?
        """,
        (*values, today.isoformat(), MANY_FROM_ONE_NETWORK, most, today.isoformat(), MOST_LISTED),
    )
    return tuple(_listed(row, most) for row in rows)


def _listed(row: Row, most: int) -> ListedReport:
    many = row["many"] if row["many"] >= MANY_FROM_ONE_NETWORK else 1
    return ListedReport(_report(row), many, row["contacts"], row["of_business"] - most if row["line"] == most else 0)


def alike(tx: Transaction, report: Report) -> tuple[Report, ...]:
    """The open reports of its office that came from the network of ``report``, on its day and about its shop, and itself."""
    if not report.network_mark:
        return (report,)
    rows = tx.all(
        f"SELECT report_id, {_COLUMNS} FROM reports WHERE network_mark = ? AND network_mark != '' AND office = ?"
        " AND closed_on IS NULL ORDER BY report_id LIMIT ?",
        (report.network_mark, report.office, MOST_LISTED),
    )
    return tuple(_report(row) for row in rows)


def count_alike(tx: Transaction, report: Report) -> int:
    """How many reports came from the network of ``report``, open or closed, on its day and about its shop."""
    if not report.network_mark:
        return 1
    row = tx.one(
        "SELECT COUNT(*) AS many FROM reports WHERE network_mark = ? AND network_mark != ''", (report.network_mark,)
    )
    return int(row["many"]) if row else 1


def closed_ones(tx: Transaction, office: str | None) -> tuple[Report, ...]:
    """The reports of one office, or of all, closed last."""
    where, values = ("AND office = ?", [office]) if office is not None else ("", [])
    rows = tx.all(
        f"SELECT report_id, {_COLUMNS} FROM reports WHERE closed_on IS NOT NULL {where}"
        " ORDER BY closed_on DESC, report_id DESC LIMIT ?",
        (*values, MOST_LISTED),
    )
    return tuple(_report(row) for row in rows)


def undated(tx: Transaction) -> tuple[int, ...]:
    """The ids of the open reports without a due day."""
    rows = tx.all(
        "SELECT report_id FROM reports WHERE closed_on IS NULL AND (contact_due IS NULL OR answer_due IS NULL)"
        " ORDER BY report_id"
    )
    return tuple(row["report_id"] for row in rows)


def private(tx: Transaction, report_id: int) -> Private:
    """The contact and the photograph; empty if none was left or they were deleted."""
    row = tx.one(
        "SELECT p.contact, f.name FROM report_private AS p LEFT JOIN files AS f ON f.name = p.file AND f.key IS NOT NULL"
        " WHERE p.report_id = ?",
        (report_id,),
    )
    return Private(row["contact"], row["name"]) if row else Private("", None)


def count_with_words(tx: Transaction) -> int:
    """The number of reports whose texts are kept, open and closed. Reads indexes only."""
    row = tx.one(
        "SELECT (SELECT COUNT(*) FROM reports WHERE closed_on IS NULL) + (SELECT COUNT(*) FROM reports"
        " WHERE closed_on IS NOT NULL AND words_deleted_on IS NULL) AS many"
    )
    return int(row["many"]) if row else 0


def photo_bytes(tx: Transaction) -> int:
    """The size of all photographs together."""
    row = tx.one("SELECT COALESCE(SUM(f.size), 0) AS size FROM report_private AS p JOIN files AS f ON f.name = p.file")
    return int(row["size"]) if row else 0


def is_flooding(tx: Transaction, network_mark: str, many: int) -> bool:
    """Whether at least ``many`` reports have this mark; False for the empty one."""
    found = tx.one(
        "SELECT 1 FROM reports WHERE network_mark = ? AND network_mark != '' LIMIT 1 OFFSET ?", (network_mark, many - 1)
    )
    return found is not None


def sweep_dismissed_floods(tx: Transaction, today: date) -> int:
    """Delete texts, contacts and photographs of dismissed reports that are many from one network, those closed first
    first; return how many reports. At most ``PURGED_AT_ONCE``."""
    rows = tx.all(
        "SELECT report_id FROM reports AS r WHERE closed_on IS NOT NULL AND words_deleted_on IS NULL AND EXISTS"
        " (SELECT 1 FROM report_events AS e WHERE e.report_id = r.report_id AND e.step = 'dismissed') AND EXISTS"
        " (SELECT 1 FROM reports AS a WHERE a.network_mark = r.network_mark AND a.network_mark != '' LIMIT 1 OFFSET ?)"
        " ORDER BY closed_on, report_id LIMIT ?",
        (MANY_FROM_ONE_NETWORK - 1, PURGED_AT_ONCE),
    )
    ids = [row["report_id"] for row in rows]
    letting_go.delete_private(tx, CASES, ids, today)
    return letting_go.delete_words(tx, CASES, ids, today)


def note(tx: Transaction, report_id: int, event: ReportEvent) -> None:
    """Append one step."""
    tx.run(
        "INSERT INTO report_events (report_id, at, actor, office, step, text, details) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            report_id,
            event.at.isoformat(),
            event.actor,
            event.office,
            event.step.value,
            event.text,
            json.dumps(dict(event.details or {}), ensure_ascii=False, sort_keys=True),
        ),
    )


def events(tx: Transaction, report_id: int) -> tuple[ReportEvent, ...]:
    """The steps of one report, oldest first."""
    rows = tx.all("SELECT * FROM report_events WHERE report_id = ? ORDER BY seq", (report_id,))
    return tuple(
        ReportEvent(
            datetime.fromisoformat(row["at"]),
            row["actor"],
            row["office"],
            ReportStep(row["step"]),
            row["text"],
            json.loads(row["details"]),
        )
        for row in rows
    )


def _values(report: Report) -> tuple[object, ...]:
    return (
        report.number.value,
        report.kind,
        report.text,
        report.uscc,
        report.place,
        report.code_id.value if report.code_id else None,
        report.office,
        report.received_at.isoformat(),
        report.contact_days,
        _text(report.contact_due),
        report.answer_days,
        report.answer_from.isoformat(),
        _text(report.answer_due),
        int(report.contact_left),
        int(report.has_photo),
        report.state.value,
        _text(report.closed_on),
        report.revision,
        _text(report.words_deleted_on),
        report.network_mark,
    )


def _first(row: Row | None) -> Report | None:
    return _report(row) if row else None


def _report(row: Row) -> Report:
    return Report(
        report_id=row["report_id"],
        number=CodeId(row["number"]),
        kind=row["kind"],
        text=row["text"],
        uscc=row["uscc"],
        place=row["place"],
        code_id=CodeId(row["code_id"]) if row["code_id"] else None,
        office=row["office"],
        received_at=datetime.fromisoformat(row["received_at"]),
        contact_days=row["contact_days"],
        contact_due=_day(row["contact_due"]),
        answer_days=row["answer_days"],
        answer_from=date.fromisoformat(row["answer_from"]),
        answer_due=_day(row["answer_due"]),
        contact_left=bool(row["contact_left"]),
        has_photo=bool(row["has_photo"]),
        state=ReportState(row["state"]),
        closed_on=_day(row["closed_on"]),
        revision=row["revision"],
        words_deleted_on=_day(row["words_deleted_on"]),
        network_mark=row["network_mark"],
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
