"""The life of a permit in the real browser: at the counter without scripts, on a citizen's phone, on the verify page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from accessible import violations
from desk_pages import HOTEL, PASSWORD, Browser, installation, signed_in
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from screens import DESK, PHONE, WIDTHS, listening, width_of
from verify_site import settled, typed

from bench.load import free_port
from licence_qr.bootstrap import Services
from licence_qr.credential.token import address
from licence_qr.store import codes
from licence_qr.web.app import create_app

# By the journey from the counter to the issue, and with the inspections.
LOOKED_AT_ELSEWHERE = {"desk.issue.show_result", "desk.inspection_draws.show_draw"}
_serial = count(1)
WHO = ("clerk", "inspector", "decider", "administrator")


class Running:
    """An installation behind a port of this machine, with people signed in at counters of their own."""

    def __init__(self, services: Services, origin: str) -> None:
        self.services = services
        self.origin = origin
        self.app = create_app(services)

    def issued(self) -> str:
        """A business with a permit in force; its credit code."""
        clerk = signed_in(self.app, self.services, "clerk")
        assert isinstance(clerk, Browser)
        application = clerk.start()
        clerk.fill(application, name=f"重庆示例浏览器{next(_serial)}号客栈有限公司")
        clerk.issue(application)
        with self.services.database.read() as tx:
            return codes.everything_newest(tx)[-1].uscc

    def link(self, uscc: str, version: int | None = None) -> str:
        """What the symbol of one print says, the newest by default."""
        with self.services.database.read() as tx:
            prints = codes.versions_of_business(tx, uscc)
        found = next(code for code in prints if version in (None, code.version))
        return address(self.services.settings.address, found.token)

    def token(self, username: str) -> str:
        return self.services.accounts.sign_in(username, PASSWORD, "127.0.0.1", datetime.now(UTC))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The installation."""
    port = free_port()
    services = installation(tmp_path_factory.mktemp("life"), port)
    site = Running(services, f"http://127.0.0.1:{port}")
    with listening(site.app, port):
        yield site


@pytest.fixture
def at(chromium: Chromium, running: Running) -> Iterator[Callable[..., Page]]:
    """Opens somebody's own browser, signed in; scripts are off unless asked for."""
    contexts = []

    def sit_down(username: str = "", *, scripts: bool = False) -> Page:
        size = DESK if username else PHONE
        context = chromium.new_context(viewport=size, java_script_enabled=scripts, bypass_csp=scripts)
        contexts.append(context)
        if username:
            context.add_cookies([{"name": "session-token", "value": running.token(username), "url": running.origin}])
        return context.new_page()

    yield sit_down
    for context in contexts:
        context.close()


def press(page: Page) -> None:
    """Press the button at the end of the form."""
    page.locator("main form button").last.click()


def test_a_new_name_is_a_new_print_and_the_old_one_leads_to_it(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, citizen = running.issued(), at("clerk"), at()
    old = running.link(uscc)
    clerk.goto(f"{running.origin}/desk/businesses/{uscc}")
    clerk.get_by_role("link", name="变更登记").click()
    expect(clerk.locator(".effects")).to_contain_text("签发第 2 版")
    clerk.fill("#name", "重庆示例新招牌客栈有限公司")
    clerk.fill("#reason", "申请变更名称（示例）")
    press(clerk)
    expect(clerk.locator(".hand-over")).to_contain_text("打印第 2 版亮证牌")
    expect(clerk.locator(".past")).to_contain_text("重庆示例新招牌客栈有限公司")
    citizen.goto(old)
    expect(citizen.locator("h1")).to_contain_text("这是旧版照牌")
    expect(citizen.locator(".who")).to_contain_text("重庆示例新招牌客栈有限公司")
    citizen.goto(running.link(uscc))
    expect(citizen.locator("h1")).to_contain_text("真实，全部有效")


def test_a_lost_print_is_void_and_still_leads_to_the_truth(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, citizen = running.issued(), at("clerk"), at()
    old = running.link(uscc)
    clerk.goto(f"{running.origin}/desk/businesses/{uscc}/licence/reprint")
    clerk.get_by_label("遗失").check()
    press(clerk)
    expect(clerk.locator(".hand-over")).to_contain_text("已经声明作废")
    citizen.goto(old)
    expect(citizen.locator(".verdict")).to_contain_text("声明作废")
    expect(citizen.locator(".verdict")).to_contain_text("今天：全部有效")


def propose_suspension(running: Running, page: Page, uscc: str) -> str:
    """Propose it from the page of the business; the address of the proposal."""
    page.goto(f"{running.origin}/desk/businesses/{uscc}")
    page.get_by_role("link", name="提议暂扣许可、停业整顿").click()
    page.fill("#reason", "现场检查发现严重问题（示例）")
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/proposals/\d+$"))
    return page.url


def test_a_suspension_by_two_people_shows_on_the_phone_and_after_a_refresh_without_a_network_page(
    running: Running, at: Callable[..., Page]
) -> None:
    uscc, clerk, decider, citizen = running.issued(), at("clerk"), at("decider"), at()
    verifier = at(scripts=True)
    verifier.goto(f"{running.origin}/verify?lang=zh")
    settled(verifier)
    typed(verifier, running.link(uscc))
    expect(verifier.locator("#outcome .verdict")).to_have_class("verdict good")
    citizen.goto(running.link(uscc))
    expect(citizen.locator("h1")).to_contain_text("真实，全部有效")
    proposal = propose_suspension(running, clerk, uscc)
    citizen.reload()
    expect(citizen.locator("h1")).to_contain_text("真实，全部有效")  # proposed is not decided
    decider.goto(proposal)
    decider.get_by_label("同意，马上办理").check()
    decider.fill("#password", PASSWORD)
    decider.get_by_role("button", name="作出决定").click()
    expect(decider.locator(".states").first).to_contain_text("已同意")
    citizen.reload()
    expect(citizen.locator("h1")).to_contain_text("真实，有许可被暂停")
    typed(verifier, running.link(uscc))
    verifier.get_by_role("button", name="立即更新").click()
    expect(verifier.locator("#outcome article .tag")).to_contain_text("停业整顿")
    decider.goto(f"{running.origin}/desk/businesses/{uscc}/history")
    expect(decider.locator(".past").first).to_contain_text("提出：clerk（示例）；审批：decider（示例）")


def test_a_suspension_that_is_refused_changes_nothing(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, decider, citizen = running.issued(), at("clerk"), at("decider"), at()
    decider.goto(propose_suspension(running, clerk, uscc))
    decider.get_by_label("不同意").check()
    decider.fill("#reason", "证据不足（示例）")
    decider.fill("#password", PASSWORD)
    decider.get_by_role("button", name="作出决定").click()
    expect(decider.locator(".states").first).to_contain_text("不同意")
    citizen.goto(running.link(uscc))
    expect(citizen.locator("h1")).to_contain_text("真实，全部有效")
    clerk.goto(f"{running.origin}/desk/businesses/{uscc}/history")
    expect(clerk.locator(".past").first).to_contain_text("提议未获同意")


def test_an_overtaken_form_shows_both_sides_and_is_sent_again(running: Running, at: Callable[..., Page]) -> None:
    uscc, clerk, colleague = running.issued(), at("clerk"), at("colleague")
    for page, principal in ((clerk, "赵示例"), (colleague, "王示例")):
        page.goto(f"{running.origin}/desk/businesses/{uscc}/licence/change")
        page.fill("#principal", principal)
        page.fill("#reason", f"换成{principal}")
    press(colleague)
    expect(colleague.locator("h1")).to_contain_text("已办理")
    press(clerk)
    expect(clerk.locator(".clashes")).to_contain_text("赵示例")
    expect(clerk.locator(".clashes")).to_contain_text("王示例")
    expect(clerk.locator("#reason")).to_have_value("换成赵示例")
    clerk.get_by_role("button", name="看过变动，仍然办理").click()
    expect(clerk.locator("h1")).to_contain_text("已办理")
    expect(clerk.locator(".past").first).to_contain_text("王示例")


# --- every page ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def places(running: Running) -> list[str]:
    """Every address of the desk that can be opened, with real things in it."""
    uscc = running.issued()
    clerk = signed_in(running.app, running.services, "clerk")
    business = f"/desk/businesses/{uscc}"
    page = clerk.see(business)
    permit = page.split("/permit/")[1].split("/")[0]
    draft = clerk.start().rpartition("/")[2]
    clerk.send(f"/desk/applications/{draft}/trade", HOTEL)
    grounds = {"effective_on": "", "reason": "示例", "legal_basis": "示例", "document_no": ""}
    proposed = clerk.send(f"/desk/proposals/new/{uscc}/permit/{permit}/suspend", grounds).location
    known = {"uscc": uscc, "draft_id": draft, "size": "a5", "permit_id": permit, "number": proposed.rpartition("/")[2]}
    acts = [f"{business}/licence/{act}" for act in ("change", "add_premises", "reprint", "dormant", "mark", "cancel")]
    acts += [f"{business}/permit/{permit}/{act}" for act in ("change", "apply_renewal", "review", "grade", "cancel")]
    adapter = running.app.url_map.bind("localhost")
    found = {*acts, f"{business}/history?day={datetime.now(UTC):%Y-%m-%d}", f"{business}/licence/resume"}
    for rule in running.app.url_map.iter_rules():
        if (
            rule.endpoint.startswith(("desk.", "sign_in."))
            and "GET" in (rule.methods or ())
            and rule.arguments <= known.keys()
            and rule.endpoint not in LOOKED_AT_ELSEWHERE
        ):
            found.add(adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments}))
    files = (".pdf", ".png", ".svg", ".csv", ".xlsx", ".ics", "/print", "/sign-in")
    return sorted(place for place in found if not place.endswith(files))


def test_every_place_is_open_to_somebody(running: Running, places: list[str]) -> None:
    """What nobody may see, or is not there, is looked at by nobody in the test that follows."""
    people = [signed_in(running.app, running.services, who) for who in WHO]
    closed = [place for place in places if {who.client.get(place).status_code for who in people} <= {403, 404}]
    assert closed == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("username", WHO)
def test_every_page_of_the_desk_is_clean_fits_and_logs_nothing(
    running: Running, at: Callable[..., Page], places: list[str], username: str, language: str, tmp_path: Path
) -> None:
    page = at(username, scripts=True)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    found: dict[str, str] = {}
    for place in places:
        said.clear()
        answer = page.goto(f"{running.origin}{place}{'&' if '?' in place else '?'}lang={language}")
        assert answer
        if answer.status in {403, 404} or "html" not in answer.headers.get("content-type", ""):
            continue
        if faults := violations(page):
            found[place] = faults
        unexpected = [line for line in said if "409 (CONFLICT)" not in line]
        if answer.status not in {200, 409} or unexpected:
            found[f"{place} answers"] = f"{answer.status} {unexpected}"
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (wide := width_of(page)) > width:
                found[f"{place} at {width}"] = f"{wide} pixels wide"
        page.set_viewport_size({"width": 360, "height": 900})
        page.evaluate("() => { document.documentElement.style.fontSize = '225%' }")
        if (wide := width_of(page)) > 360:
            found[f"{place} with large text"] = f"{wide} pixels wide"
        page.set_viewport_size(DESK)
    assert not found, "\n".join(f"{place}: {report}" for place, report in found.items())
