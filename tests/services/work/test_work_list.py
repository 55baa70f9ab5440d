"""The work list: what waits comes up when it is due, for the people it concerns, the most urgent first."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from harmed import tamper
from lives import Hotel
from shipped import CATALOGUE
from work_register import add_permit, put

from licence_qr.domain.catalogue.life_rules import DatedLifeRule
from licence_qr.domain.dates import Period, add_months
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.dates import review_due
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.task_words import ACT, HINT, KIND
from licence_qr.domain.work.tasks import ROLES_OF, DueStep, TaskKind, due_step, time_left
from licence_qr.services.work.work_list import PAGE_LINES, WorkFilter, WorkList
from licence_qr.store.register import permits
from licence_qr.store.work import tasks
from licence_qr.store.work.task_sources import SOURCES

NOW, TODAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC), date(2026, 11, 23)
RULES = CATALOGUE.life_rules_on(TODAY)
# The list of pending permits is handed over, each with its last day: the query goes through it and finds each by its key.
PENDING = "SCAN d VIRTUAL TABLE INDEX 1:"


def person(role: Role, office: str = "baishiyi", username: str = "someone") -> Actor:
    return Actor(1, username, "示例", office, frozenset({role}))


CLERK, INSPECTOR, DECIDER = map(person, (Role.CLERK, Role.INSPECTOR, Role.DECIDER))
SUPERVISOR, AUDITOR, ADMINISTRATOR = map(person, (Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN))


@pytest.fixture
def work(database) -> WorkList:
    return WorkList(database, CATALOGUE)


def seen(work: WorkList, actor: Actor, **work_filter) -> list[tuple[TaskKind, str, date | None]]:
    return [
        (x.task.kind, x.task.subject, x.task.due_on) for x in work.everything(actor, WorkFilter(**work_filter), NOW)
    ]


def in_days(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("days", "step", "due"),
    [
        (91, None, 0), (90, DueStep.SOON, 60), (61, DueStep.SOON, 31), (60, DueStep.URGENT, 30), (31, DueStep.URGENT, 1),
        (30, DueStep.URGENT, 0), (29, DueStep.URGENT, 29), (0, DueStep.URGENT, 0), (-1, DueStep.OVERDUE, -1),
        (-400, DueStep.OVERDUE, -400),
    ],
)  # fmt: skip
def test_a_permit_that_expires_is_due_by_the_last_day_to_apply_for_its_renewal_then_by_its_end(
    database, work, days, step, due
):
    """行政许可法第五十条: thirty days before the end."""
    key = add_permit(database, 1, valid_from="2023-01-01", valid_to=in_days(days), reviewed_on="2025-06-01")
    lines = work.everything(CLERK, WorkFilter(), NOW)
    assert [(x.task.subject, x.task.kind, x.left.step, x.task.due_on) for x in lines] == (
        [] if step is None else [(f"permit/{key}", TaskKind.PERMIT_EXPIRING, step, TODAY + timedelta(days=due))]
    )


def test_a_type_with_a_time_of_its_own_to_apply_is_due_by_that(database):
    own = DatedLifeRule("renewal_apply_days", 60, Period(TODAY, None), CATALOGUE.life_rules[0].basis, "hygiene_permit")
    work = WorkList(database, replace(CATALOGUE, life_rules=(*CATALOGUE.life_rules, own)))
    add_permit(database, 1, valid_from="2023-01-01", valid_to=in_days(80), reviewed_on="2025-06-01")
    assert [x.task.due_on for x in work.everything(CLERK, WorkFilter(), NOW)] == [TODAY + timedelta(days=20)]


def test_an_application_for_renewal_waits_to_be_decided_before_the_end(database, work):
    key = add_permit(
        database,
        1,
        valid_from="2023-03-01",
        valid_to=in_days(20),
        renewal_applied_on=in_days(-20),
        reviewed_on="2025-01-01",
    )
    assert seen(work, CLERK) == [(TaskKind.RENEWAL_TO_DECIDE, f"permit/{key}", TODAY + timedelta(days=20))]


@pytest.mark.parametrize(
    ("in_time", "days", "kinds"),
    [
        (1, 0, [TaskKind.RENEWAL_TO_DECIDE]),
        (0, 0, [TaskKind.RENEWAL_TO_DECIDE]),
        (1, -1, []),  # it counts as granted
        (0, -1, [TaskKind.PERMIT_EXPIRING]),  # it was no consent: what has expired is to be closed
    ],
)
def test_after_the_last_day_there_is_no_renewal_left_to_decide(database, work, in_time, days, kinds):
    renewal = {"renewal_applied_on": "2026-01-05", "renewal_in_time": in_time, "reviewed_on": "2025-01-01"}
    add_permit(database, 1, valid_from="2023-03-01", valid_to=in_days(days), **renewal)
    assert [kind for kind, _, _ in seen(work, CLERK)] == kinds


@pytest.mark.parametrize("state", ["annulled", "revoked", "withdrawn", "cancelled"])
def test_what_has_ended_waits_for_nobody(database, work, state):
    add_permit(
        database,
        1,
        state=state,
        valid_from="2022-01-01",
        valid_to=in_days(5),
        mode="commitment",
        follow_up_due=in_days(5),
    )
    assert seen(work, CLERK) == seen(work, INSPECTOR) == []


def test_a_suspended_permit_still_expires(database, work):
    add_permit(database, 1, state="suspended", valid_from="2023-01-01", valid_to=in_days(5), reviewed_on="2025-01-01")
    assert [kind for kind, _, _ in seen(work, CLERK)] == [TaskKind.PERMIT_EXPIRING]


def test_a_check_after_a_commitment_waits_for_inspectors_until_it_was_made(database, work):
    add_permit(
        database, 1, mode="commitment", valid_from=in_days(-10), valid_to="2030-11-01", follow_up_due=in_days(51)
    )
    add_permit(
        database, 2, mode="commitment", valid_from="2026-01-05", follow_up_due="2026-03-05", checked_on="2026-02-01"
    )
    add_permit(database, 3, mode="general", valid_from="2026-01-05", follow_up_due="2026-03-05")
    assert seen(work, CLERK) == []
    (line,) = work.everything(INSPECTOR, WorkFilter(), NOW)
    assert (line.task.kind, line.left.days) == (TaskKind.FOLLOW_UP_DUE, 51)


def test_days_left_are_told_in_calendar_and_working_days(database, work):
    add_permit(database, 1, mode="commitment", valid_from="2026-10-01", follow_up_due="2026-12-07")
    (line,) = work.everything(INSPECTOR, WorkFilter(), NOW)
    assert (line.left.days, line.left.working_days) == (14, 10)


def test_where_a_year_without_a_calendar_lies_between_calendar_days_alone_are_told(database, work):
    add_permit(database, 1, mode="commitment", valid_from="2026-11-20", follow_up_due="2027-01-20")
    (line,) = work.everything(INSPECTOR, WorkFilter(), NOW)
    assert (line.left.days, line.left.working_days, line.left.step) == (58, None, DueStep.SOON)


def uscc_of(tx, key: int) -> str:
    return tx.one("SELECT uscc FROM permits WHERE permit_id = ?", (key,))["uscc"]


def ordered(database, key: int, rectify_by: str, proposal: int | None = None) -> None:
    with database.write() as tx:
        outcome = "rectify" if proposal is None else "failed"
        check = {"permit_id": key, "uscc": uscc_of(tx, key), "rectify_by": rectify_by, "outcome": outcome}
        put(tx, "follow_ups", office="baishiyi", proposal_id=proposal, **check)


def propose(database, key: int, by: str, witnesses: str = "") -> int:
    with database.write() as tx:
        act = {"uscc": uscc_of(tx, key), "subject": f"permit/{key}", "act": "annul"}
        return put(tx, "proposals", office="baishiyi", proposed_by=by, witnesses=witnesses, state="open", **act)


def test_an_order_to_rectify_takes_the_place_of_the_check(database, work):
    key = add_permit(database, 1, mode="commitment", valid_from="2026-10-01", follow_up_due="2026-12-01")
    ordered(database, key, "2026-12-20")
    assert seen(work, INSPECTOR) == [(TaskKind.RECTIFICATION_DUE, f"permit/{key}", date(2026, 12, 20))]


def test_a_permit_whose_annulment_is_proposed_waits_for_that_decision_alone(database, work):
    key = add_permit(database, 1, mode="commitment", valid_from="2026-10-01", follow_up_due="2026-12-01")
    proposal = propose(database, key, "inspector", witnesses="witness,other")
    ordered(database, key, "2026-12-20", proposal)
    subject = f"proposal/{proposal}"
    assert seen(work, INSPECTOR) == []
    assert seen(work, DECIDER) == [(TaskKind.PROPOSAL_TO_DECIDE, subject, None)]
    assert seen(work, person(Role.INSPECTOR, username="inspector")) == [(TaskKind.PROPOSAL_OF_MINE, subject, None)]
    # Four eyes: neither who proposed nor who took part decides, whatever their roles.
    assert TaskKind.PROPOSAL_TO_DECIDE not in {k for k, _, _ in seen(work, person(Role.DECIDER, username="inspector"))}
    assert seen(work, person(Role.DECIDER, username="witness")) == []
    assert seen(work, person(Role.DECIDER, username="wit")) == [(TaskKind.PROPOSAL_TO_DECIDE, subject, None)]


def test_a_proposal_that_was_decided_waits_no_more(database, work):
    key = add_permit(database, 1, valid_from="2026-10-01")
    propose(database, key, "inspector")
    with database.write() as tx:
        tx.run("UPDATE proposals SET state = 'refused', decided_by = 'decider', decided_at = ?", (NOW.isoformat(),))
    assert seen(work, DECIDER) == []


def test_orders_of_inspections_and_drawn_places_wait_for_inspectors(database, work):
    key = add_permit(database, 1, valid_from="2026-01-01")
    with database.write() as tx:
        tx.run("PRAGMA defer_foreign_keys = ON")
        uscc = uscc_of(tx, key)
        common = {"uscc": uscc, "premises_no": 1, "permit_id": key, "office": "baishiyi"}
        visit = put(
            tx, "inspections", officer="inspector", inspection_id="v", content_sha256="x", state="counted", **common
        )
        order = {"inspection_key": visit, "due_on": "2026-11-20", **common}
        put(tx, "rectifications", state="open", **order)
        put(tx, "rectifications", state="met", closed_on="2026-11-19", **order)
        draw = {"office": "baishiyi", "due_on": "2026-12-31"}
        drawing = put(tx, "draws", state="settled", settled_at=NOW.isoformat(), **draw)
        put(tx, "drawn", draw_id=drawing, position=1, permit_id=key, **draw)
        put(tx, "drawn", draw_id=drawing, position=2, permit_id=key, inspection_key=visit, **draw)
    assert [(kind, due) for kind, _, due in seen(work, INSPECTOR)] == [
        (TaskKind.RECTIFICATION_DUE, date(2026, 11, 20)),
        (TaskKind.DRAWN_INSPECTION, date(2026, 12, 31)),
    ]
    assert seen(work, CLERK) == []
    with database.write() as tx:
        tx.run("UPDATE permits SET state = 'cancelled'")
    assert seen(work, INSPECTOR) == [], "where there is no permit any more, there is nothing to look at again"


def test_an_inspection_that_is_held_waits_for_a_clerk_even_of_a_business_nobody_knows(database, work):
    with database.write() as tx:
        for number, state in enumerate(("held", "counted")):
            visit = {"inspection_id": str(number), "state": state, "uscc": "91500107M000001A9R"}
            put(tx, "inspections", officer="inspector", office="baishiyi", **visit)
    (line,) = work.everything(CLERK, WorkFilter(), NOW)
    assert (line.task.kind, line.task.holder_name) == (TaskKind.INSPECTION_HELD, "")
    assert seen(work, INSPECTOR) == []


def report(database, number: int, office: str = "baishiyi", **changes) -> None:
    values = {
        "number": bytes([number]) * 10,
        "form_id": str(number),
        "text": "不公开的内容",
        "contact_due": "2026-11-20",
        "answer_due": "2026-11-25",
        "state": "received",
    }
    with database.write() as tx:
        put(tx, "reports", office=office, **{**values, **changes})


def test_overdue_reports_rise_to_the_top_and_clocks_nobody_can_reckon_stand_before_them(database, work):
    add_permit(database, 1, valid_from="2023-01-01", valid_to=in_days(3), reviewed_on="2025-01-01")
    report(database, 1)
    report(database, 2, state="contacted")
    report(database, 3, contact_due=None, answer_due=None)
    report(database, 4, state="closed", closed_on="2026-11-21")
    report(database, 5, state="answered")
    add_permit(database, 2, state="pending", permit_no=None)
    assert [(kind, due) for kind, _, due in seen(work, CLERK)] == [
        (TaskKind.REPORT_TO_CONTACT, None),
        (TaskKind.REPORT_TO_CONTACT, date(2026, 11, 20)),
        (TaskKind.REPORT_TO_ANSWER, date(2026, 11, 25)),
        (TaskKind.REPORT_TO_CALL_BACK, date(2026, 11, 25)),
        (TaskKind.PERMIT_PENDING, date(2026, 12, 21)),  # a decision, above what only reminds
        (TaskKind.PERMIT_EXPIRING, date(2026, 11, 26)),
    ]


def test_a_report_that_stands_with_no_office_is_for_whoever_may_pass_it_on(database, work):
    report(database, 1, office="")
    for actor in (SUPERVISOR, AUDITOR):
        assert [kind for kind, _, _ in seen(work, actor)] == [TaskKind.REPORT_TO_CONTACT]
    assert seen(work, CLERK) == seen(work, AUDITOR, office="baishiyi") == []


def test_a_day_ends_at_midnight_in_shanghai(database, work):
    add_permit(database, 1, valid_from="2025-06-01", valid_to="2026-11-23")
    for hour, step in ((15, DueStep.URGENT), (16, DueStep.OVERDUE)):  # 23:00 on the 23rd, 0:00 on the 24th
        (line,) = work.everything(CLERK, WorkFilter(), datetime(2026, 11, 23, hour, tzinfo=UTC))
        assert line.left.step is step


def test_a_proposal_about_a_licence_stands_with_the_address_of_the_business(database, work):
    key = add_permit(database, 1, valid_from="2026-10-01")
    propose(database, key, "clerk")
    tamper(database, "UPDATE proposals SET subject = 'licence'")
    (line,) = work.everything(DECIDER, WorkFilter(), NOW)
    assert (line.task.holder_name, line.task.address) == ("示例1号宾馆", "重庆市示例住所")


def test_each_office_sees_its_own_and_an_auditor_all_or_one(database, work):
    for serial, office in enumerate(("baishiyi", "jinfeng", "")):
        add_permit(database, serial, handling_office=office, valid_from="2025-06-01", valid_to=in_days(9))
    assert len(seen(work, CLERK)) == len(seen(work, person(Role.CLERK, "jinfeng"))) == 1
    assert len(seen(work, person(Role.CLERK, "bafu"))) == 0
    assert len(seen(work, AUDITOR)) == 2
    assert [x.task.office for x in work.everything(AUDITOR, WorkFilter(office="jinfeng"), NOW)] == ["jinfeng"]
    # Another office named in the address opens nothing to a clerk.
    assert [x.task.office for x in work.everything(CLERK, WorkFilter(office="jinfeng"), NOW)] == ["baishiyi"]


def test_a_kind_that_is_not_ones_own_is_an_empty_list(database, work):
    add_permit(database, 1, mode="commitment", valid_from="2026-10-01", follow_up_due="2026-12-01")
    page = work.show(CLERK, WorkFilter(kind=TaskKind.FOLLOW_UP_DUE), NOW)
    assert (page.lines, page.total) == ((), 0)


def test_pages_follow_one_another_and_the_last_one_answers_for_those_beyond(database, work):
    for serial in range(PAGE_LINES + 5):
        add_permit(database, serial, valid_from="2025-06-01", valid_to=in_days(serial))
    first, second = (work.show(CLERK, WorkFilter(page=number), NOW) for number in (1, 2))
    assert (first.pages, first.total, len(first.lines), len(second.lines)) == (2, PAGE_LINES + 5, PAGE_LINES, 5)
    days = [x.left.days for x in (*first.lines, *second.lines)]
    assert days == sorted(days) and len({x.task.subject for x in (*first.lines, *second.lines)}) == PAGE_LINES + 5
    assert work.show(CLERK, WorkFilter(page=99), NOW).work_filter.page == 2
    assert work.show(CLERK, WorkFilter(page=-3), NOW).work_filter.page == 1


def test_counts_say_what_the_filters_will_show(database, work):
    for serial, days in enumerate((-5, -1, 3, 40, 70, 90)):
        add_permit(database, serial, valid_from="2025-06-01", valid_to=in_days(days))
    counts = work.counts(CLERK, NOW)
    for kind in (None, TaskKind.PERMIT_EXPIRING, TaskKind.PERMIT_PENDING):
        for step in (None, *DueStep):
            assert counts.of(kind, step) == len(seen(work, CLERK, kind=kind, step=step)), (kind, step)
    assert counts.of(step=DueStep.OVERDUE) == 2


def test_a_review_is_due_on_the_very_day_the_domain_says(database, work):
    """Every first day of thirteen months, short Februaries and last days of months among them."""
    expected = set()
    for serial in range(396):
        start = date(2024, 2, 1) + timedelta(days=serial)
        end = add_months(start, 48) - timedelta(days=1)
        key = add_permit(database, serial, valid_from=start.isoformat(), valid_to=end.isoformat())
        with database.read() as tx:
            due = review_due(permits.get(tx, key).permit, RULES)
        if due is not None and due <= TODAY + timedelta(days=RULES.expiring_notice_days):
            expected.add((TaskKind.REVIEW_DUE, f"permit/{key}", due))
    assert set(seen(work, INSPECTOR)) == expected
    assert 200 < len(expected) < 396


def test_the_list_follows_a_permit_through_its_life(services, make_application, clerk, now):
    """Over the real acts: granted on commitment, checked, reviewed, expiring, applied for, renewed."""
    hotel = Hotel(services, services.issuance.issue(make_application(), clerk, "key", now).uscc, clerk, now)

    def kinds(actor: Actor) -> list[str]:
        return [line.task.kind.value for line in services.work_list.everything(actor, WorkFilter(), hotel.now)]

    assert (kinds(clerk), kinds(INSPECTOR)) == ([], ["follow_up_due"])
    hotel.after(10).do(Act.CHECK, permit=0, actor=INSPECTOR)
    assert kinds(INSPECTOR) == []
    assert kinds(hotel.until(date(2028, 9, 1)) and clerk) == ["review_due"]
    hotel.years_on(date(2028, 11, 20)).do(Act.REVIEW, permit=0, actor=INSPECTOR)
    assert kinds(clerk) == []
    assert kinds(hotel.until(date(2030, 9, 1)) and clerk) == ["permit_expiring"]
    hotel.years_on(date(2030, 9, 2)).do(Act.APPLY_RENEWAL, permit=0)
    assert kinds(clerk) == ["renewal_to_decide"]
    hotel.after(20).do(Act.RENEW, permit=0)
    # The first day stays; were the renewal no review, the next one would be overdue at once.
    assert kinds(clerk) == kinds(hotel.until(date(2032, 6, 1)) and clerk) == []
    assert kinds(hotel.until(date(2032, 7, 1)) and clerk) == ["review_due"]


def test_a_review_that_was_made_is_due_again_only_where_the_end_does_not_come_first(database, work):
    add_permit(database, 1, valid_from="2022-12-20", valid_to="2026-12-19", reviewed_on="2024-12-10")
    assert TaskKind.REVIEW_DUE not in {kind for kind, _, _ in seen(work, CLERK)}
    key = add_permit(database, 2, valid_from="2020-01-01", valid_to="2029-12-31", reviewed_on="2024-12-10")
    assert (TaskKind.REVIEW_DUE, f"permit/{key}", date(2026, 12, 10)) in seen(work, CLERK)


def test_the_register_and_the_domain_mean_the_same_by_a_step(database, work):
    steps = tasks.steps_of(work._question(CLERK, WorkFilter(), TODAY))
    sql = f"SELECT {steps.sql} AS step FROM (SELECT ? AS due_on)"  # noqa: S608
    with database.read() as tx:
        for days in range(-100, 200):
            told = tx.one(sql, (*steps.values, in_days(days)))["step"]
            assert told == due_step(days, RULES)
            assert told == time_left(TODAY + timedelta(days=days), TODAY, CATALOGUE.working_calendar, RULES).step


def test_every_kind_has_a_source_words_and_people():
    assert set(SOURCES) == set(KIND) == set(ACT) == set(HINT) == set(ROLES_OF) == set(TaskKind)


def test_no_source_walks_through_all_permits(database, work):
    """The figures at 100,000 permits stand in docs/using/work-lists.md; here it is held that every source has its index."""
    for actor in (CLERK, INSPECTOR, DECIDER, SUPERVISOR, AUDITOR, ADMINISTRATOR):
        part = tasks.all_of(work._question(actor, WorkFilter(), TODAY))
        with database.read() as tx:
            plan = [row["detail"] for row in tx.all(f"EXPLAIN QUERY PLAN {part.sql}", part.values)]
        assert not [step for step in plan if step.startswith("SCAN") and step != PENDING]
        named = {match[1] for step in plan if (match := re.search(r"permits USING INDEX (\w+)", step))}
        assert named <= {"permits_pending", "permits_by_end", "permits_in_renewal", "permits_by_review"}
