"""Words of the auditor's list: what an event is about, and which fields."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.businesses.history_words import EVENTS, FIELDS
from licence_qr.domain.catalogue.model import Text
from licence_qr.services.audit.trail import TrailLine
from licence_qr.web.desk.words import office_name
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import in_words, t
from licence_qr.wording.terms import term

_SUBJECTS: Mapping[str, Text] = {
    "absence": term("record.absence"),
    "account": Text("账号", "Account"),
    "application": Text("申请", "Application"),
    "business": term("field.business"),
    "case": Text("业务", "Case"),
    "card": term("record.display_card"),
    "code": term("record.code"),
    "export": Text("导出", "Export"),
    "follow-up": term("inspection.commitment_check"),
    "history": Text("历史", "History"),
    "inspection": term("inspection.record"),
    "item": Text("事项", "Item"),
    "key": Text("密钥", "Key"),
    "list": Text("列表", "List"),
    "party": Text("申请人或代理人", "Applicant or agent"),
    "permit": term("record.permit"),
    "person": Text("人员", "Person"),
    "premises": term("field.premises"),
    "promise": term("record.promise"),
    "proposal": Text("提议", "Proposal"),
    "question": Text("待裁定事项", "Imported row"),
    "rating": Text("评价", "Rating"),
    "register": Text("登记库", "This register"),
    "report": Text("反映", "Report"),
    "search": Text("查询内容", "Searched for"),
}
_SEARCHES: Mapping[str, Text] = {
    "identity_number": term("field.identity_number"),
    "telephone": Text("电话号码", "Telephone number"),
    "credit_code": term("field.credit_code"),
    "code_number": term("field.code_number"),
    "words": Text("名称或其他文字", "Name or other words"),
}
_PERSON_NAME = term("field.person_name")
_FIELDS: Mapping[str, Text] = {
    "agent": term("field.agent"),
    "acts_of_both": Text("当时按两人办理的事项", "Cases that counted them as two people"),
    "by": Text("经办", "Handled by"),
    "contact": Text("联系方式", "Contact details"),
    "contact_phone": Text("联系电话", "Telephone"),
    "findings": term("inspection.what_was_found"),
    "identity_number": term("field.identity_number"),
    "office": Text("所在窗口", "Office they work in"),
    "parties": Text("申请人和代理人", "Applicant and agent"),
    "photo": term("inspection.photos"),
    "proposed_by": term("field.proposed_by"),
    "reason": term("field.reason"),
    "signature": Text("签字", "Signature"),
    "staff_no": term("field.staff_number"),
    "text": Text("内容", "Text"),
}
_ALL_FIELDS = {**FIELDS, **_FIELDS}


def kind_words(line: TrailLine) -> str:
    """What was done, and how often where it was refused more than once."""
    many = t(f"（{line.times} 次）", f" ({line.times} times)") if line.times > 1 else ""
    return in_words(EVENTS[line.kind]) + many


def about_words(line: TrailLine) -> str:
    """What it was done to: the kind of thing and its number or name; empty for the licence itself."""
    kind, _, name = line.subject.partition("/")
    if kind == "search":
        return in_words(_SEARCHES.get(name, Text(name, name)))
    if kind not in _SUBJECTS or (name and name == line.uscc):
        return in_words(_SUBJECTS[kind]) if kind in _SUBJECTS else name
    known = catalogue().permit_types.get(line.subject_name) if kind == "item" else None
    return f"{in_words(_SUBJECTS[kind])} {in_words(known.name) if known else line.subject_name or name}"


def field_words(line: TrailLine) -> str:
    """The fields that were seen or changed, those that have words; with old and new value where the line tells them."""
    return t("、", ", ").join(_field(line, name) for name in line.details if name in _ALL_FIELDS)


def _field(line: TrailLine, name: str) -> str:
    label = in_words(_PERSON_NAME if name in line.values and name == "name" else _ALL_FIELDS[name])
    if name not in line.values:
        return label
    was, became = (_value(name, value) for value in line.values[name])
    return f"{label}{t('：', ': ')}{was + ' → ' if was else ''}{became or t('（无）', '(none)')}"


def _value(name: str, value: object) -> str:
    if isinstance(value, list):
        return t("、", ", ").join(map(str, value))
    return office_name(str(value)) if name == "office" and value else str(value or "")


def by_words(line: TrailLine) -> str:
    """Who did it: the name and the account, and on whose behalf."""
    who = f"{in_words(line.by_name)}（{line.by}）" if line.by_name else line.by
    behalf = behalf_words(line)
    return who + (t("，被代办人：", ", on behalf of ") + behalf if behalf else "")


def behalf_words(line: TrailLine) -> str:
    """On whose behalf: the name and the account; empty where it was on nobody's."""
    return f"{in_words(line.behalf_name)}（{line.on_behalf_of}）" if line.behalf_name else line.on_behalf_of
