"""What the acts on a licence ask beside their grounds, and what they read from it. An act that is not here asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from licence_qr.domain.lifecycle.acts import Act, SubjectKind
from licence_qr.domain.lifecycle.changes import CHANGES, ChangeWay
from licence_qr.domain.lifecycle.details import (
    ClosingPremises,
    Details,
    Dormancy,
    LicenceChange,
    LiftedMark,
    NewMark,
    NewPremises,
    Reprint,
    ReprintCause,
)
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.domain.register.marks import MARK_NAMES, MarkKind, marks_for
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.web.desk.lifecycle.act_form import DATE_EXAMPLE, ActForm, ActQuestions
from licence_qr.web.shell.forms import Choice, Field, TypedForm, Widget
from licence_qr.web.shell.words import TITLES, day
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

CHANGEABLE = tuple(
    rule.field
    for rule in CHANGES
    if rule.kind is SubjectKind.LICENCE and rule.way in {ChangeWay.LICENCE, ChangeWay.LICENCE_AND_PERMITS}
)
# What else hangs on a new value, said beside the field.
_PREMISES_STAY = Text(
    "经营场所和许可证上的地址不跟着变：街道改了名的，另在许可上办“许可变更”；搬到别处的，要重新申请许可。",
    "The addresses on premises and permits do not change. If the street was renamed, also change the permit."
    " If the business moved, it needs a new application.",
)
_WITH_PERMITS = Text(
    "许可一并换成新的，编号和到期日不变。", "Permits are reissued too. Numbers and expiry dates do not change."
)
_HINTS = {"domicile": _PREMISES_STAY}
_WIDTHS = {"principal": 20, "entity_type": 30, "registered_capital": 20, "term_to": 12}
_MAY_BE_EMPTY = {"registered_capital", "term_to"}


def label_of(name: str, form: EntityForm) -> Text:
    """The label of a field of the licence; some labels depend on the legal form."""
    return TITLES[name][form] if name in TITLES else FIELD_LABELS[name]


def _change(case: ActForm) -> tuple[Field, ...]:
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


def _registered(case: ActForm) -> dict[str, str]:
    entity = case.detail.entity
    term = {"term_to": entity.term_to.isoformat() if entity.term_to else ""}
    return {name: str(getattr(entity, name)) for name in CHANGEABLE if name != "term_to"} | term


def _read_change(typed: TypedForm) -> Details:
    new = {name: typed.text(name) for name in CHANGEABLE if typed.text(name) != typed.was.get(name, "").strip()}
    without_end = "term_to" in new and not new["term_to"]
    term_to = typed.day("term_to") if new.pop("term_to", "") else None
    return LicenceChange(term_to=term_to, without_end=without_end, **new)


def _new_premises(case: ActForm) -> tuple[Field, ...]:
    regions = {office.region: Choice(office.region, office.region_name) for office in case.catalogue.windows.values()}
    return (
        Field("premises_address", FIELD_LABELS["premises_address"]),
        Field(
            "premises_region", FIELD_LABELS["premises_region"], widget=Widget.RADIOS, choices=tuple(regions.values())
        ),
        Field("area_m2", FIELD_LABELS["area_m2"], characters=6, inputmode="numeric", optional=True),
    )


def _read_premises(typed: TypedForm) -> Details:
    reader = FieldReader(typed.values)
    address, area = reader.text("premises_address"), reader.area("area_m2")
    typed.problems += reader.problems
    return NewPremises(address, typed.choice("premises_region"), area)


def _which_premises(case: ActForm) -> tuple[Field, ...]:
    places = (
        Choice(str(place.premises_no), Text(place.address, place.address), _held_there(case, place.premises_no))
        for place in case.detail.premises
        if place.open
    )
    return (
        Field(
            "premises_no",
            Text("停用哪一处？", "Which premises are you closing?"),
            widget=Widget.RADIOS,
            choices=tuple(places),
        ),
    )


def _held_there(case: ActForm, premises_no: int) -> Text | None:
    ended = {"annulled", "revoked", "withdrawn", "cancelled", "refused"}
    held = [p for p in case.detail.permits if p.permit.premises_no == premises_no and p.permit.state not in ended]
    if not held:
        return Text("这里没有许可。", "There are no permits here.")
    zh = "、".join(f"{p.permit_type.zh} {p.permit.permit_no}".strip() for p in held)
    en = ", ".join(f"{p.permit_type.en} {p.permit.permit_no}".strip() for p in held)
    return Text(f"一并注销：{zh}", f"Cancelled with it: {en}")


def _only_premises(case: ActForm) -> dict[str, str]:
    places = [str(place.premises_no) for place in case.detail.premises if place.open]
    return {"premises_no": places[0]} if len(places) == 1 else {}


def _closing(typed: TypedForm) -> Details:
    return ClosingPremises(int(typed.choice("premises_no") or 0))


def _reprint(case: ActForm) -> tuple[Field, ...]:
    lost = Text("遗失的亮证牌声明作废。", "The lost card is declared void.")
    damaged = Text("收回损坏的亮证牌。", "Take back the damaged card.")
    choices = (
        Choice(ReprintCause.LOST.value, Text("遗失", "Lost"), lost),
        Choice(ReprintCause.DAMAGED.value, Text("毁损", "Damaged"), damaged),
    )
    return (
        Field(
            "cause",
            Text("为什么补发、换发？", "Why is the card being replaced?"),
            widget=Widget.RADIOS,
            choices=choices,
        ),
    )


def _read_reprint(typed: TypedForm) -> Details:
    return Reprint(ReprintCause(typed.choice("cause") or ReprintCause.LOST))


def _dormancy(case: ActForm) -> tuple[Field, ...]:
    longest = Text("歇业的最后一天，最长三年。", "The last day of dormancy. Three years at most.")
    hint = Text(longest.zh + DATE_EXAMPLE.zh, f"{longest.en} {DATE_EXAMPLE.en}")
    return (Field("until", term("field.dormant_until"), hint, characters=12),)


def _read_dormancy(typed: TypedForm) -> Details:
    return Dormancy(typed.day("until") or date.max)


def _marked(kind: MarkKind) -> Choice:
    return Choice(kind.value, MARK_NAMES[kind])


def _mark(case: ActForm) -> tuple[Field, ...]:
    choices = tuple(_marked(kind) for kind in marks_for(case.detail.entity.form))
    until = Text(
        "决定书没有写明的留空，标记在移出之前一直显示。",
        "Leave empty if the decision gives no date. The entry is shown until it is removed.",
    )
    return (
        Field(
            "kind",
            Text("列入哪一种名录或加注哪一种标记？", "Which list or mark?"),
            widget=Widget.RADIOS,
            choices=choices,
        ),
        Field("until", term("field.end_date"), until, characters=12, optional=True),
    )


def _read_mark(typed: TypedForm) -> Details:
    return NewMark(MarkKind(typed.choice("kind") or MarkKind.ABNORMAL), typed.day("until", required=False))


def _which_mark(case: ActForm) -> tuple[Field, ...]:
    choices = tuple(
        Choice(str(s.mark_id), MARK_NAMES[s.mark.kind], Text(f"自 {day(s.mark.since)}", f"since {day(s.mark.since)}"))
        for s in case.detail.marks
    )
    return (
        Field(
            "mark_id",
            Text("移出或取消哪一项？", "Which entry do you want to remove?"),
            widget=Widget.RADIOS,
            choices=choices,
        ),
    )


def _only_mark(case: ActForm) -> dict[str, str]:
    return {"mark_id": str(case.detail.marks[0].mark_id)} if len(case.detail.marks) == 1 else {}


def _lifted(typed: TypedForm) -> Details:
    return LiftedMark(int(typed.choice("mark_id") or 0))


LICENCE_FORMS: Mapping[Act, ActQuestions] = {
    Act.CHANGE: ActQuestions(_change, _read_change, registered=_registered),
    Act.ADD_PREMISES: ActQuestions(_new_premises, _read_premises),
    Act.CLOSE_PREMISES: ActQuestions(_which_premises, _closing, first=_only_premises),
    Act.REPRINT: ActQuestions(_reprint, _read_reprint),
    Act.DORMANT: ActQuestions(_dormancy, _read_dormancy),
    Act.MARK: ActQuestions(_mark, _read_mark),
    Act.LIFT_MARK: ActQuestions(_which_mark, _lifted, first=_only_mark),
}
