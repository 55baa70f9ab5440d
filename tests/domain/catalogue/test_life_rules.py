"""The figures of a permit's life: dated, complete for a day, and the same that the pages show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from shipped import CATALOGUE

from licence_qr.domain.catalogue.life_rules import LIFE_RULE_IDS, life_rules_on
from licence_qr.domain.dates import Period
from licence_qr.domain.register.permit import EXPIRING_SOON_DAYS
from licence_qr.errors import RuleError

TODAY = date(2026, 11, 23)
RULES = CATALOGUE.life_rules_on(TODAY)


def test_the_figures_that_come_with_the_package():
    assert (RULES.renewal_apply_days, RULES.review_after_months, RULES.follow_up_months) == (30, 24, 2)
    assert RULES.expiring_days == (90, 60, 30)
    assert (RULES.change_apply_days, RULES.deceit_bar_months) == (30, 36)
    assert (RULES.report_contact_working_days, RULES.report_answer_working_days) == (2, 5)
    assert RULES.rating_mend_working_days == 15


def test_every_figure_names_its_basis_in_both_languages():
    assert {rule.id for rule in CATALOGUE.life_rules} == set(LIFE_RULE_IDS)
    assert all(rule.basis.zh and rule.basis.en for rule in CATALOGUE.life_rules)


def test_the_lowest_scores_are_those_of_a_scale_from_the_best():
    assert RULES.grade_scores == (90, 70, 60)


def test_expiring_soon_on_the_pages_is_the_first_step_of_the_work_list():
    assert RULES.expiring_notice_days == EXPIRING_SOON_DAYS


def test_a_figure_that_changed_holds_from_its_day_on():
    old = next(rule for rule in CATALOGUE.life_rules if rule.id == "follow_up_months")
    change = date(2027, 1, 1)
    others = [rule for rule in CATALOGUE.life_rules if rule is not old]
    changed = [
        *others,
        replace(old, period=Period(old.period.first, date(2026, 12, 31))),
        replace(old, value=3, period=Period(change, None)),
    ]
    assert life_rules_on(changed, date(2026, 12, 31)).follow_up_months == 2
    assert life_rules_on(changed, change).follow_up_months == 3


def test_a_day_before_all_figures_is_refused_with_the_figure_named():
    with pytest.raises(RuleError) as refused:
        CATALOGUE.life_rules_on(date(2011, 4, 30))
    assert refused.value.code == "life_rule_unknown"
    assert refused.value.facts == {"rule": "renewal_apply_days", "day": "2011-04-30"}
