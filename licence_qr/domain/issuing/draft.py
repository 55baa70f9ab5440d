"""An application being filled in: what was typed, by whom and when, and what two people typed into one field at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from licence_qr.domain.parties.identity_number import shown_number, without_digits
from licence_qr.domain.register.field_names import IDENTITY_FIELDS


class FieldOrigin(StrEnum):
    """Where the text of a field came from. Whoever edits it has typed it."""

    TYPED = "typed"
    READ = "read"  # from an identity card
    REGISTER = "register"
    DERIVED = "derived"  # from other answers, or the usual one


@dataclass(frozen=True, slots=True)
class Rival:
    """What somebody typed into a field that somebody else had changed meanwhile. It is kept until one is chosen. ``turn``
    is that of its page."""

    text: str
    by: int
    at: datetime
    page: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class TypedField:
    """One field as typed, right or wrong.

    ``by`` is the account and ``at`` when; ``revision`` is that of the draft which it made. ``page`` is the opened page
    on which it was typed, and ``turn`` counts what that page has sent. What an earlier release has stored says none of it.
    """

    text: str
    by: int = 0
    at: datetime | None = None
    revision: int = 0
    page: str = ""
    turn: int = 0
    rivals: tuple[Rival, ...] = ()
    origin: FieldOrigin = FieldOrigin.TYPED


@dataclass(frozen=True, slots=True)
class Handover:
    """A colleague took the draft over: whose it was, whose it is now (accounts), and when."""

    giver: int
    taker: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An application being filled in. ``revision`` grows with each save; 0: nothing of it is stored yet.

    ``owner`` is the account that began it, or took it over last.
    """

    draft_id: str
    office: str
    owner: int
    entries: Mapping[str, TypedField]
    revision: int
    created_at: datetime
    updated_at: datetime
    issued_at: datetime | None
    handed_over: tuple[Handover, ...] = ()

    @property
    def fields(self) -> Mapping[str, str]:
        """What was typed, by the name of the field."""
        return {name: entry.text for name, entry in self.entries.items()}

    @property
    def shown(self) -> Mapping[str, str]:
        """What was typed as it may be shown: identity numbers masked."""
        return {name: shown_field(name, entry.text) for name, entry in self.entries.items()}

    @property
    def called(self) -> str:
        """The name of it in a list, or that of its person: lists are seen by more people than forms, and an identity number
        that stands in a name by mistake is masked there. Empty where neither was typed."""
        return without_digits(self.fields.get("name") or self.fields.get("principal", ""))

    @property
    def disputed(self) -> Mapping[str, TypedField]:
        """The fields of which several texts are kept, until one is chosen."""
        return {name: entry for name, entry in self.entries.items() if entry.rivals}

    def accounts(self) -> frozenset[int]:
        """Everybody who had a hand in it."""
        typed = {by for entry in self.entries.values() for by in (entry.by, *(rival.by for rival in entry.rivals))}
        return frozenset({self.owner, *typed, *(each.giver for each in self.handed_over)} - {0})


def shown_field(name: str, text: str) -> str:
    """The text of a field as it may be shown."""
    return shown_number(text) if name in IDENTITY_FIELDS else text


@dataclass(frozen=True, slots=True)
class Typing:
    """What an opened page sends of a draft: the texts of its fields, and the revision that it was made from.

    ``page`` names the page and ``turn`` counts what it sends: what it sent itself is no change by somebody else, and what
    arrives late does not undo what it sent after that. A page that runs no script always sends turn 0. ``origins`` says
    where texts came from that nobody typed.
    """

    fields: Mapping[str, str]
    revision: int
    page: str = ""
    turn: int = 0
    origins: Mapping[str, FieldOrigin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergedFields:
    """The fields after a save, and the names of those that somebody else had changed since the page was made."""

    entries: Mapping[str, TypedField]
    clashes: tuple[str, ...] = field(default=())


def merge(entries: Mapping[str, TypedField], typing: Typing, by: int, now: datetime, revision: int) -> MergedFields:
    """Lay what a page sends over the stored fields, as ``revision`` of the draft.

    A field that somebody else changed since keeps its text, and the page's own text beside it.
    """
    merged, clashes = dict(entries), []
    for name, text in typing.fields.items():
        was = merged.get(name)
        rivals = was.rivals if was else ()
        origin = typing.origins.get(name, FieldOrigin.TYPED)
        mine = TypedField(text, by, now, revision, typing.page, turn=typing.turn, rivals=rivals, origin=origin)
        if was is None:
            merged[name] = mine
        elif _is_late(was, typing):
            continue
        elif was.text == text:
            read = typing.origins.get(name) is FieldOrigin.READ
            merged[name] = replace(
                was, rivals=_without(was.rivals, typing), origin=FieldOrigin.READ if read else was.origin
            )
        elif _is_changed_meanwhile(was, typing):
            clashes.append(name)
            rival = Rival(text, by, now, typing.page, typing.turn)
            merged[name] = replace(was, rivals=(*_without(was.rivals, typing), rival))
        else:
            merged[name] = mine
    return MergedFields(merged, tuple(clashes))


def _is_late(was: TypedField, typing: Typing) -> bool:
    """Whether the page has sent something since, be it the text of the field or one beside it."""
    sent = ((was.page, was.turn), *((rival.page, rival.turn) for rival in was.rivals))
    return any(_sent(page, typing) and turn > typing.turn for page, turn in sent)


def _is_changed_meanwhile(was: TypedField, typing: Typing) -> bool:
    waits = any(_sent(rival.page, typing) for rival in was.rivals)
    return waits or (was.revision > typing.revision and not _sent(was.page, typing))


def _without(rivals: Iterable[Rival], typing: Typing) -> tuple[Rival, ...]:
    return tuple(rival for rival in rivals if not _sent(rival.page, typing))


def _sent(page: str, typing: Typing) -> bool:
    return bool(page) and page == typing.page
