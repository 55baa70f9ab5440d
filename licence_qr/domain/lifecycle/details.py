"""The details of acts: one value type for each act that needs more than its grounds. Other acts take None.

Only those used by more than one package are here. Details that only the form of an act makes may be defined beside the
function that does the act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import Suspension
from licence_qr.domain.roles import Actor


class Details:
    """Base class of all details."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class LicenceChange(Details):
    """``Act.CHANGE`` of a licence: the new values; None leaves a field as it is. ``term_to`` goes with ``without_end``.

    A new name or principal re-issues the permits, with the same numbers and expiry dates.
    """

    name: str | None = None
    principal: str | None = None
    entity_type: str | None = None
    registered_capital: str | None = None
    domicile: str | None = None
    business_scope: str | None = None
    term_to: date | None = None
    without_end: bool = False


@dataclass(frozen=True, slots=True)
class PermitChange(Details):
    """``Act.CHANGE`` of a permit. Only the name of the street can change, when the authorities rename it (``renamed``).

    Another address, other items or other kinds of place need a new application and are refused.
    """

    premises_address: str | None = None
    renamed: bool = False
    items: str | None = None
    kinds: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewPremises(Details):
    """``Act.ADD_PREMISES``: one more place of business, without a permit yet. ``region`` is a 9-digit code or empty."""

    address: str
    region: str = ""
    area_m2: int | None = None


@dataclass(frozen=True, slots=True)
class ClosingPremises(Details):
    """``Act.CLOSE_PREMISES``: the premises are given up, and their permits with them."""

    premises_no: int


class ReprintCause(StrEnum):
    """Why a code is printed again."""

    LOST = "lost"  # 遗失: the lost print is declared void
    DAMAGED = "damaged"  # 毁损: handed back


@dataclass(frozen=True, slots=True)
class Reprint(Details):
    """``Act.REPRINT``: the same facts, numbers and dates in a new version."""

    cause: ReprintCause


@dataclass(frozen=True, slots=True)
class Dormancy(Details):
    """``Act.DORMANT``: ``until`` is the last day of dormancy, at most three years after the first."""

    until: date


@dataclass(frozen=True, slots=True)
class NewMark(Details):
    """``Act.MARK``. ``until`` is its last day, if the decision sets one."""

    kind: MarkKind
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LiftedMark(Details):
    """``Act.LIFT_MARK``: the key of the mark."""

    mark_id: int


@dataclass(frozen=True, slots=True)
class Grading(Details):
    """``Act.GRADE``: the id of a grade of the permit type's scale, or empty for a result that earns none. Dated by
    ``Grounds.effective_on``."""

    grade: str


@dataclass(frozen=True, slots=True)
class Suspending(Details):
    """``Act.SUSPEND``: which decision it is; a proposal from before that was asked has none."""

    suspension: Suspension | None


@dataclass(frozen=True, slots=True)
class ActRequest:
    """One act to be done. ``expected_revision`` is the revision of the history that the form was made from; None: any.

    ``proposed_by`` is the user name of the proposer of a four-eyes act.
    """

    subject: Subject
    act: Act
    grounds: Grounds
    actor: Actor
    details: Details | None = None
    expected_revision: int | None = None
    proposed_by: str = ""
