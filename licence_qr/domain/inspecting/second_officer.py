"""What a named second officer says about a record.

Two officers inspect (行政处罚法 第四十二条), so both have to answer for the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

MAX_OBJECTION_CHARS = 500
OBJECTION = Text("异议的理由", "Reason for your objection")


class OfficersAnswer(StrEnum):
    """What the officer says."""

    CONFIRMED = "confirmed"
    OBJECTED = "objected"


ANSWER_WORDS: Mapping[OfficersAnswer, Text] = {
    OfficersAnswer.CONFIRMED: Text("确认属实", "Confirms the record"),
    OfficersAnswer.OBJECTED: Text("不认可这条记录", "Objects to the record"),
}


class NamedCheckState(StrEnum):
    """The state of a commitment check that names other officers."""

    WAITING = "waiting"  # for their answers
    OBJECTED = "objected"  # one of them objects: the desk decides
    RECORDED = "recorded"  # it took effect
    SET_ASIDE = "set_aside"  # kept without effect


NAMED_CHECK_WORDS: Mapping[NamedCheckState, Text] = {
    NamedCheckState.WAITING: Text("等待同行人员确认", "Waiting for the officers named"),
    NamedCheckState.OBJECTED: Text("同行人员不认可，待窗口决定", "An officer objects: the desk has to decide"),
    NamedCheckState.RECORDED: Text("核查已生效", "The check has taken effect"),
    NamedCheckState.SET_ASIDE: term("inspection.for_the_record"),
}
