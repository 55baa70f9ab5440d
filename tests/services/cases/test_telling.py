"""What an authority asks for or decides is a task of the window until a clerk has told the applicant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hotel_case import HotelCase, officer

from licence_qr.domain.cases.certificate import parse_certificate
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import AccessError, NotFoundError, RuleError
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.register import history

FIRE = officer("firechecks")
ITEMS = {TaskKind.ITEM_TO_TAKE, TaskKind.ITEM_TO_DECIDE, TaskKind.ITEM_AWAITED}
TOLD = {TaskKind.MORE_TO_TELL, TaskKind.REFUSAL_TO_TELL, TaskKind.CARD_TO_HAND_OVER}


@pytest.fixture
def fire_check(hotel_case: HotelCase) -> int:
    """The fire check of the hotel, taken by an officer."""
    item_id = hotel_case.item_id("fire_check")
    hotel_case.services.officers.take(FIRE, item_id, hotel_case.at)
    return item_id


def waiting(case: HotelCase, actor: Actor, kinds: set[TaskKind]) -> list[tuple[TaskKind, str]]:
    lines = case.services.work_list.everything(actor, WorkFilter(), case.at)
    return [(line.task.kind, line.task.subject) for line in lines if line.task.kind in kinds]


def tell(case: HotelCase, clerk: Actor, item_id: int) -> None:
    found = case.services.tellings.of_item(clerk, item_id)
    case.services.tellings.told(clerk, item_id, found.telling.telling_id, case.at)


def test_items_are_tasks_of_the_officers_of_their_authority_and_of_nobody_else(hotel_case, clerk):
    item_id, subject = hotel_case.item_id("fire_check"), f"item/{hotel_case.item_id('fire_check')}"
    services, at = hotel_case.services, hotel_case.at
    assert waiting(hotel_case, FIRE, ITEMS) == [(TaskKind.ITEM_TO_TAKE, subject)]
    services.officers.take(FIRE, item_id, at)
    assert waiting(hotel_case, FIRE, ITEMS) == [(TaskKind.ITEM_TO_DECIDE, subject)]
    [line] = services.work_list.everything(FIRE, WorkFilter(), at)
    assert (line.task.office, line.task.whose, line.whose) == ("firechecks", (FIRE.username,), "mine")
    colleague = officer("firechecks", "another")
    assert services.work_list.everything(colleague, WorkFilter(), at)[0].whose == "others"
    services.officers.ask_more(FIRE, item_id, "消防设计文件", at)
    assert waiting(hotel_case, FIRE, ITEMS) == [(TaskKind.ITEM_AWAITED, subject)]
    assert services.work_list.counts(FIRE, at).waiting == 0
    for other in (clerk, officer("lodging"), replace(FIRE, office="baishiyi")):
        assert subject not in {s for _, s in waiting(hotel_case, other, ITEMS)}
    auditor = replace(clerk, roles=frozenset({Role.AUDITOR}))
    assert (TaskKind.ITEM_AWAITED, subject) in waiting(hotel_case, auditor, ITEMS)


def test_what_is_asked_for_waits_for_the_window_until_the_applicant_was_told(hotel_case, fire_check, clerk):
    services, at = hotel_case.services, hotel_case.at
    assert waiting(hotel_case, clerk, TOLD) == []
    services.officers.ask_more(FIRE, fire_check, "消防设计文件", at)
    assert waiting(hotel_case, clerk, TOLD) == [(TaskKind.MORE_TO_TELL, f"item/{fire_check}")]
    tell(hotel_case, clerk, fire_check)
    tell(hotel_case, clerk, fire_check)  # once more, it changes nothing
    assert waiting(hotel_case, clerk, TOLD) == []
    with services.database.read() as tx:
        events = [row for row in history.of_business(tx, hotel_case.uscc) if row["event"] == EventKind.APPLICANT_TOLD]
    assert len(events) == 1
    services.counter_items.passed_on(clerk, fire_check, at)
    services.officers.ask_more(FIRE, fire_check, "再补一份", at)  # on the same day
    assert waiting(hotel_case, clerk, TOLD) == [(TaskKind.MORE_TO_TELL, f"item/{fire_check}")]


def test_what_is_out_of_date_is_told_nobody(hotel_case, fire_check, clerk):
    services, at = hotel_case.services, hotel_case.at
    services.officers.ask_more(FIRE, fire_check, "消防设计文件", at)
    old = services.tellings.of_item(clerk, fire_check).telling.telling_id
    services.officers.go_on(FIRE, fire_check, at)
    assert waiting(hotel_case, clerk, TOLD) == []
    services.officers.refuse(FIRE, fire_check, "不符合条件", at)
    assert waiting(hotel_case, clerk, TOLD) == [(TaskKind.REFUSAL_TO_TELL, f"item/{fire_check}")]
    with pytest.raises(RuleError) as refused:
        services.tellings.told(clerk, fire_check, old, at)
    assert refused.value.code == "telling_out_of_date"
    assert waiting(hotel_case, clerk, TOLD)


def test_what_was_granted_is_handed_over_with_its_card_and_what_was_shown_is_not(
    hotel_case, fire_check, clerk, typed_certificate
):
    services, at = hotel_case.services, hotel_case.at
    certificate = parse_certificate(typed_certificate, local_date(at))
    hotel_case.visited("fire_check", FIRE)
    services.officers.grant(FIRE, fire_check, certificate, at)
    services.shown_certificates.record(
        clerk, hotel_case.item_id("food"), replace(certificate, permit_no="JY25001070000001"), at
    )
    assert waiting(hotel_case, clerk, TOLD) == [(TaskKind.CARD_TO_HAND_OVER, f"item/{fire_check}")]
    tell(hotel_case, clerk, fire_check)
    assert waiting(hotel_case, clerk, TOLD) == []


def test_only_clerks_of_the_window_that_took_the_application_tell(hotel_case, fire_check, clerk):
    services, at = hotel_case.services, hotel_case.at
    with pytest.raises(NotFoundError):
        services.tellings.of_item(clerk, fire_check)  # there is nothing to tell yet
    services.officers.refuse(FIRE, fire_check, "不符合条件", at)
    for other in (FIRE, replace(clerk, office="jinfeng"), replace(clerk, roles=frozenset({Role.SUPERVISOR}))):
        with pytest.raises(AccessError):
            services.tellings.of_item(other, fire_check)
        with pytest.raises(AccessError):
            services.tellings.told(other, fire_check, 1, at)
