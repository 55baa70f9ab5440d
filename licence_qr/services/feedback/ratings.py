"""Ratings of the service (好差评), one per case: the invitation by the office, and the rating.

Whoever holds the code may rate; it is given to the applicant and says nothing about them. Its page names the office and
the day but not the business, so that a lost slip of paper does not reveal who was there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.feedback.ratings import (
    MOST_TEXT,
    Invitation,
    Rating,
    RatingReason,
    RatingState,
    RatingStep,
    first_state,
    is_bad,
    parse_level,
    parse_rating_code,
)
from licence_qr.domain.feedback.reports import MOST_CONTACT, due_day
from licence_qr.domain.feedback.retention import Deleted, closed_before, is_kept
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.domain.plain_text import demand_length, plain_line, plain_text
from licence_qr.domain.roles import CITIZEN, Actor
from licence_qr.errors import (
    ConflictError,
    InputError,
    InvalidApplication,
    NotFoundError,
)
from licence_qr.printing.qr import make_symbol, min_size_mm, to_svg
from licence_qr.services.feedback.purging import purge_all
from licence_qr.services.register import access, look_ups
from licence_qr.services.register.look_ups import LookUps
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.feedback import ratings
from licence_qr.store.feedback.ratings import RatingEvent

_LEAST_DIGITS = 7  # in a telephone number


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page of a code shows: where and when, and whether the case has been rated."""

    code: CodeId
    office: str
    decided_on: date
    rated: bool


@dataclass(frozen=True, slots=True)
class SentRating:
    """A rating as typed."""

    form_id: str
    level: str
    reasons: tuple[str, ...]
    text: str
    contact: str


def _by_code() -> LookUps:
    return look_ups.for_visitors("rating code", "too_many_rating_lookups")


@dataclass(frozen=True, slots=True)
class Ratings:
    """``reasons`` are all that were ever offered; ``address`` is the origin of the link."""

    database: Database
    catalogue: Catalogue
    reasons: tuple[RatingReason, ...]
    address: str
    looked_up: LookUps = field(default_factory=_by_code, compare=False)

    def reasons_on(self, day: date) -> tuple[RatingReason, ...]:
        """The reasons that can be ticked on ``day``."""
        return tuple(reason for reason in self.reasons if day in reason.period)

    def invitation(self, actor: Actor, application_no: str) -> Invitation:
        """The invitation for a decided case, created on first use and never changed.

        Raises NotFoundError ``application_not_issued``, AccessError.
        """
        with self.database.read() as tx:
            case = ratings.granted(tx, application_no)
            if case is None:
                raise NotFoundError("application_not_issued")
            access.demand(actor, access.INVITE_TO_RATE, case["office"])
            made = ratings.invitation_of(tx, application_no)
        if made is not None:
            return made
        with self.database.write() as tx:
            made = ratings.invitation_of(tx, application_no)
            if made is None:
                code = CodeId(secrets.token_bytes(CODE_ID_BYTES))
                decided_at = datetime.fromisoformat(case["issued_at"])
                made = Invitation(code, application_no, actor.office, case["uscc"], decided_at)
                ratings.invite(tx, made)
        return made

    def link(self, code: CodeId) -> str:
        """The secret address of one invitation."""
        return f"{self.address}/rate/{code.number}"

    def svg(self, code: CodeId) -> str:
        """The link as a QR symbol (SVG), including the quiet zone."""
        symbol = make_symbol(self.link(code))
        return to_svg(symbol, min_size_mm(symbol.version))

    def open(self, code: str, client: str, now: datetime) -> Offer:
        """What can be rated with this code. Raises InputError ``rating_code_wrong``, AccessError
        ``too_many_rating_lookups``, NotFoundError ``rating_code_not_found``."""
        with self.looked_up.counted(client, now):
            return self.known_offer(code)

    def known_offer(self, code: str) -> Offer:
        """``open`` without a limit, for somebody who was already given a form for this code."""
        parsed = parse_rating_code(code)
        with self.database.read() as tx:
            invited = _invited(tx, parsed)
            rated = ratings.of_case(tx, invited.application_no) is not None
        return Offer(parsed, invited.office, invited.decided_on, rated)

    def rate(self, code: str, sent: SentRating, client: str, now: datetime) -> bool:
        """Store the rating of a case; True if it is poor and must be remedied. The same form again changes nothing.

        Raises InvalidApplication with every problem of the fields, ConflictError ``case_already_rated``, and as
        ``open``.
        """
        offer = self.open(code, client, now)
        checked = self._checked(sent, local_date(now))
        with self.database.write() as tx:
            invited = _invited(tx, offer.code)
            earlier = ratings.of_case(tx, invited.application_no)
            if earlier is not None:
                rating, form_id = earlier
                if form_id != sent.form_id:
                    raise ConflictError("case_already_rated")
                return is_bad(rating.level)
            rating = self._fresh(invited, checked, now)
            rating_id = ratings.add(tx, rating, sent.form_id, checked.contact)
            ratings.note(tx, rating_id, RatingEvent(now, CITIZEN, "", RatingStep.RATED))
            self.purge_expired(tx, now)
        return is_bad(rating.level)

    def kept_days(self, day: date) -> tuple[int, int]:
        """Days for which contacts and texts are kept after a case is closed."""
        return self.catalogue.life_rules_on(day).citizen_kept_days

    def keeps_words(self, rating: Rating, today: date) -> bool:
        """Whether texts may still be read; the deletion itself may happen later, with the next write."""
        return rating.words_deleted_on is None and is_kept(rating.closed_on, self.kept_days(today)[1], today)

    def purge_expired(self, tx: Transaction, now: datetime) -> Deleted:
        """Delete expired data, and set due days for which there is now a calendar. Part of every write."""
        today = local_date(now)
        contact_days, words_days = self.kept_days(today)
        deleted = Deleted(
            contacts=ratings.sweep_private(tx, closed_before(contact_days, today)),
            words=ratings.sweep_words(tx, closed_before(words_days, today), today),
        )
        for rating in ratings.undated(tx):
            dated = self.dated(rating)
            if dated.mend_due is not None:
                ratings.update(tx, dated)
        return deleted

    def sweep(self, now: datetime) -> Deleted:
        """``purge_expired`` in transactions of its own until nothing is left, for start-up and the daily sweep."""
        return purge_all(self.database, lambda tx: self.purge_expired(tx, now))

    def dated(self, rating: Rating) -> Rating:
        """The rating with its due day, which is computed if it is missing and there is a calendar."""
        due = rating.mend_due or due_day(self.catalogue.working_calendar, rating.mend_from, rating.mend_days)[0]
        return replace(rating, mend_due=due)

    def _fresh(self, invited: Invitation, checked: _Checked, now: datetime) -> Rating:
        today, state = local_date(now), first_state(checked.level)
        rating = Rating(
            rating_id=0,
            application_no=invited.application_no,
            uscc=invited.uscc,
            office=invited.office,
            level=checked.level,
            reasons=checked.reasons,
            text=checked.text,
            rated_at=now,
            mend_days=self.catalogue.life_rules_on(today).rating_mend_working_days,
            mend_from=today,
            mend_due=None,
            state=state,
            closed_on=today if state is RatingState.NOTHING_TO_MEND else None,
            revision=1,
        )
        return self.dated(rating) if rating.open else rating

    def _checked(self, sent: SentRating, day: date) -> _Checked:
        """Check the rating. Raises InvalidApplication with every problem, in the order of the form."""
        problems: list[InputError] = []
        level, text, contact = 0, plain_text(sent.text), plain_line(sent.contact)
        try:
            level = parse_level(sent.level)
        except InputError as problem:
            problems.append(problem)
        for value, most, name in ((text, MOST_TEXT, "text"), (contact, MOST_CONTACT, "contact")):
            try:
                demand_length(value, most, name)
            except InputError as problem:
                problems.append(problem)
        if contact and "@" not in contact and sum(c.isdigit() for c in contact) < _LEAST_DIGITS:
            problems.append(InputError("report_contact_unusable", field="contact"))
        if problems:
            raise InvalidApplication(problems)
        offered = (reason.id for reason in self.reasons_on(day))
        return _Checked(level, tuple(reason for reason in offered if reason in sent.reasons), text, contact)


@dataclass(frozen=True, slots=True)
class _Checked:
    level: int
    reasons: tuple[str, ...]
    text: str
    contact: str


def _invited(tx: Transaction, code: CodeId) -> Invitation:
    found = ratings.invitation(tx, code)
    if found is None:
        raise NotFoundError("rating_code_not_found")
    return found
