"""Invitations to rate, ratings, and the steps taken after poor ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from licence_qr.domain.feedback.ratings import Invitation, MonthOfRatings, Rating, RatingState, RatingStep
from licence_qr.domain.identifiers import CodeId
from licence_qr.store.database.connections import Row, Transaction
from licence_qr.store.feedback.letting_go import Cases

MOST_LISTED = 200
CASES = Cases("rating", RatingStep.MENDED.value, ("text",))
_INVITATION = "code, application_no, office, uscc, decided_at"
_COLUMNS = (
    "application_no, uscc, office, level, reasons, text, rated_at, mend_days, mend_from, mend_due, state, closed_on,"
    " revision, words_deleted_on"
)
# For the task list (store.work.tasks). The condition repeats that of the index ratings_to_mend.
_TASK = (
    "SELECT 'rating/' || rating_id AS subject, office, uscc, NULL AS premises_no, mend_due AS due_on"
    " FROM ratings WHERE office IN ({offices}) AND state IN ('open', 'mended')"
)
TO_MEND = f"{_TASK} AND state = 'open'"
TO_CALL_BACK = f"{_TASK} AND state = 'mended'"


@dataclass(frozen=True, slots=True)
class RatingEvent:
    """One step: who (user name or ``citizen``), office, instant (UTC), and internal text."""

    at: datetime
    actor: str
    office: str
    step: RatingStep
    text: str = ""


def granted(tx: Transaction, application_no: str) -> Row | None:
    """Office, credit code and instant of a granted application, or None."""
    return tx.one("SELECT office, uscc, issued_at FROM issued_applications WHERE application_no = ?", (application_no,))


def latest_case(tx: Transaction, uscc: str) -> str | None:
    """The application number of the latest decided case of a business, or None."""
    row = tx.one(
        "SELECT application_no FROM issued_applications WHERE uscc = ? ORDER BY issued_at DESC LIMIT 1", (uscc,)
    )
    return None if row is None else str(row["application_no"])


def invite(tx: Transaction, invitation: Invitation) -> None:
    """Add the invitation of one case; a case has one."""
    tx.run(
        f"INSERT INTO rating_invitations ({_INVITATION}) VALUES (?, ?, ?, ?, ?)",
        (
            invitation.code.value,
            invitation.application_no,
            invitation.office,
            invitation.uscc,
            invitation.decided_at.isoformat(),
        ),
    )


def invitation_of(tx: Transaction, application_no: str) -> Invitation | None:
    """The invitation of one case, or None."""
    return _invitation(
        tx.one(f"SELECT {_INVITATION} FROM rating_invitations WHERE application_no = ?", (application_no,))
    )


def invitation(tx: Transaction, code: CodeId) -> Invitation | None:
    """The invitation with this code, or None."""
    return _invitation(tx.one(f"SELECT {_INVITATION} FROM rating_invitations WHERE code = ?", (code.value,)))


def add(tx: Transaction, rating: Rating, form_id: str, contact: str) -> int:
    """Add a rating and return its id. A case has one: the register refuses a second."""
    cursor = tx.run(
        f"INSERT INTO ratings (form_id, month, {_COLUMNS}) VALUES ({', '.join('?' * 16)})",
        (
            form_id,
            f"{rating.rated_on:%Y-%m}",
            rating.application_no,
            rating.uscc,
            rating.office,
            rating.level,
            ",".join(rating.reasons),
            rating.text,
            rating.rated_at.isoformat(),
            rating.mend_days,
            rating.mend_from.isoformat(),
            _text(rating.mend_due),
            rating.state.value,
            _text(rating.closed_on),
            rating.revision,
            _text(rating.words_deleted_on),
        ),
    )
    rating_id = int(cursor.lastrowid or 0)
    if contact:
        tx.run("INSERT INTO rating_private (rating_id, contact) VALUES (?, ?)", (rating_id, contact))
    return rating_id


def update(tx: Transaction, rating: Rating) -> None:
    """Store dates and state; the revision grows by one."""
    tx.run(
        "UPDATE ratings SET mend_from = ?, mend_due = ?, state = ?, closed_on = ?, revision = revision + 1"
        " WHERE rating_id = ?",
        (
            rating.mend_from.isoformat(),
            _text(rating.mend_due),
            rating.state.value,
            _text(rating.closed_on),
            rating.rating_id,
        ),
    )


def get(tx: Transaction, rating_id: int) -> Rating | None:
    """One rating, or None."""
    row = tx.one(f"SELECT rating_id, {_COLUMNS} FROM ratings WHERE rating_id = ?", (rating_id,))
    return _rating(row) if row else None


def of_case(tx: Transaction, application_no: str) -> tuple[Rating, str] | None:
    """The rating of one case and the form it came with, or None."""
    row = tx.one(f"SELECT rating_id, form_id, {_COLUMNS} FROM ratings WHERE application_no = ?", (application_no,))
    return (_rating(row), row["form_id"]) if row else None


def to_mend(tx: Transaction, office: str | None) -> tuple[Rating, ...]:
    """The open poor ratings of one office, or of all: unknown due days first, then by due day."""
    where, values = _of_office(office)
    rows = tx.all(
        f"SELECT rating_id, {_COLUMNS} FROM ratings WHERE state IN ('open', 'mended'){where}"
        " ORDER BY mend_due, rating_id LIMIT ?",
        (*values, MOST_LISTED),
    )
    return tuple(_rating(row) for row in rows)


def mended(tx: Transaction, office: str | None) -> tuple[Rating, ...]:
    """The poor ratings that were closed last."""
    where, values = _of_office(office)
    rows = tx.all(
        f"SELECT rating_id, {_COLUMNS} FROM ratings WHERE state = 'closed'{where}"
        " ORDER BY closed_on DESC, rating_id DESC LIMIT ?",
        (*values, MOST_LISTED),
    )
    return tuple(_rating(row) for row in rows)


def months(tx: Transaction, office: str | None, first: str) -> tuple[MonthOfRatings, ...]:
    """Counts by level for every month with ratings from ``first`` (such as 2026-01), the newest first."""
    where, values = _of_office(office)
    rows = tx.all(
        f"SELECT month, level, count(*) AS many FROM ratings WHERE month >= ?{where}"
        " GROUP BY month, level ORDER BY month DESC, level DESC",
        (first, *values),
    )
    counts: dict[str, dict[int, int]] = {}
    for row in rows:
        counts.setdefault(row["month"], {})[row["level"]] = row["many"]
    return tuple(MonthOfRatings(int(month[:4]), int(month[5:]), levels) for month, levels in counts.items())


def reasons(tx: Transaction, office: str | None, first: str) -> dict[str, int]:
    """How often each reason was chosen since the month ``first``."""
    where, values = _of_office(office)
    counts: dict[str, int] = {}
    for row in tx.all(f"SELECT reasons FROM ratings WHERE month >= ?{where} AND reasons != ''", (first, *values)):
        for reason in row["reasons"].split(","):
            counts[reason] = counts.get(reason, 0) + 1
    return counts


def invited(tx: Transaction, office: str | None, first: datetime) -> int:
    """The number of cases decided since ``first`` that could be rated."""
    where, values = _of_office(office)
    row = tx.one(
        f"SELECT count(*) AS many FROM issued_applications WHERE issued_at >= ?{where}", (first.isoformat(), *values)
    )
    return int(row["many"]) if row else 0


def undated(tx: Transaction) -> tuple[int, ...]:
    """The ids of the open poor ratings without a due day."""
    rows = tx.all("SELECT rating_id FROM ratings WHERE state IN ('open', 'mended') AND mend_due IS NULL")
    return tuple(row["rating_id"] for row in rows)


def contact(tx: Transaction, rating_id: int) -> str:
    """The contact of the rater; empty if none was left or it was deleted."""
    row = tx.one("SELECT contact FROM rating_private WHERE rating_id = ?", (rating_id,))
    return str(row["contact"]) if row else ""


def note(tx: Transaction, rating_id: int, event: RatingEvent) -> None:
    """Append one step."""
    tx.run(
        "INSERT INTO rating_events (rating_id, at, actor, office, step, text) VALUES (?, ?, ?, ?, ?, ?)",
        (rating_id, event.at.isoformat(), event.actor, event.office, event.step.value, event.text),
    )


def events(tx: Transaction, rating_id: int) -> tuple[RatingEvent, ...]:
    """The steps of one rating, oldest first."""
    rows = tx.all("SELECT * FROM rating_events WHERE rating_id = ? ORDER BY seq", (rating_id,))
    return tuple(
        RatingEvent(
            datetime.fromisoformat(row["at"]), row["actor"], row["office"], RatingStep(row["step"]), row["text"]
        )
        for row in rows
    )


def _of_office(office: str | None) -> tuple[str, tuple[str, ...]]:
    return (" AND office = ?", (office,)) if office is not None else ("", ())


def _invitation(row: Row | None) -> Invitation | None:
    if row is None:
        return None
    decided_at = datetime.fromisoformat(row["decided_at"])
    return Invitation(CodeId(row["code"]), row["application_no"], row["office"], row["uscc"], decided_at)


def _rating(row: Row) -> Rating:
    return Rating(
        rating_id=row["rating_id"],
        application_no=row["application_no"],
        uscc=row["uscc"],
        office=row["office"],
        level=row["level"],
        reasons=tuple(reason for reason in row["reasons"].split(",") if reason),
        text=row["text"],
        rated_at=datetime.fromisoformat(row["rated_at"]),
        mend_days=row["mend_days"],
        mend_from=date.fromisoformat(row["mend_from"]),
        mend_due=date.fromisoformat(row["mend_due"]) if row["mend_due"] else None,
        state=RatingState(row["state"]),
        closed_on=date.fromisoformat(row["closed_on"]) if row["closed_on"] else None,
        revision=row["revision"],
        words_deleted_on=date.fromisoformat(row["words_deleted_on"]) if row["words_deleted_on"] else None,
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
