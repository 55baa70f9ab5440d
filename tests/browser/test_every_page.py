"""One walk over each page of staff in each language: nothing for axe to find, nothing wider than its window, large text too.

The tests of journeys hold what people do; how the pages look that they meet is held here. ``every_page`` says what each
is held to. In the desk of the first tests the lists are still empty, in that of the later ones they are not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from at_the_counter import OF_AN_AGENT, Running, number_on, onward, open_first, report, running
from desk_pages import DETAILS, HOTEL, OFFICE, PASSWORD, hidden
from every_page import Walk, in_language, languages, one_walk
from import_register import export
from made_inspections import visits_and_draws
from people import asked_reset, asked_roles
from PIL import Image
from playwright.sync_api import Page
from screens import send, sign_in
from verify_site import SESSION
from walked_cases import item, promised

from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.accounts.people import ServiceIdentity
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import AT_THE_MACHINE, Role
from licence_qr.store.accounts import identity_bindings
from licence_qr.store.accounts.identity_bindings import Binding

DATA = Path(__file__).parent.parent / "data"
WHO = ("clerk", "inspector", "decider", "supervisor", "auditor", "administrator", "fire")
pytestmark = [pytest.mark.campaign, one_walk]


# --- the desk of a new installation ----------------------------------------------------------------------------

# By the walk along the journey from the counter to the issue, by that of the inspections, and of the item that is refused.
LOOKED_AT_ELSEWHERE = {
    "desk.issue.show_result",
    "desk.inspection_draws.show_draw",
    "desk.businesses_tellings.show_telling",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An installation without businesses."""
    with running(tmp_path_factory.mktemp("young")) as site:
        yield site


def people(desk: Running) -> dict[str, str]:
    """A person with an account, and somebody else for whom they stand in today."""
    account, other = desk.services.accounts.user("clerk"), desk.services.accounts.user("colleague")
    assert account and other
    today = local_date(datetime.now(UTC))
    days = AbsenceDetails(today, today + timedelta(days=4), account.person_id)
    absence = desk.services.absences.book.enter(other.person_id, days, AT_THE_MACHINE, datetime.now(UTC))
    keys = {"person_id": account.person_id, "user_id": account.user_id}
    keys |= {"other_id": other.person_id, "absence_id": absence}
    binding = Binding(account.person_id, ServiceIdentity("https://sso.example.gov.cn", "1001"), datetime.now(UTC))
    with desk.services.database.write() as tx:
        identity_bindings.put(tx, binding)
    return {name: str(key) for name, key in keys.items()}


def disputed(desk: Running, application: str) -> None:
    """Fill in a draft of which the register knows something, and of which two desks have typed the same field."""
    clerk, colleague = desk.signed_in("clerk"), desk.signed_in("colleague")
    clerk.send(f"{application}/trade", HOTEL)
    theirs = colleague.see(f"{application}/details")
    clerk.send(f"{application}/details", DETAILS)
    said = {name: hidden(theirs, name) for name in ("csrf_token", "revision", "page", "turn")}
    colleague.client.post(f"{application}/fields", data={**said, "name": "重庆示例另一填法有限公司"})
    colleague.press(f"{application}/details", f"{application}/take-over")


@pytest.fixture(scope="module")
def places(desk: Running) -> list[str]:
    """Every address of the desk that can be opened, with real things in it."""
    uscc = desk.issued(HOTEL)
    clerk = desk.signed_in("clerk")
    business = f"/desk/businesses/{uscc}"
    page = clerk.see(business)
    permit = page.split("/permit/")[1].split("/")[0]
    draft = clerk.start().rpartition("/")[2]
    disputed(desk, f"/desk/applications/{draft}")
    grounds = {"effective_on": "", "reason": "示例", "legal_basis": "示例", "document_no": ""}
    suspending = grounds | {"suspension": "closed"}
    sent = clerk.send(f"/desk/proposals/new/{uscc}/permit/{permit}/suspend", suspending).location
    known = {"uscc": uscc, "draft_id": draft, "size": "a5", "permit_id": permit, "number": sent.rpartition("/")[2]}
    known["reset_id"] = str(asked_reset(desk.services, "administrator", PASSWORD, datetime.now(UTC)))
    known["grant_id"] = str(asked_roles(desk.services, "administrator", PASSWORD, datetime.now(UTC)))
    known |= people(desk) | {"change": "roles"} | item(desk, uscc) | promised(desk, uscc)
    acts = [f"{business}/licence/{act}" for act in ("change", "add_premises", "reprint", "dormant", "mark", "cancel")]
    acts += [f"{business}/permit/{permit}/{act}" for act in ("change", "apply_renewal", "review", "grade", "cancel")]
    adapter = desk.app.url_map.bind("localhost")
    of_item = f"/desk/items/{known['item_id']}"
    acts += [f"{of_item}/refuse", *(f"{of_item}/procedure{form}" for form in ("", "/visit", "/pause", "/extend"))]
    acts += [f"/desk/items/{known['refused']}/tell", f"/desk/work/follow_up_due/permit/{permit}/hand-over"]
    acts.append(f"/desk/businesses/{desk.issued(HOTEL, **OF_AN_AGENT)}")
    found = {*acts, f"{business}/history?day={datetime.now(UTC):%Y-%m-%d}", f"{business}/licence/resume"}
    for rule in desk.app.url_map.iter_rules():
        if (
            rule.endpoint.startswith(("desk.", "sign_in.", "password.", "second_factor.", "staff_number."))
            and "GET" in (rule.methods or ())
            and rule.arguments <= known.keys()
            and rule.endpoint not in LOOKED_AT_ELSEWHERE
        ):
            found.add(adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments}))
    files = (".pdf", ".png", ".svg", ".csv", ".xlsx", ".ics", "/print", "/sign-in", "/known", "/phrases", "/signature")
    return sorted(place for place in found if not place.endswith(files))


@pytest.fixture(scope="module")
def open_to(desk: Running, places: list[str]) -> dict[str, list[str]]:
    """The places that are there for each person and are pages."""
    found: dict[str, list[str]] = {}
    for who in WHO:
        asking = desk.signed_in(who).client
        answers = {place: asking.get(place, follow_redirects=True) for place in places}
        found[who] = [
            place
            for place, answer in answers.items()
            if answer.status_code not in {403, 404} and answer.mimetype == "text/html"
        ]
    return found


def test_every_place_is_open_to_somebody(places: list[str], open_to: dict[str, list[str]]) -> None:
    """What nobody may see, or is not there, is looked at by nobody in the test that follows."""
    assert all(open_to.values())
    assert set(places) == {place for found in open_to.values() for place in found}


@languages
@pytest.mark.parametrize("who", WHO)
def test_every_page_of_the_desk_is_clean_fits_and_logs_nothing_for_everybody(
    walk: Walk, desk: Running, open_to: dict[str, list[str]], who: str, language: str
) -> None:
    said: list[str] = []
    with walk.over(desk.origin, language) as page:

        def errors(message: object) -> None:
            said.append(str(message))

        def lines(message: object) -> None:
            if message.type in {"error", "warning"}:  # type: ignore[attr-defined]
                said.append(message.text)  # type: ignore[attr-defined]

        windows = (page, walk.bench.page)
        for each in windows:
            each.on("pageerror", errors)
            each.on("console", lines)
        desk.seat(page.context, who)
        walk.seated()
        for place in open_to[who]:
            said.clear()
            status = walk.visit(place, in_language(desk.origin + place, language))
            unexpected = [line for line in said if "409 (CONFLICT)" not in line]
            if status not in {200, 409} or unexpected:
                walk.wrong(place, "answers", f"{status} {unexpected}")
        for each in windows:
            each.remove_listener("pageerror", errors)
            each.remove_listener("console", lines)


# --- one's own account ------------------------------------------------------------------------------------------


def along_the_account(page: Page, desk: Running) -> Iterator[str]:
    """From the first sign-in to the sessions; each name is of the page that is open then."""
    name = f"newcomer-{len(desk.services.accounts.everybody())}"
    now = datetime.now(UTC)
    desk.services.accounts.create(
        name, "新人（示例）", OFFICE, frozenset({Role.CLERK}), PASSWORD, now, must_change=True
    )
    desk.seat(page.context, name)
    desk.services.sign_in.sign_in(name, PASSWORD, "2001:db8:0:1::7", now)
    page.goto(f"{desk.origin}/desk/")
    yield "the first password"
    for typed in (("", "x"), (PASSWORD, "1234567890"), (PASSWORD, "baishiyi2026"), (PASSWORD, "a" * 12)):
        _change_password(page, *typed)
        yield f"the first password, refused {typed}"
    _change_password(page, PASSWORD, "seven grey herons at noon")
    page.wait_for_url("**/desk/")
    for _ in range(2):
        desk.services.sign_in.sign_in(name, "seven grey herons at noon", "2001:db8:0:1::7", now)
    page.goto(f"{desk.origin}/sessions")
    yield "several sessions"
    _enter(page, "form[action='/sessions/end-others'] button")
    yield "one session"
    _enter(page, "form[action='/sessions/forget-devices'] button")
    yield "devices forgotten"
    _enter(page, "main a[href='/password']")
    yield "another password"


def _change_password(page: Page, present: str, new: str) -> None:
    """With the keyboard alone."""
    page.focus("#password")
    page.keyboard.type(present)
    for _ in range(2):
        page.keyboard.press("Tab")
        page.keyboard.type(new)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _enter(page: Page, what: str) -> None:
    """Press a button or a link with the keyboard, and wait for the page that answers."""
    with page.expect_navigation():
        page.press(what, "Enter")


@languages
def test_every_page_of_ones_own_account_is_clean_fits_and_needs_no_mouse(
    walk: Walk, desk: Running, language: str
) -> None:
    with walk.over(desk.origin, language) as page:
        for name in along_the_account(page, desk):
            walk.look(name)


# --- along the journeys, with and without problems -------------------------------------------------------------


def along_the_desk(page: Page, site: Running) -> Iterator[str]:
    """From signing in to the print; the name of each page. What is issued was entered without a window: to fill in a
    whole application has tests of its own."""
    desk = site.origin
    page.goto(f"{desk}/sign-in")
    yield "sign-in"
    send(page, "main form button")
    yield "sign-in, refused"
    sign_in(page, desk)
    application = f"{desk}{site.decided()}"
    page.goto(f"{application}/result")
    yield "result"
    page.goto(f"{desk}/desk/")
    yield "start"
    send(page, ".start-actions form button")
    yield "trade, nothing chosen"
    page.check("input[name=trade][value=hotel]")
    page.wait_for_url("**/trade")  # stored, which changes the address of a new one; that is a navigation too
    open_application = page.url.removesuffix("/trade")
    send(page, "button[value=show]")
    yield "trade"
    for step in ("trade", "details", "commitment"):
        page.goto(f"{open_application}/{step}")
        onward(page)
        page.goto(f"{open_application}/{step}?checked=yes")
        yield f"{step}, refused"
    page.goto(f"{open_application}/review")
    yield "review, refused"
    page.goto(f"{open_application}/details")
    page.context.clear_cookies(name=SESSION)
    onward(page)
    yield "sign-in, form kept"
    page.fill("#username", "clerk")
    page.fill("#password", PASSWORD)
    send(page, "main form button")
    yield "form kept"
    for address in ("/desk/businesses?q=示例", "/desk/waiting-rows", "/sessions"):
        page.goto(desk + address)
        yield address
    page.goto(f"{desk}/desk/waiting-rows")
    send(page, ".row a >> nth=0")
    yield "waiting row"
    send(page, "main form button")
    yield "waiting row, refused"
    page.goto(f"{application}/result")
    business = f"{desk}/desk/businesses/{page.locator('.items .code').first.inner_text()}"
    page.goto(business)
    yield "business"
    page.goto(f"{business}/print")
    yield "print"


@pytest.fixture(scope="module")
def importing_desk(desk: Running, places: list[str]) -> Running:
    """The same desk, later: imported rows need a decision."""
    market, health = DATA / "market_licences.csv", DATA / "health_permits.xlsx"
    desk.services.importing.import_departments(
        export(market.name, market.read_bytes()),
        export(health.name, health.read_bytes()),
        AT_THE_MACHINE,
        datetime.now(UTC),
    )
    return desk


@languages
def test_every_page_from_signing_in_to_the_print_is_clean_and_fits(
    walk: Walk, importing_desk: Running, language: str
) -> None:
    with walk.over(importing_desk.origin, language) as page:
        for name in along_the_desk(page, importing_desk):
            walk.look(name, large_text=name != "print")  # it is a sheet of paper, as wide as paper


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph on the phone."""
    path, written = tmp_path_factory.mktemp("photo") / "IMG_0001.jpg", io.BytesIO()
    Image.new("RGB", (400, 300), "#7a8f6a").save(written, "JPEG")
    path.write_bytes(written.getvalue())
    return path


def along_the_answers(page: Page, site: Running, photo: Path) -> Iterator[str]:
    """Reports and ratings, at home and at the desk; the name of each page."""
    origin = site.origin
    result = f"{origin}{site.decided()}/result"
    site.seat(page.context, "clerk")
    page.goto(result)
    number = number_on(page)
    yield "result"
    page.goto(f"{origin}/p/{number}/report")
    yield "report form"
    page.click("main form button")
    yield "report form, refused"
    receipt = report(page, origin, number, photo)
    yield "receipt"
    for address in ("/reports", "/reports?number=x", "/reports/new", "/rate", "/rate?code=x", "/desk/reports"):
        page.goto(origin + address)
        yield address
    open_first(page, f"{origin}/desk/reports")
    yield "report at the desk"
    page.click("form:has(#answer) button")
    yield "report at the desk, refused"
    page.fill("#answer", "已处理")
    page.click("form:has(#answer) button")
    yield "report at the desk, answered"
    page.goto(f"{page.url}/alike")
    yield "reports from one network"
    page.goto(receipt)
    yield "receipt, answered"
    page.goto(f"{origin}/desk/reports?closed=yes")
    yield "closed reports"
    page.goto(result)
    page.click("a[href*='/desk/ratings/slips/']")
    yield "slip"
    page.goto(f"{origin}/rate/{number_on(page)}")
    yield "rating"
    page.click("main form button")
    yield "rating, refused"
    page.check("input[name=level][value='2']")
    page.click("main form button")
    yield "rated"
    page.goto(f"{origin}/desk/ratings")
    yield "ratings"
    open_first(page, f"{origin}/desk/ratings")
    yield "rating at the desk"
    page.click("form:has(#text) button")
    yield "rating at the desk, refused"


@languages
def test_every_page_of_reports_and_ratings_is_clean_and_fits(
    walk: Walk, desk: Running, places: list[str], photo: Path, language: str
) -> None:
    with walk.over(desk.origin, language) as page:
        for name in along_the_answers(page, desk, photo):
            walk.look(name)


# --- inspections and draws -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def inspected(desk: Running, places: list[str]) -> dict[str, str]:
    """The same desk with visits and draws: the address of each page by its name."""
    return visits_and_draws(desk)


@languages
def test_pages_of_inspections_and_draws_are_clean_and_fit_on_the_smallest_phone_too(
    walk: Walk, desk: Running, inspected: dict[str, str], language: str
) -> None:
    with walk.over(desk.origin, language) as page:
        desk.seat(page.context, "clerk")
        walk.seated()
        for name, place in inspected.items():
            walk.visit(name, in_language(desk.origin + place, language), ((320, "100%"), (1280, "200%")))
