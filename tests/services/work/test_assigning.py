"""Tasks are taken, handed to colleagues who may do them, and put back; with that colleague gone they are nobody's again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from harmed import tamper
from shipped import CATALOGUE
from work_register import add_permit, put

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.domain.work.whose import Whose, whose
from licence_qr.errors import AccessError, LicenceQRError, NotFoundError, RuleError
from licence_qr.services.work.assigning import Assignments
from licence_qr.services.work.work_list import WorkFilter, WorkList
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database
from licence_qr.store.register import history

NOW, TODAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC), date(2026, 11, 23)
PENDING, REVIEW = TaskKind.PERMIT_PENDING, TaskKind.REVIEW_DUE
PEOPLE = {
    "ann": Role.CLERK,
    "ben": Role.CLERK,
    "ida": Role.INSPECTOR,
    "dora": Role.DECIDER,
    "dirk": Role.DECIDER,
    "sue": Role.SUPERVISOR,
    "aud": Role.AUDITOR,
}


@pytest.fixture
def people(database: Database) -> dict[str, Actor]:
    """Accounts of one office, and a clerk of another."""
    with database.write() as tx:
        for number, (name, role) in enumerate(PEOPLE.items(), 1):
            _account(tx, number, name, role, "baishiyi")
        _account(tx, 99, "else", Role.CLERK, "jinfeng")
        found = {name: accounts.user_by_name(tx, name) for name in (*PEOPLE, "else")}
    return {name: user.actor for name, user in found.items() if user}


def _account(tx, number: int, name: str, role: Role, office: str) -> None:
    person = {"person_id": number, "name": f"{name}（示例）", "office": office, "created_at": NOW.isoformat()}
    put(tx, "persons", **person)
    put(
        tx,
        "users",
        user_id=number,
        person_id=number,
        username=name,
        display_name=f"{name}（示例）",
        office=office,
        roles=role.value,
        created_at=NOW.isoformat(),
    )


@pytest.fixture
def book(database: Database) -> Assignments:
    return Assignments(database, CATALOGUE)


@pytest.fixture
def work(database: Database) -> WorkList:
    return WorkList(database, CATALOGUE)


@pytest.fixture
def pending(database: Database) -> str:
    """What the pending permit's task is about."""
    return f"permit/{add_permit(database, 1, state='pending', permit_no=None)}"


def mine(work: WorkList, actor: Actor, which: Whose = Whose.MINE) -> list[str]:
    return [line.task.subject for line in work.everything(actor, WorkFilter(whose=which), NOW)]


def code(act: Callable[[], object]) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act()
    return refused.value.code


def test_a_decision_is_every_clerks_until_one_has_taken_it(book, work, people, pending):
    assert mine(work, people["ann"]) == mine(work, people["ben"]) == [pending]
    assert mine(work, people["sue"]) == mine(work, people["dora"]) == []  # who may see it and not do it
    book.take(people["ann"], PENDING, pending, "", NOW)
    assert (mine(work, people["ann"]), mine(work, people["ben"])) == ([pending], [])
    assert mine(work, people["ben"], Whose.OTHERS) == mine(work, people["sue"], Whose.OTHERS) == [pending]
    [line] = work.everything(people["ben"], WorkFilter(), NOW)
    assert (line.people, line.whose) == (("ann（示例）",), Whose.OTHERS)


def test_the_register_and_the_domain_mean_the_same_by_whose(database, book, work, people):
    for serial in range(4):
        add_permit(database, serial, valid_from="2025-06-01", valid_to=(TODAY + timedelta(days=9)).isoformat())
    subjects = [line.task.subject for line in work.everything(people["ann"], WorkFilter(), NOW)]
    book.take(people["ann"], TaskKind.PERMIT_EXPIRING, subjects[0], "", NOW)
    book.hand_over(people["ann"], TaskKind.PERMIT_EXPIRING, subjects[1], "ben", "", NOW)
    for name in PEOPLE:
        lines = work.everything(people[name], WorkFilter(), NOW)
        counts = work.counts(people[name], NOW)
        for each in Whose:
            domain = {line.task.subject for line in lines if whose(line.task, people[name]) is each}
            assert set(mine(work, people[name], each)) == domain, (name, each)
            assert counts.of(whose=each) == len(domain)


def test_a_task_is_handed_over_and_put_back_with_an_event_each_time(database, book, work, people, pending):
    found = book.show(people["ann"], PENDING, pending, NOW)
    assert [each.username for each in found.colleagues] == ["ben"] and found.may_take
    book.hand_over(people["ann"], PENDING, pending, "ben", "", NOW)
    assert mine(work, people["ben"]) == [pending]
    book.hand_over(people["sue"], PENDING, pending, "ann", "ben", NOW)
    book.hand_over(people["sue"], PENDING, pending, "", "ann", NOW)
    book.hand_over(people["sue"], PENDING, pending, "", "", NOW)  # nothing changes, and nothing is written
    assert mine(work, people["ann"]) == mine(work, people["ben"]) == [pending]
    with database.read() as tx:
        rows = [row for row in history.everything(tx) if row["event"] == EventKind.TASK_ASSIGNED]
    assert [(row["actor"], row["subject"]) for row in rows] == [
        (who, f"task/permit_pending/{pending}") for who in ("ann", "sue", "sue")
    ]


def test_only_colleagues_of_the_office_who_may_do_it_are_given_it(database, book, people, pending):
    for name in ("ida", "dora", "sue", "else", "nobody"):
        act = lambda name=name: book.hand_over(people["ann"], PENDING, pending, name, "", NOW)  # noqa: E731
        assert code(act) == "colleague_may_not", name
    for name in ("sue", "dora", "ida"):
        with pytest.raises((AccessError, NotFoundError)):
            book.take(people[name], PENDING, pending, "", NOW)
    assert code(lambda: book.take(people["else"], PENDING, pending, "", NOW)) == "thing_not_found"
    assert code(lambda: book.show(people["aud"], PENDING, pending, NOW)) == "role_not_allowed"


def test_who_only_sees_a_task_hands_it_to_nobody(book, work, people, pending):
    book.take(people["ann"], PENDING, pending, "", NOW)
    dora = people["dora"]
    assert [line.task.subject for line in work.everything(dora, WorkFilter(), NOW)] == [pending]
    for to in ("ben", ""):
        act = lambda to=to: book.hand_over(dora, PENDING, pending, to, "ann", NOW)  # noqa: E731
        assert code(act) == "role_not_allowed"
    assert mine(work, people["ann"]) == [pending]


def test_a_proposal_goes_to_no_decider_who_took_part(database, book, people):
    key = add_permit(database, 1, valid_from="2026-10-01")
    with database.write() as tx:
        uscc = tx.one("SELECT uscc FROM permits")["uscc"]
        about = {"uscc": uscc, "subject": f"permit/{key}", "act": "annul", "office": "baishiyi", "state": "open"}
        number = put(tx, "proposals", proposed_by="ida", witnesses="dirk", **about)
    found = book.show(people["sue"], TaskKind.PROPOSAL_TO_DECIDE, f"proposal/{number}", NOW)
    assert [each.username for each in found.colleagues] == ["dora"]


def test_of_two_who_take_at_once_the_second_is_told(book, work, people, pending):
    book.take(people["ann"], PENDING, pending, "", NOW)
    with pytest.raises(RuleError) as refused:
        book.take(people["ben"], PENDING, pending, "", NOW)
    assert refused.value.code == "task_taken_meanwhile" and refused.value.facts["assignee"] == "ann（示例）"
    assert mine(work, people["ann"]) == [pending]
    book.take(people["ben"], PENDING, pending, "ann", NOW)  # from a colleague, knowing that she has it
    assert mine(work, people["ben"]) == [pending]


@pytest.mark.parametrize("gone", ["closed", "moved", "absent"])
def test_a_task_of_somebody_who_is_gone_is_nobodys_again(database, book, work, people, pending, gone):
    book.take(people["ann"], PENDING, pending, "", NOW)
    if gone == "absent":
        with database.write() as tx:
            days = {"first_day": "2026-11-20", "last_day": "2026-11-25", "kind": "leave", "entered_by": "sue"}
            put(tx, "absences", person_id=people["ann"].person_id, entered_at=NOW.isoformat(), **days)
        assert [each.username for each in book.show(people["ben"], PENDING, pending, NOW).colleagues] == []
    else:
        change = {"closed": f"disabled_at = '{NOW.isoformat()}'", "moved": "office = 'jinfeng'"}[gone]
        tamper(database, f"UPDATE users SET {change} WHERE username = 'ann'")  # noqa: S608
    assert mine(work, people["ben"]) == [pending]
    assert not work.everything(people["sue"], WorkFilter(), NOW)[0].task.assignee


def test_who_had_a_review_does_not_have_the_next_one(database, book, work, people):
    key = add_permit(database, 1, valid_from="2024-12-01", valid_to="2034-11-30")
    book.take(people["ann"], REVIEW, f"permit/{key}", "", NOW)
    assert mine(work, people["ann"]) == [f"permit/{key}"]
    tamper(database, "UPDATE permits SET reviewed_on = '2024-12-05'")  # a review that is due some days later
    assert mine(work, people["ann"]) == [] and mine(work, people["ann"], Whose.FREE) == [f"permit/{key}"]


def test_what_is_by_its_nature_somebodys_is_handed_to_nobody(database, book, people):
    key = add_permit(database, 1, valid_from="2026-10-01")
    with database.write() as tx:
        uscc = tx.one("SELECT uscc FROM permits")["uscc"]
        about = {"uscc": uscc, "subject": f"permit/{key}", "act": "annul", "office": "baishiyi", "state": "open"}
        number = put(tx, "proposals", proposed_by="ann", witnesses="", **about)
    show = lambda: book.show(people["ann"], TaskKind.PROPOSAL_OF_MINE, f"proposal/{number}", NOW)  # noqa: E731
    assert code(show) == "thing_not_found"
