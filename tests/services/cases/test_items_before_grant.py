"""The standard procedure of an item at its authority: the visit before the grant, and the clock that a question stops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hotel_case import HotelCase, officer

from licence_qr.domain.cases.certificate import Certificate
from licence_qr.domain.dates import Period, local_date
from licence_qr.domain.lifecycle.clock import PauseKind
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import LicenceQRError, RegisterError
from licence_qr.services.lifecycle.procedure import TypedVisit
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.register import history

FIRE = officer("firechecks")
PASSED = GrantVisitOutcome.PASSED


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act()
    return refused.value.code


def test_asking_for_more_pauses_by_itself_and_going_on_resumes(hotel_case: HotelCase, clerk: Actor) -> None:
    services, item_id = hotel_case.services, hotel_case.item_id("fire_check")
    services.officers.ask_more(FIRE, item_id, "缺疏散平面图", hotel_case.at)
    assert services.officers.item(FIRE, item_id, hotel_case.at).clock.paused == (PauseKind.MORE_ASKED,)
    later = hotel_case.at + timedelta(days=14)
    services.counter_items.passed_on(clerk, item_id, later)
    clock = services.officers.item(FIRE, item_id, later + timedelta(days=1)).clock
    assert clock.paused == () and clock.used == 1


def test_the_work_list_says_until_when_as_the_page_does(hotel_case: HotelCase, clerk: Actor) -> None:
    services, item_id = hotel_case.services, hotel_case.item_id("fire_check")

    def listed() -> tuple[TaskKind, date | None]:
        lines = services.work_list.everything(FIRE, WorkFilter(), hotel_case.at + timedelta(days=1))
        return next((x.task.kind, x.task.due_on) for x in lines if x.task.subject == f"item/{item_id}")

    def on_page() -> date | None:
        return services.officers.item(FIRE, item_id, hotel_case.at + timedelta(days=1)).clock.due

    first = on_page()
    assert first is not None and listed() == (TaskKind.ITEM_TO_TAKE, first)
    services.officers.ask_more(FIRE, item_id, "缺疏散平面图", hotel_case.at)
    assert on_page() is None and listed() == (TaskKind.ITEM_AWAITED, None)
    services.counter_items.passed_on(clerk, item_id, hotel_case.at)
    services.procedures.extend(FIRE, f"item/{item_id}", "支队长", "案情复杂", hotel_case.at)
    later = on_page()
    assert later is not None and later > first and listed() == (TaskKind.ITEM_TO_DECIDE, later)


def test_an_officer_who_visited_does_not_grant_even_where_the_program_forgets(hotel_case: HotelCase) -> None:
    services, item_id, day = hotel_case.services, hotel_case.item_id("fire_check"), local_date(hotel_case.at)
    certificate = Certificate("渝演消安检〔2026〕第17号", "宾馆", day, Period(day, None))
    assert code_of(lambda: services.officers.grant(FIRE, item_id, certificate, hotel_case.at)) == "visit_missing"
    assert code_of(lambda: services.officers.check(FIRE, item_id, certificate, hotel_case.at)) == "visit_missing"
    services.accounts.create(
        FIRE.username, "经办人", "firechecks", frozenset({Role.DECIDER}), "Lange-Nacht-im-Moor-7", hotel_case.at
    )
    made = TypedVisit(day, f"{FIRE.username}\n同事", PASSED, "")
    services.procedures.record_visit(FIRE, f"item/{item_id}", made, hotel_case.at)
    assert code_of(lambda: services.officers.grant(FIRE, item_id, certificate, hotel_case.at)) == "granter_visited"
    with pytest.raises(RegisterError):  # by the register itself
        services.officers.enter_result(FIRE, item_id, certificate, hotel_case.at)


def test_what_is_recorded_is_told_to_its_offices_only(hotel_case: HotelCase) -> None:
    hotel_case.visited("fire_check", FIRE)
    with hotel_case.services.database.read() as tx:
        (row,) = [r for r in history.of_business(tx, hotel_case.uscc) if r["event"] == "visit_recorded"]
    assert row["subject"] == f"item/{hotel_case.item_id('fire_check')}"
    stranger = Actor(9, "other", "外人", "bafu", frozenset({Role.CLERK}))
    told = hotel_case.services.timeline.read(stranger, hotel_case.uscc).events
    assert "visit_recorded" not in {event.kind.value for event in told}


def test_officers_of_another_authority_record_nothing(hotel_case: HotelCase) -> None:
    made, subject = (
        TypedVisit(local_date(hotel_case.at), "甲、乙", PASSED, ""),
        f"item/{hotel_case.item_id('fire_check')}",
    )
    record = hotel_case.services.procedures.record_visit
    assert code_of(lambda: record(officer("marketpermits"), subject, made, hotel_case.at)) == "other_office"
    assert code_of(lambda: record(FIRE, "item/999999", made, hotel_case.at)) == "thing_not_found"


def test_words_that_are_too_long_are_told_at_their_field(hotel_case: HotelCase) -> None:
    services, item_id = hotel_case.services, hotel_case.item_id("fire_check")
    with pytest.raises(LicenceQRError) as refused:
        services.officers.refuse(FIRE, item_id, "字" * 501, hotel_case.at)
    assert [each.code for each in refused.value.parts] == ["text_too_long"]
