"""The check before an act: what was typed once more, what follows from it, and a button that bears the act's name.

Every form at the desk that changes the register for good is sent twice: the first time it leads to this page, and only its
button does it. ``checked`` marks the views that work so; a test lists the others, each with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import render_template, request

from licence_qr.domain.catalogue.model import Text
from licence_qr.web.desk.words import shown_text
from licence_qr.web.shell.forms import Field, FieldProblem, Widget

P = ParamSpec("P")
R = TypeVar("R")
_MARK = "_checks_answers"


class CheckStep(StrEnum):
    """What a form that has a check page was sent for; the value of its button ``action``."""

    CHECK = "check"  # from the form: show the check page
    EDIT = "edit"  # from the check page: back to the form, with everything that was typed
    RECORD = "record"  # from the check page: do it


def step() -> CheckStep:
    """What the form was sent for. Without a button that says more, nothing is done yet."""
    asked = request.form.get("action", "")
    return CheckStep(asked) if asked in {CheckStep.EDIT, CheckStep.RECORD} else CheckStep.CHECK


def checked(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that does nothing before its check page was shown."""

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> R:
        return view(*args, **kwargs)

    setattr(marked, _MARK, True)
    return marked


def is_checked(view: Callable[..., Any]) -> bool:
    """Whether ``view`` bears the mark."""
    return getattr(view, _MARK, False)


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line of the check page. ``before``: what the register says now, where the answer changes it."""

    label: Text
    text: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Follows:
    """What the button does: to the register, to what is printed, to what everybody can see, and who is told."""

    register: Text
    printed: Text
    published: Text
    sent: Text
    more: tuple[tuple[Text, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCheck:
    """One check page. ``typed`` goes along to the next step; ``grave``: what is done cannot be undone.

    ``button`` names what is done, where that is not the name of the act.
    """

    act: Text
    holder_name: str
    about: tuple[TypedLine, ...]
    answers: tuple[TypedLine, ...]
    follows: Follows
    typed: Mapping[str, str]
    leave: str
    button: Text | None = None
    grave: bool = False


def answers_of(
    fields: Iterable[Field], values: Mapping[str, str], was: Mapping[str, str] | None = None
) -> tuple[TypedLine, ...]:
    """What was typed into ``fields``, but for passwords. Of the fields of a change (``was``) only those that change."""
    before = was or {}
    return tuple(
        TypedLine(field.label, shown_text(field, values.get(field.name, "")).strip(), _shown(field, before))
        for field in fields
        if field.widget is not Widget.PASSWORD
        and (field.name not in before or values.get(field.name, "").strip() != before[field.name].strip())
    )


def _shown(field: Field, before: Mapping[str, str]) -> str | None:
    return shown_text(field, before[field.name]) if field.name in before else None


def check_page(check: ActCheck, summary: tuple[FieldProblem, ...] = (), **more: Any) -> str:
    """The page. ``more`` is what its proof of a second person's identity needs."""
    return render_template("desk/check.html", check=check, summary=summary, step=CheckStep, **more)
