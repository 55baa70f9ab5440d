"""Forms as data: which fields a page asks for, in which order, and with which words.

A field holds text exactly as typed; what it may hold is the domain's business (``domain.issuing.form``), so that
the form and the application file are judged by the same rules and the page only shows the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from enum import StrEnum

from werkzeug.datastructures import MultiDict

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import InputError, InvalidApplication, LicenceQRError
from licence_qr.web.shell.bounded_numbers import counted
from licence_qr.web.shell.language import language as language_of_page
from licence_qr.wording import explain


class Widget(StrEnum):
    """How a field is asked for."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    PASSWORD = "password"  # noqa: S105 - the name of a widget
    RADIOS = "radios"
    CHECKBOXES = "checkboxes"
    SELECT = "select"


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button or check box."""

    value: str
    label: Text
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A second button beside a field, sent as ``action``."""

    action: str
    label: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One question. ``characters`` is the width of a line as the answer is usually long, 0 for the whole width."""

    name: str
    label: Text
    hint: Text | None = None
    widget: Widget = Widget.LINE
    choices: tuple[Choice, ...] = ()
    characters: int = 0
    optional: bool = False
    inputmode: str = "text"
    autocomplete: str = "off"
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    id: str
    heading: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One line of the error summary: where it leads (a fragment or an address), what is wrong, what to do."""

    href: str
    what: str
    todo: str


def read_fields(form: MultiDict[str, str], fields: Iterable[Field]) -> dict[str, str]:
    """What was typed, untouched but for the line ends of the web. Ticked boxes are joined by commas, in form order."""
    typed: dict[str, str] = {}
    for field in fields:
        if field.widget is Widget.CHECKBOXES:
            typed[field.name] = ",".join(value for value in form.getlist(field.name) if value)
        else:
            typed[field.name] = form.get(field.name, "").replace("\r\n", "\n")
    return typed


def read_revision(form: MultiDict[str, str]) -> int | None:
    """The revision that the form was made from, which its page carries; None when it brings none that can be read."""
    return form.get("revision", type=counted)


@dataclass(slots=True)
class TypedForm:
    """What was typed into ``fields``. What cannot be read is noted among ``problems``, and reading goes on.

    ``was`` is what stood in the form at first, where that matters: what was left alone does not change, though the
    register may say something else by now.
    """

    fields: Mapping[str, Field]
    values: Mapping[str, str]
    was: Mapping[str, str]
    problems: list[InputError] = dataclass_field(default_factory=list)

    @classmethod
    def into(
        cls, fields: Iterable[Field], values: Mapping[str, str], was: Mapping[str, str] | None = None
    ) -> TypedForm:
        """``values`` as ``read_fields`` gives them, to be read one by one."""
        return cls({field.name: field for field in fields}, values, was or {})

    def text(self, name: str) -> str:
        """The text without the white space around it."""
        return self.values.get(name, "").strip()

    def ticked(self, name: str) -> tuple[str, ...]:
        """The boxes that were ticked, in the order of the form; what it offered is the service's to judge."""
        return tuple(filter(None, self.values.get(name, "").split(",")))

    def choice(self, name: str) -> str:
        """One of the choices of the field, or empty after noting that there is none."""
        asked = self.fields[name]
        found = self.values.get(name, "")
        if found in {choice.value for choice in asked.choices}:
            return found
        self.problems.append(InputError("choice_missing", field=name, label_zh=asked.label.zh, label_en=asked.label.en))
        return ""

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A date in any usual spelling."""
        if not required and not self.text(name):
            return None
        try:
            return read_date(self.text(name), name)
        except InputError as wrong:
            self.problems.append(wrong)
            return None

    def check(self) -> None:
        """Raise InvalidApplication with everything that was noted, in the order of the form, if anything was."""
        if self.problems:
            names = list(self.fields)
            raise InvalidApplication(sorted(self.problems, key=lambda error: names.index(error.field)))


def problem(error: InputError, language: str, page: str = "", label: Text | None = None) -> FieldProblem:
    """The line for ``error``; ``page`` is the address of the form when it is another page.

    ``label``, the name of the field, is given for a summary: it stands apart from the field, so each line names its own.
    """
    words = explain(_by_label(error, label), language)
    return _naming(
        FieldProblem(f"{page}#{error.field}" if error.field else page, words.what, words.todo), label, language
    )


def _by_label(fault: LicenceQRError, label: Text | None) -> LicenceQRError:
    """``fault`` with the page's own name of the field, where its words name the field."""
    if label is None or "label_zh" not in fault.facts:
        return fault
    own = {"label_zh": label.zh.rstrip("？"), "label_en": label.en.rstrip("?")}
    return LicenceQRError(fault.code, **(fault.facts | own))


def _naming(line: FieldProblem, label: Text | None, language: str) -> FieldProblem:
    """``line`` with the name of its field before it, unless its words hold that name already."""
    name = "" if label is None else (label.zh if language == "zh" else label.en).rstrip("？?")
    if name.casefold() in line.what.casefold():
        return line
    return replace(line, what=f"{name}{'：' if language == 'zh' else ': '}{line.what}")


def problems_by_field(errors: Iterable[InputError], language: str) -> Mapping[str, FieldProblem]:
    """The first problem of each field, for the message beside it."""
    found: dict[str, FieldProblem] = {}
    for error in errors:
        found.setdefault(error.field, problem(error, language))
    return found


def own_field(fault: LicenceQRError) -> str:
    """The field that a fault names by itself; empty for one that is about no field."""
    return fault.field if isinstance(fault, InputError) else ""


def problem_summary(
    refused: LicenceQRError | None,
    language: str,
    fields: Iterable[Field],
    field_of: Callable[[LicenceQRError], str] = own_field,
) -> tuple[tuple[FieldProblem, ...], Mapping[str, FieldProblem]]:
    """The summary, and the first message beside each of ``fields``, of ``refused`` or of all that it gathers.

    ``field_of`` says beside which field of the page a fault stands; one that belongs to none leads nowhere.
    """
    labels = {field.name: field.label for field in fields}
    summary: list[FieldProblem] = []
    beside: dict[str, FieldProblem] = {}
    for fault in (refused.parts or (refused,)) if refused else ():
        field = field_of(fault)
        words = explain(_by_label(fault, labels.get(field)), language)
        line = FieldProblem(f"#{field}" if field else "", words.what, words.todo)
        summary.append(_naming(line, labels.get(field), language))
        if field:
            beside.setdefault(field, line)
    return tuple(summary), beside


def refusals(
    refused: LicenceQRError | None, fields: Iterable[Field], beside: Mapping[str, str] | None = None
) -> tuple[tuple[FieldProblem, ...], Mapping[str, FieldProblem]]:
    """``problem_summary`` of a page that asks ``fields`` and nothing else: a fault of no field of them leads nowhere.

    ``beside`` (code → field) places refusals that do not name the field of the page by themselves.
    """
    asked = tuple(fields)
    names = {field.name for field in asked}

    def placed(fault: LicenceQRError) -> str:
        field = (beside or {}).get(fault.code) or own_field(fault)
        return field if field in names else ""

    return problem_summary(refused, language_of_page().value, asked, placed)
