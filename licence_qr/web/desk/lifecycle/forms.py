"""The form of an act: its own questions and the grounds that every act has, and what was typed into them, read."""

from __future__ import annotations

from dataclasses import replace

from licence_qr.domain.lifecycle import changes
from licence_qr.domain.lifecycle.acts import Act, Grounds, Rule, SubjectKind
from licence_qr.domain.lifecycle.changes import ChangeRule
from licence_qr.domain.lifecycle.details import Details
from licence_qr.domain.plain_text import plain_line, plain_text
from licence_qr.web.desk.lifecycle.act_form import DATE_EXAMPLE, ActForm, ActQuestions
from licence_qr.web.desk.lifecycle.licence_forms import LICENCE_FORMS, label_of
from licence_qr.web.desk.lifecycle.permit_forms import PERMIT_FORMS
from licence_qr.web.shell.forms import Field, TypedForm, Widget
from licence_qr.web.shell.words import TITLES
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


def _questions(case: ActForm) -> ActQuestions | None:
    forms = LICENCE_FORMS if case.subject.kind is SubjectKind.LICENCE else PERMIT_FORMS
    return forms.get(case.rule.act)


def own_fields(case: ActForm) -> tuple[Field, ...]:
    """The questions of the act itself; many acts have none."""
    asked = _questions(case)
    return asked.fields(case) if asked else ()


def grounds_fields(rule: Rule) -> tuple[Field, ...]:
    """The questions that every act asks."""
    latest = Text("不晚于今天。", "Not later than today.")
    return (
        Field(
            "effective_on",
            rule.day,
            Text(latest.zh + DATE_EXAMPLE.zh, f"{latest.en} {DATE_EXAMPLE.en}"),
            characters=12,
        ),
        Field(
            "reason",
            term("field.reason"),
            Text("只留在内部历史中，不公开。", "Kept in the internal history. Not published."),
            widget=Widget.PARAGRAPH,
            optional=not rule.needs_reason,
        ),
        Field("legal_basis", term("field.legal_basis")),
        Field("document_no", term("field.document_number"), characters=30, optional=True),
    )


def first_values(case: ActForm) -> dict[str, str]:
    """What stands in the form before anything is typed: the register's values, the rule's basis, today."""
    asked = _questions(case)
    values = {"effective_on": case.today.isoformat(), "legal_basis": case.rule.basis.zh, **registered(case)}
    return values | asked.first(case) if asked else values


def registered(case: ActForm) -> dict[str, str]:
    """The fields of a change as the register says them now; empty for every other act."""
    asked = _questions(case)
    return asked.registered(case) if asked else {}


def changes_of(case: ActForm) -> tuple[ChangeRule, ...]:
    """What a change may change, and what it may not; nothing for other acts."""
    if case.rule.act is not Act.CHANGE:
        return ()
    form = case.detail.entity.form
    return tuple(
        replace(rule, label=label_of(rule.field, form)) if rule.field in TITLES else rule
        for rule in changes.changes_of(case.subject.kind, case.permit_type)
    )


def read_grounds(typed: TypedForm) -> Grounds:
    """The grounds."""
    day = typed.day("effective_on")
    basis, number = plain_line(typed.text("legal_basis")), plain_line(typed.text("document_no"))
    return Grounds(plain_text(typed.text("reason")), basis, number, day)


def read_details(case: ActForm, typed: TypedForm) -> Details | None:
    """What the act needs beside its grounds; of no use once ``typed`` has noted a problem."""
    asked = _questions(case)
    return asked.read(typed) if asked else None
