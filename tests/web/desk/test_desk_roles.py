"""Who lands where: every role before every closed page, and a navigation that leads to no refusal."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_pages import OFFICE, PASSWORD, Browser, browser, desk_app, desk_services, signed_in
from flask import Flask
from import_register import export
from PIL import Image

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.services.feedback.ratings import SentRating
from licence_qr.services.feedback.reports import SentReport
from licence_qr.web.shell.security import PUBLIC

__all__ = ["browser", "desk_app", "desk_services"]

DATA = Path(__file__).parents[2] / "data"
PERSON_OF = {
    Role.CLERK: "clerk",
    Role.INSPECTOR: "inspector",
    Role.DECIDER: "decider",
    Role.SUPERVISOR: "supervisor",
    Role.AUDITOR: "auditor",  # of another office than everything on the pages
    Role.CATALOGUE: "catalogue",
    Role.ADMIN: "administrator",
}
EVERYONE = frozenset(Role)
OVERSEERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
CLERKS = frozenset({Role.CLERK})
INSPECTORS = frozenset({Role.INSPECTOR})
OFFICERS = frozenset({Role.CLERK, Role.INSPECTOR})
HANDLERS = frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER})
ADMINISTRATORS = frozenset({Role.ADMIN})
READERS = HANDLERS | OVERSEERS
FOLLOWERS = frozenset({Role.INSPECTOR, Role.DECIDER}) | OVERSEERS
MENDERS = frozenset({Role.CLERK, Role.DECIDER})
# Every closed page of the application. A new one is refused here until somebody has said who may open it.
MAY_OPEN = {
    "desk.show_start": EVERYONE,
    "desk.trade.start_application": CLERKS,
    "desk.trade.show_application": CLERKS,
    "desk.trade.show_trade": CLERKS,
    "desk.trade.save_trade": CLERKS,
    "desk.details.show_details": CLERKS,
    "desk.details.save_details": CLERKS,
    "desk.commitment.show_commitment": CLERKS,
    "desk.commitment.save_commitment": CLERKS,
    "desk.issue.show_review": CLERKS,
    "desk.issue.issue_both": CLERKS,
    "desk.issue.show_result": CLERKS,
    "desk.businesses.search_businesses": READERS,
    "desk.businesses.show_business": READERS,
    "desk.businesses_history.show_history": READERS,
    "desk.businesses_life.show_licence_act": CLERKS,
    "desk.businesses_life.do_licence_act": CLERKS,
    "desk.businesses_life.show_permit_act": OFFICERS,
    "desk.businesses_life.do_permit_act": OFFICERS,
    "desk.businesses_life.show_done": READERS,
    "desk.businesses_life.add_permit": CLERKS,
    "desk.businesses.print_card": READERS,
    "desk.businesses.download_card": READERS,
    "desk.businesses.show_png": READERS,
    "desk.businesses.show_svg": READERS,
    "desk.proposals.list_proposals": READERS,
    "desk.proposals.show_proposal": READERS,
    "desk.proposals.propose": OFFICERS,
    "desk.proposals.send_proposal": OFFICERS,
    "desk.proposals.withdraw": OFFICERS,
    "desk.proposals.decide": frozenset({Role.DECIDER}),
    "desk.follow_ups.list_follow_ups": FOLLOWERS,
    "desk.follow_ups.show_follow_up": FOLLOWERS,
    "desk.follow_ups.record_follow_up": frozenset({Role.INSPECTOR}),
    "desk.inspections.list_inspections": READERS,
    "desk.inspections.show_inspection": READERS,
    "desk.inspections.show_order": READERS,
    "desk.inspections.handle_inspection": CLERKS,
    "desk.inspections.show_photo": READERS,
    "desk.inspections.download_record": READERS,
    "desk.follow_ups_named.show_named": READERS,
    "desk.follow_ups_named.answer_named": INSPECTORS,
    "desk.follow_ups_named.handle_named": CLERKS,
    "desk.inspection_officers.list_named": INSPECTORS,
    "desk.inspection_officers.answer": INSPECTORS,
    "desk.inspection_officers.show_beside": INSPECTORS,
    "desk.inspection_officers.answer_beside": INSPECTORS,
    "desk.inspection_draws.list_draws": READERS,
    "desk.inspection_draws.plan_draw": MENDERS,
    "desk.inspection_draws.announce_draw": MENDERS,
    "desk.inspection_draws.show_draw": READERS,
    "desk.inspection_draws.show_drawn": READERS,
    "desk.inspection_draws.settle_draw": MENDERS,
    "desk.inspection_draws.call_off_draw": MENDERS,
    "desk.work.list_work": READERS,
    "desk.work.export_work": READERS,
    "desk.work.show_calendar": READERS - {Role.AUDITOR},
    "desk.work.renew_calendar": READERS - {Role.AUDITOR},
    "desk.work.revoke_calendar": READERS - {Role.AUDITOR},
    "desk.waiting.list_waiting_rows": CLERKS | OVERSEERS,
    "desk.waiting.show_waiting_row": CLERKS | OVERSEERS,
    "desk.waiting.decide_waiting_row": CLERKS | {Role.SUPERVISOR},
    "desk.reports.list_reports": READERS,
    "desk.reports.show_report": READERS,
    "desk.reports.act_on_report": HANDLERS | {Role.SUPERVISOR},
    "desk.reports.show_photo": HANDLERS,
    "desk.reports.show_alike": READERS,
    "desk.reports.dismiss_alike": HANDLERS,
    "desk.ratings.show_statistics": READERS - {Role.INSPECTOR},
    "desk.ratings.show_rating": MENDERS,
    "desk.ratings.act_on_rating": MENDERS,
    "desk.ratings.show_slip": CLERKS,
    "desk.ratings.show_slip_code": CLERKS,
    **dict.fromkeys(
        ("desk.people.list_people", "desk.people.export_people", "desk.people.show_person"), OVERSEERS | ADMINISTRATORS
    ),
    **dict.fromkeys(
        (f"desk.people.{name}" for name in ("new_person", "add_person", "edit_person", "change_person")), ADMINISTRATORS
    ),
    **dict.fromkeys(
        (
            f"desk.people_acts.{name}"
            for name in ("new_account", "open_account", "show_act", "do_act", "find_other", "show_merge", "merge")
        ),
        ADMINISTRATORS,
    ),
    "desk.offices.list_offices": OVERSEERS | ADMINISTRATORS | {Role.CATALOGUE},
    "inspect.show_pack": INSPECTORS,
    "inspect.take_pack": INSPECTORS,
    "inspect_visit.hand_out_key": INSPECTORS,
    "inspections_sync.show_session": INSPECTORS,
    "inspections_sync.receive_inspection": INSPECTORS,
    "inspections_sync.show_receipt": INSPECTORS,
    "inspections_sync.receive_photo": INSPECTORS,
    **dict.fromkeys(
        (f"desk.audit.{name}" for name in ("list_audit", "export_audit", "show_day", "show_readers")),
        frozenset({Role.AUDITOR}),
    ),
    "sign_in.sign_out": EVERYONE,
    "sign_in.end_other_sessions": EVERYONE,
    "sign_in.forget_devices": EVERYONE,
    "password.change_password": EVERYONE,
    "second_factor.show_own": EVERYONE,
    "second_factor.add_app": EVERYONE,
    "second_factor.confirm_app": EVERYONE,
    "second_factor.begin_passkey": EVERYONE,
    "second_factor.add_passkey": EVERYONE,
    "second_factor.renew_codes": EVERYONE,
    "second_factor.remove": EVERYONE,
    "second_factor.prove": EVERYONE,
    "second_factor.options": EVERYONE,
    "sign_in.show_sessions": EVERYONE,
    "sign_in.revoke_session": EVERYONE,
}
# Of these there is none in the register of this test: whoever may look is told so.
NOT_THERE = {
    "desk.issue.show_result",  # the open application has no result yet
    "desk.inspections.show_inspection",
    "desk.inspections.show_order",
    "desk.inspections.show_photo",
    "desk.inspections.download_record",
    "desk.inspection_draws.show_draw",
    "desk.inspection_draws.show_drawn",
    "inspections_sync.show_receipt",
    "second_factor.remove",
    "desk.inspection_officers.show_beside",
    "desk.follow_ups_named.show_named",
}
LANDS_ON = {
    **dict.fromkeys(Role, "/desk/work"),
    Role.CLERK: "/desk/",
    Role.CATALOGUE: "/desk/offices",
    Role.ADMIN: "/desk/people",
}
FOUR_EYES = ("/desk/proposals", "/desk/follow-ups")
ANSWERING = ("/desk/reports", "/desk/ratings")
ROOMS = {
    Role.CLERK: [
        "/desk/",
        "/desk/work",
        "/desk/businesses",
        "/desk/proposals",
        "/desk/inspections",
        "/desk/waiting-rows",
        *ANSWERING,
        "/sessions",
    ],
    Role.INSPECTOR: [
        "/desk/work",
        "/desk/businesses",
        *FOUR_EYES,
        "/desk/inspections",
        "/desk/reports",
        "/inspect/",
        "/sessions",
    ],
    Role.DECIDER: ["/desk/work", "/desk/businesses", *FOUR_EYES, "/desk/inspections", *ANSWERING, "/sessions"],
    **dict.fromkeys(
        OVERSEERS,
        [
            "/desk/work",
            "/desk/businesses",
            *FOUR_EYES,
            "/desk/inspections",
            "/desk/waiting-rows",
            *ANSWERING,
            "/desk/people",
            "/desk/offices",
            "/sessions",
        ],
    ),
    Role.CATALOGUE: ["/desk/offices", "/sessions"],
    Role.ADMIN: ["/desk/people", "/desk/offices", "/sessions"],
}
ROOMS[Role.AUDITOR] = [*ROOMS[Role.SUPERVISOR][:-1], "/desk/audit", "/sessions"]


def answered_back(services: Services, result: str) -> dict[str, str]:
    """A report with a photo and a bad rating, about the case of this result page."""
    now, picture = datetime.now(UTC), io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    number = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", result)
    case = re.search(r"[A-Z]+-\d{4}-\d{6}", result)
    assert number and case
    sent = SentReport("form", "other", "示例", "", picture.getvalue(), number=number[0])
    services.reports.send(sent, "192.0.2.1", now)
    clerk = Actor(1, "clerk", "", OFFICE, frozenset({Role.CLERK}))
    code = services.ratings.invitation(clerk, case[0]).code.number
    services.ratings.rate(code, SentRating("form", "1", (), "示例", ""), "192.0.2.1", now)
    report, rating = services.reports_desk.list(clerk, now)[0].report, services.ratings_desk.list(clerk, now)[0].rating
    return {
        "report_id": str(report.report_id),
        "rating_id": str(rating.rating_id),
        "application_no": case[0],
    }


def person(services: Services, username: str) -> dict[str, str]:
    """The person of an account, with the entry of somebody else."""
    account, other = services.accounts.user(username), services.accounts.user("colleague")
    assert account and other
    keys = {"person_id": account.person_id, "user_id": account.user_id, "other_id": other.person_id}
    return {name: str(key) for name, key in keys.items()}


def proposed(clerk: Browser, form: str) -> str:
    """The number of a proposal made on that form."""
    grounds = {"reason": "示例", "legal_basis": "《行政处罚法》第9条", "document_no": "", "effective_on": ""}
    grounds["suspension"] = "closed"
    return clerk.send(form, grounds).location.rpartition("/")[2]


@pytest.fixture(scope="module")
def things(desk_app: Flask, desk_services: Services) -> dict[str, str]:
    """What the addresses of the pages name: an application, a business and a row that waits, all of them real."""
    clerk = signed_in(desk_app, desk_services, "clerk")
    application = clerk.start()
    clerk.fill(application, name="重庆示例各看各的客栈有限公司")
    result = clerk.see(clerk.issue(application).location)
    found = re.search(r"9150\w{14}", result)
    assert found
    market, health = DATA / "market_licences.csv", DATA / "health_permits.xlsx"
    desk_services.importing.import_departments(
        export(market.name, market.read_bytes()),
        export(health.name, health.read_bytes()),
        AT_THE_MACHINE,
        datetime.now(UTC),
    )
    permit = re.search(r"/permit/(\d+)/", clerk.see(f"/desk/businesses/{found[0]}"))
    assert permit
    question = re.search(r"/desk/waiting-rows/(\d+)", clerk.see("/desk/waiting-rows"))
    assert question
    return {
        "draft_id": clerk.start().rpartition("/")[2],
        "uscc": found[0],
        "named_id": "1",
        "permit_id": permit[1],
        "act": "annul",  # which is proposed, to a licence as to a permit
        "revision": "1",
        "question_id": question[1],
        "subject": f"permit/{permit[1]}",
        "number": proposed(clerk, f"/desk/proposals/new/{found[0]}/permit/{permit[1]}/suspend"),
        "session_id": "1",
        **dict.fromkeys(("key", "position", "order_id", "drawn_id"), "999999"),
        **dict.fromkeys(("inspection_id", "digest", "sha256"), "none"),
        **answered_back(desk_services, result),
        **person(desk_services, "clerk"),
        "change": "roles",
        "size": "a5",
        "kind_of_file": "csv",
        "account": "clerk",
    }


def closed(app: Flask, things: dict[str, str]) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of every closed page."""
    adapter = app.url_map.bind("localhost")
    return [
        (
            rule.endpoint,
            method,
            adapter.build(rule.endpoint, {name: things[name] for name in rule.arguments}),
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_of_every_closed_page_it_is_said_who_may_open_it(desk_app: Flask, things: dict[str, str]) -> None:
    assert {endpoint for endpoint, _, _ in closed(desk_app, things)} == MAY_OPEN.keys()


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_own_pages_and_is_refused_at_all_others(
    desk_app: Flask, desk_services: Services, things: dict[str, str], role: Role
) -> None:
    client = signed_in(desk_app, desk_services, PERSON_OF[role]).client
    for endpoint, method, address in closed(desk_app, things):
        status = client.open(address, method=method).status_code
        if role not in MAY_OPEN[endpoint]:
            assert status == 403, endpoint
        elif method != "GET":
            assert status == 400, endpoint  # let in, and then asked for the form's token
        else:
            assert status in ({404} if endpoint in NOT_THERE else {200, 302, 303}), endpoint


# Of a thing of this office, nobody of another office opens anything but public facts, and what a supervisor passes on.
NAMING_NO_OFFICE = frozenset({"uscc", "revision", "size", "kind_of_file"})


@pytest.mark.parametrize(
    ("person", "passed_on"),
    [
        ("elsewhere", frozenset()),
        ("supervisor-elsewhere", frozenset({"show_report", "show_alike", "show_waiting_row"})),
    ],
)
def test_of_another_office_one_opens_public_facts_and_what_is_to_be_passed_on(
    desk_app: Flask, desk_services: Services, things: dict[str, str], person: str, passed_on: frozenset[str]
) -> None:
    role = {"elsewhere": Role.CLERK}.get(person, Role.SUPERVISOR)
    client = signed_in(desk_app, desk_services, person).client
    arguments = {rule.endpoint: rule.arguments for rule in desk_app.url_map.iter_rules()}
    walked = [(e, a) for e, method, a in closed(desk_app, things) if method == "GET" and role in MAY_OPEN[e]]
    named = [(e, a) for e, a in walked if arguments[e] - NAMING_NO_OFFICE and e not in NOT_THERE]
    opened = {e.rpartition(".")[2] for e, a in named if client.get(a).status_code != 403}
    assert len(named) > len(passed_on)
    assert opened == passed_on


@pytest.mark.parametrize(
    "pair",
    [
        (Role.CLERK, Role.SUPERVISOR),
        (Role.INSPECTOR, Role.DECIDER),
        (Role.SUPERVISOR, Role.DECIDER),
        (Role.CATALOGUE, Role.ADMIN),
    ],
)
def test_an_account_of_two_roles_opens_the_pages_of_either_and_no_other(
    desk_app: Flask, desk_services: Services, things: dict[str, str], pair: tuple[Role, Role]
) -> None:
    username = "-".join(pair)
    desk_services.accounts.create(username, username, OFFICE, frozenset(pair), PASSWORD, datetime.now(UTC))
    client = signed_in(desk_app, desk_services, username).client
    for endpoint, method, address in closed(desk_app, things):
        refused = client.open(address, method=method).status_code == 403
        assert refused != bool(MAY_OPEN[endpoint] & set(pair)), endpoint


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("asked", ["", "/desk/"])
def test_signing_in_leads_to_the_first_page_of_the_role(browser: Browser, role: Role, asked: str) -> None:
    landed = browser.client.get(browser.sign_in(PERSON_OF[role], onward=asked).location, follow_redirects=True)
    assert (landed.status_code, landed.request.path) == (200, LANDS_ON[role])


@pytest.mark.parametrize("role", Role)
def test_who_is_signed_in_already_is_led_there_too(desk_app: Flask, desk_services: Services, role: Role) -> None:
    client = signed_in(desk_app, desk_services, PERSON_OF[role]).client
    for door in ("/sign-in", "/desk/"):
        landed = client.get(door, follow_redirects=True)
        assert (landed.status_code, landed.request.path) == (200, LANDS_ON[role])


@pytest.mark.parametrize("role", Role)
def test_the_navigation_shows_what_the_role_may_open_and_nothing_else(
    desk_app: Flask, desk_services: Services, things: dict[str, str], role: Role
) -> None:
    person = signed_in(desk_app, desk_services, PERSON_OF[role])
    found = ("/desk/businesses?q=示例", f"/desk/businesses/{things['uscc']}") if role in READERS else ()
    for page in ("/sessions", *found, *ROOMS[role]):
        nav = re.search(r'<nav class="desk-nav".*?</nav>', person.see(page), re.DOTALL)
        assert nav
        assert re.findall(r'href="([^"]+)"', nav[0]) == ROOMS[role]


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN])
def test_nothing_on_a_page_leads_to_a_page_the_role_may_not_open(
    desk_app: Flask, desk_services: Services, things: dict[str, str], role: Role
) -> None:
    person = signed_in(desk_app, desk_services, PERSON_OF[role])
    waiting = f"/desk/waiting-rows/{things['question_id']}"
    people = ["/desk/people", f"/desk/people/{things['person_id']}"] if role in OVERSEERS | ADMINISTRATORS else []
    found = ["/desk/businesses?q=示例", f"/desk/businesses/{things['uscc']}"] if role in READERS else []
    pages = [*people, *found, *ROOMS[role]]
    for page in [*pages, waiting] if role in OVERSEERS else pages:
        shown = person.see(page)
        assert 'action="/desk/applications' not in shown
        for address in set(re.findall(r'(?:href|src)="(/(?:desk|sessions)[^"]*)"', shown)):
            assert person.client.get(address, follow_redirects=True).status_code == 200, (page, address)


def test_a_supervisor_decides_for_every_office(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    clerks = [signed_in(desk_app, desk_services, name) for name in ("clerk", "elsewhere")]
    supervisor = signed_in(desk_app, desk_services, "supervisor")
    listed = r'href="(/desk/waiting-rows/\d+)"'
    seen = [set(re.findall(listed, person.see("/desk/waiting-rows"))) for person in (*clerks, supervisor)]
    assert seen[0] - seen[1]
    assert seen[1] - seen[0]
    assert seen[0] | seen[1] <= seen[2]
    theirs = next(iter(seen[1] - seen[0]))
    choice = re.findall(r'name="decision" type="radio" value="([^"]+)"', supervisor.see(theirs))[-1]
    answer = supervisor.send(theirs, {"decision": choice, "reason": "已电话核实（示例）"})
    assert answer.status_code == 303
    assert theirs not in supervisor.see("/desk/waiting-rows")
