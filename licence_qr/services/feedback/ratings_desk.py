"""Ratings at the desk: figures without names, and poor ratings to remedy with their due days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from licence_qr.domain.dates import SHANGHAI, add_months, local_date
from licence_qr.domain.feedback.ratings import (
    MonthOfRatings,
    Rating,
    RatingReason,
    RatingState,
    RatingStep,
    allowed,
    is_bad,
    next_state,
)
from licence_qr.domain.feedback.reports import due_day
from licence_qr.domain.feedback.steps import step_not_allowed
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import ConflictError, NotFoundError
from licence_qr.services.feedback.ratings import Ratings
from licence_qr.services.feedback.steps import ShownStep, chosen_step, shown_steps, words_of_step, write_step
from licence_qr.services.register import access, things
from licence_qr.store.database.connections import Transaction
from licence_qr.store.feedback import ratings
from licence_qr.store.feedback.ratings import RatingEvent
from licence_qr.store.register import entities

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often a reason was chosen."""

    reason: RatingReason
    count: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Twelve months of ratings, the newest first, without cases, businesses or people."""

    office: str | None
    months: tuple[MonthOfRatings, ...]
    total: MonthOfRatings
    decided: int
    reasons: tuple[ReasonCount, ...]

    @property
    def share_content(self) -> int | None:
        """The percentage of ratings that count as satisfied, rounded; None without ratings."""
        return round(100 * self.total.content / self.total.total) if self.total.total else None


@dataclass(frozen=True, slots=True)
class RatingLine:
    """One line of the list of poor ratings."""

    rating: Rating
    holder_name: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class RatingFile:
    """One poor rating with its case. ``phone`` is that of the application; ``contact`` was left with the rating.

    ``unknown_year``: the year whose calendar is missing for the due day.
    """

    rating: Rating
    holder_name: str
    reasons: tuple[RatingReason, ...]
    contact: str
    phone: str
    unknown_year: int | None
    words_gone: bool
    steps: tuple[ShownStep[RatingEvent], ...]
    allowed: tuple[RatingStep, ...]


@dataclass(frozen=True, slots=True)
class RatingAct:
    """A step requested at the desk on a poor rating."""

    step: str
    text: str
    revision: int


@dataclass(frozen=True, slots=True)
class RatingsDesk:
    """The ratings of an office. A supervisor sees the figures of the office, an auditor those of all, and
    neither a case."""

    ratings: Ratings

    def statistics(self, actor: Actor, now: datetime) -> Statistics:
        """The last twelve months, including this one. Raises AccessError ``role_not_allowed``."""
        handling = access.may(actor, access.HANDLE_RATINGS)
        office = access.office_bound(actor, access.HANDLE_RATINGS if handling else access.READ_RATING_FIGURES)
        first = add_months(local_date(now).replace(day=1), 1 - MONTHS_SHOWN)
        with self.ratings.database.read() as tx:
            months = ratings.months(tx, office, f"{first:%Y-%m}")
            named = ratings.reasons(tx, office, f"{first:%Y-%m}")
            decided = ratings.invited(tx, office, datetime.combine(first, time(), SHANGHAI).astimezone(UTC))
        counts = [ReasonCount(reason, named.get(reason.id, 0)) for reason in self.ratings.reasons]
        return Statistics(office, months, _total(months), decided, tuple(each for each in counts if each.count))

    def list(self, actor: Actor, now: datetime, *, closed: bool = False) -> tuple[RatingLine, ...]:
        """The open poor ratings, the most urgent first, or those closed last. Raises AccessError."""
        access.demand(actor, access.HANDLE_RATINGS)
        office, today = actor.office, local_date(now)
        with self.ratings.database.read() as tx:
            found = ratings.mended(tx, office) if closed else ratings.to_mend(tx, office)
            return tuple(RatingLine(each, _holder(tx, each)[0], each.overdue(today)) for each in found)

    def get(self, actor: Actor, rating_id: int, now: datetime) -> RatingFile:
        """One poor rating. Raises NotFoundError ``rating_not_found``, AccessError.

        Other ratings are not found, because nobody needs to know who gave them.
        """
        with self.ratings.database.read() as tx:
            rating = _own(tx, actor, rating_id)
            today = local_date(now)
            readable = self.ratings.retention.keeps_contact(rating, today)
            words_gone = not self.ratings.retention.keeps_words(rating, today)
            holder_name, phone = _holder(tx, rating)
            waits = rating.open and rating.mend_due is None
            calendar = self.ratings.catalogue.working_calendar
            return RatingFile(
                rating=replace(rating, text="") if words_gone else rating,
                holder_name=holder_name,
                reasons=tuple(reason for reason in self.ratings.reasons if reason.id in rating.reasons),
                contact=ratings.contact(tx, rating_id) if readable else "",
                phone=phone if readable else "",
                unknown_year=due_day(calendar, rating.mend_from, rating.mend_days)[1] if waits else None,
                words_gone=words_gone,
                steps=_steps(tx, rating_id, words_gone=words_gone),
                allowed=() if words_gone else allowed(rating.state),
            )

    def act(self, actor: Actor, rating_id: int, act: RatingAct, now: datetime) -> Rating:
        """Take one step, in one transaction with its event.

        Raises InputError (``report_step_missing``, ``report_step_text_missing``, ``text_too_long``), ConflictError
        ``changed_meanwhile`` or ``step_not_allowed``, NotFoundError, AccessError.
        """
        step, text = chosen_step(RatingStep, act.step), words_of_step(act.text)
        with self.ratings.database.write() as tx:
            rating = _own(tx, actor, rating_id)
            if rating.revision != act.revision:
                raise ConflictError("changed_meanwhile", thing_zh=things.RATING.zh, thing_en=things.RATING.en)
            if not self.ratings.retention.keeps_words(rating, local_date(now)):  # a later note would never be deleted
                raise step_not_allowed()
            state = next_state(rating.state, step)
            over = state is RatingState.CLOSED and rating.closed_on is None
            changed = replace(rating, state=state, closed_on=local_date(now) if over else rating.closed_on)
            if step is RatingStep.NOT_SETTLED:  # the time limit starts again
                changed = self.ratings.dated(replace(changed, mend_from=local_date(now), mend_due=None))
            ratings.update(tx, changed)
            ratings.note(tx, rating_id, RatingEvent(now, actor.username, actor.office, step, text))
            write_step(tx, EventKind.RATING_HANDLED, f"rating/{rating_id}", step, actor, now)
            self.ratings.purge_expired(tx, now)
        return changed


def _steps(tx: Transaction, rating_id: int, *, words_gone: bool) -> tuple[ShownStep[RatingEvent], ...]:
    """The steps taken. Once the texts are deleted, only remedies are still shown."""
    events = ratings.events(tx, rating_id)
    told = (replace(e, text="") if words_gone and e.step is not RatingStep.MENDED else e for e in events)
    return shown_steps(tx, told)


def _total(months: tuple[MonthOfRatings, ...]) -> MonthOfRatings:
    counts: dict[int, int] = {}
    for month in months:
        for level, count in month.counts.items():
            counts[level] = counts.get(level, 0) + count
    return MonthOfRatings(0, 0, counts)


def _own(tx: Transaction, actor: Actor, rating_id: int) -> Rating:
    access.demand(actor, access.HANDLE_RATINGS)
    rating = ratings.get(tx, rating_id)
    if rating is None or not is_bad(rating.level):
        raise NotFoundError("rating_not_found")
    access.demand(actor, access.HANDLE_RATINGS, rating.office)
    return rating


def _holder(tx: Transaction, rating: Rating) -> tuple[str, str]:
    """Name and telephone number of the business whose case was rated."""
    stored = entities.get(tx, rating.uscc)
    return (stored.entity.holder_name, stored.contact_phone) if stored else ("", "")
