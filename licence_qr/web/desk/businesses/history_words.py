"""What an event changed, as short lines: the field, what it said before, what it says after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from licence_qr.domain.businesses.history_words import FIELDS
from licence_qr.domain.cases.case import ITEM_STATE_WORDS, ItemState
from licence_qr.domain.catalogue.grading import GradingScale, grade_name, scale_title
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.inspecting.follow_up import FAULT_WORDS, FollowUpOutcome
from licence_qr.domain.inspecting.inspection import OUTCOME_WORDS, PURPOSE_WORDS, STATE_WORDS
from licence_qr.domain.inspecting.second_officer import NAMED_CHECK_WORDS
from licence_qr.domain.lifecycle.acts import RULES
from licence_qr.domain.lifecycle.clock import PAUSE_WORDS
from licence_qr.domain.lifecycle.details import ReprintCause
from licence_qr.domain.lifecycle.visits import VISIT_WORDS
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.marks import MARK_NAMES
from licence_qr.domain.register.permit import SUSPENSION_DECISION, GrantMode
from licence_qr.services.businesses.history import Change, PastEvent
from licence_qr.web.desk.words import office_name
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import in_words, t
from licence_qr.web.shell.words import LICENCE_STATE, PERMIT_STATUS, TITLES, Saying, day
from licence_qr.wording.terms import term

NONE = term("progress.none")
_ORDERED = Text("整改事项", "What to rectify")  # an order's items; those of a permit are what it allows
_CASE_ITEMS = Text("事项", "Items")  # those of a case
_MODES: Mapping[str, Text] = {
    GrantMode.COMMITMENT.value: term("record.notify_and_commit"),
    GrantMode.FILING.value: Text("备案", "filing"),
    GrantMode.SHOWN.value: Text("凭出示的证件登记", "recorded from the certificate shown"),
}
_GRADED = frozenset({"grade"})  # fields that the scale of the permit's type names
_STATES: Mapping[str, Saying] = {
    **{state.value: saying for state, saying in LICENCE_STATE.items()},
    **{status.value: saying for status, saying in PERMIT_STATUS.items()},
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field: its label and both values in words; ``before`` is empty for something that was not there before.

    ``registered``: the values are texts of the register, Chinese whatever the page speaks.
    """

    label: Text
    before: str
    after: str
    registered: bool


def subject_words(event: PastEvent) -> Text:
    """The name of the subject of an event; empty for the licence, which is the subject of the page."""
    kind, _, key = event.subject.partition("/")
    if kind == "code":
        return Text(f"第 {key} 版", f"version {key}")
    if kind == "proposal":
        return Text(f"第 {key} 号 {event.about.zh}".strip(), f"no. {key} {event.about.en}".strip())
    return event.about


def lines(event: PastEvent, form: EntityForm) -> Iterator[ChangeLine]:
    """The changes of one event, except those its heading already says. Some labels depend on the legal form."""
    about = subject_words(event).zh
    for change in event.changes:
        if change.before is None and str(change.after) in about:
            continue
        line = _line_of(event, change, form)
        if line is not None:
            yield line


def _line_of(event: PastEvent, change: Change, form: EntityForm) -> ChangeLine | None:
    if event.kind is EventKind.CASE_OPENED:
        return _opened(change)
    return _item_words(change) if event.kind is EventKind.ITEM_CHANGED else _line(change, form, event.scale)


def _line(change: Change, form: EntityForm, scale: GradingScale | None) -> ChangeLine:
    label, words = FIELDS[change.field], _WORDS.get(change.field)
    if change.field in _GRADED:
        label, words = scale_title(scale), lambda value: in_words(grade_name(scale, str(value)))
    if change.field in TITLES:
        label = TITLES[change.field][form]
    if change.field == "items" and isinstance(change.after, list):
        label, words = _ORDERED, _ordered_items
    registered = words is None and not isinstance(change.after, int)
    say = words or str
    before = "" if change.before in (None, "", []) else say(change.before)
    after = t(NONE.zh, NONE.en) if change.after in (None, "", []) else say(change.after)
    return ChangeLine(label, before, after, registered and bool(before or change.after))


def _iso_day(value: object) -> str:
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _state(value: object) -> str:
    """A state of a permit or of a licence; both name the same ends alike."""
    saying = _STATES.get(str(value))
    return t(saying.zh, saying.en) if saying else str(value)


def _item_words(change: Change) -> ChangeLine | None:
    """Of an item: where it stood and stands, and who has taken it. The day of its step is that of the event."""
    if change.field != "state":
        return None if change.field == "state_since" else ChangeLine(FIELDS[change.field], "", str(change.after), True)
    before = _item_state(change.before) if change.before else ""
    return ChangeLine(FIELDS["state"], before, _item_state(change.after), registered=False)


def _item_state(value: object) -> str:
    known = ITEM_STATE_WORDS.get(ItemState(str(value))) if str(value) in set(ItemState) else None
    return in_words(known) if known else str(value)


def _opened(change: Change) -> ChangeLine:
    """The items of a case, each with where it stood at first."""
    known = catalogue().permit_types
    told = []
    for each in change.after if isinstance(change.after, list) else ():
        permit_type, state = str(each.get("permit_type", "")), each.get("state", "")
        name = in_words(known[permit_type].name) if permit_type in known else permit_type
        told.append(f"{name}{t('：', ': ')}{_item_state(state)}")
    return ChangeLine(_CASE_ITEMS, "", t("；", "; ").join(told), registered=False)


def _mode(value: object) -> str:
    return in_words(_MODES.get(str(value), term("record.standard_procedure")))


def _kinds(value: object) -> str:
    known = catalogue().kinds
    ids = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    names = (known[each].name if each in known else Text(each, each) for each in ids)
    return t("、", ", ").join(t(name.zh, name.en) for name in names)


def _ordered_items(value: object) -> str:
    """The items of a rectification order, in the words of their newest checklist."""
    names = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    return t("；", "; ").join(_item(name) for name in names)


def _item(name: str) -> str:
    list_id, _, item_id = name.partition("/")
    lists = (each for each in catalogue().inspection_rules.checklists if each.id == list_id)
    known = [item for item in (each.item(item_id) for each in lists) if item]
    return t(known[-1].text.zh, known[-1].text.en) if known else name


def _authority(value: object) -> str:
    known = catalogue().authorities.get(str(value))
    return t(known.name.zh, known.name.en) if known else str(value)


def _named(names: Mapping[Any, Text]) -> Callable[[object], str]:
    """The words for a value of a closed set; an unknown value is shown unchanged."""

    def say(value: object) -> str:
        words = names.get(str(value))
        return t(words.zh, words.en) if words else str(value)

    return say


# What is proposed has one name, of a licence and of a permit alike: the event says which it was.
_ACTS = {rule.act.value: rule.brief or rule.name for rule in reversed(RULES)}
_CAUSES = {
    ReprintCause.LOST.value: Text("遗失，原亮证牌声明作废", "lost; the old card is declared void"),
    ReprintCause.DAMAGED.value: Text("毁损", "damaged"),
}
# Of an inspection, and of a check after a commitment; both call alike what was not good enough.
_OUTCOMES = {
    FollowUpOutcome.MET.value: term("inspection.commitment_met"),
    FollowUpOutcome.RECTIFY.value: term("inspection.rectification_ordered"),
    **{outcome.value: words for outcome, words in OUTCOME_WORDS.items()},
}

_WORDS: Mapping[str, Callable[[object], str]] = {
    **dict.fromkeys(
        (
            "term_to", "closed_on", "period.first", "period.last", "issued_on", "state_since", "dormant_until",
            "renewal_applied_on", "reviewed_on", "graded_on", "follow_up_due", "checked_on", "rectify_by", "due_on", "since",
            "until", "lifted_on", "visited_on", "paused_from", "paused_to",
        ),
        _iso_day,
    ),
    "pause": _named(PAUSE_WORDS),
    "visit": _named(VISIT_WORDS),
    "act": _named(_ACTS),
    "cause": _named(_CAUSES),
    "fault": _named(FAULT_WORDS),
    "kind": _named(MARK_NAMES),
    "outcome": _named(_OUTCOMES),
    "purpose": _named(PURPOSE_WORDS),
    "record": _named({**NAMED_CHECK_WORDS, **STATE_WORDS}),
    "state": _state,
    "suspension": _named(SUSPENSION_DECISION),
    "ended_by": _state,
    "mode": _mode,
    "kinds": _kinds,
    "issuing_authority": _authority,
    "handling_office": lambda value: office_name(str(value)),
}  # fmt: skip
