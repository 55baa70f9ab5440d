"""Permits (许可证): the state that was decided, and the status on a given day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from licence_qr.domain.dates import Period
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

# When pages say "expiring soon"; a test compares it with the first step of the life rules.
EXPIRING_SOON_DAYS = 90


class PermitState(StrEnum):
    """What an office has decided. The ways to end a permit differ in law; see docs/trade/domain.md."""

    PENDING = "pending"  # 受理中: applied for in the standard procedure, not decided
    EFFECTIVE = "effective"  # 有效
    SUSPENDED = "suspended"  # by which decision: ``Suspension``
    ANNULLED = "annulled"  # 撤销
    REVOKED = "revoked"  # 吊销
    WITHDRAWN = "withdrawn"  # 撤回
    CANCELLED = "cancelled"  # 注销
    REFUSED = "refused"  # 不予许可: applied for, never granted


# Ends after which a permit is still cancelled (注销).
ENDS_BEFORE_CLOSING = frozenset({PermitState.ANNULLED, PermitState.REVOKED, PermitState.WITHDRAWN})


class Suspension(StrEnum):
    """The decision that suspends a permit: the first takes the document away, the second closes the place."""

    WITHHELD = "withheld"  # 暂扣许可证件, Administrative Penalties Law, article 9(3)
    CLOSED = "closed"  # 责令停业整顿, article 9(4); Regulation on Hygiene in Public Places, article 14


# The decision as it is taken, and the status that follows from it.
SUSPENSION_DECISION: Mapping[Suspension, Text] = {
    Suspension.WITHHELD: term("decision.withhold_the_permit"),
    Suspension.CLOSED: term("decision.close_and_rectify"),
}
SUSPENSION_STATUS: Mapping[Suspension, Text] = {
    Suspension.WITHHELD: term("status.withheld"),
    Suspension.CLOSED: term("status.closed_to_rectify"),
}


class PermitStatus(StrEnum):
    """The status on one day: the decided state and what follows from the dates."""

    PENDING = "pending"
    NOT_YET_VALID = "not_yet_valid"
    EFFECTIVE = "effective"
    EXPIRING_SOON = "expiring_soon"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    ANNULLED = "annulled"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    REFUSED = "refused"

    @property
    def in_force(self) -> bool:
        """Whether the holder may act under the permit on that day."""
        return self is PermitStatus.EFFECTIVE or self is PermitStatus.EXPIRING_SOON


class GrantMode(StrEnum):
    """How the permit was granted, or came to be recorded."""

    COMMITMENT = "commitment"  # 告知承诺
    GENERAL = "general"  # 一般程序
    FILING = "filing"  # 备案: taken note of, not decided
    SHOWN = "shown"  # a certificate of its authority, shown at the counter (出示登记): decided there, recorded here


class Procedure(StrEnum):
    """How an office that decides itself can be asked to; the values are those of ``GrantMode``."""

    COMMITMENT = GrantMode.COMMITMENT.value
    GENERAL = GrantMode.GENERAL.value


@dataclass(frozen=True, slots=True)
class Permit:
    """One permit of one premises. ``period`` and ``permit_no`` are absent while the permit is pending.

    ``kinds`` are ids of kinds of place in the catalogue; ``items`` is the printed text of what is allowed (许可项目).
    ``grade`` is the id of one of its type's grades (量化分级) or empty for "not graded"; it is not a state of the permit.
    ``renewal_applied_on`` is set while an application for renewal waits to be decided; ``renewal_in_time`` tells that it
    came early enough by the rule of that day, so that silence counts as consent. A renewal lengthens ``period``: its first
    day stays. ``reviewed_on`` is the day of the last review (复核). ``ended_by`` names the end that came before the record
    was closed (撤销, 吊销 or 撤回, then 注销). ``suspension`` is the decision that suspends it now; None where it is not
    suspended, or the register was never told which decision it was. ``promise`` names the document it was granted on
    (``domain.issuing.promise``); empty where there is none, as of permits granted before promises were documents.
    """

    permit_type: str
    permit_no: str
    premises_no: int
    kinds: tuple[str, ...]
    items: str
    issuing_authority: str
    handling_office: str
    issued_on: date | None
    period: Period | None
    mode: GrantMode = GrantMode.COMMITMENT
    state: PermitState = PermitState.EFFECTIVE
    state_since: date | None = None
    grade: str = ""
    graded_on: date | None = None
    follow_up_due: date | None = None
    checked_on: date | None = None
    renewal_applied_on: date | None = None
    reviewed_on: date | None = None
    ended_by: PermitState | None = None
    renewal_in_time: bool = False
    suspension: Suspension | None = None
    promise: str = ""

    @property
    def granted(self) -> bool:
        """Whether it was ever granted: only then is it part of a signed record."""
        return self.state not in {PermitState.PENDING, PermitState.REFUSED}


def status_on(permit: Permit, day: date) -> PermitStatus:
    """The status of ``permit`` on ``day``. A decided state other than effective overrides the dates."""
    if permit.state is not PermitState.EFFECTIVE:
        return PermitStatus(permit.state.value)
    if permit.period is None:
        return PermitStatus.PENDING
    if day < permit.period.first:
        return PermitStatus.NOT_YET_VALID
    if permit.period.last is None:
        return PermitStatus.EFFECTIVE
    if deemed_renewed(permit, day):
        return PermitStatus.EFFECTIVE
    if day > permit.period.last:
        return PermitStatus.EXPIRED
    if permit.period.last - day < timedelta(days=EXPIRING_SOON_DAYS):
        return PermitStatus.EXPIRING_SOON
    return PermitStatus.EFFECTIVE


def deemed_renewed(permit: Permit, day: date) -> bool:
    """Whether a renewal is deemed granted on ``day``: applied for in time and not decided before expiry.

    Administrative Licensing Law, article 50 (逾期未作决定的，视为准予延续). True only until the register has recorded it.
    """
    if not permit.renewal_in_time or permit.renewal_applied_on is None:
        return False
    last = permit.period.last if permit.period else None
    standing = permit.state is PermitState.EFFECTIVE or permit.state is PermitState.SUSPENDED
    return standing and last is not None and day > last


def status_list_value(status: PermitStatus) -> int:
    """The two bits of a permit in the status list: 0 valid, 2 suspended, 1 ended.

    An expired permit keeps 0, because the symbol itself has the expiry date.
    """
    if status is PermitStatus.SUSPENDED:
        return 2
    ended = {PermitStatus.ANNULLED, PermitStatus.REVOKED, PermitStatus.WITHDRAWN, PermitStatus.CANCELLED}
    return 1 if status in ended else 0
