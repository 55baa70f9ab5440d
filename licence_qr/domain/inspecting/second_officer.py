"""What a named second officer says about a record.

Two officers inspect (行政处罚法 第四十二条), so both have to answer for the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

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
