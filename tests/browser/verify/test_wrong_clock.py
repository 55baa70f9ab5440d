"""The verify page on a phone whose clock is wrong: the clock is named, and no genuine code is called false for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from fresh_phone import fresh_phone
from page_clock import set_clock
from playwright.sync_api import Browser, Page, expect
from server_clock import ServerClock
from verify_site import Site, new_context, opened, settled, typed

OFF = {"26 小时": timedelta(hours=26), "3 天": timedelta(days=3), "2 年": timedelta(days=730)}
Visit = Callable[[timedelta], Page]
SLOW_OR_FAST = pytest.mark.parametrize(("sign", "word"), [(-1, "慢"), (1, "快")], ids=["slow", "fast"])


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    """Opens the verify page on a phone that has opened nothing else, and whose clock is ``wrong`` by that much."""
    with ExitStack() as phones:

        def opened_with(wrong: timedelta) -> Page:
            context = phones.enter_context(fresh_phone(chromium, site))
            context.clock.install(time=datetime.now(UTC) + wrong)
            return opened(context.new_page(), site)

        yield opened_with


def headline(page: Page) -> str:
    """What the page says of the code."""
    return page.locator("#outcome h2.headline").inner_text()


def tones(page: Page) -> set[str]:
    """The tones of everything that the page says of the code."""
    parts = page.locator("#outcome :is(.verdict, article)").all()
    return {str(part.get_attribute("class")).split()[-1] for part in parts}


@SLOW_OR_FAST
def test_it_is_named_and_codes_are_judged_by_the_time_of_the_site(
    visit: Visit, site: Site, sign: int, word: str
) -> None:
    """On one phone, first visited with a clock a little wrong, which goes wrong by more and more and is then set right."""
    page = visit(sign * next(iter(OFF.values())))
    for n, (words, off) in enumerate(OFF.items()):
        if n:
            page.context.clock.set_system_time(datetime.now(UTC) + sign * off)
            page.reload()
            settled(page)
        said = f"本机时钟约{word} {words}"
        expect(page.locator("#notices")).to_contain_text(said)
        expect(page.locator("#refreshed")).to_have_text("名单已是最新。")
        for place in ("#trust-age", "#status-age"):
            expect(page.locator(f"{place} .age")).to_contain_text("1 分钟" if place == "#trust-age" else "分钟")
        typed(page, site.link(site.newest(permits=1)))
        assert headline(page).startswith("核验通过，码内证照均有效") and tones(page) == {"good"}
        with site.away():
            page.reload()
            settled(page)
            expect(page.locator("#notices")).to_contain_text(said)
            typed(page, site.link(site.newest(permits=1)))
            assert headline(page).startswith("核验通过，码内证照均有效") and tones(page) == {"good"}
    page.context.clock.set_system_time(datetime.now(UTC))
    page.get_by_role("button", name="立即更新").click()
    expect(page.locator("#notices")).to_be_empty()
    typed(page, site.link(site.newest(permits=1)))
    assert tones(page) == {"good"}


def test_set_without_a_network_it_is_proved_slow_by_what_is_held_or_named_with_its_date(
    first_page: Page, site: Site
) -> None:
    """On one phone: nothing that it keeps is changed without a network."""
    page = first_page
    with site.away():
        for words, off in OFF.items():
            judged_without_a_network(page, site, -off)
            expect(page.locator("#notices")).to_contain_text(f"本机时钟至少慢 {words}")
            assert headline(page).startswith("核验通过，但状态信息较旧") and tones(page) == {"care"}
            expect(page.locator("#outcome .verdict")).to_contain_text("无法得知已过多久")
            assert page.locator(".age").count() == 0
        for off in OFF.values():
            judged_without_a_network(page, site, off)
            assert "bad" not in tones(page) and headline(page).startswith("核验通过")
            if off >= timedelta(days=3):
                expect(page.locator("#outcome .verdict")).to_contain_text("按本机日期（")


def judged_without_a_network(page: Page, site: Site, wrong: timedelta) -> None:
    """A code on the page opened anew when the clock was set wrong by that much."""
    set_clock(page, datetime.now(UTC) + wrong)
    page.reload()
    settled(page)
    typed(page, site.link(site.newest(permits=1)))


def test_where_the_server_tells_no_time_the_lists_prove_a_slow_clock(visit: Visit, site: Site) -> None:
    site.restart(ServerClock(datetime.now(UTC), tells=False))
    page = visit(-timedelta(hours=26))
    expect(page.locator("#notices")).to_contain_text("本机时钟至少慢 26 小时")
    expect(page.locator("#refreshed")).to_have_text("名单已是最新。")
    typed(page, site.link(site.newest(permits=1)))
    assert tones(page) == {"care"}


def test_a_list_signed_in_the_future_is_not_the_fault_of_a_clock_that_agrees_with_the_server(
    page: Page, site: Site
) -> None:
    future = site.services.status_publishing.publish(datetime.now(UTC) + timedelta(hours=26)).signed

    def ahead(app: Flask) -> None:
        app.view_functions["lists.status_list"] = lambda: future

    site.restart(ahead)
    page.get_by_role("button", name="立即更新").click()
    expect(page.locator("#refreshed")).to_contain_text("status_list_issued_in_future")
    expect(page.locator("#notices")).to_be_empty()
    typed(page, site.link(site.newest(permits=1)))
    assert tones(page) == {"good"}


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_another_time_zone_is_no_wrong_clock(chromium: Browser, site: Site, zone: str) -> None:
    context = new_context(chromium, timezone_id=zone, service_workers="block")
    page = context.new_page()
    page.goto(f"{site.origin}/verify")
    settled(page)
    assert page.evaluate("() => new Intl.DateTimeFormat().resolvedOptions().timeZone") == zone
    expect(page.locator("#notices")).not_to_contain_text("时钟")
    typed(page, site.link(site.newest(permits=1)))
    assert tones(page) == {"good"}
    context.close()


# (what the device says, (its clock and the server's when they were compared), the newest list, → judged at, known, wrong)
HOUR = 3_600_000
READINGS = [
    (100, None, 90, [100, False, None]),
    (100, (99, 99), 90, [100, True, None]),
    (75, (74, 100), 90, [101, True, [26, False]]),  # 26 hours slow, an hour ago
    (127, (126, 100), 90, [101, True, [-26, False]]),  # fast
    (101, (126, 100), 90, [101, False, None]),  # and set right since
    (101, (74, 100), 90, [101, False, None]),  # slow, and caught up
    (50, (99, 99), 90, [99, False, [49, True]]),  # set back since
    (50, None, 90, [90, False, [40, True]]),
    (100, (99, 99), 140, [100, True, None]),  # a list of the future
]
READ = """async ([device, both, signed]) => {
  const { readClock } = await import(`${document.querySelector("link[rel=stylesheet]").href}/../../device/clock.js`);
  const hours = (value) => Math.round(value / 3600000);
  const measured = both && { deviceAt: both[0] * 3600000, trueAt: both[1] * 3600000 };
  const { now, compared, wrong } = readClock(device * 3600000, measured ?? undefined, signed * 3600000);
  return [hours(now.getTime()), compared, wrong && [hours(wrong.by), wrong.atLeast]];
}"""


def test_what_is_known_of_the_time(standing_page: Page) -> None:
    found = [standing_page.evaluate(READ, [device, both, signed]) for device, both, signed, _ in READINGS]
    assert found == [expected for *_, expected in READINGS]


REFUSED = """async ([code, facts, day, proved, compared]) => {
  const { byTheClock } = await import(`${document.querySelector("link[rel=stylesheet]").href}/../../verify/by_the_clock.js`);
  const parts = byTheClock({ code, facts }, { now: new Date(day), proved: new Date(proved), compared, wrong: null });
  return parts && parts.map((part) => [part.className, part.textContent]);
}"""


@pytest.mark.parametrize(
    ("code", "facts", "proved", "compared", "tells"),
    [
        ("claims_issued_in_future", {"issued_on": "2026-12-09"}, "2026-12-01", False, True),
        ("claims_issued_in_future", {"issued_on": "2026-12-09"}, "2026-12-01", True, False),
        ("key_verify_ended", {"verify_until": "2026-12-02"}, "2026-12-01", False, True),
        ("key_verify_ended", {"verify_until": "2026-12-02"}, "2026-12-04", True, False),
        ("signature_mismatch", {}, "2026-12-01", False, False),
    ],
)
def test_a_refusal_that_only_the_clock_decides_asks_for_the_clock(
    standing_page: Page, code: str, facts: dict[str, str], proved: str, compared: bool, tells: bool
) -> None:
    found = standing_page.evaluate(REFUSED, [code, facts, "2026-12-04T04:00Z", f"{proved}T04:00Z", compared])
    if not tells:
        assert found is None
        return
    ((tone, said),) = found
    assert tone == "verdict unknown" and "请先校正本机时钟" in said and "签名属实" in said
