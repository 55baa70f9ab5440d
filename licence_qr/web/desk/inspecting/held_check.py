"""The check before a clerk decides on a record that is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flask import url_for

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.inspecting.inspection import OUTCOME_WORDS
from licence_qr.domain.register.events import EventKind
from licence_qr.services.inspecting.desk import Handled, InspectionView
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine, answers_of, check_page
from licence_qr.web.shell.forms import Field
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.words import day
from licence_qr.wording.terms import term

_KEPT = Text(
    "内容全部保留，不产生效果；不能再改。", "Everything is kept and has no effect. This cannot be changed later."
)
_COUNTED = Text("检查结果计入，立即生效；不能再改。", "The result counts from now on. This cannot be changed later.")
# What it does to the register, by the events that a trial has written.
_EFFECTS: Mapping[EventKind, Text] = {
    EventKind.PERMIT_GRADED: Text("评定等级。", "The permit is graded."),
    EventKind.RECTIFICATION_ORDERED: Text("同时责令整改。", "Rectification is ordered."),
    EventKind.RECTIFICATION_CLOSED: Text("原来的整改通知办结。", "The earlier order is closed."),
    EventKind.FOLLOW_UP_RECORDED: Text("记入告知承诺核查。", "The commitment check is recorded."),
    EventKind.VISIT_RECORDED: Text("同时作为准予前的现场核查。", "It is also the visit before a grant."),
}
_PUBLIC_DAY = Text(
    "公众页面显示检查日期和等级；查到的问题不公布。",
    "The public page shows the date of the visit and the grade. Findings are not published.",
)
_NOT_PUBLIC = Text("公众页面不变。", "The public page does not change.")
_PROPOSED = Text(
    "提议停业整顿或撤销，由另一位审批人员决定。", "Suspension or annulment is proposed. Another person decides."
)
_NOT_SENT = Text("不发送。请告知检查人员。", "Nothing is sent. Tell the officers who made the visit.")


def held_check(view: InspectionView, fields: Iterable[Field], values: Mapping[str, str], handled: Handled) -> str:
    """What was found, and what the decision does by the register as it is now."""
    stored, counts = view.stored, values["decision"] == "count"
    shows(f"inspection/{stored.key}", "name", "address", uscc=stored.uscc)
    outcome = OUTCOME_WORDS[stored.outcome]
    return check_page(
        ActCheck(
            act=Text("处理检查记录", "Review the inspection"),
            holder_name=view.holder_name or stored.uscc,
            about=(
                *((TypedLine(term("field.premises"), view.address),) if view.address else ()),
                TypedLine(Text("检查日期", "Date of the visit"), day(stored.visited_on)),
                TypedLine(term("field.outcome"), t(outcome.zh, outcome.en)),
            ),
            answers=answers_of(fields, values),
            follows=Follows(
                _joined((_COUNTED, *_effects(handled)) if counts else (_KEPT,)),
                _printed(handled),
                _PUBLIC_DAY if counts else _NOT_PUBLIC,
                _PROPOSED if EventKind.PROPOSED in handled.kinds else _NOT_SENT,
            ),
            typed=values,
            leave=url_for("desk.inspections.show_inspection", key=stored.key),
            button=Text("计入检查结果", "Accept the result")
            if counts
            else Text("存档，不计入", "Keep without counting it"),
            grave=True,
        )
    )


def _effects(handled: Handled) -> Iterator[Text]:
    return (words for kind, words in _EFFECTS.items() if kind in handled.kinds)


def _joined(words: Iterable[Text]) -> Text:
    told = tuple(words)
    return Text("".join(each.zh for each in told), " ".join(each.en for each in told))


def _printed(handled: Handled) -> Text:
    if handled.version is None:
        return Text("不印，亮证牌不变。", "Nothing is printed. The display card does not change.")
    return Text(
        f"亮证牌出第 {handled.version} 版；以前的版本从此显示“旧版”，请收回。",
        f"The display card becomes version {handled.version}. Earlier versions are then out of date; take them back.",
    )
