"""Schema of the catalogue files: keys and types, with one class per entry and one per file."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from licence_qr.domain.catalogue.grading import GRADES
from licence_qr.domain.catalogue.model import ItemMode, Regime

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S")]
GradeId = Annotated[str, StringConstraints(min_length=1, max_length=12, pattern=r"^\S+$")]
Mailbox = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;:\"\x7f-\U0010ffff]+@[A-Za-z0-9.-]+$")]
WireId = Annotated[int, Field(ge=1, le=255)]

# Descriptions of valid values, for messages about wrong or missing ones. A key means the same in every file.
EXAMPLES = {
    "act": '"grade"',
    "address": '"重庆市九龙坡区金凤镇…"',
    "aliases": '["足浴", "温泉"]',
    "authority": '"health_bureau"',
    "basis": '{ zh = "《…条例》第四条", en = "Regulation …, article 4" }',
    "by_kind_of_place": "true",
    "change_basis": '{ zh = "《…条例》第四条", en = "Regulation …, article 4" }',
    "condition": '"serves_food" / "area>=300"',
    "day": "2027-01-04",
    "days_off": "[2027-01-01, 2027-01-02]",
    "en": '"English text"',
    "decides_from": "2026-01-01",
    "field": '"valid_to"',
    "file": '"licences" / "permits"',
    "filed_as": '"fire_filing"',
    "grade": f"{GRADES} × [[permit_type.act.scale.grade]]",
    "group": "2",
    "id": '"public_bath"',
    "jurisdiction": '"CQ-GXQ"',
    "kinds": '["hotel", "inn"]',
    "ledger": "true",
    "licence": "true",
    "mailbox": '"window@example.org"',
    "make_up_days": "[2027-01-10]",
    "min_area_m2": "300",
    "mode": '"approval" / "commitment" / "filing"',
    "months": "48",
    "name": '{ zh = "公共浴室", en = "Public bath" }',
    "note": '{ zh = "说明", en = "Note" }',
    "notice_no": '"演示委托公告〔2026〕第1号"',
    "number": "2",
    "offices": '["town_centre"]',
    "office": '"town_centre"',
    "pattern": '"渝高新卫公证字〔{year}〕第{serial:05d}号"',
    "permit_type": '"food_business"',
    "permit_types": '["food_business"]',
    "reason": '{ zh = "理由", en = "Reason" }',
    "regime": '"licensed" / "filing" / "none"',
    "rectify_basis": '{ zh = "《…条例》第十四条", en = "Regulation …, article 14" }',
    "region": '"500107104"',
    "region_name": '{ zh = "金凤镇", en = "Jinfeng Town" }',
    "rules": '["licensed"]',
    "scale": "[permit_type.act.scale]",
    "scope_phrases": '["住宿服务"]',
    "short": '{ zh = "A 级", en = "grade A" }',
    "spellings": '["有效期止", "有效期至"]',
    "trade": '"catering"',
    "summary": '{ zh = "摘要", en = "Summary" }',
    "text": "'''…'''",
    "valid_from": "2026-01-01",
    "valid_to": "2030-12-31",
    "value": "30",
    "version": '"2025-1"',
    "what_it_allows": '{ zh = "…", en = "…" }',
    "wire_id": "12",
    "words": '["制表人", "审核人"]',
    "working": "true / false",
    "year": "2027",
    "zh": '"中文"',
}


class Entry(BaseModel):
    """Base of all entries: unknown keys are refused, and no value is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextEntry(Entry):
    zh: Words
    en: Words


class DatedEntry(Entry):
    """An entry in force from the first day to the last, both included; without ``valid_to`` there is no end."""

    valid_from: date
    valid_to: date | None = None


class AuthorityEntry(Entry):
    id: Id
    name: TextEntry
    jurisdiction: Words


class OfficeEntry(Entry):
    id: Id
    name: TextEntry
    region: Annotated[str, StringConstraints(pattern=r"^\d{9}$")] | None = None
    region_name: TextEntry | None = None
    address: Words
    mailbox: Mailbox = ""
    authority: Id | None = None
    decides_from: date | None = None


class DelegationEntry(DatedEntry):
    authority: Id
    office: Id
    permit_type: Id
    notice_no: Words


class GradeEntry(Entry):
    id: GradeId
    name: TextEntry
    short: TextEntry


class ScaleEntry(Entry):
    name: TextEntry
    grade: Annotated[list[GradeEntry], Field(min_length=GRADES, max_length=GRADES)]


class TypeActEntry(Entry):
    act: Id
    basis: TextEntry
    scale: ScaleEntry | None = None


class PermitTypeEntry(Entry):
    id: Id
    wire_id: WireId
    name: TextEntry
    authority: Id
    months: Annotated[int, Field(ge=1, le=1200)] | None = None
    what_it_allows: TextEntry
    by_kind_of_place: bool = False
    licence: bool = False
    ledger: bool = False
    change_basis: TextEntry | None = None
    rectify_basis: TextEntry | None = None
    filed_as: Id | None = None
    act: list[TypeActEntry] = []


class NumberTemplateEntry(Entry):
    wire_id: WireId
    permit_type: Id
    authority: Id
    pattern: Words


class GroupEntry(Entry):
    number: Annotated[int, Field(ge=0, le=7)]
    name: TextEntry


class RuleEntry(DatedEntry):
    id: Id
    regime: Annotated[Regime, Field(strict=False)]
    basis: TextEntry


class LocalAreaEntry(Entry):
    offices: Annotated[list[Id], Field(min_length=1)]
    min_area_m2: Annotated[int, Field(ge=1)]


class KindEntry(Entry):
    id: Id
    group: int
    name: TextEntry
    rules: Annotated[list[Id], Field(min_length=1)]
    aliases: list[Words] = []
    min_area_m2: Annotated[int, Field(ge=1)] | None = None
    local_area: list[LocalAreaEntry] = []
    note: TextEntry | None = None


class QuestionEntry(Entry):
    id: Id
    text: TextEntry
    yes: TextEntry
    no: TextEntry
    yes_with: list[Id] = []


class ItemEntry(DatedEntry):
    permit_type: Id
    mode: Annotated[ItemMode, Field(strict=False)]
    condition: str = ""
    kinds: list[Id] = []
    reason: TextEntry


class TradeEntry(Entry):
    id: Id
    name: TextEntry
    kinds: list[Id] = []
    scope_phrases: list[Words] = []
    question: list[QuestionEntry] = []
    item: list[ItemEntry] = []


class ScopePhraseEntry(Entry):
    text: Words
    trade: Id | None = None


class NoticeEntry(DatedEntry):
    id: Id
    version: Words
    permit_type: Id
    text: Words
    summary: TextEntry


class LifeRuleEntry(DatedEntry):
    id: Id
    permit_type: Id | None = None
    value: Annotated[int, Field(ge=0, le=1000)]
    basis: TextEntry


class WorkingYearEntry(Entry):
    year: Annotated[int, Field(ge=2004, le=2199)]
    notice_no: Words
    days_off: Annotated[list[date], Field(min_length=1)]
    make_up_days: list[date] = []


class WorkingDayEntry(Entry):
    day: date
    working: bool
    notice_no: Words


class AuthoritiesFile(Entry):
    authority: Annotated[list[AuthorityEntry], Field(min_length=1)]


class OfficesFile(Entry):
    office: Annotated[list[OfficeEntry], Field(min_length=1)]


class DelegationsFile(Entry):
    delegation: Annotated[list[DelegationEntry], Field(min_length=1)]


class PermitTypesFile(Entry):
    permit_type: Annotated[list[PermitTypeEntry], Field(min_length=1)]


class NumberTemplatesFile(Entry):
    number_template: Annotated[list[NumberTemplateEntry], Field(min_length=1)]


class KindsFile(Entry):
    group: Annotated[list[GroupEntry], Field(min_length=1)]
    rule: Annotated[list[RuleEntry], Field(min_length=1)]
    kind: Annotated[list[KindEntry], Field(min_length=1)]


class ScopePhrasesFile(Entry):
    phrase: list[ScopePhraseEntry]


class TradesFile(Entry):
    every_trade: Annotated[list[ItemEntry], Field(min_length=1)]
    trade: Annotated[list[TradeEntry], Field(min_length=1)]


class NoticesFile(Entry):
    notice: Annotated[list[NoticeEntry], Field(min_length=1)]


class LifeRulesFile(Entry):
    life_rule: Annotated[list[LifeRuleEntry], Field(min_length=1)]


class WorkingDaysFile(Entry):
    year: list[WorkingYearEntry] = []
    correction: list[WorkingDayEntry] = []
