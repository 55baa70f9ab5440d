"""Reports of citizens, from sending to closing: once, in time, and without telling what is nobody's business."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image
from quick_passwords import QUICK
from reported_problems import (
    CLERK,
    CLIENT,
    ELSEWHERE,
    NOW,
    SUPERVISOR,
    TELLING,
    act,
    number,
    picture,
    problems,
    receipt,
    sent,
)

from licence_qr.bootstrap import Services, build
from licence_qr.config import Settings
from licence_qr.domain.feedback.reports import ReportState, ReportStep
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, ClosingPremises, NewPremises
from licence_qr.errors import (
    AccessError,
    ConflictError,
    InputError,
    InvalidApplication,
    LicenceQRError,
    NotFoundError,
)
from licence_qr.services.feedback.reports import SentReport

__all__ = ["number"]

_FORK = multiprocessing.get_context("fork")

MOVED_TO = "重庆市九龙坡区白市驿镇新址路9号"


def test_a_report_has_a_receipt_with_three_clocks(services: Services, number: str) -> None:
    shown = receipt(services, services.reports.send(sent(number), CLIENT, NOW))
    assert (shown.kind.zh, shown.about, shown.office) == ("卫生问题", "测试1号宾馆有限公司", "baishiyi")
    assert [(clock.step, clock.due_on, clock.done_on) for clock in shown.clocks] == [
        (ReportStep.CONTACTED, date(2026, 11, 25), None),
        (ReportStep.ANSWERED, date(2026, 11, 30), None),
        (ReportStep.CALLED_BACK, date(2026, 11, 30), None),
    ]


def test_without_a_contact_nobody_is_promised_a_call(services: Services, number: str) -> None:
    shown = receipt(services, services.reports.send(sent(number, contact=""), CLIENT, NOW))
    assert [clock.step for clock in shown.clocks] == [ReportStep.CONTACTED, ReportStep.ANSWERED]
    act(services, ReportStep.ANSWERED, "已处理")
    assert services.reports_desk.get(CLERK, 1, NOW).report.state is ReportState.CLOSED


def test_the_holder_of_the_receipt_sees_the_answer_and_nothing_internal(services: Services, number: str) -> None:
    made = services.reports.send(sent(number, photo=picture()), CLIENT, NOW)
    act(services, ReportStep.CONTACTED)
    act(services, ReportStep.NOTED)
    act(services, ReportStep.ANSWERED, "已责令更换，明日复查。")
    shown = receipt(services, made)
    assert [answer.text for answer in shown.answers] == ["已责令更换，明日复查。"]
    assert [clock.done_on for clock in shown.clocks] == [date(2026, 11, 23), date(2026, 11, 23), None]
    act(services, ReportStep.CALLED_BACK)
    shown = receipt(services, made)
    assert (shown.state, shown.closed_on) == (ReportState.CLOSED, date(2026, 11, 23))
    assert not [word for word in TELLING if word in repr(shown)]


def test_the_same_form_twice_makes_one_report(services: Services, number: str) -> None:
    first = services.reports.send(sent(number), CLIENT, NOW)
    assert services.reports.send(sent(number), CLIENT, NOW + timedelta(hours=1)) == first
    assert len(services.reports_desk.list(CLERK, NOW)) == 1


@pytest.mark.parametrize("change", [{"text": "杯子没有洗"}, {"kind": "other"}, {"contact": ""}, {"photo": picture()}])
def test_the_same_form_with_other_words_is_not_lost_but_told(
    services: Services, number: str, change: dict[str, Any]
) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    with pytest.raises(ConflictError, match="report_form_used"):
        services.reports.send(sent(number, **change), CLIENT, NOW)
    assert len(services.reports_desk.list(CLERK, NOW)) == 1


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"kind": "", "text": " \n\x00"}, [("kind", "report_kind_missing"), ("text", "report_text_missing")]),
        ({"kind": "hygiene' --"}, [("kind", "report_kind_missing")]),
        ({"text": "字" * 2001}, [("text", "text_too_long")]),
        ({"text": "字" * 3_000_000}, [("text", "text_too_long")]),
        ({"contact": "张三"}, [("contact", "report_contact_unusable")]),
        ({"contact": "1" * 101}, [("contact", "text_too_long")]),
    ],
)
def test_every_problem_of_the_fields_is_named(
    services: Services, number: str, change: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidApplication) as refused:
        services.reports.send(sent(number, **change), CLIENT, NOW)
    assert problems(refused) == found


def test_a_report_without_a_number_names_place_and_town(services: Services) -> None:
    with pytest.raises(InvalidApplication) as refused:
        services.reports.send(sent(place=" ", office="atlantis"), CLIENT, NOW)
    assert problems(refused) == [("place", "report_place_missing"), ("office", "report_office_missing")]
    made = services.reports.send(sent(place="示例路\n1号", office="jinfeng"), CLIENT, NOW)
    [line] = services.reports_desk.list(ELSEWHERE, NOW)
    assert (line.holder_name, line.report.uscc) == ("示例路 1号", "")
    assert receipt(services, made).about == ""  # what a citizen typed is not shown to whoever holds the number


def test_a_place_that_was_closed_is_not_where_the_business_is(services: Services, number: str) -> None:
    uscc = services.reports.known_subject(number).uscc
    for kind, details in ((Act.ADD_PREMISES, NewPremises(MOVED_TO)), (Act.CLOSE_PREMISES, ClosingPremises(1))):
        services.life.perform(CLERK, ActRequest(Subject(uscc), kind, Grounds("搬迁"), CLERK, details), NOW)
    assert services.reports.known_subject(number).address == MOVED_TO
    services.reports.send(sent(number), CLIENT, NOW)
    assert services.reports_desk.get(CLERK, 1, NOW).address == MOVED_TO


def test_an_unknown_code_takes_no_report(services: Services) -> None:
    with pytest.raises(NotFoundError, match="code_not_in_register"):
        services.reports.send(sent(CodeId(bytes(10)).number), CLIENT, NOW)


def test_a_text_that_turns_the_reading_order_arrives_in_the_order_it_was_written(
    services: Services, number: str
) -> None:
    services.reports.send(sent(number, text="好\u202e评\x00<script>"), CLIENT, NOW)
    assert services.reports_desk.get(CLERK, 1, NOW).report.text == "好评<script>"


def test_a_photo_is_drawn_anew_and_shown_to_the_office_alone(services: Services, number: str) -> None:
    services.reports.send(sent(number, photo=picture((3200, 100))), CLIENT, NOW)
    jpeg = services.reports_desk.photo(CLERK, 1, NOW)
    drawn = Image.open(io.BytesIO(jpeg))
    assert (drawn.format, drawn.size, len(drawn.getexif())) == ("JPEG", (1600, 50), 0)
    for actor, code in ((ELSEWHERE, "other_office"), (SUPERVISOR, "report_photo_not_found")):
        with pytest.raises(LicenceQRError, match=code):
            services.reports_desk.photo(actor, 1, NOW)


def bomb() -> bytes:
    """A picture of a few kilobytes that would take gigabytes to unpack."""
    written = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("photo", "code"),
    [
        (b"", "photo_missing"),
        (b"%PDF-1.7 not a picture", "photo_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_type"),
        (picture((640, 480))[:-200], "photo_unreadable"),
        (bomb, "photo_too_large"),
        (b"\xff" * (8 * 1024 * 1024 + 1), "photo_too_large"),
    ],
)
def test_a_photo_that_is_none_is_refused_and_nothing_is_kept(
    services: Services, number: str, photo: bytes | Callable[[], bytes], code: str
) -> None:
    content = photo() if callable(photo) else photo  # what takes long to make is not made by who only lists the tests
    with pytest.raises(InputError, match=code) as refused:
        services.reports.send(sent(number, photo=content), CLIENT, NOW)
    assert refused.value.field == "photo"
    assert services.reports_desk.list(CLERK, NOW) == ()


def worker(settings: Settings, number: str, name: str, most: int, start: Any, told: Any) -> None:
    """In a process of its own, over connections of its own: send ``most`` reports and tell how many were taken."""
    services = build(settings, hasher=QUICK)
    start.wait()
    taken = 0
    for n in range(most):
        services.reports.send(SentReport(f"{name}-{n}", "other", "x", "", None, number=number), "192.0.2.7", NOW)
        taken += 1
    told.send(taken)


def taken_by_two_workers(services: Services, number: str, names: tuple[str, str], most: int = 10) -> int:
    """How many of the reports that two processes send at once, ``most`` each, are taken."""
    services.database.close()  # a connection must not be carried into another process
    start = _FORK.Barrier(2)
    pipes = [_FORK.Pipe(duplex=False) for _ in names]
    workers = [
        _FORK.Process(target=worker, args=(services.settings, number, name, most, start, told), daemon=True)
        for name, (_, told) in zip(names, pipes, strict=True)
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert [each.exitcode for each in workers] == [0, 0]
    return sum(ours.recv() for ours, _ in pipes)


def test_a_double_press_over_two_workers_makes_one_report(services: Services, number: str) -> None:
    assert taken_by_two_workers(services, number, ("same", "same")) == 20
    assert len(services.reports_desk.alike(CLERK, 1, NOW)) == 10


def test_receipt_numbers_cannot_be_tried_out(services: Services) -> None:
    for n in range(60):
        with pytest.raises(NotFoundError, match="receipt_not_found"):
            services.reports.receipt(CodeId(n.to_bytes(10)).number, CLIENT, NOW)
    with pytest.raises(AccessError, match="too_many_receipt_lookups"):
        services.reports.receipt(CodeId(bytes(10)).number, CLIENT, NOW)
