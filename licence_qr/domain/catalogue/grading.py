"""The scale by which permits of one type are graded (量化分级): what is graded, and its grades from the best."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.wording.terms import term
from licence_qr.wording.text import Text

GRADES = 3  # a scale has as many as there are lowest scores (``life_rules``) and draw weights (``checklists``)


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade. ``id`` is what register and inspection records hold; ``name`` stands alone, ``short`` in a sentence."""

    id: str
    name: Text
    short: Text


@dataclass(frozen=True, slots=True)
class GradingScale:
    """``name`` is what is graded, as within a sentence; ``grades`` from the best, ``GRADES`` of them."""

    name: Text
    grades: tuple[Grade, ...]

    def grade(self, grade_id: str) -> Grade | None:
        """The grade with this id, or None."""
        return next((each for each in self.grades if each.id == grade_id), None)

    def place(self, grade_id: str) -> int | None:
        """How many grades are better than this one; None for no grade of the scale."""
        return next((place for place, each in enumerate(self.grades) if each.id == grade_id), None)


NOT_GRADED = Text("未评级", "not graded")
# No scale: permits of the type are not graded, or the catalogue does not know it. What an import once brought is shown.


def scale_name(scale: GradingScale | None) -> Text:
    """What is graded, as within a sentence: 卫生信誉度等级, hygiene grade; without a scale just the grade."""
    title = term("field.grade")
    return scale.name if scale else Text(title.zh, title.en.lower())


def scale_title(scale: GradingScale | None) -> Text:
    """What is graded, as a heading: 卫生信誉度等级, Hygiene grade."""
    name = scale_name(scale)
    return Text(name.zh, name.en[:1].upper() + name.en[1:])


def graded_words(scale: GradingScale | None) -> Text:
    """What the history calls a new grade."""
    return Text(f"{scale_name(scale).zh}评定", f"{scale_title(scale).en} set")


def grade_name(scale: GradingScale | None, grade_id: str) -> Text:
    """A grade as it stands alone; an empty one is not graded, and one that the scale has not is shown as it is written."""
    if not grade_id:
        return NOT_GRADED
    known = scale.grade(grade_id) if scale else None
    return known.name if known else Text(grade_id, grade_id)


def grade_short(scale: GradingScale | None, grade_id: str) -> Text:
    """A grade within a sentence; one that the scale has not is shown as it is written."""
    known = scale.grade(grade_id) if scale else None
    return known.short if known else Text(grade_id, grade_id)


def scale_facts(scale: GradingScale | None) -> dict[str, str]:
    """What an error says of a scale: its name in both languages, and its grades; "–" where there are none."""
    name = scale_name(scale)
    zh, en = (separator.join(each.id for each in scale.grades) if scale else "–" for separator in ("、", ", "))
    return {"scale_zh": name.zh, "scale_en": name.en, "grades_zh": zh, "grades_en": en}
