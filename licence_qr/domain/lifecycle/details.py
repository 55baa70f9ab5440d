"""What an act needs beside its grounds: one value for each act that needs any. The others take None.

Here stand those that more than one room makes or reads. Those of an act that is done from its form alone may stand beside
the function that does it.
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
    """The base of them all."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class LicenceChange(Details):
    """``Act.CHANGE`` of a licence: the new values. None leaves a field as it is; ``term_to`` goes with ``without_end``.

    A new name or principal re-issues the permits in it: their numbers and last days stay.
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
    """``Act.CHANGE`` of a permit. Only one thing can change in place: what the authorities call the street (``renamed``).

    Another address, other items or other kinds of place are a new application; asking for them here is refused in words.
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
    """``Act.CLOSE_PREMISES``: the place is given up, and its permits with it."""

    premises_no: int


class ReprintCause(StrEnum):
    """Why a print is made again."""

    LOST = "lost"  # 遗失: the lost print is declared void
    DAMAGED = "damaged"  # 毁损: handed back


@dataclass(frozen=True, slots=True)
class Reprint(Details):
    """``Act.REPRINT``: the same facts, numbers and dates as the next version."""

    cause: ReprintCause


@dataclass(frozen=True, slots=True)
class Dormancy(Details):
    """``Act.DORMANT``: until when (its last day), at most three years after it begins."""

    until: date


@dataclass(frozen=True, slots=True)
class NewMark(Details):
    """``Act.MARK``. ``until`` is the last day, where the decision names one."""

    kind: MarkKind
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LiftedMark(Details):
    """``Act.LIFT_MARK``: which one, by its key."""

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
    """One act to be done. ``expected_revision`` is the history's revision that the form was made from, None for "any".

    ``proposed_by`` is the user name of the proposer where four eyes decide.
    """

    subject: Subject
    act: Act
    grounds: Grounds
    actor: Actor
    details: Details | None = None
    expected_revision: int | None = None
    proposed_by: str = ""
