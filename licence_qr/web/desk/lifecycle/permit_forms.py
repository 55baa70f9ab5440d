"""What the acts on a permit ask beside their grounds, and what they read from it. An act that is not here asks nothing."""

from __future__ import annotations

from collections.abc import Mapping

from licence_qr.domain.catalogue.grading import NOT_GRADED
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import Details, Grading, PermitChange
from licence_qr.domain.register.field_names import FIELD_LABELS
from licence_qr.web.desk.lifecycle.act_form import ActForm, ActQuestions
from licence_qr.web.shell.forms import Choice, Field, TypedForm, Widget
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

_NONE = "none"  # a radio button has a value of its own for "not graded"


def _change(case: ActForm) -> tuple[Field, ...]:
    return (
        Field(
            "renamed",
            Text("地址为什么变？", "Why does the address change?"),
            widget=Widget.RADIOS,
            choices=(
                Choice("yes", Text("地方没动，街道或门牌改了名", "Same place; the street or number was renamed")),
                Choice(
                    "no",
                    Text("搬到了别处", "The business moved"),
                    Text("要重新申请许可。", "The business has to apply for a new permit."),
                ),
            ),
        ),
        Field("premises_address", FIELD_LABELS["premises_address"]),
    )


def _registered(case: ActForm) -> dict[str, str]:
    return {"premises_address": case.permit.address} if case.permit else {}


def _read_change(typed: TypedForm) -> Details:
    return PermitChange(premises_address=typed.text("premises_address"), renamed=typed.choice("renamed") == "yes")


def _grading(case: ActForm) -> tuple[Field, ...]:
    scale = case.permit_type.scale if case.permit_type else None
    grades = (Choice(each.id, each.name) for each in (scale.grades if scale else ()))
    choices = (*grades, Choice(_NONE, NOT_GRADED))
    hint = Text(
        "由现场检查得出的等级不必在此填写。", "You do not need to enter a grade here if it comes from an inspection."
    )
    return (Field("grade", term("field.grade"), hint, widget=Widget.RADIOS, choices=choices),)


def _read_grading(typed: TypedForm) -> Details:
    chosen = typed.choice("grade")
    return Grading("" if chosen == _NONE else chosen)


PERMIT_FORMS: Mapping[Act, ActQuestions] = {
    Act.CHANGE: ActQuestions(_change, _read_change, registered=_registered),
    Act.GRADE: ActQuestions(_grading, _read_grading),
}
