"""The score of an inspection is whole numbers, half up, and a critical failure keeps it below every grade."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.catalogue.checklists import ChecklistAnswer, ChecklistItem, score
from licence_qr.wording.text import Text

DAY = date(2026, 11, 23)
RULES = CATALOGUE.life_rules_on(DAY)
SCALE = CATALOGUE.scale("hygiene_permit")
_TEXT = Text("项目", "item")


def item(weight: int, *, critical: bool = False) -> ChecklistItem:
    return ChecklistItem("x", _TEXT, _TEXT, _TEXT, weight, critical)


def scored(*answers: tuple[int, ChecklistAnswer]) -> int | None:
    return score([(item(weight), answer) for weight, answer in answers], RULES, SCALE).percent


@pytest.mark.parametrize(
    ("yes", "no", "percent", "grade"),
    [
        (90, 10, 90, "A"),
        (179, 21, 90, "A"),  # 89.5 is rounded up
        (8949, 1051, 89, "B"),
        (70, 30, 70, "B"),
        (69, 31, 69, "C"),
        (60, 40, 60, "C"),
        (59, 41, 59, ""),
        (0, 5, 0, ""),
        (5, 0, 100, "A"),
    ],
)
def test_a_score_is_rounded_half_up_and_gives_the_grade_of_the_rules(yes, no, percent, grade):
    found = score([(item(yes), ChecklistAnswer.YES), (item(no), ChecklistAnswer.NO)], RULES, SCALE)
    assert (found.percent, found.grade) == (percent, grade)


def test_what_does_not_apply_does_not_count():
    assert scored((3, ChecklistAnswer.YES), (1, ChecklistAnswer.NO), (50, ChecklistAnswer.NA)) == 75
    assert score([(item(5), ChecklistAnswer.NA)], RULES, SCALE) == score([], RULES, SCALE)
    assert score([], RULES, SCALE).percent is None


def test_a_critical_failure_leaves_no_grade_and_a_critical_success_takes_nothing():
    failed = score([(item(1, critical=True), ChecklistAnswer.NO), (item(99), ChecklistAnswer.YES)], RULES, SCALE)
    assert (failed.percent, failed.grade, failed.critical) == (59, "", True)
    fine = score([(item(1, critical=True), ChecklistAnswer.YES), (item(99), ChecklistAnswer.YES)], RULES, SCALE)
    assert (fine.percent, fine.grade, fine.critical) == (100, "A", False)
    low = score([(item(9, critical=True), ChecklistAnswer.NO), (item(1), ChecklistAnswer.YES)], RULES, SCALE)
    assert low.percent == 10


@given(st.lists(st.tuples(st.integers(1, 100), st.sampled_from(ChecklistAnswer)), max_size=40))
def test_the_score_is_the_exact_share_rounded(answers):
    applicable = sum(weight for weight, answer in answers if answer is not ChecklistAnswer.NA)
    achieved = sum(weight for weight, answer in answers if answer is ChecklistAnswer.YES)
    percent = scored(*answers)
    if not applicable:
        assert percent is None
        return
    exact = Fraction(100 * achieved, applicable)
    assert percent is not None and Fraction(-1, 2) < percent - exact <= Fraction(1, 2)


def test_every_kind_of_place_that_is_licensed_or_files_has_a_list():
    rules = CATALOGUE.inspection_rules
    for kind in CATALOGUE.kinds.values():
        regime = kind.regime_on(DAY)
        if regime and regime.regime.value in {"licensed", "filing"}:
            assert rules.checklists_for("hygiene_permit", [kind.id], DAY), kind.id
    assert rules.checklists_for("hygiene_permit", ["gym"], DAY) == ()


def test_every_list_is_long_enough_to_say_something_and_short_enough_to_be_done():
    for checklist in CATALOGUE.inspection_rules.checklists:
        assert 12 <= len(checklist.items) <= 25, checklist.id
        assert any(each.critical for each in checklist.items)
        for each in checklist.items:
            assert "\u4e00" <= each.text.zh[0] <= "\u9fff" or each.text.zh[0].isascii()
            assert not any("\u4e00" <= char <= "\u9fff" for char in each.text.en + each.law.en), each.id


def test_the_better_the_grade_the_less_often_a_place_is_drawn():
    weights = CATALOGUE.inspection_rules.draw_weights_on(DAY)
    assert weights is not None
    assert weights.of(SCALE, "A") < weights.of(SCALE, "B") < weights.of(SCALE, "C") <= weights.of(SCALE, "")
