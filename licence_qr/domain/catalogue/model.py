"""The catalogue: authorities, offices, delegations, permit types, kinds of place, trades and notices, each dated.

Values only; the entries themselves are data in ``licence_qr/catalogue/*.toml`` and are read by its loader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from licence_qr.domain.catalogue.checklists import InspectionRules
from licence_qr.domain.catalogue.grading import GradingScale
from licence_qr.domain.catalogue.life_rules import DatedLifeRule, LifeRules, life_rules_on
from licence_qr.domain.dates import Period
from licence_qr.domain.names import name_key
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.wording.text import Text as Text

_LONGEST_NUMBER = 24  # year, nine digits and what is between them
AREA_CONDITION = "area>="


@dataclass(frozen=True, slots=True)
class Authority:
    """A body that issues in its own name (发证机关). ``jurisdiction`` is CQ-GXQ where no region code exists."""

    id: str
    name: Text
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class Office:
    """An office (受理机构). ``mailbox`` gets its reminders.

    One with ``authority`` is that body's own: its officers decide what windows send on to it, in their own name, from
    ``decides_from`` on. Without one it is a window (窗口): it takes applications, and decides in nobody's name but by a
    delegation. Only windows are of a ``region``.
    """

    id: str
    name: Text
    region: str
    region_name: Text
    address: str
    mailbox: str = ""
    authority: str = ""
    decides_from: date | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation (委托): the office decides in the authority's name on one permit type, between two dates."""

    authority: str
    office: str
    permit_type: str
    period: Period
    notice_no: str


@dataclass(frozen=True, slots=True)
class NumberTemplate:
    """How permit numbers of one type and authority are written. ``wire_id`` names it in QR codes and never changes.

    ``pattern`` holds ``{year}`` and ``{serial:05d}``.
    """

    wire_id: int
    permit_type: str
    authority: str
    pattern: str

    def render(self, year: int, serial: int) -> str:
        """The printed number."""
        return self.pattern.format(year=year, serial=serial)

    def parse(self, text: str) -> tuple[int, int] | None:
        """Year and serial of a number in exactly this form, else None. ``render`` of the result equals ``text``.

        A serial of more than nine digits gives None too: no authority reaches it in a year, and a counter could not
        continue it.
        """
        head, _, rest = self.pattern.partition("{year}")
        middle, _, tail = rest.partition("{serial:05d}")
        if not (text.startswith(head) and text.endswith(tail)):
            return None
        core = text[len(head) : len(text) - len(tail)]
        year, found, serial = core.partition(middle)
        if not (found and year.isascii() and year.isdigit() and serial.isascii() and serial.isdigit()):
            return None
        if len(core) > _LONGEST_NUMBER:
            return None
        parsed = int(year), int(serial)
        return parsed if self.render(*parsed) == text else None


@dataclass(frozen=True, slots=True)
class TypeAct:
    """An act that not every permit knows and that permits of one type do (复核、量化分级), with its legal basis there and,
    where it grades, the scale."""

    act: str
    basis: Text
    scale: GradingScale | None = None


@dataclass(frozen=True, slots=True)
class PermitType:
    """A permit type. ``wire_id`` names it in QR codes and never changes.

    ``months`` None means without end, or a term that the offices here do not fix because they do not issue it.
    ``by_kind_of_place``: whether it is needed follows from the kinds of place and their dated rules. ``licence``: it is the
    business licence itself, to which the others belong; there is one. ``ledger``: its permits stand in the ledger that a
    department exports. ``acts`` are those that not every type knows. ``change_basis`` is the rule on what of such a permit
    may change, where it has one of its own; ``rectify_basis`` the rule on ordering the holder to rectify, which every type
    has that a checklist is made for. ``filed_as`` is the type under which a filing (备案) is recorded that takes its place.
    ``filing``: it is such a type.
    """

    id: str
    wire_id: int
    name: Text
    authority: str
    months: int | None
    what_it_allows: Text
    by_kind_of_place: bool = False
    licence: bool = False
    ledger: bool = False
    acts: tuple[TypeAct, ...] = ()
    change_basis: Text | None = None
    rectify_basis: Text | None = None
    filed_as: str = ""
    filing: bool = False

    @property
    def scale(self) -> GradingScale | None:
        """The scale that its permits are graded by; None where they are not graded."""
        return next((each.scale for each in self.acts if each.scale), None)

    def basis_of(self, act: str) -> Text | None:
        """The legal basis of an act that the type names, else None."""
        return next((each.basis for each in self.acts if each.act == act), None)


class Regime(StrEnum):
    """What the law requires of a kind of place."""

    LICENSED = "licensed"  # 许可
    FILING = "filing"  # 备案
    NONE = "none"  # 不需要


@dataclass(frozen=True, slots=True)
class DatedRegime:
    """One dated rule, with its legal basis."""

    regime: Regime
    period: Period
    basis: Text


@dataclass(frozen=True, slots=True)
class KindOfPlace:
    """One kind of public place (公共场所). ``min_area_m2``: if set, the smallest area that needs a permit; ``local_areas``
    has the offices where it is another.

    ``aliases`` are other names that registers use (足浴 → 公共浴室). ``group`` is 1 to 7 for the 28 kinds of the regulation,
    and 0 for places that are often mistaken for one of them (美甲, 健身) and need no permit.
    """

    id: str
    name: Text
    group: int
    regimes: tuple[DatedRegime, ...]
    aliases: tuple[str, ...] = ()
    min_area_m2: int | None = None
    local_areas: Mapping[str, int] = field(default_factory=dict)
    note: Text | None = None

    def regime_on(self, day: date) -> DatedRegime | None:
        """The rule in force on ``day``, or None."""
        return next((r for r in self.regimes if day in r.period), None)

    def min_area_at(self, office: str) -> int | None:
        """The smallest area that needs a permit where ``office`` takes applications, in m²; None for any area."""
        return self.local_areas.get(office, self.min_area_m2)


class ItemMode(StrEnum):
    """How an item of a trade is handled."""

    APPROVAL = "approval"
    FILING = "filing"
    COMMITMENT = "commitment"


@dataclass(frozen=True, slots=True)
class Question:
    """A yes/no fact about the business that decides whether a conditional item applies. ``yes`` and ``no`` say each answer
    within a sentence. A kind of place of ``yes_with``, once chosen, answers it with yes."""

    id: str
    text: Text
    yes: Text
    no: Text
    yes_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TradeItem:
    """One permit a trade needs. ``condition`` is a question id, ``area>=N`` in m², or empty for mandatory; ``kinds`` are the
    only kinds of place that need it, empty for all of the trade."""

    permit_type: str
    mode: ItemMode
    period: Period
    reason: Text
    condition: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def area_from_m2(self) -> int | None:
        """N of the condition ``area>=N``, or None when the condition is a question or absent."""
        head, found, number = self.condition.partition(AREA_CONDITION)
        return int(number) if found and not head else None


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade (行业) and its package of permits (主题套餐). ``kinds`` are the kinds of place it may choose from."""

    id: str
    name: Text
    kinds: tuple[str, ...]
    items: tuple[TradeItem, ...]
    scope_phrases: tuple[str, ...]
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopePhrase:
    """A standard phrase of a business scope (经营范围规范表述). ``trade`` is the one whose permits it needs; empty: none."""

    text: str
    trade: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of the notice and commitment (告知承诺书): the exact text that is shown and signed.

    ``text`` is the Chinese text of record; ``summary`` is for information only, in both languages.
    """

    id: str
    version: str
    permit_type: str
    period: Period
    text: str
    summary: Text

    @property
    def sha256(self) -> str:
        """SHA-256 of the UTF-8 bytes of ``text`` in hexadecimal, stored with every commitment."""
        return _sha256(self.text)


@lru_cache(maxsize=64)
def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class RequirementAction(StrEnum):
    """What happens to a required permit at this desk."""

    ISSUED_HERE = "issued_here"
    FILED_HERE = "filed_here"
    SENT_ON = "sent_on"  # to the authority, which has officers of its own in this service
    APPLY_ELSEWHERE = "apply_elsewhere"
    FILE_ELSEWHERE = "file_elsewhere"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One permit that a trade needs today: which, from whom, why, and where.

    ``depends_on`` names what is still unknown (a question id, ``kinds`` or ``area_m2``), or is empty. While something
    is unknown, the action is the one that follows if the permit is required.
    """

    permit_type: PermitType
    authority: Authority
    action: RequirementAction
    mode: ItemMode
    reason: Text
    delegation: Delegation | None
    depends_on: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries by id, and queries for a given day."""

    authorities: Mapping[str, Authority]
    offices: Mapping[str, Office]
    delegations: tuple[Delegation, ...]
    permit_types: Mapping[str, PermitType]
    number_templates: tuple[NumberTemplate, ...]
    kinds: Mapping[str, KindOfPlace]
    trades: Mapping[str, Trade]
    notices: tuple[Notice, ...]
    scope_phrases: tuple[ScopePhrase, ...] = ()
    kind_groups: Mapping[int, Text] = field(default_factory=dict)
    life_rules: tuple[DatedLifeRule, ...] = ()
    working_calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    inspection_rules: InspectionRules = field(default_factory=InspectionRules)

    def scale(self, permit_type: str) -> GradingScale | None:
        """The scale that permits of a type are graded by; None where they are not, or the type is not known here."""
        known = self.permit_types.get(permit_type)
        return known.scale if known else None

    @property
    def licence(self) -> PermitType:
        """The permit type that is the business licence. The loader makes sure that there is exactly one."""
        return next(known for known in self.permit_types.values() if known.licence)

    def life_rules_on(self, day: date, permit_type: str = "") -> LifeRules:
        """The life-cycle figures in force on ``day``, for permits of ``permit_type`` if given.

        Raises RuleError ``life_rule_unknown``.
        """
        return life_rules_on(self.life_rules, day, permit_type)

    @property
    def windows(self) -> Mapping[str, Office]:
        """The offices that take applications, by id."""
        return {id_: office for id_, office in self.offices.items() if not office.authority}

    def own_office(self, authority: str, day: date) -> Office | None:
        """The office whose officers decide on ``day`` what windows send on to ``authority``, or None."""
        return next(
            (o for o in self.offices.values() if o.authority == authority and o.decides_from and day >= o.decides_from),
            None,
        )

    def decides(self, office: str, permit_type: str, day: date) -> str:
        """The authority in whose name ``office`` decides on ``permit_type`` on ``day``, by delegation or because the office
        is its own; empty if none."""
        delegation = self.delegation(office, permit_type, day)
        if delegation is not None:
            return delegation.authority
        known, own = self.permit_types.get(permit_type), self.offices.get(office)
        if known is None or own is None or own.authority != known.authority:
            return ""
        return own.authority if own.decides_from and day >= own.decides_from else ""

    def delegation(self, office: str, permit_type: str, day: date) -> Delegation | None:
        """The delegation that lets ``office`` decide on ``permit_type`` on ``day``, or None."""
        return next(
            (d for d in self.delegations if d.office == office and d.permit_type == permit_type and day in d.period),
            None,
        )

    def notice(self, permit_type: str, day: date) -> Notice | None:
        """The notice in force for ``permit_type`` on ``day``, or None."""
        return next((n for n in self.notices if n.permit_type == permit_type and day in n.period), None)

    def notice_version(self, notice_id: str, version: str) -> Notice | None:
        """The notice with this id and version, in force or not, or None."""
        return next((n for n in self.notices if (n.id, n.version) == (notice_id, version)), None)

    def number_template(self, permit_type: str, authority: str) -> NumberTemplate | None:
        """The template by which ``authority`` numbers permits of that type, or None."""
        return next(
            (t for t in self.number_templates if (t.permit_type, t.authority) == (permit_type, authority)), None
        )

    def template_by_wire_id(self, wire_id: int) -> NumberTemplate | None:
        """The template a code refers to."""
        return next((t for t in self.number_templates if t.wire_id == wire_id), None)

    def permit_type_by_wire_id(self, wire_id: int) -> PermitType | None:
        """The permit type a code refers to."""
        return next((t for t in self.permit_types.values() if t.wire_id == wire_id), None)

    def kind_by_name(self, name: str) -> KindOfPlace | None:
        """The kind with this Chinese name or alias, or None; width, brackets and spaces are ignored."""
        exact = next((k for k in self.kinds.values() if name == k.name.zh or name in k.aliases), None)
        if exact is not None:
            return exact
        key = name_key(name)
        return next((k for k in self.kinds.values() if key in map(name_key, (k.name.zh, *k.aliases))), None)
