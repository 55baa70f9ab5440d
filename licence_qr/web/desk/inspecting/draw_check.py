"""The checks before a draw is announced, drawn or declared void; names and seed are published after the visits only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import url_for

from licence_qr.domain.catalogue.model import Text
from licence_qr.services.inspecting.draws import PublishedDraw
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine, answers_of
from licence_qr.web.shell.forms import Field
from licence_qr.web.shell.language import t
from licence_qr.web.shell.words import day
from licence_qr.wording.terms import term

_NO_PRINT = Text("什么都不印。", "Nothing is printed.")
_NOT_SENT = Text("不发送。", "Nothing is sent.")
_DRAW, _VOID = Text("抽取", "Draw"), Text("作废并公布理由", "Void the draw and publish the reason")
_PLACES = Text("抽取几家", "Number of premises to draw")


def announce_check(fields: Iterable[Field], values: Mapping[str, str]) -> ActCheck:
    """What is frozen and published before there is a seed."""
    return ActCheck(
        act=Text("公布一次抽查", "Announce a draw"),
        holder_name=values["title"],
        about=(),
        answers=answers_of(fields, values),
        follows=Follows(
            Text(
                "名单即刻冻结：本机构今天有效的许可和监督员编号；以后不能改，只能作废。",
                "The list is frozen: this office’s permits in force today and its inspector numbers. It cannot be changed"
                " later, only declared void.",
            ),
            _NO_PRINT,
            Text(
                "公布抽取数量、期限和名单的哈希值；名单在检查以后才公布。",
                "How many are drawn, the due day and the hash of the list are published. The list is, after the visits.",
            ),
            _NOT_SENT,
        ),
        typed=values,
        leave=url_for("desk.inspection_draws.list_draws"),
        button=Text("公布这次抽查", "Announce the draw"),
    )


def settle_check(draw: PublishedDraw, asked: Iterable[Field], values: Mapping[str, str]) -> ActCheck:
    """Whom the draw sends where is known only when it is made, and stays."""
    return ActCheck(
        act=_DRAW,
        holder_name=draw.title,
        about=_about(draw),
        answers=answers_of(asked, values) if draw.seed_source else (_own_seed(),),
        follows=Follows(
            Text(
                f"抽出 {draw.places} 家场所和各自的监督员；不能重抽。",
                f"{draw.places} premises are drawn, and the inspectors of each. It cannot be drawn again.",
            ),
            _NO_PRINT,
            Text(
                "现在不公布抽中谁。每家检查以后公布结果；全部检查以后或期满后公布名单和种子，任何人都能验算。",
                "Nobody is told now who was drawn. Each result is published after its visit; list and seed once all visits"
                " were made or the due day has passed, so that everybody can check them.",
            ),
            Text("抽中的监督员在待办里看到。", "The inspectors drawn see it among their tasks."),
        ),
        typed=values,
        leave=_page(draw),
        grave=True,
    )


def void_check(draw: PublishedDraw, asked: Iterable[Field], values: Mapping[str, str]) -> ActCheck:
    """The reason, which stays published."""
    return ActCheck(
        act=_VOID,
        holder_name=draw.title,
        about=_about(draw),
        answers=answers_of(asked, values),
        follows=Follows(
            Text("这次抽查作废，不能恢复。", "The draw is void for good."),
            _NO_PRINT,
            Text(
                "抽查仍在公示页面上，写明作废和理由。",
                "The draw stays on the public list, with the reason why it is void.",
            ),
            _NOT_SENT,
        ),
        typed=values,
        leave=_page(draw),
        grave=True,
    )


def _about(draw: PublishedDraw) -> tuple[TypedLine, ...]:
    many = t(f"从 {draw.candidates} 家中抽 {draw.places} 家", f"{draw.places} of {draw.candidates}")
    return TypedLine(_PLACES, many), TypedLine(term("inspection.due_by"), day(draw.due_on))


def _own_seed() -> TypedLine:
    text = t("由登记库生成，抽取时公开", "held by the register, published when the draw is made")
    return TypedLine(term("field.seed"), text)


def _page(draw: PublishedDraw) -> str:
    return url_for("desk.inspection_draws.show_draw", number=draw.number)
