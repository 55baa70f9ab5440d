"""The check before an imported row is decided: what a trial of the decision has led to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from flask import url_for

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.importing.conflicts import RowOutcome
from licence_qr.services.importing.review import Settlement, WaitingRow
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine, answers_of
from licence_qr.web.shell.forms import Field
from licence_qr.wording.terms import term

OUTCOME_WORDS: Mapping[RowOutcome, Text] = {
    RowOutcome.IMPORTED: Text("已导入", "imported"),
    RowOutcome.WAITING: Text("仍待裁定", "awaiting review"),
    RowOutcome.REFUSED: Text("未导入", "not imported"),
    RowOutcome.LEFT_OUT: Text("未作为数据读取", "not read as data"),
}


def decision_check(
    row: WaitingRow, fields: Iterable[Field], values: Mapping[str, str], settlement: Settlement
) -> ActCheck:
    """What was decided and why, and what becomes of the rows."""
    return ActCheck(
        act=Text("裁定", "Decide"),
        holder_name=row.holder_name or row.uscc,
        about=(TypedLine(term("field.credit_code"), row.uscc),) if row.uscc else (),
        answers=answers_of(fields, values),
        follows=Follows(
            _rows(settlement),
            _printed(settlement),
            _published(settlement),
            _sent(settlement),
        ),
        typed=values,
        leave=url_for("desk.waiting.show_waiting_row", question_id=row.id),
        grave=True,
    )


def told_rows(settlement: Settlement) -> Text:
    """The number of rows by outcome."""
    many = Counter(verdict.outcome for verdict in settlement.rows).items()
    zh = "，".join(f"{OUTCOME_WORDS[outcome].zh} {n}" for outcome, n in many)
    return Text(zh, ", ".join(f"{OUTCOME_WORDS[outcome].en} {n}" for outcome, n in many))


def _rows(settlement: Settlement) -> Text:
    rows = told_rows(settlement)
    zh, en = f"涉及的行：{rows.zh}。裁定不能撤回。", f"Rows affected: {rows.en}. The decision is final."
    if settlement.next_id is None:
        return Text(zh, en)
    return Text(f"{zh}随后还有一项要裁定。", f"{en} One more question follows.")


def _printed(settlement: Settlement) -> Text:
    version = settlement.version
    if version is None:
        return Text("不印，亮证牌不变。", "Nothing is printed. The display card does not change.")
    if version == 1:
        return Text("出第 1 版亮证牌，请交给经营者。", "Version 1 of the display card is made; hand it over.")
    return Text(
        f"亮证牌出第 {version} 版；第 {version - 1} 版从此显示“旧版”，请收回。",
        f"The display card becomes version {version}. Version {version - 1} is then out of date; take it back.",
    )


def _published(settlement: Settlement) -> Text:
    if settlement.version is None:
        return Text("公众页面不变；理由不公布。", "The public page does not change. The reason is not published.")
    return Text(
        "公众页面显示导入后的登记内容；理由不公布。",
        "The public page shows what was imported. The reason is not published.",
    )


def _sent(settlement: Settlement) -> Text:
    if settlement.proposals:
        return Text(
            "提出的变更由另一人在提议里看到；决定以前登记库不变。",
            "Another person sees the proposed change. The register stays the same until they decide.",
        )
    return Text("不发送。", "Nothing is sent.")
