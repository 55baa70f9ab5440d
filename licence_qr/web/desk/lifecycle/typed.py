"""From what was typed into the form of an act to the act's grounds and details; what cannot be read is noted, not raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from licence_qr.domain.lifecycle.acts import Act, Grounds, SubjectKind
from licence_qr.domain.lifecycle.details import (
    ClosingPremises,
    Details,
    Dormancy,
    Grading,
    LicenceChange,
    LiftedMark,
    NewMark,
    NewPremises,
    PermitChange,
    Reprint,
    ReprintCause,
)
from licence_qr.domain.plain_text import plain_line, plain_text
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import InputError
from licence_qr.web.desk.lifecycle.fields import CHANGEABLE, ActForm
from licence_qr.web.shell.forms import Field


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


def read_grounds(typed: Typed) -> Grounds:
    """The grounds."""
    day = typed.day("effective_on")
    basis, number = plain_line(typed.text("legal_basis")), plain_line(typed.text("document_no"))
    return Grounds(plain_text(typed.text("reason")), basis, number, day)


def read_details(case: ActForm, typed: Typed) -> Details:
    """What the act needs beside its grounds; of no use once ``typed`` has noted a problem."""
    read = _DETAILS.get((case.subject.kind, case.rule.act))
    return read(typed) if read else None


def _licence_change(typed: Typed) -> Details:
    new = {name: typed.text(name) for name in CHANGEABLE if typed.text(name) != typed.was.get(name, "").strip()}
    without_end = "term_to" in new and not new["term_to"]
    term_to = typed.day("term_to") if new.pop("term_to", "") else None
    return LicenceChange(term_to=term_to, without_end=without_end, **new)


def _permit_change(typed: Typed) -> Details:
    return PermitChange(premises_address=typed.text("premises_address"), renamed=typed.choice("renamed") == "yes")


def _new_premises(typed: Typed) -> Details:
    reader = FieldReader(typed.values)
    address, area = reader.text("premises_address"), reader.area("area_m2")
    typed.problems += reader.problems
    return NewPremises(address, typed.choice("premises_region"), area)


def _closing(typed: Typed) -> Details:
    return ClosingPremises(int(typed.choice("premises_no") or 0))


def _reprint(typed: Typed) -> Details:
    return Reprint(ReprintCause(typed.choice("cause") or ReprintCause.LOST))


def _dormancy(typed: Typed) -> Details:
    return Dormancy(typed.day("until") or date.max)


def _mark(typed: Typed) -> Details:
    return NewMark(MarkKind(typed.choice("kind") or MarkKind.ABNORMAL), typed.day("until", required=False))


def _lifted(typed: Typed) -> Details:
    return LiftedMark(int(typed.choice("mark_id") or 0))


def _grading(typed: Typed) -> Details:
    return Grading(typed.choice("grade").replace("none", ""))


_L, _P = SubjectKind.LICENCE, SubjectKind.PERMIT
_DETAILS: Mapping[tuple[SubjectKind, Act], Callable[[Typed], Details]] = {
    (_L, Act.CHANGE): _licence_change,
    (_P, Act.CHANGE): _permit_change,
    (_L, Act.ADD_PREMISES): _new_premises,
    (_L, Act.CLOSE_PREMISES): _closing,
    (_L, Act.REPRINT): _reprint,
    (_L, Act.DORMANT): _dormancy,
    (_L, Act.MARK): _mark,
    (_L, Act.LIFT_MARK): _lifted,
    (_P, Act.GRADE): _grading,
}
