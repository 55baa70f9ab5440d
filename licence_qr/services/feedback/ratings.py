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
from licence_qr.domain.feedback.contact import parse_contact
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
from licence_qr.domain.feedback.reports import due_day
from licence_qr.domain.feedback.retention import Deleted
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId
from licence_qr.domain.plain_text import length_faults, plain_text
from licence_qr.domain.roles import CITIZEN, Actor
from licence_qr.errors import (
    ConflictError,
    InputError,
    InvalidApplication,
    NotFoundError,
)
from licence_qr.printing.qr import make_symbol, min_size_mm, to_svg
from licence_qr.services.feedback.purging import Retention, purge_all
from licence_qr.services.register import access, look_ups
from licence_qr.services.register.look_ups import LookUps
from licence_qr.store.database.batches import write_each
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.feedback import ratings
from licence_qr.store.feedback.ratings import RatingEvent


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

    @property
    def retention(self) -> Retention:
        """How long contacts and texts are kept."""
        return Retention(self.catalogue)

    def purge_expired(self, tx: Transaction, now: datetime) -> Deleted:
        """Delete expired data. Part of every write."""
        return self.retention.purge(tx, ratings.CASES, local_date(now))

    def sweep(self, now: datetime) -> Deleted:
        """For start-up and the daily sweep: set due days for which there is now a calendar, and ``purge_expired`` until
        nothing is left, all in short transactions."""
        with self.database.read() as tx:
            undated = ratings.undated(tx)
        write_each(self.database, undated, self._set_due_day)
        return purge_all(self.database, lambda tx: self.purge_expired(tx, now))

    def _set_due_day(self, tx: Transaction, rating_id: int) -> None:
        rating = ratings.get(tx, rating_id)
        dated = self.dated(rating) if rating and rating.open else rating
        if dated and dated != rating:
            ratings.update(tx, dated)

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
        level, text, contact = 0, plain_text(sent.text), ""
        try:
            level = parse_level(sent.level)
        except InputError as problem:
            problems.append(problem)
        problems += length_faults(text, MOST_TEXT, "text")
        try:
            contact = parse_contact(sent.contact)
        except InputError as problem:
            problems.append(problem)
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
