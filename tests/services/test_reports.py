"""Reports of citizens, from sending to closing: once, in time, and without telling what is nobody's business."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from licence_qr.bootstrap import Services
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.reports import PRIVATE_KEPT_DAYS, ReportState, ReportStep
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.errors import (
    AccessError,
    ConflictError,
    InputError,
    InvalidApplication,
    LicenceQRError,
    NotFoundError,
)
from licence_qr.services.reports import Receipt, SentReport
from licence_qr.services.reports_desk import ReportAct, ReportsDesk
from licence_qr.store import codes, reports
from licence_qr.store.database import Database

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CLIENT = "192.0.2.7"
PHONE = "13911112222"
CLERK = Actor(1, "clerk-baishiyi", "示例窗口", "baishiyi", frozenset({Role.CLERK}))
ELSEWHERE = replace(CLERK, office="jinfeng")
ADMIN = Actor(2, "admin", "示例管理员", "", frozenset({Role.ADMIN}))
TELLING = ("床单没有换", PHONE, "示例窗口", "clerk-baishiyi", "内部情况")


@pytest.fixture
def number(services: Services, make_application: Callable[..., Any]) -> str:
    """The code number of a business that has just been licensed at Baishiyi."""
    services.issuance.issue(make_application(), CLERK, "case-1", NOW)
    with services.database.read() as tx:
        return codes.everything_newest(tx)[0].code_id.number


def sent(number: str = "", form_id: str = "form-1", **changes: Any) -> SentReport:
    """A report as a citizen types it."""
    typed = SentReport(form_id, "hygiene", "床单没有换", PHONE, None, number=number)
    return replace(typed, **changes)


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    """A photograph with a place in its metadata."""
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "示例相机"
    Image.new("RGB", size, "red").save(written, "JPEG", exif=exif)
    return written.getvalue()


def act(services: Services, step: ReportStep, text: str = "内部情况", *, actor: Actor = CLERK, **more: Any) -> Any:
    """Take one step with the form as it stands now."""
    revision = services.reports_desk.get(actor, 1, NOW).report.revision
    return services.reports_desk.act(actor, 1, ReportAct(step.value, text, revision, **more), more.pop("at", NOW))


def receipt(services: Services, number: CodeId, at: datetime = NOW) -> Receipt:
    """What the holder of the receipt number is shown."""
    return services.reports.receipt(number.number, CLIENT, at)


def problems(refused: pytest.ExceptionInfo[InvalidApplication]) -> list[tuple[str, str]]:
    """Field and code of every problem."""
    return [(each.field, each.code) for each in refused.value.problems]


def everything(database: Database) -> str:
    """All of the register as text, blobs too."""
    with database.read() as tx:
        names = [row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return repr([tuple(row) for name in names for row in tx.all(f"SELECT * FROM {name}")])  # noqa: S608 – our own tables


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
        ({"text": "字" * 2001}, [("text", "words_too_long")]),
        ({"text": "字" * 3_000_000}, [("text", "words_too_long")]),
        ({"contact": "张三"}, [("contact", "report_contact_unusable")]),
        ({"contact": "1" * 101}, [("contact", "words_too_long")]),
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
    for actor, code in ((ELSEWHERE, "report_of_other_office"), (ADMIN, "report_photo_not_found")):
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
        (bomb(), "photo_too_large"),
        (b"\xff" * (8 * 1024 * 1024 + 1), "photo_too_large"),
    ],
)
def test_a_photo_that_is_none_is_refused_and_nothing_is_kept(
    services: Services, number: str, photo: bytes, code: str
) -> None:
    with pytest.raises(InputError, match=code) as refused:
        services.reports.send(sent(number, photo=photo), CLIENT, NOW)
    assert refused.value.field == "photo"
    assert services.reports_desk.list(CLERK, NOW) == ()


def test_one_network_is_stopped_and_another_is_not(services: Services, number: str) -> None:
    for n in range(10):
        services.reports.send(sent(number, f"form-{n}"), CLIENT, NOW)
    with pytest.raises(AccessError, match="too_many_reports") as refused:
        services.reports.send(sent(number, "form-x"), CLIENT, NOW)
    assert refused.value.facts == {"minutes": 31}  # until the hour is full
    services.reports.send(sent(number, "form-0"), CLIENT, NOW)  # the same form again is no new report
    services.reports.send(sent(number, "form-x"), "192.0.2.8", NOW)
    services.reports.send(sent(number, "form-y"), CLIENT, NOW + timedelta(hours=1))


def test_one_code_cannot_be_flooded_from_many_networks(services: Services, number: str) -> None:
    for n in range(30):
        services.reports.send(sent(number, f"form-{n}"), f"192.0.2.{n}", NOW)
    with pytest.raises(AccessError, match="too_many_reports_here"):
        services.reports.send(sent(number, "form-x"), "198.51.100.1", NOW)


def test_photos_that_are_refused_count_as_tries(services: Services, number: str) -> None:
    for n in range(10):
        with pytest.raises(InputError):
            services.reports.send(sent(number, f"form-{n}", photo=b"x"), CLIENT, NOW)
    with pytest.raises(AccessError, match="too_many_reports"):
        services.reports.send(sent(number, "form-x", photo=picture()), CLIENT, NOW)


WORKER = """
import sys
from datetime import datetime
from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.errors import AccessError
from licence_qr.services.reports import SentReport
services, number, now = build(load_settings()), sys.argv[1], datetime.fromisoformat(sys.argv[2])
taken = 0
for n in range(10):
    try:
        services.reports.send(SentReport(f"{sys.argv[3]}-{n}", "other", "x", "", None, number=number), "192.0.2.7", now)
        taken += 1
    except AccessError:
        pass
print(taken)
"""


def test_two_workers_share_one_limit(services: Services, number: str) -> None:
    settings = services.settings
    environ = {**os.environ, "LICENCE_QR_HOME": str(settings.home), "LICENCE_QR_KEYS": str(settings.keys)}
    command = [sys.executable, "-c", WORKER, number, NOW.isoformat()]
    workers = [
        subprocess.Popen([*command, name], env=environ, stdout=subprocess.PIPE, text=True) for name in ("one", "two")
    ]
    taken = [int(worker.communicate()[0]) for worker in workers]
    assert sum(taken) == 10
    assert len(services.reports_desk.list(CLERK, NOW)) == 10


def test_a_double_press_over_two_workers_makes_one_report(services: Services, number: str) -> None:
    settings = services.settings
    environ = {**os.environ, "LICENCE_QR_HOME": str(settings.home), "LICENCE_QR_KEYS": str(settings.keys)}
    command = [sys.executable, "-c", WORKER, number, NOW.isoformat(), "same"]
    for worker in [subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) for _ in range(2)]:
        assert worker.wait() == 0
    assert len(services.reports_desk.list(CLERK, NOW)) == 10


def test_receipt_numbers_cannot_be_tried_out(services: Services) -> None:
    for n in range(60):
        with pytest.raises(NotFoundError, match="receipt_not_found"):
            services.reports.receipt(CodeId(n.to_bytes(10)).number, CLIENT, NOW)
    with pytest.raises(AccessError, match="too_many_receipt_lookups"):
        services.reports.receipt(CodeId(bytes(10)).number, CLIENT, NOW)


def test_overdue_reports_come_first_and_then_those_without_a_calendar(services: Services, number: str) -> None:
    for n, day in enumerate((23, 24, 25)):
        services.reports.send(sent(number, f"form-{n}"), CLIENT, NOW.replace(day=day))
    with services.database.write() as tx:
        unknown = reports.get(tx, 3)
        assert unknown
        reports.update(tx, replace(unknown, contact_due=None))
    act(services, ReportStep.CONTACTED)
    later = datetime(2026, 11, 27, 2, tzinfo=UTC)
    lines = services.reports_desk.list(CLERK, later)
    assert [(line.report.report_id, line.overdue) for line in lines] == [(2, True), (3, False), (1, False)]


def test_reports_stay_within_the_office(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    assert services.reports_desk.list(ELSEWHERE, NOW) == ()
    with pytest.raises(AccessError, match="report_of_other_office"):
        services.reports_desk.get(ELSEWHERE, 1, NOW)
    with pytest.raises(AccessError, match="report_of_other_office"):
        services.reports_desk.act(ELSEWHERE, 1, ReportAct("noted", "示例", 1), NOW)
    with pytest.raises(AccessError, match="role_not_allowed"):
        services.reports_desk.list(replace(CLERK, roles=frozenset()), NOW)
    with pytest.raises(NotFoundError, match="report_not_found"):
        services.reports_desk.get(CLERK, 99, NOW)


def test_a_report_passed_on_leaves_this_office_and_keeps_its_clock(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    for office in ("", "baishiyi", "atlantis"):
        with pytest.raises(InputError, match="report_office_missing"):
            act(services, ReportStep.REASSIGNED, office=office)
    changed = act(services, ReportStep.REASSIGNED, "不归本镇", office="jinfeng")
    assert (changed.office, changed.contact_due) == ("jinfeng", date(2026, 11, 25))
    assert services.reports_desk.list(CLERK, NOW) == ()
    file = services.reports_desk.get(ELSEWHERE, 1, NOW)
    assert file.contact == PHONE
    assert file.steps[-1].event.details == {"from": "baishiyi", "to": "jinfeng"}


def test_an_administrator_passes_on_and_reads_no_contact(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    file = services.reports_desk.get(ADMIN, 1, NOW)
    assert (file.contact, file.allowed) == ("", (ReportStep.NOTED, ReportStep.REASSIGNED))
    with pytest.raises(AccessError, match="role_not_allowed"):
        act(services, ReportStep.ANSWERED, actor=ADMIN)
    act(services, ReportStep.REASSIGNED, actor=ADMIN, office="jinfeng")
    assert len(services.reports_desk.list(ELSEWHERE, NOW)) == 1


def test_a_form_that_is_out_of_date_changes_nothing(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    act(services, ReportStep.CONTACTED)
    with pytest.raises(ConflictError, match="report_changed"):
        services.reports_desk.act(CLERK, 1, ReportAct("answered", "示例", 1), NOW)
    assert len(services.reports_desk.get(CLERK, 1, NOW).steps) == 2


@pytest.mark.parametrize(
    ("step", "text", "code"),
    [
        ("nonsense", "示例", "report_step_missing"),
        ("", "示例", "report_step_missing"),
        ("contacted", " \n", "report_step_text_missing"),
        ("contacted", "字" * 2001, "words_too_long"),
        ("answered", f"已致电 {PHONE}", "answer_names_contact"),
    ],
)
def test_a_step_needs_its_words_and_an_answer_gives_away_no_contact(
    services: Services, number: str, step: str, text: str, code: str
) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    with pytest.raises(InputError, match=code):
        services.reports_desk.act(CLERK, 1, ReportAct(step, text, 1), NOW)


@pytest.mark.parametrize("step", [ReportStep.RECEIVED, ReportStep.DATES_SET, ReportStep.CALLED_BACK, ReportStep.CLOSED])
def test_what_the_state_does_not_allow_is_refused(services: Services, number: str, step: ReportStep) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    with pytest.raises(ConflictError, match="report_step_not_allowed"):
        act(services, step)


def test_a_reporter_who_is_not_content_is_owed_another_answer_from_that_day(services: Services, number: str) -> None:
    made = services.reports.send(sent(number), CLIENT, NOW)
    act(services, ReportStep.ANSWERED, "第一次答复")
    friday = datetime(2026, 11, 27, 2, tzinfo=UTC)
    changed = services.reports_desk.act(CLERK, 1, ReportAct("not_settled", "不认可", 2), friday)
    assert (changed.state, changed.answer_due) == (ReportState.CONTACTED, date(2026, 12, 4))
    assert [clock.done_on for clock in receipt(services, made, friday).clocks] == [date(2026, 11, 23), None, None]


def test_what_is_dismissed_says_so_without_the_reason(services: Services, number: str) -> None:
    made = services.reports.send(sent(number), CLIENT, NOW)
    act(services, ReportStep.DISMISSED)
    shown = receipt(services, made)
    assert (shown.dismissed, shown.clocks, shown.answers) == (True, (), ())
    assert not [word for word in TELLING if word in repr(shown)]


def test_contact_and_photo_are_deleted_thirty_days_after_the_end(services: Services, number: str) -> None:
    services.reports.send(sent(number, photo=picture()), CLIENT, NOW)
    act(services, ReportStep.DISMISSED)
    last = NOW + timedelta(days=PRIVATE_KEPT_DAYS)
    services.reports.sweep(last)
    assert services.reports_desk.get(CLERK, 1, last).contact == PHONE
    over = last + timedelta(days=1)
    file = services.reports_desk.get(CLERK, 1, over)
    assert (file.contact, file.photo) == ("", False)  # not shown any more, even before it is deleted
    assert PHONE in everything(services.database)
    services.reports.send(sent(number, "form-2", contact=""), CLIENT, over)  # any write deletes it
    assert PHONE not in everything(services.database)
    services.database.close()
    assert PHONE.encode() not in services.settings.register_path.read_bytes()


def test_open_reports_keep_their_contact(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    services.reports.sweep(NOW + timedelta(days=1000))
    assert services.reports_desk.get(CLERK, 1, NOW + timedelta(days=1000)).contact == PHONE


def without_calendar(services: Services) -> Services:
    """The same register under a catalogue that knows no working day."""
    catalogue = replace(services.catalogue, working_calendar=WorkingCalendar())
    taken = replace(services.reports, catalogue=catalogue)
    return replace(services, reports=taken, reports_desk=ReportsDesk(taken))


def test_a_year_without_calendar_takes_the_report_and_says_that_no_day_can_be_told(
    services: Services, number: str
) -> None:
    before = without_calendar(services)
    made = before.reports.send(sent(number), CLIENT, NOW)
    assert [(clock.due_on, clock.unknown_year) for clock in receipt(before, made).clocks] == [(None, 2026)] * 3
    [line] = before.reports_desk.list(CLERK, NOW + timedelta(days=100))
    assert (line.report.due_on, line.overdue) == (None, False)


def test_a_calendar_that_arrives_sets_the_days_from_the_day_of_receipt(services: Services, number: str) -> None:
    made = without_calendar(services).reports.send(sent(number), CLIENT, NOW)
    assert receipt(services, made).clocks[0].due_on == date(2026, 11, 25)  # told at once
    services.reports.sweep(NOW + timedelta(days=60))
    with services.database.read() as tx:
        kept = reports.get(tx, 1)
        steps = [event.step for event in reports.events(tx, 1)]
    assert kept and (kept.contact_due, kept.answer_due) == (date(2026, 11, 25), date(2026, 11, 30))
    assert steps == [ReportStep.RECEIVED, ReportStep.DATES_SET]


def test_steps_are_never_changed_or_deleted(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    for sql in ("UPDATE report_events SET text = 'x'", "DELETE FROM report_events"):
        with pytest.raises(Exception, match="append-only"), services.database.write() as tx:
            tx.run(sql)


def test_what_is_refused_writes_nothing(services: Services, number: str, all_rows: Callable[[Database], Any]) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    before = all_rows(services.database)
    for refused in (
        ReportAct("called_back", "示例", 1),
        ReportAct("reassigned", "示例", 1),
        ReportAct("noted", "示例", 9),
    ):
        with pytest.raises(LicenceQRError):
            services.reports_desk.act(CLERK, 1, refused, NOW)
    assert all_rows(services.database) == before


def test_no_error_gives_away_what_was_typed(services: Services, number: str) -> None:
    faults: list[LicenceQRError] = []
    for change in ({"text": PHONE * 400}, {"contact": "张三"}, {"kind": PHONE}, {"photo": PHONE.encode()}):
        with pytest.raises(LicenceQRError) as refused:
            services.reports.send(sent(number, **change), CLIENT, NOW)  # type: ignore[arg-type]
        faults += [refused.value, *refused.value.parts]
    assert not [fault for fault in faults if PHONE in str(fault) or "张三" in str(fault)]


def test_what_waits_is_on_the_work_list_with_its_day(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    with services.database.read() as tx:
        [contact] = tx.all(reports.TO_CONTACT.format(offices="?"), ("baishiyi",))
        assert (contact["subject"], contact["due_on"]) == ("report/1", "2026-11-25")
        assert tx.all(reports.TO_ANSWER.format(offices="?"), ("baishiyi",)) == []
    act(services, ReportStep.CONTACTED)
    with services.database.read() as tx:
        assert tx.all(reports.TO_CONTACT.format(offices="?"), ("baishiyi",)) == []
        [answer] = tx.all(reports.TO_ANSWER.format(offices="?"), ("baishiyi",))
        plan = tx.all("EXPLAIN QUERY PLAN " + reports.TO_ANSWER.format(offices="?"), ("baishiyi",))
    assert answer["due_on"] == "2026-11-30"
    assert "reports_open" in plan[0]["detail"]  # the cost follows what is open


def test_a_kind_that_is_offered_no_more_still_has_a_name(services: Services) -> None:
    assert services.reports.kind_name("hygiene").en == "A hygiene problem"
    assert services.reports.kind_name("long-gone").zh == "long-gone"
