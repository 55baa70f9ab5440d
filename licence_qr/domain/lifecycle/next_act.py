"""The next sensible act on a business: the one that its page offers first, decided from where everything stands today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.dates import review_due
from licence_qr.domain.register.permit import ENDS_BEFORE_CLOSING, Permit, PermitStatus


class NextKind(StrEnum):
    """Why something is next, the most pressing first."""

    DECIDE = "decide"  # a proposal waits for the reader
    PASS_ON = "pass_on"  # noqa: S105 - the applicant was asked for more: it may have been brought
    PENDING = "pending"  # a permit was applied for in the standard procedure
    RENEWAL = "renewal"  # a renewal was applied for
    RECTIFICATION = "rectification"  # an order to rectify is open
    FOLLOW_UP = "follow_up"  # the check after a grant on commitment is due
    EXPIRING = "expiring"  # a permit ends soon, and nobody has applied for its renewal
    REVIEW = "review"
    EXPIRED = "expired"  # it has ended: to go on, the business applies anew
    CERTIFICATE = "certificate"  # a permit to be applied for elsewhere: its certificate may have been brought
    TO_CANCEL = "to_cancel"  # annulled, revoked or withdrawn, and still to be cancelled


_TO_CANCEL = frozenset(PermitStatus(state.value) for state in ENDS_BEFORE_CLOSING)


@dataclass(frozen=True, slots=True)
class NextAct:
    """The next act, and the key of what it is about: a proposal, an item, an order or a permit."""

    kind: NextKind
    key: int


@dataclass(frozen=True, slots=True)
class PermitToday:
    """One permit: its status of the day, the acts open to the reader, and what is due."""

    permit_id: int
    status: PermitStatus
    acts: frozenset[Act]
    check_is_due: bool = False
    review_is_due: bool = False
    has_successor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessToday:
    """What waits with one business, each by its key, as far as it is the reader's to do."""

    to_decide: tuple[int, ...] = ()
    to_pass_on: tuple[int, ...] = ()
    to_record: tuple[int, ...] = ()
    orders: tuple[int, ...] = ()
    permits: tuple[PermitToday, ...] = ()
    may_apply: bool = False


def check_is_due(permit: Permit, status: PermitStatus, rules: LifeRules, day: date) -> bool:
    """Whether the check after a grant on commitment is outstanding and comes up within the days of notice."""
    due = permit.follow_up_due
    stands = status.in_force or status is PermitStatus.SUSPENDED
    return stands and due is not None and permit.checked_on is None and _comes_up(due, rules, day)


def review_is_due(permit: Permit, rules: LifeRules, day: date) -> bool:
    """Whether the review comes up within the days of notice."""
    due = review_due(permit, rules)
    return due is not None and _comes_up(due, rules, day)


def _comes_up(due: date, rules: LifeRules, day: date) -> bool:
    return due <= day + timedelta(days=rules.expiring_notice_days)


def next_act(today: BusinessToday) -> NextAct | None:
    """The most pressing act; of several of one kind the first. None where nothing waits."""
    rank = {kind: place for place, kind in enumerate(NextKind)}
    return min(_waiting(today), key=lambda each: rank[each.kind], default=None)


def _waiting(today: BusinessToday) -> Iterator[NextAct]:
    keys = {
        NextKind.DECIDE: today.to_decide,
        NextKind.PASS_ON: today.to_pass_on,
        NextKind.RECTIFICATION: today.orders,
        NextKind.CERTIFICATE: today.to_record,
    }
    for kind, found in keys.items():
        yield from (NextAct(kind, key) for key in found)
    for permit in today.permits:
        yield from (NextAct(kind, permit.permit_id) for kind in _of_permit(permit, may_apply=today.may_apply))


def _of_permit(permit: PermitToday, *, may_apply: bool) -> Iterator[NextKind]:
    status, acts = permit.status, permit.acts
    if status is PermitStatus.PENDING and Act.GRANT in acts:
        yield NextKind.PENDING
    if Act.RENEW in acts:
        yield NextKind.RENEWAL
    if permit.check_is_due:
        yield NextKind.FOLLOW_UP
    if status is PermitStatus.EXPIRING_SOON and Act.APPLY_RENEWAL in acts:
        yield NextKind.EXPIRING
    if permit.review_is_due and Act.REVIEW in acts:
        yield NextKind.REVIEW
    if status is PermitStatus.EXPIRED and may_apply and not permit.has_successor:
        yield NextKind.EXPIRED
    if status in _TO_CANCEL and Act.CANCEL in acts:
        yield NextKind.TO_CANCEL
