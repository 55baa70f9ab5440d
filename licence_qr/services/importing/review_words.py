"""Wording of import review: names of columns and decisions in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.catalogue.grading import scale_title
from licence_qr.domain.catalogue.model import Catalogue, Text
from licence_qr.domain.importing.conflicts import Decision, Side, Source
from licence_qr.domain.lifecycle.acts import STATE_NAMES, SubjectKind
from licence_qr.wording.terms import term

# In the order of the comparison. A column that is not named here is never shown.
COLUMNS: Mapping[str, Text] = {
    "uscc": term("field.credit_code"),
    "name": term("field.name"),
    "principal": term("field.holder_title"),
    "address": term("field.address"),
    "entity_type": term("field.type"),
    "registered_capital": term("field.registered_capital"),
    "established_on": term("field.established"),
    "term_from": Text("营业期限自", "Term starts on"),
    "term_to": term("field.term_ends_on"),
    "business_scope": term("field.business_scope"),
    "permit_type": Text("许可种类", "Permit type"),
    "permit_no": term("field.permit_number"),
    "items": term("field.permitted_activities"),
    "kinds": term("field.types_of_place"),
    "authority": Text("登记机关或发证机关", "Registration or issuing authority"),
    "office": Text("受理街镇", "Receiving town"),
    "issued_on": Text("核准或发证日期", "Approved or issued on"),
    "valid_from": term("field.valid_from"),
    "valid_to": term("field.valid_to"),
    "state": term("field.status"),
    "grade": term("field.grade"),
    "note": term("field.notes"),
}

DECISIONS: Mapping[Decision, Text] = {
    Decision.TAKE_MARKET: Text("是同一经营主体，以营业执照为准", "Same business; the licence is correct"),
    Decision.TAKE_HEALTH: Text(
        "是同一经营主体，以卫生许可台账为准（营业执照导出已过时）",
        "Same business; the permit ledger is correct and the licence export is out of date",
    ),
    Decision.TAKE_FIRST: Text("以左侧一行为准，另一行不予导入", "Use the left row and reject the other"),
    Decision.TAKE_SECOND: Text("以右侧一行为准，另一行不予导入", "Use the right row and reject the other"),
    Decision.ACCEPT_MATCH: Text("确认属于所建议的经营主体", "Belongs to the suggested business"),
    Decision.IMPORT_CLOSED: Text("只作为已注销的记录保留", "Keep only as a cancelled record"),
    Decision.ACCEPT: Text("按原样导入", "Import as it is"),
    Decision.TAKE_REGISTER: Text("保留登记库现有内容", "Keep the register unchanged"),
    Decision.TAKE_FILE: Text("以导出文件为准，更新登记库", "Update the register from the file"),
    Decision.REFUSE: Text("不予导入", "Do not import"),
}

_SOURCES: Mapping[Source, Text] = {
    Source.MARKET: Text("营业执照导出", "Licence export"),
    Source.HEALTH: Text("卫生许可台账", "Permit ledger"),
    Source.REGISTER: Text("登记库", "This register"),
}


def columns(catalogue: Catalogue, *sides: Mapping[str, str]) -> Mapping[str, Text]:
    """``COLUMNS`` with the grade called as the scale of the permit's type calls it: the type that its number tells, else the
    only one in the ledger that has a scale."""
    numbers = [side["permit_no"] for side in sides if side.get("permit_no")]
    templates = [each for each in catalogue.number_templates if any(map(each.parse, numbers))]
    ledger = (each.id for each in catalogue.permit_types.values() if each.ledger)
    types = {each.permit_type for each in templates} or set(ledger)
    scales = [scale for scale in map(catalogue.scale, types) if scale]
    return {**COLUMNS, "grade": scale_title(scales[0] if len(scales) == 1 else None)}


def in_words(catalogue: Catalogue, name: str, text: str, kind: SubjectKind) -> str:
    """The text of one side in the column ``name``, as shown.

    The register and parsed rows have ids where the file has names; other values are shown as written.
    """
    known: Mapping[str, Text] = {}
    if name == "state":
        known = {state: words for (subject, state), words in STATE_NAMES.items() if subject is kind}
    elif name == "authority":
        known = {key: authority.name for key, authority in catalogue.authorities.items()}
    elif name == "office":
        known = {key: office.name for key, office in catalogue.offices.items()}
    elif name == "kinds":
        known = {key: place.name for key, place in catalogue.kinds.items()}
        return "、".join(known[part].zh if part in known else part for part in text.split(","))
    return known[text].zh if text in known else text


def side_title(side: Side) -> Text:
    """The title of one side: the export with its file and row, or the register."""
    who = _SOURCES[side.source]
    if side.source is Source.REGISTER:
        return who
    return Text(f"{who.zh}：{side.file} 第 {side.row} 行", f"{who.en}: {side.file}, row {side.row}")
