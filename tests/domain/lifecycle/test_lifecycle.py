"""The table of acts: one answer for every state, and words for every refusal."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr import wording
from licence_qr.domain.catalogue.model import PermitType, TypeAct
from licence_qr.domain.lifecycle.acts import (
    RULES,
    STATE_NAMES,
    Act,
    Effect,
    Subject,
    SubjectKind,
    allowed,
    check,
    rule,
    source_of,
)
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import PermitState, PermitStatus
from licence_qr.domain.roles import Role
from licence_qr.errors import InputError, RuleError
from licence_qr.wording.text import Text

LICENCE, PERMIT = SubjectKind.LICENCE, SubjectKind.PERMIT
STATES = [(LICENCE, s.value) for s in LicenceState] + [(PERMIT, s.value) for s in PermitStatus]
ADVERSE = {Act.SUSPEND, Act.REINSTATE, Act.ANNUL, Act.REVOKE, Act.WITHDRAW}


def acts(kind: SubjectKind, state: str) -> set[Act]:
    return {r.act for r in allowed(kind, state)}


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_an_act_has_one_outcome_in_a_state_and_every_state_a_name(kind, state):
    found = [r.act for r in allowed(kind, state)]
    assert len(found) == len(set(found))
    assert STATE_NAMES[kind, source_of(kind, state)].zh


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_check_allows_what_is_listed_and_names_it_when_it_refuses(kind, state):
    for act in {r.act for r in RULES if r.kind is kind}:
        if act in acts(kind, state):
            assert check(kind, act, state).act is act
            continue
        with pytest.raises(RuleError) as refused:
            check(kind, act, state)
        assert set(refused.value.facts["allowed"]) == acts(kind, state) - {Act.DEEM_RENEWED}
        for language in wording.LANGUAGES:
            said = wording.explain(refused.value, language).what
            names = [getattr(r.name, language) for r in allowed(kind, state) if r.roles]
            assert all(name in said for name in names)


def test_an_end_can_only_be_followed_by_its_closing():
    ends = [PermitStatus.ANNULLED, PermitStatus.REVOKED, PermitStatus.WITHDRAWN]
    assert all(acts(PERMIT, end) == {Act.CANCEL} for end in ends)
    assert acts(PERMIT, PermitStatus.CANCELLED) == acts(PERMIT, PermitStatus.REFUSED) == set()
    closed = [LicenceState.CANCELLED, LicenceState.REVOKED_CANCELLED, LicenceState.ANNULLED, LicenceState.MOVED_OUT]
    assert all(acts(LICENCE, state) == {Act.LIFT_MARK} for state in closed)


def test_no_act_leads_from_an_ended_state_to_one_that_stands():
    standing = {PermitState.EFFECTIVE, PermitState.SUSPENDED, LicenceState.ACTIVE, LicenceState.DORMANT}
    gone = {"annulled", "revoked", "withdrawn", "cancelled", "refused", "revoked_not_cancelled", "moved_out"}
    assert not [r for r in RULES if r.target in standing and r.sources & gone]


def test_four_eyes_are_for_suspending_reinstating_and_the_three_adverse_ends():
    assert {r.act for r in RULES if r.kind is PERMIT and r.four_eyes} == ADVERSE
    assert {r.act for r in RULES if r.kind is LICENCE and r.four_eyes} == {Act.ANNUL, Act.REVOKE}
    assert all(r.roles <= {Role.CLERK, Role.INSPECTOR} for r in RULES), "nobody decides by the table alone"


def test_the_end_of_a_revoked_licence_stays_named():
    targets = {r.target: r.sources for r in RULES if (r.kind, r.act) == (LICENCE, Act.CANCEL)}
    assert targets[LicenceState.REVOKED_CANCELLED] == {"revoked_not_cancelled"}
    assert targets[LicenceState.CANCELLED] == {"active", "dormant"}


def test_a_state_turns_the_status_list_and_a_fact_makes_a_new_print():
    for each in RULES:
        if each.kind is PERMIT and each.target not in {None, PermitState.EFFECTIVE, PermitState.REFUSED}:
            assert each.effect is Effect.STATUS
    assert rule(PERMIT, Act.RENEW).effect is rule(LICENCE, Act.CHANGE).effect is Effect.NEXT_VERSION


def test_what_cannot_be_undone_says_so_and_is_marked():
    for each in RULES:
        if each.told:
            assert each.final == ("不能恢复" in each.told.subject.zh) == ("cannot be undone" in each.told.subject.en)
    assert all(each.final for each in RULES if each.act in {Act.ANNUL, Act.REVOKE, Act.WITHDRAW, Act.CANCEL})


def test_a_permit_type_knows_the_acts_it_names_and_no_other_of_their_kind():
    plain = PermitType("plain", 9, Text("某许可证", "Some permit"), "bureau", 12, Text("x", "x"))
    graded = replace(plain, acts=(TypeAct("grade", Text("某办法", "Some rules")),))
    further = {r.act for r in RULES if r.by_type}
    assert further == {Act.REVIEW, Act.GRADE}
    for state in PermitStatus:
        every = acts(PERMIT, state)
        assert {r.act for r in allowed(PERMIT, state, plain)} == every - further
        assert {r.act for r in allowed(PERMIT, state, graded)} == every - {Act.REVIEW}
    assert check(PERMIT, Act.GRADE, PermitStatus.EFFECTIVE, graded).basis == Text("某办法", "Some rules")
    for state in (PermitStatus.EFFECTIVE, PermitStatus.CANCELLED):
        with pytest.raises(RuleError, match="act_not_of_permit_type") as refused:
            check(PERMIT, Act.GRADE, state, plain)
        for language in wording.LANGUAGES:
            said = wording.explain(refused.value, language)
            assert getattr(plain.name, language) in said.what and said.todo


def test_what_the_calendar_adds_to_a_state_does_not_hide_its_acts():
    effective = allowed(PERMIT, PermitState.EFFECTIVE)
    assert allowed(PERMIT, PermitStatus.EXPIRING_SOON) == allowed(PERMIT, PermitStatus.NOT_YET_VALID) == effective
    assert acts(PERMIT, PermitStatus.EXPIRED) == {Act.ANNUL, Act.CANCEL}


@given(kind=st.sampled_from(SubjectKind), act=st.sampled_from(Act))
def test_an_act_on_the_wrong_thing_is_refused(kind, act):
    if any((r.kind, r.act) == (kind, act) for r in RULES):
        assert rule(kind, act).act is act
    else:
        with pytest.raises(RuleError, match="act_unknown_here"):
            rule(kind, act)


@given(number=st.none() | st.integers(1, 10**17))
def test_a_subject_is_read_as_it_is_written(number):
    subject = Subject("91500107M000001A9R", number)
    assert Subject.parse(subject.uscc, subject.text) == subject
    assert subject.kind is (LICENCE if number is None else PERMIT)


@pytest.mark.parametrize(
    "text", ["", "Licence", "permit/", "permit/0", "permit/01", "permit/-1", "permit/1/2", "premises/1"]
)
def test_other_subjects_are_refused(text):
    with pytest.raises(InputError, match="life_subject_unknown"):
        Subject.parse("91500107M000001A9R", text)


def test_every_act_is_one_of_the_table():
    assert {r.act for r in RULES} == set(Act)
    assert all(r.name.zh and r.name.en and r.basis.zh and r.basis.en for r, _ in product(RULES, [0]))
