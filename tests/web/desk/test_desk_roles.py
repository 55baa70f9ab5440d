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
from people import asked_reset, asked_roles
from PIL import Image
from who_may_open import ADMINISTRATORS, LANDS_ON, MAY_OPEN, NOT_THERE, OVERSEERS, PERSON_OF, READERS, ROOMS

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.services.feedback.ratings import SentRating
from licence_qr.services.feedback.reports import SentReport
from licence_qr.web.shell.security import PUBLIC

__all__ = ["browser", "desk_app", "desk_services"]

DATA = Path(__file__).parents[2] / "data"


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
    clerk.fill(application, name="重庆示例各看各的客栈有限公司", principal_id_number="110101199003070011")
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
        "party_id": "1",
        "device_id": "0",
        "reset_id": str(asked_reset(desk_services, "administrator", PASSWORD, datetime.now(UTC))),
        "grant_id": str(asked_roles(desk_services, "administrator", PASSWORD, datetime.now(UTC))),
        "permit_id": permit[1],
        "act": "annul",  # which is proposed, to a licence as to a permit
        "revision": "1",
        "question_id": question[1],
        "subject": f"permit/{permit[1]}",
        "task_kind": "permit_expiring",
        "telling_id": "1",
        "number": proposed(clerk, f"/desk/proposals/new/{found[0]}/permit/{permit[1]}/suspend"),
        "session_id": "1",
        **dict.fromkeys(("key", "position", "order_id", "drawn_id", "absence_id", "item_id", "pause_id"), "999999"),
        "step": "more",
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


def test_nothing_of_a_closed_page_or_file_is_kept_on_a_disk(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    people = {role: signed_in(desk_app, desk_services, name).client for role, name in PERSON_OF.items()}
    files = set()
    for kind in ("csv", "xlsx"):
        for endpoint, method, address in closed(desk_app, things | {"kind_of_file": kind}):
            if method == "GET" and (kind in address or kind == "csv"):
                answer = people[min(MAY_OPEN[endpoint])].get(address)
                assert answer.headers["Cache-Control"] == "no-store", address
                files |= {kind} if "attachment" in answer.headers.get("Content-Disposition", "") else set()
    assert files == {"csv", "xlsx"}


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
    opened: set[str] = set()  # the navigation leads everywhere from every page
    for page in [*pages, waiting] if role in OVERSEERS else pages:
        shown = person.see(page)
        assert 'action="/desk/applications' not in shown
        led_to = set(re.findall(r'(?:href|src)="(/(?:desk|sessions)[^"]*)"', shown))
        for address in led_to - opened:
            opened.add(address)
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
