"""Every page that shows people leaves a trace, and nothing of it goes to the log; and the pages where auditors read it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_pages import OFFICE, PASSWORD, Browser, desk_app, desk_services, hidden, signed_in
from flask import Flask
from openpyxl import load_workbook
from test_desk_roles import closed, things
from who_may_open import PERSON_OF

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.businesses.history_words import EVENTS
from licence_qr.domain.dates import local_date
from licence_qr.domain.inspecting.follow_up import FollowUpOutcome, FollowUpReport
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role, Via
from licence_qr.services.audit import readings
from licence_qr.services.audit.readings import ShownData
from licence_qr.store.register import history, traces

__all__ = ["desk_app", "desk_services", "things"]

ONES_OWN = ("sign_in", "second_factor", "password", "staff_number")  # pages about nobody but whoever has signed in
ONES_ABSENCE = {f"desk.people_absences.{name}_absence" for name in ("enter_own", "change", "end")}
# Whoever gets a role that decides gets it by two people, of whom the second may be an auditor.
AS_SECOND_PERSON = {"desk.people_roles.confirm", "desk.people_roles.decline"}
# Closed pages on which nobody's personal data stands. A new page is missing here until somebody has said which it is.
NOTHING_PERSONAL = {
    "desk.businesses.show_png",  # pictures of a page that has left its trace
    "desk.businesses.show_svg",
    "desk.ratings.show_statistics",  # figures, for whoever may not handle the cases below them
    "desk.ratings.show_slip",  # names the office and no one else
    "desk.ratings.show_slip_code",
    "desk.inspection_draws.list_draws",  # what is published
    "desk.inspection_draws.plan_draw",
    "desk.trade.show_application",  # leads on
    "desk.drafts.show_phrases",  # the catalogue
    "desk.work.show_calendar",
    "desk.offices.list_offices",  # the catalogue
    "desk.offices.list_delegations",
    "desk.people.new_person",
    "inspect.show_pack",  # the page that takes the pack, which is an export
    "inspect_visit.hand_out_key",
    "inspections_sync.show_session",  # one's own
}


# Refused forms of nobody but whoever has signed in, or of what is not a person.
NOBODYS_FORM = {
    "desk.people.add_person",
    "desk.inspection_draws.announce_draw",
}


@pytest.fixture(scope="module")
def more(desk_services: Services, things: dict[str, str]) -> dict[str, str]:
    """The same with a check that waits for the officer it names, and an absence."""
    now, services = datetime.now(UTC), desk_services
    services.accounts.create("names-me", "names-me（示例）", OFFICE, frozenset({Role.INSPECTOR}), PASSWORD, now)
    people = {name: services.accounts.user(name) for name in ("inspector", "names-me", "colleague")}
    today = local_date(now)
    report = FollowUpReport(today, FollowUpOutcome.MET, ("names-me",), "符合")
    named = services.named_checks.hand_in(people["inspector"], int(things["permit_id"]), report, now)
    absence = services.absences.book.enter(
        people["colleague"].person_id, AbsenceDetails(today, today), AT_THE_MACHINE, now
    )
    return things | {"named_id": str(named), "absence_id": str(absence)}


def main_of(page: str) -> str:
    """What is between header and footer."""
    return page.partition("<main")[2].partition("</main>")[0]


def count(services: Services, event: str = "%") -> int:
    """How many traces there are."""
    with services.database.read() as tx:
        row = tx.one("SELECT count(*) AS n FROM traces WHERE event LIKE ?", (event,))
    assert row
    return int(row["n"])


def told(services: Services) -> list[dict[str, Any]]:
    with services.database.read() as tx:
        return [row | {"says": json.loads(row["after"] or "null")} for row in traces.everything(tx)]


@pytest.mark.parametrize("role", [role for role in Role if role in PERSON_OF])
def test_every_page_that_shows_people_leaves_a_trace(
    desk_app: Flask, desk_services: Services, more: dict[str, str], role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "SAME_READING", timedelta())  # each page for itself
    person = signed_in(desk_app, desk_services, PERSON_OF[role])
    silent = set()
    for endpoint, method, address in closed(desk_app, more):
        before = count(desk_services)
        if method == "GET" and person.client.get(address).status_code == 200 and count(desk_services) == before:
            silent.add(endpoint)
    about_others = {endpoint for endpoint in silent if endpoint.partition(".")[0] not in ONES_OWN}
    assert about_others - NOTHING_PERSONAL <= {"desk.businesses.search_businesses"}  # which nothing was asked yet


# What a form sent empty does at once, or what leads on, and so shows no form again.
DONE_AT_ONCE = {"sign_in.sign_out", "desk.work.renew_calendar", "desk.work.revoke_calendar"}


@pytest.mark.parametrize("role", [role for role in Role if role in PERSON_OF])
def test_every_refused_form_that_shows_people_leaves_a_trace(
    desk_app: Flask, desk_services: Services, more: dict[str, str], role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "SAME_READING", timedelta())
    person = signed_in(desk_app, desk_services, PERSON_OF[role])
    token = hidden(person.see("/sessions"), "csrf_token")
    silent, refused = set(), set()
    for endpoint, method, address in closed(desk_app, more):
        if method != "POST" or endpoint in DONE_AT_ONCE or endpoint.partition(".")[0] in ONES_OWN:
            continue
        before = count(desk_services, "data_seen")
        answer = person.client.post(address, data={"csrf_token": token, "was": "something else"})
        if answer.status_code in {400, 409, 422} and "<form" in main_of(answer.get_data(as_text=True)):
            refused.add(endpoint)
            if count(desk_services, "data_seen") == before:
                silent.add(endpoint)
    assert silent <= NOBODYS_FORM
    if role is Role.ADMIN:
        assert {"desk.people.change_person", "desk.people_acts.open_account"} <= refused


def test_a_list_that_is_asked_something_else_is_another_reading(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    administrator = signed_in(desk_app, desk_services, "administrator")
    auditor = signed_in(desk_app, desk_services, "auditor")
    before = len(told(desk_services))
    for _ in range(2):  # the same again is one trace
        administrator.see("/desk/people?q=clerk")
        administrator.see("/desk/people?q=decider&lang=en")
        administrator.see("/desk/people?q=decider&page=2")
        administrator.see("/desk/people/sessions?q=clerk")
        administrator.see("/desk/people/absences?q=clerk")
        auditor.see("/desk/work?kind=review")
        auditor.see("/desk/work?kind=expiry")
        auditor.see("/desk/audit?person=clerk")
        auditor.see("/desk/audit?account=decider")
    new = told(desk_services)[before:]
    assert sum(row["event"] == "data_seen" for row in new) == 9
    marks = [row["says"]["mark"] for row in new if row["event"] == "searched"]
    # One and the same mark for one text in one session, wherever it was typed.
    assert sorted(marks) == sorted(desk_services.readings.mark(each) for each in ("clerk", "decider") * 2)
    assert "clerk" not in json.dumps([row["says"] for row in new])


def test_the_trace_of_a_page_names_person_account_session_and_business(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    clerk = signed_in(desk_app, desk_services, "clerk")
    with desk_services.database.read() as tx:
        revision = history.revision(tx, things["uscc"])
    clerk.see(f"/desk/businesses/{things['uscc']}")
    clerk.see(f"/desk/businesses/{things['uscc']}?lang=en")  # the same page again
    clerk.see(f"/desk/businesses/{things['uscc']}/history")
    signed, *seen = told(desk_services)[-4:]
    assert signed["event"] == "signed_in"
    assert [(row["subject"], row["says"]["fields"]) for row in seen] == [
        (f"business/{things['uscc']}", ["name", "principal", "domicile", "address"]),
        (f"business/{things['uscc']}", ["parties"]),
        (f"history/{things['uscc']}", ["name", "principal", "domicile", "address", "by", "reason"]),
    ]
    for row in seen:
        assert (row["actor"], row["uscc"], row["session"]) == ("clerk", things["uscc"], signed["session"])
        assert row["person_id"] and row["network"]
    with desk_services.database.read() as tx:
        assert history.revision(tx, things["uscc"]) == revision


def test_whoever_may_not_read_a_contact_is_not_said_to_have_seen_it(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    signed_in(desk_app, desk_services, "supervisor").see(f"/desk/reports/{things['report_id']}")
    assert "contact" not in told(desk_services)[-1]["says"]["fields"]


def test_a_search_leaves_its_kind_and_no_number(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    signed_in(desk_app, desk_services, "clerk").see("/desk/businesses?q=138-0000-1234")
    last = told(desk_services)[-1]
    assert (last["event"], last["subject"]) == ("searched", "search/telephone")
    assert last["says"] == {"mark": desk_services.readings.mark("13800001234"), "found": 0}


def test_nothing_of_it_is_in_the_log(
    desk_app: Flask, desk_services: Services, things: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    clerk: Browser = signed_in(desk_app, desk_services, "clerk")
    capsys.readouterr()
    clerk.see("/desk/businesses?q=13800001234")
    clerk.see(f"/desk/businesses/{things['uscc']}/history")
    logged = "".join(capsys.readouterr())
    assert "13800001234" not in logged and things["uscc"] not in logged and "clerk" not in logged
    assert desk_services.readings.mark("13800001234") not in logged


# --- the auditor's pages

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def auditor(desk_app: Flask, desk_services: Services, things: dict[str, str]) -> Browser:
    return signed_in(desk_app, desk_services, "auditor")


def test_every_kind_of_event_has_words_in_both_languages() -> None:
    assert set(EVENTS) >= set(EventKind)
    assert all(words.zh and words.en for words in EVENTS.values())


def test_the_list_says_who_did_what_to_whom_in_both_languages(auditor: Browser, things: dict[str, str]) -> None:
    chinese = auditor.see(f"/desk/audit?uscc={things['uscc']}&lang=zh")
    assert "颁发执照" in chinese or "核发" in chinese or EVENTS[EventKind.LICENCE_GRANTED].zh in chinese
    english = auditor.see(f"/desk/audit?uscc={things['uscc']}&kind=licence_granted&lang=en")
    assert EVENTS[EventKind.LICENCE_GRANTED].en in english and "clerk" in english


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-13-01&to=x", "from=0001-01-01", "to=9999-12-31"])
def test_a_day_that_cannot_be_read_is_told_at_its_field(auditor: Browser, query: str) -> None:
    assert "govuk-error-summary" in auditor.see(f"/desk/audit?{query}")


@pytest.mark.parametrize(
    "query",
    [
        "kind=none",
        "office=none",
        "after=x",
        "after=~1~99999999999999999999",
        "after=a~0~1",
        "account=%00",
        "network=%FF",
    ],
)
def test_anything_else_in_the_address_is_no_fault(auditor: Browser, query: str) -> None:
    auditor.see(f"/desk/audit?{query}")


def test_the_files_have_all_of_it_and_no_formula(auditor: Browser, desk_services: Services) -> None:
    actor = Actor(1, "clerk", "", "baishiyi", frozenset({Role.CLERK}), via=Via("s", FORMULA, "192.0.2.77"))
    desk_services.readings.seen(actor, ShownData("business/x", ("name",)), datetime.now(UTC))
    answer = auditor.client.get("/desk/audit/list.csv?network=192.0.2.77&lang=zh")
    head, row = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    assert (row[head.index("设备")], row[head.index("账号")]) == (f"'{FORMULA}", "clerk")
    answer = auditor.client.get("/desk/audit/list.xlsx?network=192.0.2.77&lang=zh")
    sheet = load_workbook(io.BytesIO(answer.get_data())).active
    assert sheet is not None
    cell = sheet.cell(2, head.index("设备") + 1)
    assert (cell.value, cell.data_type) == (FORMULA, "s")


def test_a_day_and_the_readers(
    auditor: Browser, desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    signed_in(desk_app, desk_services, "clerk").see(f"/desk/businesses/{things['uscc']}")
    assert "查看个人信息" in auditor.see("/desk/audit/days/clerk?lang=zh")
    assert "clerk（示例）" in auditor.see(f"/desk/audit/readers/{things['uscc']}?lang=zh")
    auditor.see("/desk/audit/days/nobody?day=0001-01-01")
    auditor.see("/desk/audit/readers/none")


def test_an_auditor_changes_nothing(auditor: Browser, desk_app: Flask, things: dict[str, str]) -> None:
    """Every closed route that is sent to refuses the role, but for what one does to one's own sessions, password and
    absences, and the answer of a second person."""
    sent = [(endpoint, address, method) for endpoint, method, address in closed(desk_app, things) if method != "GET"]
    assert len(sent) > 20
    for endpoint, address, method in sent:
        if endpoint.partition(".")[0] not in ONES_OWN and endpoint not in ONES_ABSENCE | AS_SECOND_PERSON:
            assert auditor.client.open(address, method=method).status_code == 403, endpoint
