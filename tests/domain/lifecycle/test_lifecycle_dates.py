"""The days of a life, and what a change may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.dates import Period
from licence_qr.domain.lifecycle.acts import SubjectKind
from licence_qr.domain.lifecycle.changes import CHANGES, ChangeWay, change_rule, changed_entity, renamed_premises
from licence_qr.domain.lifecycle.dates import (
    check_dormancy,
    effective_day,
    licence_state_on,
    renewal_deadline,
    renewed_period,
    review_due,
)
from licence_qr.domain.lifecycle.details import LicenceChange, PermitChange
from licence_qr.domain.register.entity import Entity, EntityForm, LicenceState, Premises
from licence_qr.domain.register.marks import Mark, MarkKind, marks_for
from licence_qr.domain.register.permit import (
    Permit,
    PermitState,
    PermitStatus,
    deemed_renewed,
    status_list_value,
    status_on,
)
from licence_qr.errors import InputError, InvalidApplication, RuleError

TODAY = date(2026, 11, 23)
FIRST, LAST = date(2022, 12, 1), date(2026, 11, 30)
PERMIT = Permit("hygiene_permit", "1", 1, ("hotel",), "住宿", "a", "b", FIRST, Period(FIRST, LAST))
ENTITY = Entity(
    "91500107M000001A9R", EntityForm.COMPANY, "甲宾馆", "有限责任公司", "甲", FIRST, FIRST, "演示路1号", "住宿服务", "a"
)


def test_nothing_holds_from_a_day_to_come_or_from_before_there_was_anything():
    assert effective_day(None, FIRST, TODAY) == TODAY
    assert effective_day(FIRST, FIRST, TODAY) == FIRST
    with pytest.raises(InputError, match="effective_in_future") as late:
        effective_day(TODAY + timedelta(days=1), FIRST, TODAY)
    assert late.value.field == "effective_on"
    with pytest.raises(InputError, match="effective_too_early"):
        effective_day(FIRST - timedelta(days=1), FIRST, TODAY)


def test_a_renewal_is_in_time_thirty_days_before_the_end(catalogue):
    assert renewal_deadline(LAST, catalogue.life_rules_on(TODAY)) == date(2026, 10, 31)


@given(first=st.dates(date(2012, 1, 1), date(2040, 1, 1)), months=st.integers(1, 60))
def test_a_renewed_period_runs_on_without_a_gap_for_one_more_term(first, months):
    period = Period.of_months(first, months)
    renewed = renewed_period(period, months)
    assert renewed.first == period.first
    assert renewed.last == Period.of_months(period.last + timedelta(days=1), months).last
    assert period.last + timedelta(days=1) in renewed


@pytest.mark.parametrize(
    ("in_time", "state", "day", "status", "bits"),
    [
        (True, PermitState.EFFECTIVE, LAST, PermitStatus.EXPIRING_SOON, 0),
        (True, PermitState.EFFECTIVE, LAST + timedelta(days=1), PermitStatus.EFFECTIVE, 0),
        (False, PermitState.EFFECTIVE, LAST + timedelta(days=1), PermitStatus.EXPIRED, 0),
        (True, PermitState.SUSPENDED, LAST + timedelta(days=1), PermitStatus.SUSPENDED, 2),
        (True, PermitState.REVOKED, LAST + timedelta(days=1), PermitStatus.REVOKED, 1),
    ],
)
def test_silence_is_consent_only_for_who_asked_in_time(in_time, state, day, status, bits):
    permit = replace(PERMIT, state=state, renewal_applied_on=date(2026, 10, 20), renewal_in_time=in_time)
    assert status_on(permit, day) is status
    assert status_list_value(status) == bits
    standing = state in {PermitState.EFFECTIVE, PermitState.SUSPENDED}
    assert deemed_renewed(permit, day) == (in_time and day > LAST and standing)


def test_a_review_is_due_every_two_years_until_the_end(catalogue):
    rules = catalogue.life_rules_on(TODAY)
    assert review_due(PERMIT, rules) == date(2024, 12, 1)
    assert review_due(replace(PERMIT, reviewed_on=date(2024, 11, 5)), rules) == date(2026, 11, 5)
    assert review_due(replace(PERMIT, reviewed_on=date(2024, 12, 9)), rules) is None
    assert review_due(replace(PERMIT, period=None), rules) is None


def test_a_rest_lasts_three_years_at_most_and_is_over_by_itself(catalogue):
    rules = catalogue.life_rules_on(TODAY)
    check_dormancy(TODAY, date(2029, 11, 22), rules)
    with pytest.raises(InputError, match="dormancy_too_long"):
        check_dormancy(TODAY, date(2029, 11, 23), rules)
    with pytest.raises(InputError, match="dormancy_before_start"):
        check_dormancy(TODAY, TODAY - timedelta(days=1), rules)
    until = date(2027, 1, 31)
    assert licence_state_on(LicenceState.DORMANT, until, until) is LicenceState.DORMANT
    assert licence_state_on(LicenceState.DORMANT, until, until + timedelta(days=1)) is LicenceState.ACTIVE
    assert licence_state_on(LicenceState.DORMANT, None, TODAY) is LicenceState.DORMANT
    assert licence_state_on(LicenceState.CANCELLED, until, TODAY) is LicenceState.CANCELLED


def test_a_mark_stands_from_its_first_day_to_its_last_or_to_its_lifting():
    mark = Mark(MarkKind.SERIOUS, TODAY, until=TODAY + timedelta(days=9))
    shown = [day for day in range(-1, 12) if mark.stands_on(TODAY + timedelta(days=day))]
    assert shown == list(range(10))
    assert not replace(mark, lifted_on=TODAY + timedelta(days=3)).stands_on(TODAY + timedelta(days=3))
    assert MarkKind.ABNORMAL not in marks_for(EntityForm.INDIVIDUAL)
    assert MarkKind.FLAGGED not in marks_for(EntityForm.COMPANY)


def test_a_change_prints_the_licence_of_today_and_touches_only_what_was_named():
    after = changed_entity(ENTITY, LicenceChange(name=" 乙宾馆 "), TODAY)
    assert after == replace(ENTITY, name="乙宾馆", issued_on=TODAY)
    without_end = changed_entity(replace(ENTITY, term_to=LAST), LicenceChange(without_end=True), TODAY)
    assert without_end.term_to is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (LicenceChange(name=""), "name"),
        (LicenceChange(name="长" * 79), "name"),
        (LicenceChange(principal="甲\u202e"), "principal"),
        (LicenceChange(term_to=date(2020, 1, 1)), "term_to"),
    ],
)
def test_a_wrong_value_is_told_at_its_field(change, field):
    with pytest.raises(InvalidApplication) as refused:
        changed_entity(ENTITY, change, TODAY)
    assert [p.field for p in refused.value.problems] == [field]


@pytest.mark.parametrize("change", [LicenceChange(), LicenceChange(name="甲宾馆"), LicenceChange(without_end=True)])
def test_a_change_that_changes_nothing_is_refused(change):
    with pytest.raises(InputError, match="change_without_difference"):
        changed_entity(ENTITY, change, TODAY)


def test_an_individual_business_may_give_up_its_name():
    individual = replace(ENTITY, form=EntityForm.INDIVIDUAL)
    assert changed_entity(individual, LicenceChange(name=""), TODAY).holder_name == "甲"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (PermitChange(items="游泳"), "permitted_items"),
        (PermitChange(kinds=("inn",)), "kinds"),
        (PermitChange(premises_address="新路1号"), "premises_address"),
    ],
)
def test_another_place_or_other_items_are_a_new_application(change, field):
    with pytest.raises(RuleError, match="change_needs_new_application") as refused:
        renamed_premises(Premises(1, "旧路1号"), change)
    assert refused.value.facts["field"] == field
    assert change_rule(SubjectKind.PERMIT, field).way in {ChangeWay.NEW_APPLICATION, ChangeWay.RENAMING_ONLY}


def test_only_a_street_that_was_renamed_changes_on_the_permit_itself():
    premises = Premises(2, "旧路1号", "500107104", 80)
    renamed = renamed_premises(premises, PermitChange(premises_address="新路1号", renamed=True))
    assert renamed == replace(premises, address="新路1号")


def test_the_table_of_changes_names_each_field_once_and_its_rule():
    named = [(r.kind, r.field) for r in CHANGES]
    assert len(named) == len(set(named))
    assert all(r.label.zh and r.label.en and r.basis.zh and r.basis.en for r in CHANGES)
    changeable = {r.field for r in CHANGES if r.way in {ChangeWay.LICENCE, ChangeWay.LICENCE_AND_PERMITS}}
    assert changeable == {f for f in LicenceChange.__dataclass_fields__ if f != "without_end"}
