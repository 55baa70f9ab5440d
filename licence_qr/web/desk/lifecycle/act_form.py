"""What the form of an act is made of: what it is about, what was typed, and the act's own questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from licence_qr.domain.catalogue.model import Catalogue, PermitType
from licence_qr.domain.lifecycle.acts import Rule, Subject
from licence_qr.domain.lifecycle.details import Details
from licence_qr.domain.text import Text
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import InputError
from licence_qr.services.businesses.search import BusinessDetail, HeldPermit
from licence_qr.web.shell.forms import Field

DATE_EXAMPLE = Text("例如 2026-11-23。", "For example 2026-11-23.")


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act on one subject, by a rule that its state allows."""

    detail: BusinessDetail
    subject: Subject
    rule: Rule
    permit: HeldPermit | None
    catalogue: Catalogue
    today: date

    @property
    def permit_type(self) -> PermitType | None:
        """The type of the permit, None for the licence and where the catalogue does not know it."""
        return self.catalogue.permit_types.get(self.permit.permit.permit_type) if self.permit else None


@dataclass(slots=True)
class Typed:
    """``values`` as typed into ``fields``. ``was`` is what stood in the form at first: what was left alone does not
    change, though the register may say something else by now."""

    fields: Mapping[str, Field]
    values: Mapping[str, str]
    was: Mapping[str, str]
    problems: list[InputError] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The text without the white space around it."""
        return self.values.get(name, "").strip()

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


def nothing(case: ActForm) -> dict[str, str]:
    """For a form whose fields are empty at first."""
    return {}


@dataclass(frozen=True, slots=True)
class ActQuestions:
    """The questions of one act beside its grounds, and what they are read into: of no use once a problem has been noted.

    ``registered`` gives the fields of a change as the register says them now; ``first`` what else stands in the form before
    anything is typed.
    """

    fields: Callable[[ActForm], tuple[Field, ...]]
    read: Callable[[Typed], Details | None]
    registered: Callable[[ActForm], dict[str, str]] = nothing
    first: Callable[[ActForm], dict[str, str]] = nothing
