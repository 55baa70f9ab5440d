"""Parsers for rows of the two departments' exports.

Each function raises InputError with ``field`` set to the key of the column at fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from licence_qr.domain.catalogue.grading import NOT_GRADED, scale_facts
from licence_qr.domain.catalogue.model import Catalogue, KindOfPlace, NumberTemplate, PermitType
from licence_qr.domain.characters.refused import refused_character
from licence_qr.domain.dates import Period
from licence_qr.domain.identifiers import parse_uscc
from licence_qr.domain.importing.cells import NO_VALUES, CellKind
from licence_qr.domain.importing.conflicts import Source, SourceRow
from licence_qr.domain.names import name_key
from licence_qr.domain.plain_text import demand_length
from licence_qr.domain.register.entity import Entity, EntityForm, LicenceState
from licence_qr.domain.register.permit import PermitState, Suspension
from licence_qr.domain.register.text_limits import MAX_CHARS, MAX_NAME_BYTES, MAX_PERMIT_NO_CHARS, name_bytes
from licence_qr.domain.written_dates import read_written_date
from licence_qr.errors import InputError
from licence_qr.wording.text import Text

MARKET_COLUMNS: Mapping[str, str] = {
    "uscc": "统一社会信用代码",
    "name": "名称",
    "entity_type": "类型",
    "principal": "法定代表人/经营者",
    "registered_capital": "注册资本",
    "established_on": "成立日期",
    "term_from": "营业期限自",
    "term_to": "营业期限至",
    "address": "住所",
    "business_scope": "经营范围",
    "authority": "登记机关",
    "issued_on": "核准日期",
    "state": "登记状态",
    "phone": "联系电话",
}
HEALTH_COLUMNS: Mapping[str, str] = {
    "permit_no": "许可证号",
    "name": "单位名称",
    "uscc": "统一社会信用代码",
    "principal": "法定代表人（负责人）",
    "address": "经营场所地址",
    "items": "许可项目",
    "authority": "发证机关",
    "issued_on": "发证日期",
    "valid_from": "有效期起",
    "valid_to": "有效期止",
    "state": "状态",
    "grade": "量化等级",
    "note": "备注",
    "office": "受理街镇",
    "permit_type": "许可种类",
}
COLUMNS: Mapping[Source, Mapping[str, str]] = {Source.MARKET: MARKET_COLUMNS, Source.HEALTH: HEALTH_COLUMNS}
OPTIONAL_COLUMNS = frozenset({"phone", "note", "permit_type"})
# Columns whose cells may be empty. What a company must have and a sole trader need not, a name, is asked apart.
_MAY_BE_EMPTY: Mapping[Source, frozenset[str]] = {
    Source.MARKET: frozenset({"name", "registered_capital", "term_from", "term_to", "business_scope", "phone"}),
    Source.HEALTH: frozenset({"uscc", "grade", "note", "permit_type"}),
}
# Columns that hold days, for which a spreadsheet may store numbers.
DAY_COLUMNS = frozenset({"established_on", "term_from", "term_to", "issued_on", "valid_from", "valid_to"})
# Columns of numbers that are names: every digit counts, and the spreadsheet keeps fifteen of them.
CODE_COLUMNS = frozenset({"uscc", "permit_no"})

# The same limits as for an application, so that what is imported can be printed and changed here.
LIMITS: Mapping[str, int] = {
    "name": MAX_CHARS["name"],
    "principal": MAX_CHARS["principal"],
    "address": MAX_CHARS["premises_address"],
    "business_scope": MAX_CHARS["business_scope"],
    "entity_type": MAX_CHARS["entity_type"],
    "registered_capital": MAX_CHARS["registered_capital"],
    "permit_no": MAX_PERMIT_NO_CHARS,
    "items": MAX_CHARS["permitted_items"],
    "phone": 40,
    "note": 500,
}
# Longest names first: “个人独资企业” is not a company, “有限责任公司（自然人独资）” is.
_FORMS = (
    ("分公司", EntityForm.BRANCH),
    ("分支机构", EntityForm.BRANCH),
    ("个体工商户", EntityForm.INDIVIDUAL),
    ("合作社", EntityForm.COOPERATIVE),
    ("合伙企业", EntityForm.PARTNERSHIP),
    ("个人独资企业", EntityForm.SOLE_PROPRIETORSHIP),
    ("公司", EntityForm.COMPANY),
)
_LICENCE_STATES = {
    "存续": LicenceState.ACTIVE,
    "存续(在营、开业、在册)": LicenceState.ACTIVE,
    "在业": LicenceState.ACTIVE,
    "歇业": LicenceState.DORMANT,
    "吊销,未注销": LicenceState.REVOKED_NOT_CANCELLED,
    "吊销未注销": LicenceState.REVOKED_NOT_CANCELLED,
    "吊销,已注销": LicenceState.REVOKED_CANCELLED,
    "吊销已注销": LicenceState.REVOKED_CANCELLED,
    "注销": LicenceState.CANCELLED,
    "撤销": LicenceState.ANNULLED,
    "迁出": LicenceState.MOVED_OUT,
}
# “过期” is not a state of its own: it follows from the dates.
_PERMIT_STATES = {
    "有效": PermitState.EFFECTIVE,
    "过期": PermitState.EFFECTIVE,
    "暂扣": PermitState.SUSPENDED,
    "停业整顿": PermitState.SUSPENDED,
    "撤销": PermitState.ANNULLED,
    "吊销": PermitState.REVOKED,
    "撤回": PermitState.WITHDRAWN,
    "注销": PermitState.CANCELLED,
}
# A row that is suspended says by which decision.
_SUSPENSIONS = {"暂扣": Suspension.WITHHELD, "停业整顿": Suspension.CLOSED}
# Former private-use characters have been replaced by then (``meant``).
_CHARACTER_FAULTS = {
    "character_refused": "import_text_unusable",
    "character_private_use": "import_private_use",
    "character_formerly_private": "import_private_use",
    "character_marks": "import_marks",
}
_Meaning = TypeVar("_Meaning")


@dataclass(frozen=True, slots=True)
class MarketRecord:
    """One row of the licence export. ``phone`` is internal and never published."""

    row: SourceRow
    entity: Entity
    state: LicenceState
    phone: str


@dataclass(frozen=True, slots=True)
class HealthRecord:
    """One row of the permit ledger. ``uscc`` is empty where the ledger has none; ``office`` and ``authority`` are ids."""

    row: SourceRow
    permit_type: PermitType
    permit_no: str
    uscc: str
    holder: str
    principal: str
    address: str
    kinds: tuple[KindOfPlace, ...]
    items: str
    authority: str
    office: str
    issued_on: date
    period: Period
    state: PermitState
    grade: str
    suspension: Suspension | None

    @property
    def facts(self) -> tuple[object, ...]:
        """Facts for comparison: rows with equal facts, after folding spellings of names, are one permit."""
        names = tuple(name_key(text) for text in (self.holder, self.principal, self.address, self.items))
        dates = (self.issued_on, self.period)
        return (
            self.permit_type.id,
            self.uscc,
            *names,
            self.authority,
            self.office,
            *dates,
            self.state,
            self.suspension,
            self.grade,
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of the catalogue by their folded keys, built once for an import."""

    authorities: Mapping[str, str]
    offices: Mapping[str, str]
    kinds: Mapping[str, KindOfPlace]
    templates: tuple[NumberTemplate, ...]
    ledger_types: tuple[PermitType, ...]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Vocabulary:
        """Collect authorities, towns, kinds of place with aliases, number templates, permit types of ledgers."""
        return cls(
            {name_key(authority.name.zh): authority.id for authority in catalogue.authorities.values()},
            {name_key(office.region_name.zh): office.id for office in catalogue.windows.values()},
            {name_key(name): kind for kind in catalogue.kinds.values() for name in (*kind.aliases, kind.name.zh)},
            catalogue.number_templates,
            tuple(permit_type for permit_type in catalogue.permit_types.values() if permit_type.ledger),
        )


def parse_market(row: SourceRow, words: Vocabulary) -> MarketRecord:
    """Read one licence. Raises InputError for a wrong code, text, date or unknown word."""
    texts = _usable_texts(row)
    form = _form(texts["entity_type"])
    if form is not EntityForm.INDIVIDUAL:
        _demand_filled(row, ("name",))
    established = _day(texts, "established_on")
    issued = _day(texts, "issued_on")
    _in_order(established, issued, "issued_on")
    term_from = _day(texts, "term_from") if texts["term_from"] else established
    term_to = _day(texts, "term_to") if texts["term_to"] else None
    if term_to is not None:
        _in_order(term_from, term_to, "term_to")
    entity = Entity(
        uscc=parse_uscc(texts["uscc"]),
        form=form,
        name=texts["name"],
        entity_type=texts["entity_type"],
        principal=texts["principal"],
        established_on=established,
        issued_on=issued,
        domicile=texts["address"],
        business_scope=texts["business_scope"],
        registration_authority=_named(words.authorities, texts["authority"], "authority", "import_authority_unknown"),
        registered_capital=texts["registered_capital"],
        term_to=term_to,
    )
    state = _known(_LICENCE_STATES, texts["state"], "state", "import_licence_state_unknown")
    return MarketRecord(row, entity, state, texts.get("phone", ""))


def parse_health(row: SourceRow, words: Vocabulary) -> HealthRecord:
    """Read one permit. As for a licence, but a missing credit code is not an error."""
    texts = _usable_texts(row)
    first, last = _day(texts, "valid_from"), _day(texts, "valid_to")
    _in_order(first, last, "valid_to")
    issued = _day(texts, "issued_on")
    _in_order(issued, last, "valid_to")
    permit_no = _number(texts["permit_no"], words.templates)
    permit_type = _permit_type(texts, permit_no, words)
    return HealthRecord(
        row=row,
        permit_type=permit_type,
        permit_no=permit_no,
        uscc=parse_uscc(texts["uscc"]) if texts["uscc"] else "",
        holder=texts["name"],
        principal=texts["principal"],
        address=texts["address"],
        kinds=_kinds(texts["items"], words.kinds) if permit_type.by_kind_of_place else (),
        items=texts["items"],
        authority=_named(words.authorities, texts["authority"], "authority", "import_authority_unknown"),
        office=_named(words.offices, texts["office"], "office", "import_office_unknown"),
        issued_on=issued,
        period=Period(first, last),
        state=_known(_PERMIT_STATES, texts["state"], "state", "import_permit_state_unknown"),
        grade=_grade(texts["grade"], permit_type),
        suspension=_SUSPENSIONS.get(texts["state"]),
    )


def _permit_type(texts: Mapping[str, str], permit_no: str, words: Vocabulary) -> PermitType:
    """The permit type: the one named in the row, else the only one that its authority or number allows."""
    named = texts.get("permit_type", "")
    if named:
        by_name = {name_key(known.name.zh): known for known in words.ledger_types}
        if (found := by_name.get(name_key(named))) is None:
            raise InputError("import_permit_type_unknown", field="permit_type", found=named, known=_names(words))
        return found
    authority = words.authorities.get(name_key(texts["authority"]), "")
    numbered = {template.permit_type for template in words.templates if template.parse(permit_no)}
    for possible in (
        words.ledger_types,
        [known for known in words.ledger_types if known.authority == authority],
        [known for known in words.ledger_types if known.id in numbered],
    ):
        if len(possible) == 1:
            return possible[0]
    raise InputError("import_permit_type_unclear", field="permit_type", known=_names(words))


def _names(words: Vocabulary) -> str:
    return "、".join(known.name.zh for known in words.ledger_types)


def _grade(text: str, permit_type: PermitType) -> str:
    """The id of the grade that a row names by it or by its name, in the scale of the permit's type."""
    scale = permit_type.scale
    if text in {"", NOT_GRADED.zh}:
        return ""
    if scale is None:
        raise InputError("import_grade_not_of_type", field="grade", found=text, permit_type=permit_type.name.zh)
    known = {name_key(name): each.id for each in scale.grades for name in (each.id, each.short.zh, each.name.zh)}
    if (found := known.get(name_key(text))) is None:
        raise InputError("import_grade_unknown", field="grade", found=text, **scale_facts(scale))
    return found


def region_of(address: str, catalogue: Catalogue) -> str:
    """The 9-digit code of the town named in ``address``, or empty."""
    return next((o.region for o in catalogue.windows.values() if o.region_name.zh in address), "")


def office_of(address: str, catalogue: Catalogue) -> str:
    """The id of the office of the town named in ``address``, or empty."""
    return next((o.id for o in catalogue.windows.values() if o.region_name.zh in address), "")


def _usable_texts(row: SourceRow) -> Mapping[str, str]:
    if row.beyond:
        raise InputError("import_row_too_wide", beyond=row.beyond)
    _demand_readable(row)
    headings = COLUMNS[row.place.source]
    for key, text in row.cells.items():
        heading = headings[key]
        demand_length(text, LIMITS.get(key, 200), key, Text(heading, heading))
        if fault := refused_character(text):
            raise InputError(_CHARACTER_FAULTS[fault.code], field=key, **fault.facts)
        if key == "name" and (size := name_bytes(text)) > MAX_NAME_BYTES:
            facts = {"label_zh": heading, "label_en": heading, "size": size, "limit": MAX_NAME_BYTES}
            raise InputError("name_too_long_for_code", field=key, **facts)
    _demand_filled(row, (key for key in headings if key not in _MAY_BE_EMPTY[row.place.source]))
    return row.cells


def _demand_readable(row: SourceRow) -> None:
    """Refuse cells that have no value, or one that the spreadsheet has changed."""
    for key, kind in row.kinds.items():
        if code := NO_VALUES.get(kind):
            raise InputError(code, field=key, found=row.cells[key][:40])
    for key in CODE_COLUMNS & row.cells.keys():
        if row.kinds.get(key) in {CellKind.NUMBER, CellKind.DATE}:
            raise InputError("import_code_as_number", field=key, found=row.cells[key][:40])


def _demand_filled(row: SourceRow, keys: Iterable[str]) -> None:
    """Refuse a row in which required cells are empty; all of them are named."""
    headings = COLUMNS[row.place.source]
    if empty := [key for key in keys if not row.cells.get(key)]:
        raise InputError("import_cell_empty", field=empty[0], headings="、".join(headings[key] for key in empty))


def _day(texts: Mapping[str, str], key: str) -> date:
    return read_written_date(texts[key], key).day


def _in_order(first: date, last: date, key: str) -> None:
    if last < first:
        raise InputError("dates_out_of_order", field=key, first=first.isoformat(), last=last.isoformat())


def _form(text: str) -> EntityForm:
    folded = unicodedata.normalize("NFKC", text)
    found = next((form for words, form in _FORMS if words in folded), None)
    if found is None:
        raise InputError("import_entity_type_unknown", field="entity_type", found=text)
    return found


def _known(words: Mapping[str, _Meaning], text: str, key: str, code: str) -> _Meaning:
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if folded not in words:
        raise InputError(code, field=key, found=text)
    return words[folded]


def _named(ids: Mapping[str, str], text: str, key: str, code: str) -> str:
    found = ids.get(name_key(text))
    if found is None:
        raise InputError(code, field=key, found=text)
    return found


def _number(text: str, templates: Iterable[NumberTemplate]) -> str:
    """The number in the spelling of its template if it differs only in width or brackets, else as written."""
    digits = re.findall(r"\d{1,9}", unicodedata.normalize("NFKC", text))
    if len(digits) < 2:
        return text
    wanted = name_key(text)
    spellings = (template.render(int(digits[-2]), int(digits[-1])) for template in templates)
    return next((spelling for spelling in spellings if name_key(spelling) == wanted), text)


def _kinds(text: str, known: Mapping[str, KindOfPlace]) -> tuple[KindOfPlace, ...]:
    """One kind, or several separated by commas; a name that contains a comma itself (候车（机、船）室) is tried first."""
    parts = [text] if name_key(text) in known else [part for part in re.split(r"[、，,；;]", text) if part.strip()]
    for part in parts or [text]:
        if name_key(part) not in known:
            raise InputError("import_kind_unknown", field="items", found=part.strip())
    return tuple({(kind := known[name_key(part)]).id: kind for part in parts}.values())
