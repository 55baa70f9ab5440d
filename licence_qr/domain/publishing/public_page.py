"""What the public may see of one business: an allow-list, and one verdict.

Only the fields named here reach the public page, its JSON or the inspector's device (invariant 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.catalogue.grading import GradingScale
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import GrantMode, PermitStatus, Suspension


class Verdict(StrEnum):
    """The verdict at the top of the page, gravest first. All presuppose a genuine code that is in the register."""

    LICENCE_ENDED = "licence_ended"
    VOID_PRINT = "void_print"  # the scanned print was declared void after a loss
    ATTENTION = "attention"  # the licence is in force; a permit is pending, expired, suspended or ended
    OLD_PRINT = "old_print"  # a newer version exists; the page shows what is true today
    DORMANT = "dormant"
    INCOMPLETE = "incomplete"  # an item that the trade needs is being decided, not in force, or not recorded here
    MARKED = "marked"  # a mark (经营异常名录 and the like) is in force
    LICENCE_ONLY = "licence_only"  # the licence is in force; no permit was ever granted
    ALL_IN_FORCE = "all_in_force"


class FoundBy(StrEnum):
    """How the page was found: by the signed symbol, or by the code number, which proves nothing about the card."""

    SYMBOL = "symbol"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class PublicInspection:
    """The last inspection (监督检查) of the premises of a permit: its day, without its findings.

    ``order_met``: whether the last closed rectification order (责令限期整改) was complied with; ``order_ended_on``: when it
    was closed. Both are None if there was none, or if the rules do not (or no longer) publish it.
    """

    inspected_on: date
    order_met: bool | None = None
    order_ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class PublicPermit:
    """One permit on the page. ``days_left`` counts to the expiry date, 0 on that day; None without one.

    ``deemed_renewed``: the end has passed, but a renewal applied for in time was not decided before it (行政许可法第五十条).
    ``scale``: by which permits of this type are graded (量化分级); None where they are not, or the type is not known.
    ``suspension`` is the decision that suspends it, None where it is not suspended or the decision is not known.
    ``ended_by`` names the end that came before the record was closed: 撤销, 吊销 or 撤回, then 注销. ``promise`` names the
    document of its promise (告知承诺), empty without one.
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
    promise: str = ""

    @property
    def gradable(self) -> bool:
        """Whether a grade is spoken of at all, be it that there is none yet."""
        return bool(self.grade) or self.scale is not None


@dataclass(frozen=True, slots=True)
class PublicItem:
    """One permit or filing that the trade needs (事项), and where it stands today.

    ``since`` is the day of the step that led there. ``permit_no`` is the number of the permit or filing, empty without one.
    """

    permit_type: Text
    authority: Text
    address: str
    standing: ItemStanding
    since: date
    permit_no: str = ""


@dataclass(frozen=True, slots=True)
class PublicMark:
    """One mark in force today (经营异常名录 and the like): since when, and its last day if one is set."""

    kind: MarkKind
    name: Text
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class PublicLicence:
    """The licence on the page. ``dormant_until`` is the last day of dormancy (歇业) while it lasts."""

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
    """The content of the page. ``version`` is that of the scanned print, ``newest_version`` the current one.

    ``today`` is the verdict whatever the print, so that the page for an old print also shows what is true now.
    ``print_void_since``: the day on which the scanned print was declared void after a loss. ``items`` is what the trade
    needs, as far as the register was told: a business from an import has none.
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
    items: tuple[PublicItem, ...] = ()
