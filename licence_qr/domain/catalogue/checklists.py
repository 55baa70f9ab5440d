"""Inspection checklists (监督检查表), the score they give, and what follows from a grade.

The entries themselves are data in ``catalogue/checklists.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.catalogue.grading import GradingScale
from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.dates import Period
from licence_qr.wording.text import Text


class ChecklistAnswer(StrEnum):
    """What an inspector found for one item."""

    YES = "yes"  # 符合
    NO = "no"  # 不符合
    NA = "na"  # 不适用


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to look at. ``weight`` counts for the score; ``critical``: a "no" keeps it below every grade; ``always``:
    cannot be answered "not applicable"; ``photo``: a "no" wants a photograph."""

    id: str
    section: Text
    text: Text
    law: Text
    weight: int
    critical: bool = False
    always: bool = False
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """One version of a checklist, for the given permit types.

    ``kinds`` (catalogue ids) narrow it for the types that depend on the kind of place.
    """

    id: str
    version: str
    name: Text
    permit_types: tuple[str, ...]
    kinds: tuple[str, ...]
    period: Period
    items: tuple[ChecklistItem, ...]

    def fits(self, permit_type: str, kinds: Iterable[str]) -> bool:
        """Whether it applies to a permit of this type, granted for these kinds of place."""
        return permit_type in self.permit_types and (not self.kinds or bool(set(self.kinds).intersection(kinds)))

    def item(self, item_id: str) -> ChecklistItem | None:
        """The item with this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)


@dataclass(frozen=True, slots=True)
class DrawWeights:
    """How much more often a place is drawn by lot than one of the best grade, by its grade: the best, the second and the
    third of its scale; ``none`` where it has none."""

    period: Period
    a: int
    b: int
    c: int
    none: int
    basis: Text

    def of(self, scale: GradingScale | None, grade: str) -> int:
        """The weight of a place of this grade of a scale, empty for none."""
        rank = scale.place(grade) if scale else None
        return self.none if rank is None else (self.a, self.b, self.c)[rank]


@dataclass(frozen=True, slots=True)
class Publication:
    """How many days the public page shows the outcome of a rectification order; 0 for never."""

    period: Period
    rectification_days: int
    basis: Text


@dataclass(frozen=True, slots=True)
class InspectionRules:
    """All entries of ``checklists.toml``."""

    checklists: tuple[Checklist, ...] = ()
    draw_weights: tuple[DrawWeights, ...] = ()
    publication: tuple[Publication, ...] = ()

    def checklist(self, checklist_id: str, version: str) -> Checklist | None:
        """The checklist of this version, in force or not, or None."""
        return next((c for c in self.checklists if (c.id, c.version) == (checklist_id, version)), None)

    def checklists_on(self, day: date) -> tuple[Checklist, ...]:
        """The checklists in force on ``day``."""
        return tuple(c for c in self.checklists if day in c.period)

    def checklists_for(self, permit_type: str, kinds: Iterable[str], day: date) -> tuple[Checklist, ...]:
        """The checklists in force on ``day`` for a permit of this type, granted for these kinds of place."""
        wanted = tuple(kinds)
        return tuple(c for c in self.checklists_on(day) if c.fits(permit_type, wanted))

    def draw_weights_on(self, day: date) -> DrawWeights | None:
        """The weights in force on ``day``, or None."""
        return next((w for w in self.draw_weights if day in w.period), None)

    def publication_on(self, day: date) -> Publication | None:
        """The rule on publishing that is in force on ``day``, or None."""
        return next((p for p in self.publication if day in p.period), None)


@dataclass(frozen=True, slots=True)
class Score:
    """``percent`` of 100, whole; None when nothing applied. ``grade``: the id of one of the scale, or empty. ``critical``: a
    critical item was answered "no"."""

    percent: int | None
    grade: str
    critical: bool


def critical_cap(rules: LifeRules) -> int:
    """The highest score with a critical item answered "no": one below the lowest grade."""
    return rules.grade_c_score - 1


def score(
    answers: Iterable[tuple[ChecklistItem, ChecklistAnswer]], rules: LifeRules, scale: GradingScale | None
) -> Score:
    """Weight achieved of weight applicable in per cent, half up, capped by a critical failure; and its grade, where permits
    are graded.

    Integers only, so that a phone that computes it gets the same result.
    """
    given = [(item, answer) for item, answer in answers if answer is not ChecklistAnswer.NA]
    applicable = sum(item.weight for item, _ in given)
    achieved = sum(item.weight for item, answer in given if answer is ChecklistAnswer.YES)
    failed = any(item.critical and answer is ChecklistAnswer.NO for item, answer in given)
    if not applicable:
        return Score(None, "", failed)
    percent = (200 * achieved + applicable) // (2 * applicable)
    if failed:
        percent = min(percent, critical_cap(rules))
    return Score(percent, _grade(percent, rules, scale), failed)


def _grade(percent: int, rules: LifeRules, scale: GradingScale | None) -> str:
    steps = zip(scale.grades, rules.grade_scores, strict=True) if scale else ()
    return next((grade.id for grade, lowest in steps if percent >= lowest), "")
