"""The subject of an act and its grounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.plain_text import plain_line, plain_text
from licence_qr.errors import InputError

_PERMIT_SUBJECT = re.compile(r"permit/([1-9][0-9]{0,17})")


class SubjectKind(StrEnum):
    """Kind of subject."""

    LICENCE = "licence"
    PERMIT = "permit"


@dataclass(frozen=True, slots=True)
class Subject:
    """The licence of a business, or one of its permits by its id in the register."""

    uscc: str
    permit_id: int | None = None

    @property
    def kind(self) -> SubjectKind:
        """Whether it is a licence or a permit."""
        return SubjectKind.LICENCE if self.permit_id is None else SubjectKind.PERMIT

    @property
    def text(self) -> str:
        """``licence`` or ``permit/17``, as in events and addresses."""
        return "licence" if self.permit_id is None else f"permit/{self.permit_id}"

    @classmethod
    def parse(cls, uscc: str, text: str) -> Subject:
        """The inverse of ``text``. Raises InputError ``life_subject_unknown``."""
        if text == "licence":
            return cls(uscc)
        found = _PERMIT_SUBJECT.fullmatch(text)
        if found is None:
            raise InputError("life_subject_unknown", field="subject")
        return cls(uscc, int(found[1]))


@dataclass(frozen=True, slots=True)
class Grounds:
    """The grounds of an act. ``reason`` is internal. ``effective_on`` None: the day on which it is done."""

    reason: str = ""
    legal_basis: str = ""
    document_no: str = ""
    effective_on: date | None = None

    def plain(self) -> Grounds:
        """The same without characters that nobody sees or that turn the reading; the reason keeps its lines."""
        return Grounds(
            plain_text(self.reason), plain_line(self.legal_basis), plain_line(self.document_no), self.effective_on
        )
