"""A shop that buries what is said about it under reports of its own: all are taken, and the honest one stays seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from reported_problems import CLERK, ELSEWHERE, NOW, everything, number, picture, sent

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.alike import MANY_FROM_ONE_NETWORK, MOST_FROM_ONE_NETWORK, MOST_OF_ONE_BUSINESS
from licence_qr.domain.feedback.reports import ReportState
from licence_qr.errors import AccessError, InputError
from licence_qr.services.feedback.intake import PHOTOS_OF_ALL, PHOTOS_OF_NETWORK, REPORTS_OF_NETWORK
from licence_qr.services.feedback.reports_desk import DismissAlike, ReportAct, ReportLine
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.feedback.reports import MOST_LISTED
from licence_qr.store.register import codes

__all__ = ["number"]

SHOP, CITIZEN = "198.51.100.66", "192.0.2.7"
Report = Callable[..., None]


@pytest.fixture
def report(services: Services, number: str) -> Report:
    """Sends one report about the shop, with a form of its own."""
    forms = iter(range(1, 100_000))

    def one(text: str, client: str, at: datetime = NOW, **changes: Any) -> None:
        services.reports.send(sent(number, f"form-{next(forms)}", text=text, **changes), client, at)

    return one


def lines(services: Services, **which: Any) -> tuple[ReportLine, ...]:
    return services.reports_desk.list(CLERK, NOW, **which)


def texts(services: Services, **which: Any) -> list[tuple[str, int]]:
    return [(line.report.text, line.alike) for line in lines(services, **which)]


@pytest.mark.campaign
@pytest.mark.parametrize("honest", ["before", "amid", "after"])
def test_from_its_own_network_as_often_as_is_taken_it_makes_one_line(
    services: Services, report: Report, rounds: Callable[[int, int], int], honest: str
) -> None:
    many = rounds(60, MOST_FROM_ONE_NETWORK + REPORTS_OF_NETWORK.most)
    for n in range(many):
        if n == {"before": 0, "amid": many // 2}.get(honest):
            report("如实的", CITIZEN)
        report(f"灌水 {n}", SHOP)
    if honest == "after":
        report("如实的", CITIZEN)
    assert sorted(texts(services)) == sorted([("如实的", 1), ("灌水 0", many)])


def test_it_makes_one_task_of_the_work_list_for_each_step_that_waits(services: Services, report: Report) -> None:
    for n in range(30):
        report(f"灌水 {n}", SHOP)
    report("如实的", CITIZEN)

    def tasks() -> list[tuple[str, str]]:
        lines_of_work = services.work_list.everything(CLERK, WorkFilter(), NOW)
        return sorted(
            (line.task.kind.value, line.task.subject) for line in lines_of_work if "report/" in line.task.subject
        )

    assert tasks() == [("report_to_contact", "report/1"), ("report_to_contact", "report/31")]
    services.reports_desk.act(CLERK, 1, ReportAct("contacted", "已致电", 1), NOW)
    assert tasks() == [
        ("report_to_answer", "report/1"),
        ("report_to_contact", "report/2"),
        ("report_to_contact", "report/31"),
    ]


def test_from_one_48_it_is_one_network_and_from_many_networks_it_leaves_room_for_the_others(
    services: Services, report: Report, make_application: Callable[..., Any]
) -> None:
    for n in range(30):
        report("灌水", f"2001:db8:7:{n:x}::1")
    assert texts(services) == [("灌水", 30)]
    for n in range(MOST_LISTED + 20):
        report("灌水", f"10.0.{n}.1")
    services.issuance.issue(make_application(2), CLERK, "case-2", NOW)
    with services.database.read() as tx:
        other = max(codes.everything_newest(tx), key=lambda code: code.uscc).code_id.number
    services.reports.send(sent(other, "honest", text="另一家店的"), CITIZEN, NOW + timedelta(hours=1))
    shown = lines(services)
    assert [line.report.text for line in shown].count("灌水") == MOST_OF_ONE_BUSINESS
    assert shown[-1].report.text == "另一家店的"
    further = [line.further for line in shown if line.further]
    assert further == [MOST_LISTED + 20 + 1 - MOST_OF_ONE_BUSINESS]
    assert len(lines(services, about=shown[0].report.uscc)) == MOST_LISTED


def test_a_few_from_one_network_are_lines_of_their_own(services: Services, report: Report) -> None:
    for n in range(MANY_FROM_ONE_NETWORK - 1):
        report(f"商场里 {n}", SHOP)
    assert texts(services) == [(f"商场里 {n}", 1) for n in range(MANY_FROM_ONE_NETWORK - 1)]


def test_what_is_alike_is_one_shop_one_network_and_one_day(services: Services, report: Report) -> None:
    for at in (NOW, NOW + timedelta(days=1)):
        for _ in range(MANY_FROM_ONE_NETWORK):
            report("灌水", SHOP, at)
        services.reports.send(
            sent("", f"place-{at.day}", text="没有码的", place="示例路1号", office="baishiyi"), SHOP, at
        )
    assert sorted(texts(services)) == sorted([("灌水", MANY_FROM_ONE_NETWORK), ("没有码的", 1)] * 2)


def test_the_register_tells_neither_the_network_nor_what_else_came_from_it(services: Services, report: Report) -> None:
    report("一", SHOP)
    services.reports.send(sent("", "other", text="二", place="示例路1号", office="baishiyi"), SHOP, NOW)
    marks = {line.report.network_mark for line in lines(services)}
    assert SHOP not in everything(services.database)
    assert len(marks) == 2 and all(len(mark) == 32 for mark in marks)


def test_the_desk_reads_them_together_keeps_the_honest_one_and_dismisses_the_others_at_once(
    services: Services, report: Report
) -> None:
    for n in range(6):
        report(f"灌水 {n}", SHOP)
    report("商场里如实的一件", SHOP)
    shown = services.reports_desk.alike(CLERK, 3, NOW)
    assert [line.report.report_id for line in shown] == [1, 2, 3, 4, 5, 6, 7]
    report("看过以后来的", SHOP)
    act = DismissAlike(frozenset(range(1, 8)), frozenset({7}), "同一内容重复提交")
    assert services.reports_desk.dismiss_alike(CLERK, 3, act, NOW) == 6
    assert texts(services) == [("商场里如实的一件", 1), ("看过以后来的", 1)]
    assert services.reports_desk.get(CLERK, 1, NOW).report.state is ReportState.CLOSED
    assert services.reports_desk.get(CLERK, 1, NOW).steps[-1].event.text == "同一内容重复提交"
    assert services.reports_desk.dismiss_alike(CLERK, 3, act, NOW) == 0  # the same form once more changes nothing


def test_dismissing_together_asks_for_a_reason_and_for_the_right(services: Services, report: Report) -> None:
    for _ in range(6):
        report("灌水", SHOP)
    with pytest.raises(InputError, match="report_step_text_missing"):
        services.reports_desk.dismiss_alike(CLERK, 1, DismissAlike(frozenset({1}), frozenset(), " "), NOW)
    with pytest.raises(AccessError, match="other_office"):
        services.reports_desk.dismiss_alike(ELSEWHERE, 1, DismissAlike(frozenset({1}), frozenset(), "x"), NOW)
    assert len(services.reports_desk.alike(CLERK, 1, NOW)) == 6


def test_past_the_limit_a_report_is_taken_without_its_photo_and_both_sides_are_told(
    services: Services, number: str
) -> None:
    taken = [
        services.reports.send(sent(number, f"form-{n}", photo=picture()), SHOP, NOW)
        for n in range(PHOTOS_OF_NETWORK.most + 1)
    ]
    told = [services.reports.receipt(each.number, CITIZEN, NOW).photo_left_out for each in taken]
    assert told == [False] * PHOTOS_OF_NETWORK.most + [True]
    file = services.reports_desk.get(CLERK, len(taken), NOW)
    assert (file.photo, file.photo_left_out, file.report.has_photo) == (False, True, True)
    again = services.reports.send(sent(number, f"form-{len(taken) - 1}", photo=picture()), SHOP, NOW)
    assert again == taken[-1]  # a double press is the same report
    elsewhere = services.reports.send(sent(number, "elsewhere", photo=picture()), CITIZEN, NOW)
    assert not services.reports.receipt(elsewhere.number, CITIZEN, NOW).photo_left_out


def test_photos_that_are_refused_are_counted_before_they_are_unpacked(services: Services, number: str) -> None:
    for n in range(PHOTOS_OF_NETWORK.most):
        with pytest.raises(InputError, match="photo_type"):
            services.reports.send(sent(number, f"form-{n}", photo=b"x"), SHOP, NOW)
    services.reports.send(sent(number, "form-x", photo=b"x"), SHOP, NOW)
    assert len(lines(services)) == 1
    assert PHOTOS_OF_ALL.most > PHOTOS_OF_NETWORK.most
