"""Parse typed fields one by one and collect all problems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from licence_qr.domain.characters.refused import refused_character
from licence_qr.domain.parties.identity_number import holds_number, parse_identity_number
from licence_qr.domain.register.field_names import (
    ALL_FIELDS,
    ANSWER_PREFIX,
    FIELD_LABELS,
    IDENTITY_FIELDS,
    TRADE_FIELDS,
)
from licence_qr.domain.register.text_limits import MAX_CHARS, MAX_NAME_BYTES, name_bytes
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import InputError

MAX_AREA_M2 = 1_000_000
# Fields with the name of a person, into which card readers type.
_PEOPLE = frozenset(IDENTITY_FIELDS.values())
_PHONE = re.compile(r"\+?\d{5,15}")
_PHONE_PUNCTUATION = str.maketrans("", "", " -()")
Choice = TypeVar("Choice", bound=StrEnum)


def form_order(problem: InputError) -> tuple[int, str]:
    """A key that sorts problems in the order of the form."""
    if problem.field.startswith(ANSWER_PREFIX):
        return len(TRADE_FIELDS), problem.field
    known = problem.field in ALL_FIELDS
    position = ALL_FIELDS.index(problem.field) if known else -1
    return position + (position >= len(TRADE_FIELDS)), problem.field


@dataclass(slots=True)
class FieldReader:
    """Reads from ``fields``. A failed reading notes its problem and returns a placeholder of the right type."""

    fields: Mapping[str, str]
    problems: list[InputError] = field(default_factory=list)

    def typed(self, name: str) -> str:
        """What was typed, trimmed; empty when the field is absent."""
        return self.fields.get(name, "").strip()

    def refuse(self, code: str, name: str, **facts: object) -> None:
        """Note one problem of the field ``name``; its label in both languages is always among the facts."""
        label = FIELD_LABELS.get(name)
        labels = {"label_zh": label.zh, "label_en": label.en} if label else {}
        self.problems.append(InputError(code, field=name, **labels, **facts))

    def in_form_order(self) -> tuple[InputError, ...]:
        """All problems, in the order of the form."""
        return tuple(sorted(self.problems, key=form_order))

    def text(self, name: str, *, required: bool = True, missing: str = "field_missing") -> str:
        """A text within its length limit and without characters that are not allowed. Markup is ordinary text."""
        text = self.typed(name)
        if not text and required:
            self.refuse(missing, name)
        elif len(text) > MAX_CHARS[name]:
            self.refuse("text_too_long", name, length=len(text), limit=MAX_CHARS[name])
        elif refused := refused_character(text):
            self.refuse(refused.code, name, **refused.facts)
        elif name in _PEOPLE and holds_number(text):
            self.refuse("card_text_unread", name)
        elif name == "name" and (size := name_bytes(text)) > MAX_NAME_BYTES:
            self.refuse("name_too_long_for_code", name, size=size, limit=MAX_NAME_BYTES)
        else:
            return text
        return ""

    def identity_number(self, name: str, today: date) -> str:
        """An identity number, or empty: where none was typed, and after noting what is wrong."""
        typed = self.typed(name)
        try:
            return parse_identity_number(typed, today, name) if typed else ""
        except InputError as problem:
            self.problems.append(problem)
            return ""

    def date(self, name: str) -> date | None:
        """A date in any of the usual spellings, or None after noting what is wrong.

        A form has several dates, so its error messages name the field, unlike those of ``read_date``.
        """
        try:
            return read_date(self.typed(name), name)
        except InputError as problem:
            self.refuse(f"application_{problem.code}", name, **problem.facts)
            return None

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        """A member of ``choices``, or None after noting what is wrong."""
        found = self.typed(name)
        if found in set(choices):
            return choices(found)
        if found:
            self.refuse("choice_unknown", name, found=found[:40], known=", ".join(choices))
        else:
            self.refuse("choice_missing", name)
        return None

    def area(self, name: str) -> int | None:
        """Whole square metres; None when the field is empty or wrong."""
        found = unicodedata.normalize("NFKC", self.typed(name))
        if not found:
            return None
        if found.isascii() and found.isdigit() and len(found) <= 7 and 1 <= int(found) <= MAX_AREA_M2:
            return int(found)
        self.refuse("area_unreadable", name, found=found[:40], limit=MAX_AREA_M2)
        return None

    def phone(self, name: str) -> str:
        """A telephone number without punctuation, or empty."""
        found = unicodedata.normalize("NFKC", self.typed(name)).translate(_PHONE_PUNCTUATION)
        if not found or (found.isascii() and _PHONE.fullmatch(found)):
            return found
        self.refuse("phone_unreadable", name)
        return ""
