"""Names of the things that the desk deals with, for error messages; and the error that there is none."""

from __future__ import annotations

from licence_qr.errors import NotFoundError
from licence_qr.wording.text import Text

APPLICATION = Text("申请", "application")
PARTY = Text("身份证号码", "identity number")
ITEM = Text("事项", "item")
BUSINESS = Text("企业", "business")
PERMIT = Text("许可", "permit")
PROMISE = Text("承诺书", "signed commitment")
PROPOSAL = Text("提议", "proposal")
INSPECTION = Text("检查记录", "inspection record")
ORDER = Text("整改通知", "rectification order")
DRAW = Text("随机抽查", "random draw")
IMPORTED_ROW = Text("待裁定事项", "imported row")
REPORT = Text("反映", "report")
RATING = Text("评价", "rating")
TRACE = Text("操作和查看记录", "activity record")
TASK = Text("待办", "task")
DELEGATION = Text("委托", "delegation")
PERSON = Text("人员", "person")
ACCOUNT = Text("账号", "account")
ABSENCE = Text("不在岗登记", "absence")


def not_found(thing: Text) -> NotFoundError:
    """NotFoundError ``thing_not_found``, to be raised if the register has no such thing."""
    return NotFoundError("thing_not_found", thing_zh=thing.zh, thing_en=thing.en)
