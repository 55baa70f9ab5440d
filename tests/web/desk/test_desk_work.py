"""The work list on the page, as a file and as a calendar: filters in the address, nothing by colour alone, no formula."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import vobject
from desk_pages import PASSWORD, Browser, browser, desk_app, desk_services, hidden, installation, signed_in
from flask import Flask

from licence_qr.bootstrap import Services
from licence_qr.domain.csv_text import guarded
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.register import traces
from licence_qr.web.app import create_app
from licence_qr.web.desk.work.calendar import as_calendar

__all__ = ["browser", "desk_app", "desk_services"]

NASTY = {
    "equals": '=HYPERLINK("http://attacker.example","点击")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1,1)",
    "wide": "＝1+1",
    "comma": '有,逗号"引号"的宾馆',
}
PHONE = "13900004321"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """An installation whose office has forty permits that end one after another, some with names that are formulas."""
    services = installation(tmp_path_factory.mktemp("work"))
    today = local_date(datetime.now(UTC))
    with services.database.write() as tx:
        for serial, name in enumerate([*NASTY.values(), *(f"示例{n}号宾馆" for n in range(34))]):
            uscc, end = f"915001{serial:012d}", today + timedelta(days=serial * 2 - 4)
            tx.run(
                "INSERT INTO entities (uscc, form, name, name_key, entity_type, principal, registered_capital,"
                " established_on, issued_on, domicile, business_scope, registration_authority, state, office,"
                " contact_phone) VALUES (?, 'company', ?, '', '', '不该出现的人', '', '2020-01-01', '2020-01-01', '住所',"
                " '', 'cq_gxq_market', 'active', 'baishiyi', ?)",
                (uscc, name, PHONE),
            )
            tx.run(
                "INSERT INTO premises (uscc, premises_no, address, address_key, region) VALUES (?, 1, ?, '', '')",
                (uscc, f"重庆市示例路{serial}号"),
            )
            tx.run(
                "INSERT INTO permits (uscc, premises_no, permit_type, permit_no, kinds, items, issuing_authority,"
                " handling_office, issued_on, valid_from, valid_to, mode, state, grade, reviewed_on) VALUES (?, 1,"
                " 'hygiene_permit', ?, 'hotel', '住宿', 'cq_gxq_health', 'baishiyi', ?, ?, ?, 'general', 'effective', '',"
                " ?)",
                (
                    uscc,
                    f"演示{serial}",
                    *[(end - timedelta(days=900)).isoformat()] * 2,
                    end.isoformat(),
                    today.isoformat(),
                ),
            )
    return services


@pytest.fixture(scope="module")
def work_app(made: Services, app: Flask) -> Flask:
    work_app = create_app(made)
    work_app.test_client_class = app.test_client_class
    return work_app


@pytest.fixture
def clerk(work_app: Flask, made: Services) -> Browser:
    return signed_in(work_app, made, "clerk")


def rows(page: str) -> list[str]:
    body = re.search(r"<tbody.*</tbody>", page, re.DOTALL)
    return re.findall(r"<tr.*?</tr>", body[0], re.DOTALL) if body else []


def test_the_most_urgent_comes_first_and_overdue_is_said_in_words(clerk: Browser) -> None:
    first, *_, last = rows(clerk.see("/desk/work"))
    assert "已到期 4 天" in first and "许可已到期" in first and 'class="overdue"' in first
    assert "已到期" not in last and "还有" in last


def test_filters_stand_in_the_address_and_are_kept_from_page_to_page(clerk: Browser) -> None:
    page = clerk.see("/desk/work?kind=permit_expiring&due=urgent")
    assert len(rows(page)) == 25 and "已逾期" not in "".join(rows(page))
    assert 'href="/desk/work?kind=permit_expiring&amp;due=overdue"' in page
    assert 'href="/desk/work/list.csv?kind=permit_expiring&amp;due=urgent"' in page
    long = clerk.see("/desk/work?kind=permit_expiring")
    assert len(rows(long)) == 25 and 'rel="next" href="/desk/work?kind=permit_expiring&amp;page=2"' in long
    second = clerk.see("/desk/work?kind=permit_expiring&page=2")
    assert len(rows(second)) == 15 and 'rel="prev"' in second and 'rel="next"' not in second


def test_every_count_is_the_number_of_lines_behind_its_link(clerk: Browser) -> None:
    links = re.findall(r'<li><a href="(/desk/work[^"]*)"[^>]*>[^<]*<b class="count">(\d+)</b>', clerk.see("/desk/work"))
    assert len(links) >= 5
    for address, count in links:
        shown = re.search(r"共 (\d+) 件", clerk.see(html.unescape(address)))
        assert (shown[1] if shown else "0") == count, address


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "due=%00", "page=x", "page=-1", "page=99999999", "office=bafu", "page=９"]
)
def test_an_address_that_makes_no_sense_opens_the_list(clerk: Browser, query: str) -> None:
    assert len(rows(clerk.see(f"/desk/work?{query}"))) in {25, 15}


def test_the_list_of_another_office_holds_nothing_of_ours(work_app: Flask, made: Services) -> None:
    page = signed_in(work_app, made, "elsewhere").see("/desk/work?office=baishiyi")
    assert rows(page) == [] and "没有待办的事项" in page


def test_the_page_shows_nobodys_name_or_telephone(clerk: Browser) -> None:
    for address in ("/desk/work", "/desk/work/list.csv", "/desk/"):
        shown = clerk.see(address)
        assert PHONE not in shown and "不该出现的人" not in shown


@pytest.mark.parametrize("who", ["clerk", "inspector", "decider", "supervisor"])
def test_the_day_of_every_role_starts_with_its_counts(work_app: Flask, made: Services, who: str) -> None:
    client = signed_in(work_app, made, who).client
    start = client.get("/desk/", follow_redirects=True).get_data(as_text=True)
    assert re.search(r'href="/desk/work\?[^"]*due=overdue', start) and "等我办" in start


def test_the_page_speaks_english_too(clerk: Browser) -> None:
    page = clerk.see("/desk/work?lang=en")
    assert "expired 4 days ago" in page and "working days" in page and "Permit expiring" in page


def test_the_page_of_handing_over_calls_a_permit_expired_or_expiring_as_the_list_does(clerk: Browser) -> None:
    named = {name: row for row in rows(clerk.see("/desk/work")) for name in ("许可已到期", "许可将到期") if name in row}
    for name, row in named.items():
        address = re.search(r"/work/(permit_expiring/[^/]+/[^/\"]+)/take", row)
        assert address
        assert name in clerk.see(f"/desk/work/{address[1]}/hand-over")
    assert len(named) == 2


def test_a_year_without_a_calendar_is_said(clerk: Browser, made: Services) -> None:
    last = date(max(made.catalogue.working_calendar.years), 12, 31)
    beyond = [r for r in rows(clerk.see("/desk/work?due=soon")) if re.search(r'datetime="([^"]+)"', r)[1] > str(last)]  # type: ignore[index]
    assert beyond
    assert all("工作日未知" in row for row in beyond)


# --- as a file -------------------------------------------------------------------------------------------------


def test_csv_is_read_by_spreadsheets_and_none_of_its_cells_is_a_formula(clerk: Browser) -> None:
    response = clerk.client.get("/desk/work/list.csv?kind=permit_expiring")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.search(r'attachment; filename="work-\d{4}-\d\d-\d\d\.csv"', response.headers["Content-Disposition"])
    assert response.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))
    assert len(table) == 41 and len({len(row) for row in table}) == 1
    assert not [cell for row in table for cell in row if cell.startswith(tuple("=+-@＝＋－＠\t\r"))]
    names = {row[1] for row in table}
    assert f"'{NASTY['equals']}" in names and NASTY["comma"] in names


def test_the_file_holds_what_the_filter_shows(clerk: Browser) -> None:
    table = clerk.see("/desk/work/list.csv?due=overdue").splitlines()
    assert len(table) == 1 + len(rows(clerk.see("/desk/work?due=overdue")))


def test_every_text_in_the_workbook_is_text(clerk: Browser) -> None:
    book = openpyxl.load_workbook(io.BytesIO(clerk.client.get("/desk/work/list.xlsx").data))
    lines = list(book.active.iter_rows(min_row=2))
    assert len(lines) == 40
    assert {cell.data_type for line in lines for cell in line[:4]} == {"s"}
    assert {line[1].value for line in lines} >= set(NASTY.values())
    assert all(line[4].is_date for line in lines)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "＝1", "＠a"])
def test_what_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_any_other_text_stays_as_it_is() -> None:
    for text in ("", "示例宾馆", "1=1", "a+b", "（重庆）", "'quoted"):
        assert guarded(text) == text


# --- as a calendar ---------------------------------------------------------------------------------------------


def address_of(person: Browser) -> str:
    """Make an address and read it from the page, as a person would."""
    person.press("/desk/work/calendar", "/desk/work/calendar")
    found = re.search(r'id="calendar-address" value="http://[^/"]+([^"]+)"', person.see("/desk/work/calendar"))
    assert found
    return html.unescape(found[1])


def test_another_parser_reads_the_calendar_back(clerk: Browser, browser: Browser, work_app: Flask) -> None:
    response = work_app.test_client().get(address_of(clerk))
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    lines = response.data.split(b"\r\n")
    assert b"\n" not in b"".join(lines) and max(map(len, lines)) <= 75
    calendar = vobject.readOne(response.get_data(as_text=True))
    events = calendar.vevent_list
    assert len(events) == 40 and len({event.uid.value for event in events}) == 40
    today = local_date(datetime.now(UTC))
    ends = [today + timedelta(days=2 * n - 4) for n in range(40)]
    in_time = [end - timedelta(days=30) for end in ends]
    due = [first if first >= today else end for first, end in zip(in_time, ends, strict=True)]
    assert sorted(event.dtstart.value for event in events) == sorted(due)
    assert events[0].summary.value.startswith("许可已到期 · ")
    assert {event.summary.value.rpartition(" · ")[2] for event in events} >= set(NASTY.values())
    assert events[0].location.value == "重庆市示例路0号"
    shown = response.get_data(as_text=True)
    assert PHONE not in shown and "不该出现的人" not in shown


def test_the_same_tasks_keep_their_uids_and_an_unchanged_list_is_not_sent_again(
    clerk: Browser, work_app: Flask
) -> None:
    visitor, address = work_app.test_client(), address_of(clerk)
    first = visitor.get(address)
    again = visitor.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert re.findall(r"UID:(\S+)", first.get_data(as_text=True)) == re.findall(
        r"UID:(\S+)", visitor.get(address).get_data(as_text=True)
    )


def test_the_calendar_is_the_same_bytes_all_day(made: Services, work_app: Flask) -> None:
    now = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    with work_app.test_request_context():
        lines = made.work_list.everything(Actor(1, "x", "x", "baishiyi", frozenset({Role.CLERK})), WorkFilter(), now)
        morning, evening, next_day = (
            as_calendar(lines, now + timedelta(hours=hours), "https://ym.example") for hours in (0, 9, 24)
        )
    assert morning == evening != next_day


def test_the_address_is_shown_once_and_kept_as_a_hash_alone(clerk: Browser, made: Services) -> None:
    address = address_of(clerk)
    token = re.search(r"/calendar/([^.]+)\.ics", address)
    assert token and len(token[1]) >= 43
    assert token[1] not in clerk.see("/desk/work/calendar")
    made.database.close()
    assert token[1].encode() not in Path(made.settings.register_path).read_bytes()


def test_a_renewed_or_closed_address_leads_nowhere(clerk: Browser, work_app: Flask) -> None:
    visitor = work_app.test_client()
    old = address_of(clerk)
    new = address_of(clerk)
    assert [visitor.get(each).status_code for each in (old, new)] == [404, 200]
    clerk.press("/desk/work/calendar", "/desk/work/calendar/revoke")
    assert visitor.get(new).status_code == 404
    assert "还没有地址" in clerk.see("/desk/work/calendar")


@pytest.mark.parametrize("act", ["end-others", "forget-devices"])
def test_ending_the_other_sessions_or_forgetting_devices_ends_the_address(
    work_app: Flask, made: Services, act: str
) -> None:
    owner = signed_in(work_app, made, "inspector")
    address = address_of(owner)
    assert work_app.test_client().get(address).status_code == 200
    owner.press("/sessions", f"/sessions/{act}")
    assert work_app.test_client().get(address).status_code == 404


def test_the_administrator_who_ends_all_sessions_ends_the_address(work_app: Flask, made: Services) -> None:
    address = address_of(signed_in(work_app, made, "inspector"))
    person = made.accounts.user("inspector")
    assert person
    made.staff_sessions.end_all_of(person.person_id, person, datetime.now(UTC))
    assert work_app.test_client().get(address).status_code == 404


@pytest.mark.parametrize("leave", ["sign out", "session ended"])
def test_a_new_address_and_messages_wait_for_nobody_else(clerk: Browser, made: Services, leave: str) -> None:
    clerk.press("/desk/work/calendar", "/desk/work/calendar/revoke")  # leaves a message
    clerk.client.post("/desk/work/calendar", data={"csrf_token": token_of(clerk)})
    if leave == "sign out":
        clerk.press("/sessions", "/sign-out")
    else:
        clerk.client.delete_cookie("session-token")
    clerk.sign_in("colleague")
    page = clerk.see("/desk/work/calendar")
    assert 'id="calendar-address"' not in page and "已停用" not in page
    # Nor for the same person in another session.
    clerk.client.post("/desk/work/calendar", data={"csrf_token": token_of(clerk)})
    clerk.client.delete_cookie("session-token")
    clerk.sign_in("colleague")
    assert 'id="calendar-address"' not in clerk.see("/desk/work/calendar")


def test_the_first_fetch_of_a_day_from_a_network_leaves_a_trace(
    clerk: Browser, work_app: Flask, made: Services
) -> None:
    address, visitor = address_of(clerk), work_app.test_client()
    before = len(fetched(made))
    for client in ("192.0.2.1", "192.0.2.1", "198.51.100.7"):
        assert visitor.get(address, environ_overrides={"REMOTE_ADDR": client}).status_code == 200
    assert [(row["actor"], row["network"]) for row in fetched(made)[before:]] == [
        ("clerk", "192.0.2.1"),
        ("clerk", "198.51.100.7"),
    ]
    with made.database.read() as tx:
        assert address.removeprefix("/calendar/").partition(".")[0] not in str(traces.everything(tx))
    token = address.removeprefix("/calendar/").partition(".")[0]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert made.calendar_feeds.reader(token, tomorrow, "192.0.2.1")
    assert len(fetched(made)) == before + 3


def fetched(made: Services) -> list[dict[str, Any]]:
    with made.database.read() as tx:
        return [row for row in traces.everything(tx) if row["subject"] == "export/calendar.ics"]


def token_of(person: Browser) -> str:
    return hidden(person.see("/sessions"), "csrf_token")


def test_an_account_that_was_closed_closes_its_calendar(work_app: Flask, made: Services) -> None:
    now = datetime.now(UTC)
    leaver = signed_in(work_app, made, "colleague")
    address = address_of(leaver)
    assert work_app.test_client().get(address).status_code == 200
    made.accounts.disable("colleague", now)
    assert work_app.test_client().get(address).status_code == 404


def test_a_new_password_closes_the_calendar(work_app: Flask, made: Services) -> None:
    owner = signed_in(work_app, made, "inspector")
    address = address_of(owner)
    assert work_app.test_client().get(address).status_code == 200
    made.accounts.set_password("inspector", PASSWORD, datetime.now(UTC), must_change=False)
    assert work_app.test_client().get(address).status_code == 404
    assert signed_in(work_app, made, "inspector").see("/desk/work/calendar?lang=zh").count("还没有地址") == 1


@pytest.mark.parametrize("token", ["x", "", "%00", "a" * 5000, "..%2f..", PASSWORD])
def test_a_guessed_address_is_not_found(work_app: Flask, token: str) -> None:
    assert work_app.test_client().get(f"/calendar/{token}.ics").status_code == 404
