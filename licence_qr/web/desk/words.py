"""Words of the clerk's pages for closed sets, and for what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from markupsafe import Markup

from licence_qr.domain.catalogue.model import Requirement, RequirementAction, Text
from licence_qr.domain.dates import SHANGHAI, day_in_words
from licence_qr.domain.issuing.draft import shown_field
from licence_qr.domain.work.task_words import counted, days_left
from licence_qr.domain.work.tasks import TaskKind, TimeLeft
from licence_qr.errors import LicenceQRError
from licence_qr.web.shell.forms import Field, Widget
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.words import Tone, minute
from licence_qr.wording import Explanation, explain

_OPEN = (Text("视情况而定", "It depends"), Tone.CARE)
_ACTION_WORDS: Mapping[RequirementAction, tuple[Text, Tone]] = {
    RequirementAction.ISSUED_HERE: (Text("本窗口办", "Issued by this office"), Tone.GOOD),
    RequirementAction.FILED_HERE: (Text("本窗口备案", "Filed with this office"), Tone.GOOD),
    RequirementAction.SENT_ON: (Text("推送主管部门办理", "Sent on to the responsible authority"), Tone.PLAIN),
    RequirementAction.APPLY_ELSEWHERE: (Text("另到主管部门申请", "Apply to the responsible authority"), Tone.CARE),
    RequirementAction.FILE_ELSEWHERE: (Text("另到主管部门备案", "File with the responsible authority"), Tone.CARE),
    RequirementAction.NOT_NEEDED: (Text("不需要", "Not needed"), Tone.PLAIN),
}


def need_words(need: Requirement) -> tuple[Text, Tone]:
    """The outcome of one line of the list of permits; says so if it depends on a missing answer."""
    if need.depends_on and need.action is not RequirementAction.NOT_NEEDED:
        return _OPEN
    return _ACTION_WORDS[need.action]


def shown_text(field: Field, typed: str) -> str:
    """An answer in words: the labels of the selected choices, or the typed text; an identity number masked."""
    if not field.choices:
        return shown_field(field.name, typed)
    labels = {choice.value: t(choice.label.zh, choice.label.en) for choice in field.choices}
    values = typed.split(",") if field.widget is Widget.CHECKBOXES else [typed]
    return t("、", ", ").join(labels.get(value, value) for value in values if value)


def office_name(office: str) -> str:
    """The name of a handling office in the main language."""
    known = catalogue().offices.get(office)
    return t(known.name.zh, known.name.en) if known else office


def moment(when: datetime) -> Markup:
    """An instant in words, 2026年11月23日 17:05, as an element: the style sheet of the desk keeps it on one line."""
    local = when.astimezone(SHANGHAI)
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="minutes"), minute(when))


def explained(fault: LicenceQRError) -> Explanation:
    """What is wrong and what to do, in the main language of the page."""
    return explain(fault, language().value)


def clock_time(when: datetime) -> str:
    """The time of day in China, to the second."""
    return f"{when.astimezone(SHANGHAI):%H:%M:%S}"


def chinese_day(day: date) -> str:
    """A date as Chinese documents print it, whatever the page speaks."""
    return day_in_words(day).zh


def days_words(left: TimeLeft, kind: TaskKind | None = None) -> str:
    """The calendar days left or overdue, in words."""
    words = days_left(kind, left)
    return t(words.zh, words.en)


def working_days_words(left: TimeLeft) -> str:
    """The working days left or overdue, in words; says so if a year in between has no calendar. Empty without a date."""
    if left.days is None:
        return ""
    if left.working_days is None:
        return t(
            "工作日未知：本系统尚未录入该年节假日安排",
            "working days unknown: that year’s holidays have not been entered in this system",
        )
    count = abs(left.working_days)
    return t(f"{count} 个工作日", counted(count, "working day"))
