"""The check before a commitment check is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import url_for

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.inspecting.follow_up import FollowUpOutcome
from licence_qr.services.inspecting.follow_ups import FollowUpView
from licence_qr.web.desk.checking import ActCheck, Follows, TypedLine, answers_of, check_page
from licence_qr.web.shell.forms import Field
from licence_qr.web.shell.readings import shows
from licence_qr.wording.terms import term

# What everybody sees once those named have confirmed it.
_PUBLISHED: Mapping[str, Text] = {
    FollowUpOutcome.MET: Text(
        "确认后公众页面显示核查日期。", "Once confirmed, the public page shows the date of the check."
    ),
    FollowUpOutcome.RECTIFY: Text("公众页面不变。", "The public page does not change."),
    FollowUpOutcome.FAILED: Text(
        "公众页面不变；确认后提议撤销，由另一位审批人员决定。",
        "The public page does not change. Once confirmed, annulment is proposed, and another person decides.",
    ),
}


def follow_up_check(
    view: FollowUpView, fields: Iterable[Field], values: Mapping[str, str], revision: int | None
) -> str:
    """What was found, and that it counts only once the officers named have confirmed it."""
    stored = view.permit
    shows(f"follow-up/{stored.permit_id}", "name", "address", "officers", "findings", uscc=stored.uscc)
    return check_page(
        ActCheck(
            act=Text("提交核查记录", "Hand in the check"),
            holder_name=view.holder_name,
            about=(
                TypedLine(term("field.permit_number"), stored.permit.permit_no),
                TypedLine(term("field.premises"), view.address),
            ),
            answers=answers_of(fields, values),
            follows=Follows(
                Text("同行人员都确认后才记入。", "It is recorded once every officer named has confirmed it."),
                Text("什么都不印。", "Nothing is printed."),
                _PUBLISHED[values["outcome"]],
                Text(
                    "同行人员在各自的待办里看到，逐一确认。",
                    "The officers named see it among their tasks and confirm it.",
                ),
            ),
            typed={**values, **({} if revision is None else {"revision": str(revision)})},
            leave=url_for("desk.follow_ups.show_follow_up", permit_id=stored.permit_id),
        )
    )
