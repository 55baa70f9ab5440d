"""Ratings of the service: once per case, by whoever holds the code, and the bad ones mended in time."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.ratings import RatingState, RatingStep
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.errors import AccessError, ConflictError, InputError, InvalidApplication, NotFoundError
from licence_qr.printing.qr import make_symbol, to_png
from licence_qr.services.feedback.ratings import Offer, SentRating
from licence_qr.services.feedback.ratings_desk import RatingAct, RatingsDesk
from licence_qr.store.database.connections import Database
from licence_qr.store.feedback import ratings
from licence_qr.store.register import history

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CLIENT = "192.0.2.7"
PHONE = "13911112222"
CLERK = Actor(1, "clerk-baishiyi", "示例窗口", "baishiyi", frozenset({Role.CLERK}))
ELSEWHERE = replace(CLERK, office="jinfeng")
INSPECTOR = replace(CLERK, roles=frozenset({Role.INSPECTOR}))
AUDITOR = Actor(2, "auditor", "示例审计员", "", frozenset({Role.AUDITOR}))
CASE = "BAISHIYI-2026-000001"

Issue = Callable[..., str]


@pytest.fixture
def issue(services: Services, make_application: Callable[..., Any]) -> Issue:
    """Decides the ``serial``-th case; the code to rate it with."""

    def issued(serial: int = 1) -> str:
        pair = services.issuance.issue(make_application(serial), CLERK, f"case-{serial}", NOW)
        return services.ratings.invitation(CLERK, pair.application_no).code.number

    return issued


def rated(level: int, form_id: str = "form-1", **changes: Any) -> SentRating:
    """A rating as the applicant sends it."""
    return replace(SentRating(form_id, str(level), (), "", ""), **changes)


def rate(services: Services, code: str, sent: SentRating, at: datetime = NOW) -> bool:
    """Send a rating."""
    return services.ratings.rate(code, sent, CLIENT, at)


def act(services: Services, step: RatingStep, at: datetime = NOW, text: str = "示例") -> Any:
    """Take one step with the form as it stands now."""
    revision = services.ratings_desk.get(CLERK, 1, at).rating.revision
    return services.ratings_desk.act(CLERK, 1, RatingAct(step.value, text, revision), at)


def test_a_case_has_one_code_whenever_it_is_asked_for(services: Services, issue: Issue) -> None:
    first = issue()
    again = services.ratings.invitation(CLERK, CASE)
    assert (again.code.number, again.decided_on) == (first, date(2026, 11, 23))


def test_two_clerks_who_ask_at_once_get_the_same_code(services: Services, make_application: Callable[..., Any]) -> None:
    services.issuance.issue(make_application(), CLERK, "case-1", NOW)
    found: list[str] = []

    def ask() -> None:
        found.append(services.ratings.invitation(CLERK, CASE).code.number)
        services.database.close()

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(found) == 4 and len(set(found)) == 1


def test_only_the_office_of_a_decided_case_hands_out_its_code(services: Services, issue: Issue) -> None:
    issue()
    with pytest.raises(AccessError, match="other_office"):
        services.ratings.invitation(ELSEWHERE, CASE)
    with pytest.raises(NotFoundError, match="application_not_issued"):
        services.ratings.invitation(CLERK, "BAISHIYI-2026-000099")


def test_the_symbol_holds_the_secret_link_and_the_link_no_case(services: Services, issue: Issue) -> None:
    code = issue()
    link = services.ratings.link(CodeId(services.ratings.invitation(CLERK, CASE).code.value))
    assert link == f"https://ym.example.gov.cn/rate/{code}"
    assert services.ratings.svg(services.ratings.invitation(CLERK, CASE).code).startswith("<svg")

    [read] = zxingcpp.read_barcodes(Image.open(io.BytesIO(to_png(make_symbol(link)))))
    assert read.text == link


def test_whoever_holds_the_code_learns_office_and_day_and_nobody(services: Services, issue: Issue) -> None:
    offer = services.ratings.open(issue(), CLIENT, NOW)
    assert {field.name for field in fields(Offer)} == {"code", "office", "decided_on", "rated"}
    assert (offer.office, offer.decided_on, offer.rated) == ("baishiyi", date(2026, 11, 23), False)


def test_a_case_is_rated_once(services: Services, issue: Issue, all_rows: Callable[[Database], Any]) -> None:
    code = issue()
    rate(services, code, rated(5))
    with pytest.raises(ConflictError, match="case_already_rated"):
        rate(services, code, rated(1, "form-2"))
    assert services.ratings.open(code, CLIENT, NOW).rated
    assert services.ratings_desk.statistics(CLERK, NOW).total.counts == {5: 1}


def test_the_same_form_twice_is_one_rating(services: Services, issue: Issue) -> None:
    code = issue()
    assert [rate(services, code, rated(2)), rate(services, code, rated(2))] == [True, True]
    assert len(services.ratings_desk.list(CLERK, NOW)) == 1


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_rating_is_to_be_mended_within_fifteen_working_days(services: Services, issue: Issue, level: int) -> None:
    assert rate(services, issue(), rated(level, text="等了两个小时", contact=PHONE))
    [line] = services.ratings_desk.list(CLERK, NOW)
    assert (line.rating.mend_due, line.rating.state) == (date(2026, 12, 14), RatingState.OPEN)
    file = services.ratings_desk.get(CLERK, 1, NOW)
    assert (file.contact, file.phone, file.holder_name) == (PHONE, "13800001234", "测试1号宾馆有限公司")


@pytest.mark.parametrize("level", [3, 4, 5])
def test_a_good_rating_opens_no_case_and_nobody_sees_whose_it_is(services: Services, issue: Issue, level: int) -> None:
    assert not rate(services, issue(), rated(level, contact=PHONE))
    assert services.ratings_desk.list(CLERK, NOW) == ()
    with pytest.raises(NotFoundError, match="rating_not_found"):
        services.ratings_desk.get(CLERK, 1, NOW)


def test_mending_and_calling_back_are_recorded_and_close_the_case(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1))
    with pytest.raises(ConflictError, match="step_not_allowed"):
        act(services, RatingStep.CALLED_BACK)
    act(services, RatingStep.MENDED, text="增开一个窗口")
    closed = act(services, RatingStep.CALLED_BACK, text="已致电，认可")
    assert (closed.state, closed.closed_on) == (RatingState.CLOSED, date(2026, 11, 23))
    assert services.ratings_desk.list(CLERK, NOW) == ()
    assert [line.rating.rating_id for line in services.ratings_desk.list(CLERK, NOW, closed=True)] == [1]
    steps = services.ratings_desk.get(CLERK, 1, NOW).steps
    assert [shown.event.text for shown in steps] == ["", "增开一个窗口", "已致电，认可"]


def test_a_rater_who_is_still_not_content_has_it_mended_again_from_that_day(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1))
    act(services, RatingStep.MENDED)
    again = act(services, RatingStep.NOT_SETTLED, datetime(2026, 12, 1, 2, tzinfo=UTC))
    assert (again.state, again.mend_due) == (RatingState.OPEN, date(2026, 12, 22))


def test_a_form_that_is_out_of_date_changes_nothing(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1))
    act(services, RatingStep.NOTED)
    with pytest.raises(ConflictError, match="changed_meanwhile"):
        services.ratings_desk.act(CLERK, 1, RatingAct("mended", "示例", 1), NOW)


@pytest.mark.parametrize(
    ("step", "text", "code"),
    [
        ("x", "示例", "report_step_missing"),
        ("mended", "\x00 ", "report_step_text_missing"),
        ("noted", "字" * 2001, "text_too_long"),
    ],
)
def test_a_step_needs_its_words(services: Services, issue: Issue, step: str, text: str, code: str) -> None:
    rate(services, issue(), rated(1))
    with pytest.raises(InputError, match=code):
        services.ratings_desk.act(CLERK, 1, RatingAct(step, text, 1), NOW)


def test_bad_ratings_stay_within_the_office_and_its_clerks(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1))
    with pytest.raises(AccessError, match="other_office"):
        services.ratings_desk.get(ELSEWHERE, 1, NOW)
    for actor in (INSPECTOR, AUDITOR):
        with pytest.raises(AccessError, match="role_not_allowed"):
            services.ratings_desk.list(actor, NOW)
    with pytest.raises(AccessError, match="role_not_allowed"):
        services.ratings_desk.statistics(INSPECTOR, NOW)


def test_the_figures_count_levels_and_months_and_name_nobody(services: Services, issue: Issue) -> None:
    for serial, (level, at) in enumerate(
        [(5, NOW), (5, NOW), (3, NOW), (1, NOW), (4, datetime(2026, 10, 31, 15, 59, tzinfo=UTC))], 1
    ):
        rate(services, issue(serial), rated(level, f"form-{serial}", reasons=("quick", "invented")), at)
    issue(6)
    for actor in (CLERK, AUDITOR):
        figures = services.ratings_desk.statistics(actor, NOW)
        assert [(month.year, month.month, dict(month.counts)) for month in figures.months] == [
            (2026, 11, {5: 2, 3: 1, 1: 1}),
            (2026, 10, {4: 1}),
        ]
        assert (figures.total.total, figures.decided, figures.share_content) == (5, 6, 80)
        assert [(each.reason.id, each.count) for each in figures.reasons] == [("quick", 5)]
        assert "测试" not in repr(figures) and "BAISHIYI" not in repr(figures)
    assert services.ratings_desk.statistics(ELSEWHERE, NOW).total.total == 0
    assert services.ratings_desk.statistics(ELSEWHERE, NOW).share_content is None
    assert services.ratings_desk.statistics(CLERK, NOW + timedelta(days=365)).total.counts == {}


def test_what_is_wrong_with_a_rating_is_named(services: Services, issue: Issue) -> None:
    code = issue()
    with pytest.raises(InvalidApplication) as refused:
        rate(services, code, SentRating("form", "", (), "字" * 1001, "张三"))
    assert [(each.field, each.code) for each in refused.value.problems] == [
        ("level", "rating_level_missing"),
        ("text", "text_too_long"),
        ("contact", "report_contact_unusable"),
    ]
    assert not services.ratings.open(code, CLIENT, NOW).rated


def test_codes_cannot_be_tried_out(services: Services, issue: Issue) -> None:
    for n in range(60):
        with pytest.raises(NotFoundError, match="rating_code_not_found"):
            services.ratings.open(CodeId(n.to_bytes(10)).number, CLIENT, NOW)
    with pytest.raises(AccessError, match="too_many_rating_lookups"):
        services.ratings.open(CodeId(bytes(10)).number, CLIENT, NOW)
    assert not services.ratings.open(issue(), CLIENT, NOW).rated  # whoever has a code is kept out by nobody


def contact(services: Services) -> str:
    """The contact that the register still holds."""
    with services.database.read() as tx:
        return ratings.contact(tx, 1)


def test_the_contact_goes_thirty_days_after_the_end(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1, contact=PHONE))
    services.ratings.sweep(NOW + timedelta(days=300))
    assert contact(services) == PHONE
    act(services, RatingStep.MENDED)
    act(services, RatingStep.CLOSED)
    services.ratings.sweep(NOW + timedelta(days=30))
    assert contact(services) == PHONE
    assert services.ratings_desk.get(CLERK, 1, NOW + timedelta(days=31)).contact == ""
    services.ratings.sweep(NOW + timedelta(days=31))
    assert contact(services) == ""


def test_the_contact_left_with_a_good_rating_goes_too(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(5, contact=PHONE))
    services.ratings.sweep(NOW + timedelta(days=31))
    assert contact(services) == ""


def test_a_year_without_calendar_takes_the_rating_and_the_day_comes_with_the_calendar(
    services: Services, issue: Issue
) -> None:
    code = issue()
    catalogue = replace(services.catalogue, working_calendar=WorkingCalendar())
    blind = replace(services.ratings, catalogue=catalogue)
    blind.rate(code, rated(1), CLIENT, NOW)
    file = RatingsDesk(blind).get(CLERK, 1, NOW)
    assert (file.rating.mend_due, file.unknown_year) == (None, 2026)
    services.ratings.sweep(NOW + timedelta(days=3))
    assert services.ratings_desk.get(CLERK, 1, NOW).rating.mend_due == date(2026, 12, 14)


def test_what_is_to_be_mended_is_on_the_work_list_with_its_day(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1))
    with services.database.read() as tx:
        [task] = tx.all(ratings.TO_MEND.format(offices="?"), ("baishiyi",))
        plan = tx.all("EXPLAIN QUERY PLAN " + ratings.TO_MEND.format(offices="?"), ("baishiyi",))
    assert (task["subject"], task["due_on"]) == ("rating/1", "2026-12-14")
    assert "ratings_to_mend" in plan[0]["detail"]


def test_steps_are_never_changed_or_deleted(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1))
    for sql in ("UPDATE rating_events SET text = 'x'", "DELETE FROM rating_events"):
        with pytest.raises(Exception, match="append-only"), services.database.write() as tx:
            tx.run(sql)


def test_the_history_says_who_took_which_step_and_none_of_the_words(services: Services, issue: Issue) -> None:
    rate(services, issue(), rated(1, contact=PHONE, text="太慢"))
    act(services, RatingStep.MENDED, text="增开一个窗口")
    with services.database.read() as tx:
        (event,) = (row for row in history.everything(tx) if row["event"] == "rating_handled")
    assert (event["subject"], event["actor"], event["after"]) == ("rating/1", "clerk-baishiyi", '{"step":"mended"}')
    assert event["reason"] == ""
