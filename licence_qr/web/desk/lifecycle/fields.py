"""The questions of each act, and what stands in them at first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.lifecycle.acts import Act, Rule, Subject, SubjectKind
from licence_qr.domain.lifecycle.changes import CHANGES, ChangeRule, ChangeWay
from licence_qr.domain.lifecycle.details import ReprintCause
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.domain.register.marks import MARK_NAMES, MarkKind, marks_for
from licence_qr.domain.text import Text
from licence_qr.services.businesses.search import BusinessDetail, HeldPermit
from licence_qr.web.shell.forms import Choice, Field, Widget
from licence_qr.web.shell.words import GRADE, TITLES, day

DATE_EXAMPLE = Text("例如 2026-11-23。", "For example 2026-11-23.")
CHANGEABLE = tuple(
    rule.field
    for rule in CHANGES
    if rule.kind is SubjectKind.LICENCE and rule.way in {ChangeWay.LICENCE, ChangeWay.LICENCE_AND_PERMITS}
)
# What else hangs on a new value, said beside the field.
_PREMISES_STAY = Text(
    "经营场所和许可证上的地址不跟着变：街道改了名的，另在许可上办“许可变更”；搬到别处的，要重新申请许可。",
    "Premises and permits keep their address: for a renamed street also change the permit; a move needs a new application.",
)
_WITH_PERMITS = Text("许可一并换成新的，编号和到期日不变。", "Permits are re-issued too; numbers and last days stay.")
_HINTS = {"domicile": _PREMISES_STAY}
_WIDTHS = {"principal": 20, "entity_type": 30, "registered_capital": 20, "term_to": 12}
_MAY_BE_EMPTY = {"registered_capital", "term_to"}


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act on one subject, by a rule that its state allows."""

    detail: BusinessDetail
    subject: Subject
    rule: Rule
    permit: HeldPermit | None
    catalogue: Catalogue
    today: date


def _marked(kind: MarkKind) -> Choice:
    return Choice(kind.value, MARK_NAMES[kind])


def label_of(name: str, form: EntityForm) -> Text:
    """What a field of the licence is called: some titles hang on the form of business."""
    return TITLES[name][form] if name in TITLES else FIELD_LABELS[name]


def changes_of(case: ActForm) -> tuple[ChangeRule, ...]:
    """What a change may change, and what it may not; nothing for other acts."""
    if case.rule.act is not Act.CHANGE:
        return ()
    form = case.detail.entity.form
    return tuple(
        replace(rule, label=label_of(rule.field, form)) if rule.field in TITLES else rule
        for rule in CHANGES
        if rule.kind is case.subject.kind
    )


def _licence_change(case: ActForm) -> tuple[Field, ...]:
    ways = {rule.field: rule.way for rule in CHANGES if rule.kind is SubjectKind.LICENCE}
    return tuple(
        Field(
            name,
            label_of(name, case.detail.entity.form),
            _WITH_PERMITS if ways[name] is ChangeWay.LICENCE_AND_PERMITS else _HINTS.get(name),
            widget=Widget.PARAGRAPH if name == "business_scope" else Widget.LINE,
            characters=_WIDTHS.get(name, 0),
            optional=name in _MAY_BE_EMPTY,
        )
        for name in CHANGEABLE
    )


def _permit_change(case: ActForm) -> tuple[Field, ...]:
    return (
        Field(
            "renamed",
            Text("地址为什么变？", "Why does the address change?"),
            widget=Widget.RADIOS,
            choices=(
                Choice("yes", Text("地方没动，街道或门牌改了名", "Same place; its street or number was renamed")),
                Choice(
                    "no",
                    Text("搬到了别处", "The business moved"),
                    Text("要重新申请许可。", "That needs a new application."),
                ),
            ),
        ),
        Field("premises_address", FIELD_LABELS["premises_address"]),
    )


def _new_premises(case: ActForm) -> tuple[Field, ...]:
    regions = {office.region: Choice(office.region, office.region_name) for office in case.catalogue.offices.values()}
    return (
        Field("premises_address", FIELD_LABELS["premises_address"]),
        Field(
            "premises_region", FIELD_LABELS["premises_region"], widget=Widget.RADIOS, choices=tuple(regions.values())
        ),
        Field("area_m2", FIELD_LABELS["area_m2"], characters=6, inputmode="numeric", optional=True),
    )


def _which_premises(case: ActForm) -> tuple[Field, ...]:
    places = (
        Choice(str(place.premises_no), Text(place.address, place.address), _held_there(case, place.premises_no))
        for place in case.detail.premises
        if place.open
    )
    return (
        Field("premises_no", Text("停用哪一处？", "Which one is closed?"), widget=Widget.RADIOS, choices=tuple(places)),
    )


def _held_there(case: ActForm, premises_no: int) -> Text | None:
    ended = {"annulled", "revoked", "withdrawn", "cancelled", "refused"}
    held = [p for p in case.detail.permits if p.permit.premises_no == premises_no and p.permit.state not in ended]
    if not held:
        return Text("这里没有许可。", "There is no permit here.")
    zh = "、".join(f"{p.permit_type.zh} {p.permit.permit_no}".strip() for p in held)
    en = ", ".join(f"{p.permit_type.en} {p.permit.permit_no}".strip() for p in held)
    return Text(f"一并注销：{zh}", f"Cancelled with it: {en}")


def _reprint(case: ActForm) -> tuple[Field, ...]:
    lost = Text("遗失的照牌声明作废。", "The lost card is declared void.")
    damaged = Text("收回损坏的照牌。", "Take the damaged card back.")
    choices = (
        Choice(ReprintCause.LOST.value, Text("遗失", "Lost"), lost),
        Choice(ReprintCause.DAMAGED.value, Text("毁损", "Damaged"), damaged),
    )
    return (Field("cause", Text("为什么补发？", "Why is it printed again?"), widget=Widget.RADIOS, choices=choices),)


def _dormancy(case: ActForm) -> tuple[Field, ...]:
    longest = Text("歇业的最后一天，最长三年。", "The last day of the rest, three years at most.")
    hint = Text(longest.zh + DATE_EXAMPLE.zh, f"{longest.en} {DATE_EXAMPLE.en}")
    return (Field("until", Text("歇业至", "Dormant until"), hint, characters=12),)


def _mark(case: ActForm) -> tuple[Field, ...]:
    choices = tuple(_marked(kind) for kind in marks_for(case.detail.entity.form))
    until = Text("决定书没有写明的留空，标记在移出之前一直显示。", "Empty where the decision names none.")
    return (
        Field("kind", Text("加注什么？", "Which mark?"), widget=Widget.RADIOS, choices=choices),
        Field("until", Text("至", "Until"), until, characters=12, optional=True),
    )


def _which_mark(case: ActForm) -> tuple[Field, ...]:
    choices = tuple(
        Choice(str(s.mark_id), MARK_NAMES[s.mark.kind], Text(f"自 {day(s.mark.since)}", f"since {day(s.mark.since)}"))
        for s in case.detail.marks
    )
    return (Field("mark_id", Text("移出哪一项？", "Which mark is lifted?"), widget=Widget.RADIOS, choices=choices),)


def _grading(case: ActForm) -> tuple[Field, ...]:
    choices = (*(Choice(each, GRADE[each]) for each in ("A", "B", "C")), Choice("none", GRADE[""]))
    hint = Text("由现场检查得出的等级不必在此填写。", "A grade that comes of an inspection need not be entered here.")
    return (Field("grade", Text("等级", "Grade"), hint, widget=Widget.RADIOS, choices=choices),)


_FIELDS: Mapping[tuple[SubjectKind, Act], Callable[[ActForm], tuple[Field, ...]]] = {
    (SubjectKind.LICENCE, Act.CHANGE): _licence_change,
    (SubjectKind.PERMIT, Act.CHANGE): _permit_change,
    (SubjectKind.LICENCE, Act.ADD_PREMISES): _new_premises,
    (SubjectKind.LICENCE, Act.CLOSE_PREMISES): _which_premises,
    (SubjectKind.LICENCE, Act.REPRINT): _reprint,
    (SubjectKind.LICENCE, Act.DORMANT): _dormancy,
    (SubjectKind.LICENCE, Act.MARK): _mark,
    (SubjectKind.LICENCE, Act.LIFT_MARK): _which_mark,
    (SubjectKind.PERMIT, Act.GRADE): _grading,
}


def own_fields(case: ActForm) -> tuple[Field, ...]:
    """The questions of the act itself; many acts have none."""
    make = _FIELDS.get((case.subject.kind, case.rule.act))
    return make(case) if make else ()


def grounds_fields(rule: Rule) -> tuple[Field, ...]:
    """The questions that every act asks."""
    latest = Text("不晚于今天。", "Not later than today.")
    return (
        Field(
            "effective_on",
            rule.day,
            Text(latest.zh + DATE_EXAMPLE.zh, f"{latest.en} {DATE_EXAMPLE.en}"),
            characters=12,
        ),
        Field(
            "reason",
            Text("理由", "Reason"),
            Text("只留在内部历史中，不公开。", "Kept in the internal history, never published."),
            widget=Widget.PARAGRAPH,
            optional=not rule.needs_reason,
        ),
        Field("legal_basis", Text("依据", "Legal basis")),
        Field("document_no", Text("文号", "Document number"), characters=30, optional=True),
    )


def first_values(case: ActForm) -> dict[str, str]:
    """What stands in the form before anything is typed: the register's values, the rule's basis, today."""
    values = {"effective_on": case.today.isoformat(), "legal_basis": case.rule.basis.zh, **registered(case)}
    if case.rule.act is Act.CLOSE_PREMISES and sum(place.open for place in case.detail.premises) == 1:
        values["premises_no"] = str(next(place.premises_no for place in case.detail.premises if place.open))
    if case.rule.act is Act.LIFT_MARK and len(case.detail.marks) == 1:
        values["mark_id"] = str(case.detail.marks[0].mark_id)
    return values


def registered(case: ActForm) -> dict[str, str]:
    """The fields of a change as the register says them now; empty for every other act."""
    if case.rule.act is not Act.CHANGE:
        return {}
    if case.permit is not None:
        return {"premises_address": case.permit.address}
    entity = case.detail.entity
    term = {"term_to": entity.term_to.isoformat() if entity.term_to else ""}
    return {name: str(getattr(entity, name)) for name in CHANGEABLE if name != "term_to"} | term
