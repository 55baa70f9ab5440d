"""What the public may see of one business: an allow-list, and one verdict in words.

Nothing reaches the citizen's page, its JSON or the inspector's device but what a field here names (invariant 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licence_qr.domain.catalogue.grading import GradingScale
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import GrantMode, PermitStatus, Suspension


class Verdict(StrEnum):
    """The one thing the page says first. All of them presuppose a genuine code that the register knows."""

    ALL_IN_FORCE = "all_in_force"
    LICENCE_ONLY = "licence_only"  # the licence stands and no permit was ever granted
    ATTENTION = "attention"  # the licence stands; a permit is pending, expired, suspended or ended
    DORMANT = "dormant"
    LICENCE_ENDED = "licence_ended"
    OLD_PRINT = "old_print"  # a newer version exists; what is shown below is true today


class FoundBy(StrEnum):
    """How the visitor came: by the signed symbol, or by typing the code number (which proves nothing of the print)."""

    SYMBOL = "symbol"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class PublicInspection:
    """The last inspection of a permit's premises that counts (监督检查): its day, and nothing of what was found.

    ``order_met``: how the last order to rectify (责令限期整改) that is over ended, and ``order_ended_on`` when; both None
    where there was none, or where the rules do not publish it (any more).
    """

    inspected_on: date
    order_met: bool | None = None
    order_ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class PublicPermit:
    """One card of the page. ``days_left`` counts to the last day of validity, 0 on that day; None without an end.

    ``deemed_renewed``: the end has passed, but a renewal applied for in time was not decided before it (行政许可法第五十条).
    ``scale``: by which permits of this type are graded (量化分级); None where they are not, or the type is not known.
    ``suspension`` is the decision that suspends it, None where it is not suspended or the decision is not known.
    ``ended_by`` names the end that came before the record was closed: 撤销, 吊销 or 撤回, then 注销.
    """

    permit_type: Text
    permit_no: str
    address: str
    items: str
    authority: Text
    office: Text
    status: PermitStatus
    mode: GrantMode
    valid_from: date | None
    valid_to: date | None
    days_left: int | None
    state_since: date | None
    grade: str
    graded_on: date | None
    follow_up_due: date | None
    checked_on: date | None
    deemed_renewed: bool = False
    ended_by: PermitStatus | None = None
    inspection: PublicInspection | None = None
    scale: GradingScale | None = None
    suspension: Suspension | None = None

    @property
    def gradable(self) -> bool:
        """Whether a grade is spoken of at all, be it that there is none yet."""
        return bool(self.grade) or self.scale is not None


@dataclass(frozen=True, slots=True)
class PublicMark:
    """One mark that stands today (经营异常名录 and the like): since when, and to which last day if one is set."""

    kind: MarkKind
    name: Text
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class PublicLicence:
    """The licence's card. ``dormant_until`` is the last day of the rest while it is dormant (歇业)."""

    uscc: str
    form: EntityForm
    name: str
    entity_type: str
    principal: str
    registered_capital: str
    established_on: date
    term_to: date | None
    domicile: str
    business_scope: str
    authority: Text
    issued_on: date
    state: LicenceState
    state_since: date | None = None
    dormant_until: date | None = None


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Everything the page says. ``version`` is the print in the visitor's hand, ``newest_version`` the current one.

    ``today`` is the verdict without regard to the print, so that an old print can still show what is true now.
    ``print_void_since``: the scanned print was lost and declared void on that day.
    """

    verdict: Verdict
    today: Verdict
    found_by: FoundBy
    licence: PublicLicence
    addresses: tuple[str, ...]
    permits: tuple[PublicPermit, ...]
    code_number: str
    version: int
    printed_on: date
    newest_version: int
    newest_printed_on: date
    checked_at: datetime
    specimen: bool
    marks: tuple[PublicMark, ...] = ()
    print_void_since: date | None = None
