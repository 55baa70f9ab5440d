"""What happened in the demonstration since: done through the use cases, counted once, and to be seen at the desk."""

from __future__ import annotations

from datetime import datetime

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.reports import ReportState
from licence_qr.domain.inspecting.draws import DrawState
from licence_qr.domain.inspecting.inspection import Filter, InspectionState
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.services.demonstration.afterlife import since
from licence_qr.store.register import register_kind

INSPECTOR = Actor(0, "inspector", "演示监督员", "baishiyi", frozenset({Role.INSPECTOR}))


@pytest.fixture
def happened(demonstration_copy: Services, now: datetime) -> Services:
    """The demonstration as it is first shown."""
    register = demonstration_copy.demonstration_register
    register.open_accounts({each.username: "only-for-these-tests" for each in register.wanted_accounts()}, now)
    demonstration_copy.demonstration_since.perform(now)
    return demonstration_copy


def everything(services: Services, clerk: Actor, now: datetime) -> list[object]:
    """What the office sees of it."""
    return [
        *(line.report for line in services.reports_desk.list(clerk, now)),
        *(line.rating for line in services.ratings_desk.list(clerk, now)),
        *(line.inspection for line in services.inspections_desk.list(clerk, Filter(), 1).lines),
        *services.draws.of_office(clerk),
    ]


def test_one_report_is_late_and_one_is_answered(happened: Services, clerk: Actor, now: datetime) -> None:
    lines = happened.reports_desk.list(clerk, now)
    assert {(line.report.state, line.overdue) for line in lines} == {
        (ReportState.RECEIVED, True),
        (ReportState.ANSWERED, False),
    }
    answered = next(line.report for line in lines if not line.overdue)
    receipt = happened.reports.receipt(answered.number.number, "192.0.2.7", now)
    assert [answer.text for answer in receipt.answers] == [since().report[1].steps[1].text]


def test_a_bad_rating_waits_to_be_mended(happened: Services, clerk: Actor, now: datetime) -> None:
    (line,) = happened.ratings_desk.list(clerk, now)
    assert (line.rating.level, line.overdue) == (2, False)
    auditor = Actor(0, "auditor", "演示审计员", "baishiyi", frozenset({Role.AUDITOR}))
    assert happened.ratings_desk.statistics(auditor, now).total.total == len(since().rating) == 3


def test_one_inspection_gave_a_grade_and_one_an_order(happened: Services, clerk: Actor) -> None:
    found = [line.inspection for line in happened.inspections_desk.list(clerk, Filter(), 1).lines]
    assert [each.state for each in found] == [InspectionState.COUNTED] * 2
    assert {each.grade for each in found} == {"A", ""}
    (order,) = happened.inspections_desk.orders(clerk)
    assert order.holder_name == "示例四十一号美容有限公司"


def test_a_draw_is_settled_and_waits_to_be_inspected(happened: Services, now: datetime) -> None:
    (drawn,) = happened.draws.published()
    assert (drawn.state, drawn.places) == (DrawState.SETTLED, 2)
    counts = happened.work_list.counts(INSPECTOR, now)
    assert counts.of(TaskKind.DRAWN_INSPECTION, None) == 2


def test_it_happens_once_also_when_it_was_interrupted(happened: Services, clerk: Actor, now: datetime) -> None:
    before = everything(happened, clerk, now)
    with happened.database.write() as tx:
        register_kind.put(tx, "demonstration_since", "")
    happened.demonstration_since.perform(now)
    assert everything(happened, clerk, now) == before


def test_the_work_list_is_not_red_by_years(happened: Services, now: datetime) -> None:
    auditor = Actor(0, "auditor", "演示审计员", "baishiyi", frozenset({Role.AUDITOR}))
    assert happened.work_list.counts(auditor, now).of(TaskKind.REVIEW_DUE, "overdue") in {1, 2}
