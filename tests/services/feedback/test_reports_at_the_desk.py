"""What becomes of a report at the desk: who may read it, which step follows which, when its clocks run out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from reported_problems import (
    CLERK,
    CLIENT,
    ELSEWHERE,
    NOW,
    PHONE,
    SUPERVISOR,
    TELLING,
    act,
    everything,
    number,
    picture,
    receipt,
    sent,
)

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.reports import ReportState, ReportStep
from licence_qr.domain.roles import Role
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.errors import (
    AccessError,
    ConflictError,
    InputError,
    LicenceQRError,
    NotFoundError,
)
from licence_qr.services.feedback.reports_desk import ReportAct, ReportsDesk
from licence_qr.store.database.connections import Database
from licence_qr.store.feedback import reports
from licence_qr.store.register import history

__all__ = ["number"]


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
    with pytest.raises(AccessError, match="other_office"):
        services.reports_desk.get(ELSEWHERE, 1, NOW)
    with pytest.raises(AccessError, match="other_office"):
        services.reports_desk.act(ELSEWHERE, 1, ReportAct("noted", "示例", 1), NOW)
    with pytest.raises(AccessError, match="role_not_allowed"):
        services.reports_desk.list(replace(CLERK, roles=frozenset()), NOW)
    with pytest.raises(NotFoundError, match="thing_not_found"):
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


def test_a_supervisor_passes_on_and_reads_no_contact(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    file = services.reports_desk.get(SUPERVISOR, 1, NOW)
    assert (file.contact, file.allowed) == ("", (ReportStep.NOTED, ReportStep.REASSIGNED))
    with pytest.raises(AccessError, match="role_not_allowed"):
        act(services, ReportStep.ANSWERED, actor=SUPERVISOR)
    act(services, ReportStep.REASSIGNED, actor=SUPERVISOR, office="jinfeng")
    assert len(services.reports_desk.list(ELSEWHERE, NOW)) == 1


def test_a_supervisor_who_is_a_clerk_too_handles_the_reports_of_the_own_office_alone(
    services: Services, number: str
) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    both = frozenset({Role.CLERK, Role.SUPERVISOR})
    own, elsewhere = replace(CLERK, roles=both), replace(ELSEWHERE, roles=both)
    assert ReportStep.DISMISSED in services.reports_desk.get(own, 1, NOW).allowed
    assert services.reports_desk.get(elsewhere, 1, NOW).allowed == (ReportStep.NOTED, ReportStep.REASSIGNED)
    with pytest.raises(AccessError, match="role_not_allowed"):
        act(services, ReportStep.DISMISSED, actor=elsewhere)


def test_a_form_that_is_out_of_date_changes_nothing(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    act(services, ReportStep.CONTACTED)
    with pytest.raises(ConflictError, match="changed_meanwhile"):
        services.reports_desk.act(CLERK, 1, ReportAct("answered", "示例", 1), NOW)
    assert len(services.reports_desk.get(CLERK, 1, NOW).steps) == 2


@pytest.mark.parametrize(
    ("step", "text", "code"),
    [
        ("nonsense", "示例", "report_step_missing"),
        ("", "示例", "report_step_missing"),
        ("contacted", " \n", "report_step_text_missing"),
        ("contacted", "字" * 2001, "text_too_long"),
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
    with pytest.raises(ConflictError, match="step_not_allowed"):
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
    last = NOW + timedelta(days=30)
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


def test_the_history_says_who_took_which_step_and_none_of_the_words(services: Services, number: str) -> None:
    services.reports.send(sent(number), CLIENT, NOW)
    act(services, ReportStep.CONTACTED, "打过电话")
    with services.database.read() as tx:
        (event,) = (row for row in history.everything(tx) if row["event"] == "report_handled")
    assert (event["subject"], event["actor"], event["after"]) == ("report/1", CLERK.username, '{"step":"contacted"}')
    assert event["reason"] == ""
