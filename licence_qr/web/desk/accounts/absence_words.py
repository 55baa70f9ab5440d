"""The questions of the form for an absence, and absences as a table for other programs (``desk.tables``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from licence_qr.domain.accounts.absences import KIND_WORDS, STATE_WORDS
from licence_qr.domain.catalogue.model import Text
from licence_qr.services.accounts.absences.desk import AbsencePlan, AbsenceView
from licence_qr.web.desk.tables import Value, csv_table, xlsx_table
from licence_qr.web.desk.words import office_name
from licence_qr.web.shell.forms import Choice, Field, Widget
from licence_qr.web.shell.language import in_words, t
from licence_qr.wording.terms import term

# The choice that nobody stands in; no choice at all is no answer.
NOBODY = "nobody"
_WIDTHS = (14, 14, 24, 12, 12, 18, 14, 14, 18, 18, 40)
_DAY = Text("例如 2026-12-31，当天算在内。", "For example 2026-12-31. That day counts.")
_NOBODY_WORDS = Text("无人代办", "Nobody stands in")


def absence_fields(plan: AbsencePlan, view: AbsenceView | None = None) -> tuple[Field, ...]:
    """What is asked about an absence. Who was named before can stay named, fit or not."""
    people = {each.person_id: each for each in plan.candidates}
    if view is not None and view.substitute is not None:
        people[view.substitute.person_id] = view.substitute
    named = [
        Choice(str(each.person_id), _named(each.name, each.staff_no, *plan.usernames.get(each.person_id, ())))
        for each in people.values()
    ]
    kinds = (
        Choice("", Text("不说明", "Not stated")),
        *(Choice(kind.value, words) for kind, words in KIND_WORDS.items()),
    )
    return (
        Field("first_day", term("field.start_date"), _DAY, characters=12),
        Field("last_day", term("field.end_date"), _DAY, characters=12),
        Field(
            "substitute",
            term("field.substitute"),
            Text(
                "同一窗口、有所需角色的人；姓名后是工号和用户名。代办人办的，两个人的姓名都记入历史。",
                "Somebody of the same office who has the roles needed. Each name has staff number and user name beside it."
                " What they do for the absent person is kept with both names.",
            ),
            widget=Widget.SELECT,
            choices=(Choice("", Text("请选择", "Select")), *named, Choice(NOBODY, _NOBODY_WORDS)),
        ),
        Field(
            "kind",
            Text("事由", "Reason for the absence"),
            Text("只写大类，不写病情等个人情况。", "The kind alone; nothing about health or private matters."),
            widget=Widget.SELECT,
            choices=kinds,
            optional=True,
        ),
    )


def _named(*parts: str) -> Text:
    """Name, staff number and user names: people of one name are told apart by the others."""
    named = " ".join(filter(None, parts))
    return Text(named, named)


def headings() -> tuple[str, ...]:
    """The names of the columns."""
    return (
        in_words(term("field.staff_number")),
        in_words(term("field.person_name")),
        t("窗口", "Office"),
        in_words(term("field.start_date")),
        in_words(term("field.end_date")),
        t("事由", "Reason for the absence"),
        t("代办人工号", "Substitute’s staff number"),
        in_words(term("field.substitute")),
        in_words(term("field.status")),
        t("登记人", "Recorded by"),
        t("请核对", "To be checked"),
    )


def as_csv(lines: Iterable[AbsenceView]) -> Iterator[bytes]:
    """The table as CSV, piece by piece, in the language of the request."""
    return csv_table(headings(), map(_row, lines))


def as_xlsx(lines: Iterable[AbsenceView]) -> BinaryIO:
    """The table as one sheet (``xlsx_table``)."""
    return xlsx_table(in_words(term("record.absences")), headings(), _WIDTHS, map(_row, lines))


def _row(view: AbsenceView) -> tuple[Value, ...]:
    details, substitute = view.absence.details, view.substitute
    return (
        view.person.staff_no,
        view.person.name,
        office_name(view.person.office),
        details.first_day,
        details.last_day,
        in_words(KIND_WORDS[details.kind]) if details.kind else "",
        substitute.staff_no if substitute else "",
        substitute.name if substitute else "",
        in_words(STATE_WORDS[view.state]),
        in_words(view.entered_by),
        t("；", "; ").join(in_words(text) for text in view.told),
    )
