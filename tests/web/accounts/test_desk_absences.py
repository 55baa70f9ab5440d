"""Absences at the desk: one's own, those of an office, the list and its files; and who is told on their pages."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from desk_pages import OFFICE, PASSWORD, Browser, browser, desk_app, desk_services, hidden, signed_in
from flask import Flask
from openpyxl import load_workbook

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.dates import day_in_words, local_date
from licence_qr.domain.roles import AT_THE_MACHINE, Role

__all__ = ["browser", "desk_app", "desk_services"]


def in_days(days: int) -> date:
    return local_date(datetime.now(UTC)) + timedelta(days=days)


def clerk(services: Services, username: str) -> int:
    """The key of a new clerk of the office, a person of their own."""
    services.accounts.create(username, f"{username}示例", OFFICE, frozenset({Role.CLERK}), PASSWORD, datetime.now(UTC))
    found = services.accounts.user(username)
    assert found is not None
    return found.person_id


def form(first: int, last: int, substitute: int | str, kind: str = "") -> dict[str, str]:
    return {
        "first_day": in_days(first).isoformat(),
        "last_day": in_days(last).isoformat(),
        "substitute": str(substitute),
        "kind": kind,
    }


def entered(who: Browser, address: str, fields: dict[str, str]) -> str:
    """The address of the absence that the form at ``address`` records."""
    answer = who.send(address, fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


@pytest.fixture
def supervisor(desk_app: Flask, desk_services: Services) -> Browser:
    return signed_in(desk_app, desk_services, "supervisor")


def test_one_records_the_own_absence_and_the_substitute_is_told(desk_app: Flask, desk_services: Services) -> None:
    clerk(desk_services, "own-a"), clerk(desk_services, "own-b")
    other = desk_services.accounts.user("own-b")
    assert other is not None
    absent, substitute = (signed_in(desk_app, desk_services, name) for name in ("own-a", "own-b"))
    assert "/desk/people/absences/own" in absent.see("/sessions")
    assert 'class="callout duty"' not in substitute.see("/desk/")
    page = entered(absent, "/desk/people/absences/own/new", form(0, 5, other.person_id, "leave"))
    shown, until = absent.see(page), day_in_words(in_days(5)).zh
    assert f"您登记为不在岗至{until}，由own-b示例代办。" in shown and "休假、请假" in shown
    told = re.sub(r"<[^>]+>", "", substitute.see("/desk/"))
    assert f"您今天代办：own-a示例 own-a（至{until}）。" in told
    assert "own-a示例" in substitute.see("/desk/people/absences/own")
    assert "Today you stand in for" in substitute.see("/desk/?lang=en")
    ended = absent.client.post(
        f"{page}/end", data={"csrf_token": hidden(shown, "csrf_token"), "was": hidden(shown, "was")}
    )
    assert ended.status_code == 303
    assert 'class="callout duty"' not in substitute.see("/desk/?lang=zh")


def test_namesakes_among_the_substitutes_are_told_apart(desk_app: Flask, desk_services: Services) -> None:
    clerk(desk_services, "asks-for-one")
    for username in ("same-a", "same-b"):
        roles = frozenset({Role.CLERK})
        desk_services.accounts.create(username, "同名示例", OFFICE, roles, PASSWORD, datetime.now(UTC))
    page = signed_in(desk_app, desk_services, "asks-for-one").see("/desk/people/absences/own/new")
    offered = re.findall(r"<option[^>]*>\s*(同名示例[^<]*?)\s*</option>", page)
    assert sorted(offered) == ["同名示例 same-a", "同名示例 same-b"]


def test_a_refusal_keeps_what_was_typed_and_stands_beside_the_field(desk_app: Flask, desk_services: Services) -> None:
    clerk(desk_services, "typing")
    typing = signed_in(desk_app, desk_services, "typing")
    address, nobody = "/desk/people/absences/own/new", form(3, 4, "nobody")
    for fields, where, words in (
        ({**nobody, "first_day": in_days(-1).isoformat()}, "first_day", "起始日期早于今天"),
        ({**nobody, "last_day": in_days(1).isoformat()}, "last_day", "截止日期早于起始日期"),
        ({**nobody, "last_day": "31 Foo"}, "last_day", ""),
        ({**nobody, "substitute": ""}, "substitute", ""),
        ({**nobody, "substitute": "4711"}, "substitute", ""),
    ):
        answer = typing.send(address, fields)
        page = answer.get_data(as_text=True)
        assert (answer.status_code, f'href="#{where}"' in page, words in page) == (422, True, True), where
        assert f'value="{fields["first_day"]}"' in page


def test_a_supervisor_records_corrects_and_ends_and_nobody_else_does(
    supervisor: Browser, desk_app: Flask, desk_services: Services
) -> None:
    absent, first, second = (clerk(desk_services, f"led-{n}") for n in "abc")
    address = f"/desk/people/{absent}/absences/new"
    assert address in supervisor.see(f"/desk/people/{absent}")
    page = entered(supervisor, address, form(2, 5, first))
    colleague = signed_in(desk_app, desk_services, "colleague")
    for closed in (page, f"{page}/change", address):
        colleague.see(closed, 403)
    seen = supervisor.see(f"{page}/change")
    assert f'value="{first}" selected' in seen
    changed = supervisor.send(f"{page}/change", {**form(2, 6, second), "was": hidden(seen, "was")}, seen)
    assert (changed.status_code, changed.location) == (303, page)
    stale = supervisor.send(f"{page}/change", {**form(2, 7, second), "was": hidden(seen, "was")})
    shown = stale.get_data(as_text=True)
    assert (stale.status_code, "别人改了这条登记" in shown) == (409, True)
    assert f'value="{in_days(7).isoformat()}"' in shown
    assert "led-c示例" in supervisor.see(page)
    now = supervisor.see(page)
    fields = {"csrf_token": hidden(now, "csrf_token"), "was": hidden(now, "was")}
    assert supervisor.client.post(f"{page}/end", data=fields).status_code == 303
    assert "未开始即收回" in supervisor.see(page)
    again = supervisor.client.post(f"{page}/end", data=fields)
    assert again.status_code == 409


def test_the_list_has_filters_pages_and_files(supervisor: Browser, desk_app: Flask, desk_services: Services) -> None:
    absent, substitute = clerk(desk_services, "listed-a"), clerk(desk_services, "listed-b")
    entered(supervisor, f"/desk/people/{absent}/absences/new", form(20, 21, substitute, "training"))
    found = supervisor.see("/desk/people/absences?q=listed-a")
    assert "共 1 条" in found and "listed-b示例" in found
    assert "没有符合条件的登记" in supervisor.see("/desk/people/absences?q=listed-a&state=running")
    assert "共 1 条" in supervisor.see("/desk/people/absences?q=listed-b&state=coming&office=nowhere&page=9")
    file = supervisor.client.get("/desk/people/absences/list.csv?q=listed-a")
    head, row = csv.reader(io.StringIO(file.get_data().decode("utf-8-sig")))
    assert dict(zip(head, row, strict=True))["代办人"] == "listed-b示例"
    assert row[3:6] == [in_days(20).isoformat(), in_days(21).isoformat(), "学习、培训"]
    book = load_workbook(io.BytesIO(supervisor.client.get("/desk/people/absences/list.xlsx?q=listed-a").get_data()))
    assert [cell.value for cell in next(book.worksheets[0].iter_rows(min_row=1, max_row=1))] == head
    assert supervisor.client.get("/desk/people/absences/list.pdf").status_code == 404
    elsewhere = signed_in(desk_app, desk_services, "supervisor-elsewhere")
    assert "没有符合条件的登记" in elsewhere.see("/desk/people/absences?q=listed-a&office=baishiyi")


def test_the_substitute_finds_the_proposal_among_the_tasks_and_retracts_it_with_both_names(
    desk_app: Flask, desk_services: Services
) -> None:
    absent, substitute = clerk(desk_services, "waits-a"), clerk(desk_services, "waits-b")
    first, second = (signed_in(desk_app, desk_services, f"waits-{letter}") for letter in "ab")
    application = first.start()
    first.fill(application, name="重庆示例代办客栈有限公司")
    found = re.search(r"9150\w{14}", first.see(first.issue(application).location))
    assert found
    business = f"/desk/businesses/{found[0]}"
    permit = re.search(r"/permit/(\d+)/", first.see(business))
    assert permit
    grounds = {"reason": "示例", "legal_basis": "示例", "document_no": "", "effective_on": "", "suspension": "closed"}
    proposal = first.send(f"/desk/proposals/new/{found[0]}/permit/{permit[1]}/suspend", grounds).location
    days = AbsenceDetails(in_days(0), in_days(3), substitute)
    desk_services.absences.book.enter(absent, days, AT_THE_MACHINE, datetime.now(UTC))
    assert "您代waits-a示例办理：可以收回，不能决定" in second.see(proposal)
    tasks = second.see("/desk/work?kind=proposal_of_mine")
    assert "由您代办：waits-a示例" in re.sub(r"<[^>]+>", "", tasks)
    assert "由您代办" in second.see("/desk/proposals") and "由您代办" not in first.see("/desk/proposals")
    assert "重庆示例代办客栈" not in first.see("/desk/work?kind=proposal_of_mine")
    file = second.client.get("/desk/work/list.csv?kind=proposal_of_mine").get_data().decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(file)))["被代办人"] == "waits-a示例"
    assert second.send(f"{proposal}/withdraw", {"withdrawal": "重复"}, second.see(proposal)).status_code == 303
    both = "waits-b示例（被代办人：waits-a示例）"
    assert both in re.sub(r"<[^>]+>", "", second.see(proposal))
    assert both in re.sub(r"<[^>]+>", "", second.see("/desk/proposals?state=closed"))
    history = re.sub(r"<[^>]+>", "", second.see(f"{business}/history"))
    assert "waits-b示例，被代办人：waits-a示例" in history


def test_the_form_of_a_draw_leaves_out_who_is_absent(desk_app: Flask, desk_services: Services) -> None:
    now = datetime.now(UTC)
    desk_services.accounts.create("drawn-away", "抽签示例", OFFICE, frozenset({Role.INSPECTOR}), PASSWORD, now)
    inspector = desk_services.accounts.user("drawn-away")
    assert inspector is not None
    days = AbsenceDetails(in_days(0), in_days(1))
    desk_services.absences.book.enter(inspector.person_id, days, AT_THE_MACHINE, now)
    decider = signed_in(desk_app, desk_services, "decider")
    page = decider.see("/desk/draws/new")
    assert re.search(rf'name="away"[^>]* value="{inspector.user_id}" checked', page)
    assert f"抽签示例（不在岗至{day_in_words(in_days(1)).zh}）" in page
