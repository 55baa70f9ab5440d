"""The checks before something of a standard procedure is recorded: a visit, a pause and its end, the extension."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.lifecycle.clock import PAUSE_WORDS, Pause
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.services.lifecycle.procedure import ProcedureView
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine
from licence_qr.web.shell.language import t
from licence_qr.web.shell.words import day
from licence_qr.wording.terms import term

_NO_PRINT = Text("不印，亮证牌不变。", "Nothing is printed. The display card does not change.")
_SAME_PAGE = Text("公众页面不变。", "The public page does not change.")
_NOT_SENT = Text("不发送。", "Nothing is sent.")
_TELL = Text("不发送。请书面告知申请人。", "Nothing is sent. Tell the applicant in writing.")
_VISITED: Mapping[str, Text] = {
    GrantVisitOutcome.PASSED: Text(
        "现场核查通过：可以准予许可，但不能由参加核查的人员决定。",
        "The visit was passed: the permit can be granted, but not by an officer who was there.",
    ),
    GrantVisitOutcome.NOT_PASSED: Text(
        "现场核查未通过：再次核查通过以前不能准予许可。",
        "The visit was not passed: nothing can be granted before another one was passed.",
    ),
}
_LASTING = Text(
    "从首日起不计入办理期限，直到记录暂停结束。",
    "From its first day on nothing counts towards the time to decide, until the end of the pause is recorded.",
)
_OVER = Text(
    "首日至末日不计入办理期限。", "The days from the first to the last do not count towards the time to decide."
)
_ENDS = Text("今天仍不计入，从明天起继续计算办理期限。", "Today does not count yet. Days count again from tomorrow.")
_END = Text("暂停结束", "End the pause")


def follows_visit(values: Mapping[str, str]) -> Follows:
    """What a recorded visit opens or closes."""
    return Follows(_VISITED[values["outcome"]], _NO_PRINT, _SAME_PAGE, _NOT_SENT)


def follows_pause(values: Mapping[str, str]) -> Follows:
    """Which days no longer count."""
    return Follows(_OVER if values["last"] else _LASTING, _NO_PRINT, _SAME_PAGE, _TELL)


def follows_extension(view: ProcedureView) -> Follows:
    """By how much the time to decide grows."""
    days = view.extension_days
    register = Text(
        f"办理期限延长 {days} 个工作日；只能延长一次，不能撤回。",
        f"The time to decide grows by {days} working days. This is possible once only and cannot be taken back.",
    )
    return Follows(register, _NO_PRINT, _SAME_PAGE, _TELL)


def about_application(view: ProcedureView, permit_type: Text) -> tuple[TypedLine, ...]:
    """What it is about, and where."""
    return (
        TypedLine(Text("事项", "Item"), t(permit_type.zh, permit_type.en)),
        TypedLine(term("field.premises"), view.address),
    )


def end_check(view: ProcedureView, permit_type: Text, pause: Pause, today: date, leave: str) -> ActCheck:
    """The check before a pause ends today."""
    kind = PAUSE_WORDS[pause.kind]
    return ActCheck(
        act=_END,
        holder_name=view.holder_name,
        about=about_application(view, permit_type),
        answers=(
            TypedLine(Text("暂停事由", "Ground of the pause"), t(kind.zh, kind.en)),
            TypedLine(Text("首日", "First day"), day(pause.first)),
            TypedLine(Text("末日", "Last day"), day(max(today, pause.first))),
        ),
        follows=Follows(_ENDS, _NO_PRINT, _SAME_PAGE, _TELL),
        typed={},
        leave=leave,
    )
