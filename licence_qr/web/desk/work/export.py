"""The task list as a table for other programs (``desk.tables``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.services.work.work_list import WorkLine
from licence_qr.web.desk.tables import Value, csv_table, xlsx_table
from licence_qr.web.desk.words import office_name
from licence_qr.web.desk.work.words import step_words, task_words
from licence_qr.web.shell.language import in_words, t
from licence_qr.wording.terms import term

_WIDTHS = (20, 36, 22, 44, 12, 14, 12, 12, 14, 24, 20, 16)


def headings() -> tuple[str, ...]:
    """The names of the columns."""
    return (
        in_words(term("record.task")),
        in_words(term("field.name")),
        in_words(term("field.credit_code")),
        in_words(term("field.address")),
        in_words(term("field.due_date")),
        t("紧急程度", "Urgency"),
        t("剩余天数", "Days left"),
        t("逾期天数", "Days overdue"),
        t("工作日", "Working days"),
        t("窗口", "Office"),
        t("经办", "Handled by"),
        in_words(term("field.on_behalf_of")),
    )


def row(line: WorkLine, rules: LifeRules) -> tuple[Value, ...]:
    """One line as values. Days that are left and days overdue stand in columns of their own, so none is negative."""
    task, left = line.task, line.left
    ahead = left.days if left.days is not None and left.days >= 0 else None
    behind = -left.days if left.days is not None and left.days < 0 else None
    return (
        task_words(line),
        task.holder_name,
        task.uscc,
        task.address,
        task.due_on,
        step_words(left.step, rules),
        ahead,
        behind,
        None if left.working_days is None else abs(left.working_days),
        office_name(task.office),
        t("、", ", ").join(line.people),
        line.for_absent,
    )


def as_csv(lines: Iterable[WorkLine], rules: LifeRules) -> Iterator[bytes]:
    """The table as CSV, piece by piece, in the language of the request."""
    return csv_table(headings(), (row(line, rules) for line in lines))


def as_xlsx(lines: Iterable[WorkLine], rules: LifeRules) -> BinaryIO:
    """The table as one sheet (``xlsx_table``)."""
    return xlsx_table(in_words(term("record.tasks")), headings(), _WIDTHS, (row(line, rules) for line in lines))
