"""The auditor's list: history and traces of all offices together, newest first, filtered and page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role, Via, at_console
from licence_qr.errors import AccessError
from licence_qr.services.audit.readings import ShownData
from licence_qr.services.audit.trail import PAGE_LINES, TrailFilter, TrailLine
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.audit import trail
from licence_qr.store.register import traces

AUDITOR = Actor(9, "auditor", "审计示例", "jinfeng", frozenset({Role.AUDITOR}))
USCC = "91500107M000001A9R"
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
PASSWORD = "only-for-these-tests"


@pytest.fixture
def told(services: Services) -> Services:
    """Wang has two accounts, each of which read; a system user closed one of them on behalf of Li, who read elsewhere."""
    for username, name, office in (
        ("wang", "王示例", "baishiyi"),
        ("wang2", "王示例", "baishiyi"),
        ("li", "李示例", "jinfeng"),
    ):
        number = "1" if name == "王示例" else "2"
        services.accounts.create(
            username, name, office, frozenset({Role.CLERK}), PASSWORD, AT - timedelta(days=9), staff_no=number
        )
    for minute, (username, network) in enumerate([("wang", "192.0.2.1"), ("wang2", "192.0.2.2"), ("li", "192.0.2.1")]):
        actor = services.accounts.user(username)
        assert actor is not None
        seen = ShownData(f"business/{USCC}", ("name",), USCC)
        services.readings.seen(actor.coming(Via("s", "Firefox", network)), seen, AT + timedelta(minutes=minute))
    li = services.accounts.user("li")
    assert li is not None
    by = at_console("root").on_behalf_of(li, "调离")
    services.accounts.acting(by).disable("wang2", AT + timedelta(days=1))
    return services


def asked(services: Services, wanted: TrailFilter) -> list[TrailLine]:
    return list(services.trail.page(AUDITOR, wanted).lines)


def test_history_and_traces_stand_together_newest_first(told: Services) -> None:
    lines = asked(told, TrailFilter())
    assert [(line.kind, line.by) for line in lines[:4]] == [
        (EventKind.ACCOUNT_CLOSED, "console:root"),
        (EventKind.DATA_SEEN, "li"),
        (EventKind.DATA_SEEN, "wang2"),
        (EventKind.DATA_SEEN, "wang"),
    ]
    assert (lines[0].on_behalf_of, lines[0].reason, lines[0].subject_name) == ("li", "调离", "wang2")
    assert lines[1].by_name
    assert (lines[1].by_name.zh, lines[1].office, lines[1].details, lines[1].device) == (
        "李示例",
        "jinfeng",
        ("name",),
        "Firefox",
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TrailFilter(account="wang"), ["wang", "command-line"]),
        (TrailFilter(account="console:root"), ["console:root"]),
        (TrailFilter(person="1"), ["console:root", "wang2", "wang", "command-line", "command-line"]),
        (TrailFilter(person="王示例", kind=EventKind.DATA_SEEN), ["wang2", "wang"]),
        (TrailFilter(person="李示例"), ["console:root", "li", "command-line"]),
        (TrailFilter(person="无名"), []),
        (TrailFilter(person="李示例", account="wang"), []),
        (TrailFilter(uscc=USCC), ["li", "wang2", "wang"]),
        (TrailFilter(office="jinfeng"), ["li"]),
        (TrailFilter(network="192.0.2.1"), ["li", "wang"]),
        (TrailFilter(first=local_date(AT), last=local_date(AT)), ["li", "wang2", "wang"]),
        (TrailFilter(first=local_date(AT) + timedelta(days=1)), ["console:root"]),
        (TrailFilter(account="' OR 1=1 --"), []),
    ],
)
def test_each_filter(told: Services, wanted: TrailFilter, found: list[str]) -> None:
    assert [line.by for line in asked(told, wanted)] == found


def test_every_page_goes_on_where_the_one_before_ended(services: Services) -> None:
    """Events of one instant too, of either table, and while new ones arrive."""
    many = PAGE_LINES * 2 + 7
    with services.database.write() as tx:
        for number in range(many):
            kind = EventKind.DATA_SEEN if number % 2 else EventKind.PASSWORD_SET
            at = AT + timedelta(minutes=number // 5)
            events.write(tx, NewEvent(kind=kind, subject=f"account/{number}", at=at, by=AUDITOR))
    found, after = [], ""
    while True:
        page = services.trail.page(AUDITOR, TrailFilter(), after)
        found += [line.subject for line in page.lines]
        after = page.following
        with services.database.write() as tx:
            events.write(
                tx, NewEvent(kind=EventKind.PASSWORD_SET, subject="new", at=AT + timedelta(days=1), by=AUDITOR)
            )
        if not after:
            break
    assert len(found) == len(set(found)) == many
    exported = list(services.trail.export(AUDITOR, TrailFilter(last=local_date(AT)), "csv", AT))
    assert [line.subject for line in exported if line.kind is not EventKind.EXPORTED] == found


def test_an_export_leaves_a_trace_with_its_filters(told: Services) -> None:
    told.trail.export(AUDITOR, TrailFilter(account="wang", office="jinfeng"), "xlsx", AT)
    with told.database.read() as tx:
        *_, last = traces.everything(tx)
    assert (last["actor"], last["subject"], last["after"]) == (
        "auditor", "export/audit.xlsx", '{"filters":["account","office"]}',
    )  # fmt: skip


def test_a_day_of_a_person_has_all_their_accounts_and_begins_in_the_morning(told: Services) -> None:
    for account in ("wang", "wang2"):
        assert [line.by for line in told.trail.day(AUDITOR, account, local_date(AT))] == ["wang", "wang2"]
    assert told.trail.day(AUDITOR, "wang", local_date(AT) - timedelta(days=1)) == ()


def test_the_readers_of_a_business(told: Services) -> None:
    _, lines = told.trail.readers(AUDITOR, USCC)
    assert [(line.by, line.by_name and line.by_name.zh, line.times) for line in lines] == [
        ("li", "李示例", 1), ("wang2", "王示例", 1), ("wang", "王示例", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("table", range(len(trail.TABLES)))
@pytest.mark.parametrize("later", [None, trail.TrailPlace(AT.isoformat(), 0, 7)], ids=["first page", "later page"])
@pytest.mark.parametrize(
    ("query", "indexes"),
    [
        (trail.TrailQuery(), ["time"]),
        (trail.TrailQuery(kind=EventKind.FACTORS_RESET), ["event"]),
        (trail.TrailQuery(network="192.0.2.7"), ["network"]),
        (trail.TrailQuery(network="192.0.2.7", kind=EventKind.DATA_SEEN, office="bafu", before=AT), ["network"]),
        (trail.TrailQuery(accounts=(("wang", 3),)), ["actor", "behalf", "subject"]),
        (trail.TrailQuery(accounts=(("wang", 3), ("console:root", None))), ["actor", "behalf", "subject"]),
        (
            trail.TrailQuery(accounts=(("wang", 3),), kind=EventKind.DATA_SEEN, office="bafu"),
            ["actor", "behalf", "subject"],
        ),
        (trail.TrailQuery(uscc=USCC), ["uscc", "subject"]),
        (trail.TrailQuery(uscc=USCC, accounts=(("wang", 3),)), ["uscc", "subject"]),
    ],
)
def test_each_page_is_found_by_an_index_and_in_its_order(
    services: Services, query: trail.TrailQuery, indexes: list[str], later: trail.TrailPlace | None, table: int
) -> None:
    """A register has millions of events: none is read that is not shown or refused by a further filter."""
    plans = set()
    for way in trail.ways(query):
        asked, values = trail.statement(table, query, way, later, PAGE_LINES)
        with services.database.read() as tx:
            plans |= {row["detail"] for row in tx.all(f"EXPLAIN QUERY PLAN {asked}", values)}
    name = trail.TABLES[table]
    used = {index for index in indexes for plan in plans if f"USING INDEX {name}_by_{index} " in f"{plan} "}
    assert used == set(indexes), plans
    # The history of one business is short, and its index has the order of revisions.
    sorted_after = {plan for plan in plans if "TEMP B-TREE" in plan}
    assert not sorted_after or (name == "history" and "uscc" in indexes)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_nobody_but_an_auditor_reads_it(services: Services, role: Role) -> None:
    actor = Actor(1, "other", "", "baishiyi", frozenset({role}))
    for ask in (
        lambda: services.trail.page(actor, TrailFilter()),
        lambda: services.trail.day(actor, "wang", local_date(AT)),
        lambda: services.trail.readers(actor, USCC),
        lambda: services.trail.export(actor, TrailFilter(), "csv", AT),
    ):
        with pytest.raises(AccessError) as refused:
            ask()
        assert refused.value.code == "role_not_allowed"
