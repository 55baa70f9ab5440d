"""The standard procedure: what has to be recorded before a permit or an item is granted, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lives import Hotel

from licence_qr.bootstrap import build
from licence_qr.domain.catalogue.life_rules import DatedLifeRule
from licence_qr.domain.dates import Period
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.clock import Pause, PauseKind
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.domain.register.permit import GrantMode, PermitState
from licence_qr.domain.roles import Actor, Cover, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.lifecycle.procedure import ProcedureView, TypedVisit

PASSED, NOT_PASSED = GrantVisitOutcome.PASSED, GrantVisitOutcome.NOT_PASSED


@pytest.fixture
def asked(services: Any, make_application: Any, clerk: Actor, now: Any) -> Hotel:
    """A hotel whose permit was applied for in the standard procedure, five days ago."""
    application = make_application(permit={"mode": GrantMode.GENERAL, "commitment": None})
    return Hotel(services, services.issuance.issue(application, clerk, "key", now).uscc, clerk, now).after(5)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act()
    parts = refused.value.parts
    return parts[0].code if parts else refused.value.code


def visit(
    hotel: Hotel, officers: str = "甲、乙", outcome: GrantVisitOutcome = PASSED, words: str = "", back: int = 0
) -> None:
    typed = TypedVisit(hotel.today - timedelta(days=back), officers, outcome, words)
    hotel.services.procedures.record_visit(hotel.clerk, hotel.subject(0).text, typed, hotel.now)


def view(hotel: Hotel) -> ProcedureView:
    return hotel.services.procedures.view(hotel.clerk, hotel.subject(0).text, hotel.now)


def test_without_a_visit_that_passed_nothing_is_granted(asked: Hotel) -> None:
    assert code_of(lambda: asked.do(Act.GRANT, permit=0)) == "visit_missing"
    visit(asked, outcome=NOT_PASSED, words="布局不符")
    assert code_of(lambda: asked.do(Act.GRANT, permit=0)) == "visit_not_passed"
    visit(asked, back=1)
    assert code_of(lambda: asked.do(Act.GRANT, permit=0)) == "visit_not_passed", "the later day counts"
    visit(asked)
    asked.do(Act.GRANT, permit=0)
    assert asked.permit().state is PermitState.EFFECTIVE


def test_a_refusal_takes_no_visit(asked: Hotel) -> None:
    asked.do(Act.REFUSE, permit=0)
    assert asked.permit().state is PermitState.REFUSED


def test_whoever_was_there_does_not_grant(asked: Hotel) -> None:
    visit(asked, f"{asked.clerk.username}\n同事甲")
    assert code_of(lambda: asked.do(Act.GRANT, permit=0)) == "granter_visited"
    assert view(asked).refusal is not None
    visit(asked, "甲、乙")
    assert code_of(lambda: asked.do(Act.GRANT, permit=0)) == "granter_visited", "also where others went again"
    other = Actor(77, "other-clerk", "另一窗口人员", "baishiyi", frozenset({Role.CLERK}))
    away = replace(other, cover=Cover(stood_in_for=frozenset({asked.clerk.username})))
    assert code_of(lambda: asked.do(Act.GRANT, permit=0, actor=away)) == "granter_visited"
    asked.do(Act.GRANT, permit=0, actor=other)


def test_a_name_that_is_typed_is_compared_too(asked: Hotel) -> None:
    visit(asked, f"{asked.clerk.display_name}、乙")
    assert code_of(lambda: asked.do(Act.GRANT, permit=0)) == "granter_visited"


@pytest.mark.parametrize("with_account", [True, False])
def test_a_name_is_the_granters_however_it_is_spelt(asked: Hotel, with_account: bool) -> None:
    name, username = asked.clerk.display_name, asked.clerk.username
    spellings = [f"{name[0]} {name[1:]}", f"{name[0]}\u3000{name[1:]}"]
    if with_account:
        spellings += [username.upper(), username.replace("-", "－")]
        roles, password = frozenset({Role.CLERK}), "seven grey herons at noon"
        asked.services.accounts.create(username, name, asked.clerk.office, roles, password, asked.now)
    for spelt in spellings:
        visit(asked, f"{spelt}、乙")
        refused = view(asked).refusal
        assert refused is not None and refused.code == "granter_visited", spelt
        assert view(asked).visits[0].officers == ((username,) if with_account else ())
    assert code_of(lambda: asked.do(Act.GRANT, permit=0)) == "granter_visited"


@pytest.mark.parametrize(
    ("officers", "outcome", "words", "back", "code"),
    [
        ("", PASSED, "", 0, "visit_officers_missing"),
        ("甲", PASSED, "", 0, "visit_officers_too_few"),
        ("甲、甲", PASSED, "", 0, "visit_officer_twice"),
        ("张三、张 三", PASSED, "", 0, "visit_officer_twice"),
        ("甲" * 51 + "、乙", PASSED, "", 0, "text_too_long"),
        ("甲、乙", NOT_PASSED, " ", 0, "visit_words_missing"),
        ("甲、乙", PASSED, "字" * 501, 0, "text_too_long"),
        ("甲、乙", PASSED, "", -1, "procedure_day_in_future"),
        ("甲、乙", PASSED, "", 6, "procedure_day_too_early"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_and_leaves_nothing(
    asked: Hotel, all_rows: Any, officers: str, outcome: GrantVisitOutcome, words: str, back: int, code: str
) -> None:
    before = all_rows(asked.services.database)
    assert code_of(lambda: visit(asked, officers, outcome, words, back)) == code
    assert all_rows(asked.services.database) == before


def test_a_type_that_takes_no_visit_is_granted_without(asked: Hotel) -> None:
    catalogue = asked.services.catalogue
    none = DatedLifeRule(
        "grant_visit_officers", 0, Period(asked.today, None), catalogue.life_rules[0].basis, "hygiene_permit"
    )
    asked.services = build(
        asked.services.settings, catalogue=replace(catalogue, life_rules=(*catalogue.life_rules, none))
    )
    assert view(asked).officers_needed == 0
    asked.do(Act.GRANT, permit=0)


def test_pauses_and_the_extension_move_the_last_day_and_are_in_the_history(asked: Hotel) -> None:
    given, subject = asked.services.procedures, asked.subject(0).text
    first = view(asked).clock
    given.pause(asked.clerk, subject, Pause(PauseKind.TEST, asked.today, None, "水质检测"), asked.now)
    assert (view(asked).clock.due, view(asked).clock.paused) == (None, (PauseKind.TEST,))
    again = Pause(PauseKind.TEST, asked.today, None, "再次")
    assert code_of(lambda: given.pause(asked.clerk, subject, again, asked.now)) == "pause_open_already"
    asked.after(7)
    (stored,) = view(asked).pauses
    given.resume(asked.clerk, subject, stored.pause_id, asked.now)
    assert code_of(lambda: given.resume(asked.clerk, subject, stored.pause_id, asked.now)) == "pause_not_open"
    later = view(asked).clock.due
    assert first.due is not None and later is not None and later > first.due
    given.extend(asked.clerk, subject, "局长甲", "情况复杂", asked.now)
    assert view(asked).clock.limit == first.limit + 10
    assert code_of(lambda: given.extend(asked.clerk, subject, "局长甲", "情况复杂", asked.now)) == "extended_already"
    kinds = [row["event"] for row in asked.events("clock_paused", "clock_resumed", "clock_extended")]
    assert kinds == ["clock_paused", "clock_resumed", "clock_extended"]


def test_what_cannot_be_paused_or_extended_is_refused(asked: Hotel) -> None:
    given, subject, day = asked.services.procedures, asked.subject(0).text, asked.today
    for first, last, reason, code in (
        (day + timedelta(days=1), None, "听证", "procedure_day_in_future"),
        (day - timedelta(days=6), None, "听证", "procedure_day_too_early"),
        (day, day - timedelta(days=1), "听证", "pause_ends_before_start"),
        (day, None, "  ", "pause_reason_missing"),
    ):
        wrong = Pause(PauseKind.HEARING, first, last, reason)
        assert code_of(lambda wrong=wrong: given.pause(asked.clerk, subject, wrong, asked.now)) == code
    assert code_of(lambda: given.extend(asked.clerk, subject, " ", "情况复杂", asked.now)) == "approver_missing"
    asked.after(60)
    assert code_of(lambda: given.extend(asked.clerk, subject, "局长", "复杂", asked.now)) == "extension_too_late"
    asked.do(Act.REFUSE, permit=0)
    assert code_of(lambda: visit(asked)) == "procedure_not_open"
