"""The verify page in a real browser: by camera, photo and link, with the server there, stopped, and changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from camera_film import Camera
from flask import Flask
from fresh_phone import fresh_phone
from inspection_phone import STARTED
from page_clock import set_clock
from playwright.sync_api import Browser, Page, expect
from verify_site import (
    BUSY,
    FOREIGN,
    HURRY,
    Site,
    camera_frame,
    look_for_update,
    new_context,
    opened,
    settled,
    sheet,
    typed,
)

from licence_qr.domain.roles import Actor, Role
from licence_qr.key_services import build_ceremony

CLERK = Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))
SUSPENDED = 2


def verdict(page: Page) -> str:
    """The tone that the page shows."""
    return page.locator("#outcome .verdict").get_attribute("class").removeprefix("verdict ")


def test_the_camera_reads_a_printed_sheet_and_still_does_when_the_server_is_gone(camera: Camera, site: Site) -> None:
    code = site.newest(permits=1)
    camera.sees(camera_frame(sheet(site.services, CLERK, code, STARTED)))
    with fresh_phone(camera.browser, site) as context:
        read_with_and_without(opened(context.new_page(), site), site)


def read_with_and_without(page: Page, site: Site) -> None:
    for visit in ("with the server", "without"):
        if visit == "without":
            site.stop()
            page.reload()
            settled(page)
            expect(page.locator("#refreshed")).to_contain_text("没有网络")
        page.get_by_role("button", name="用相机扫描").click()
        expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过，码内证照均有效")
        expect(page.locator("#outcome h2.headline")).to_be_focused()
        expect(page.locator("#camera")).to_be_hidden()
        assert page.evaluate("() => document.getElementById('video').srcObject") is None


def test_a_link_is_verified_with_its_business_permits_and_age(standing_page: Page, site: Site) -> None:
    page = standing_page
    code = site.newest(permits=1)
    typed(page, site.link(code))
    assert verdict(page) == "good"
    expect(page.locator("#outcome .verdict p")).to_contain_text("状态截至")
    expect(page.locator("#outcome .who h2")).to_have_text(json.loads(code.record)["entity"]["name"])
    expect(page.locator("#outcome article")).to_have_count(1)
    expect(page.locator("#outcome article .tag")).to_contain_text("有效")
    expect(page.locator("#outcome")).to_contain_text(code.code_id.number)


def test_a_permit_without_an_end_is_said_to_have_none(standing_page: Page, site: Site) -> None:
    page = standing_page
    typed(page, site.link(site.newest(permits=6)))
    expect(page.locator("#outcome article dd", has_text="长期，自").first).to_be_visible()
    assert "至 长期" not in page.locator("#outcome").inner_text()


def test_what_is_wrong_and_what_to_do_stand_together_in_chinese(standing_page: Page, site: Site) -> None:
    page = standing_page
    typed(page, site.link(site.newest(permits=1))[:-4] + "1234")
    assert verdict(page) == "bad"
    assert "。 " not in page.locator("#outcome").inner_text()


def test_nothing_is_asked_of_the_server_to_verify_and_nothing_of_another_site(standing_page: Page, site: Site) -> None:
    page = standing_page
    link = site.link(site.newest(permits=1))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    typed(page, link)
    typed(page, FOREIGN)
    assert asked == []


def test_a_code_of_another_site_is_not_ours_and_its_host_is_spelt_out(standing_page: Page, site: Site) -> None:
    page = standing_page
    typed(page, FOREIGN)
    assert verdict(page) == "bad"
    expect(page.locator("#outcome h2.headline")).to_contain_text("不是本服务的二维码")
    expect(page.locator("#outcome .host")).to_have_text("licence-check.example.net")
    assert page.locator("#outcome").inner_text().count("licence-check.example.net") == 1
    assert page.locator("#outcome .host").bounding_box()["height"] < 40, "a host is read on one line"
    assert page.locator("#outcome a").count() == 0


def test_a_forged_code_says_why_and_what_to_do(standing_page: Page, site: Site) -> None:
    page = standing_page
    link = site.link(site.newest(permits=1))
    forged = link[:-9] + ("1" if link[-9] != "1" else "2") + link[-8:]
    typed(page, forged)
    assert verdict(page) == "bad"
    expect(page.locator("#outcome h2.headline")).to_contain_text("核验未通过，不可采信")
    expect(page.locator("#outcome .number")).to_have_text("signature_mismatch")
    assert len(page.locator("#outcome > p b").text_content()) > 5


def test_a_code_number_is_handed_to_the_register_and_only_with_a_network(standing_page: Page, site: Site) -> None:
    page = standing_page
    number = site.newest(permits=1).code_id.number
    typed(page, site.link(site.newest(permits=1)))
    typed(page, number.lower())
    assert verdict(page) == "plain"
    assert page.locator("#outcome a").get_attribute("href") == "/p/" + number.replace("-", "")
    page.context.set_offline(True)
    typed(page, number)
    page.context.set_offline(False)
    assert page.locator("#outcome a").count() == 0
    expect(page.locator("#outcome .verdict p")).to_contain_text("要有网络才能查询")


def test_a_refusal_stays_above_the_number_typed_after_it(standing_page: Page, site: Site) -> None:
    page = standing_page
    code = site.newest(permits=1)
    number = code.code_id.number
    tones = "() => [...document.querySelectorAll('#outcome .verdict')].map((each) => each.className)"
    for refused in (site.link(code)[:-4] + "1234", FOREIGN):
        typed(page, refused)
        for _ in range(2):  # it stays, however often a number is typed
            typed(page, number)
            assert page.evaluate(tones) == ["verdict bad", "verdict plain"]
            expect(page.locator("#outcome .headline").first).to_contain_text("核验未通过，不可采信")
        assert page.locator("#outcome a").get_attribute("href") == f"/p/{number.replace('-', '')}?after=refused"
        above = page.request.get(site.origin + page.locator("#outcome a").get_attribute("href")).text()
        assert above.index("核验未通过，不可采信") < above.index("<h1>")
        typed(page, site.link(code))  # another code is another card
        typed(page, number)
        assert page.evaluate(tones) == ["verdict plain"]


def test_a_photo_is_read_and_other_files_are_refused_in_words(standing_page: Page, site: Site, tmp_path: Path) -> None:
    page = standing_page
    code = site.newest(permits=1)
    photo, blank, text = tmp_path / "sheet.jpg", tmp_path / "blank.png", tmp_path / "notes.txt"
    whole = sheet(site.services, CLERK, code, STARTED)
    whole.save(photo, quality=85)
    whole.crop((0, 0, 200, 200)).save(blank)
    text.write_text(site.link(code), encoding="utf-8")
    typed(page, "hello")
    page.locator("#file").set_input_files(photo)
    expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过，码内证照均有效")
    expect(page.locator("#text")).to_have_value("")
    page.locator("#file").set_input_files(blank)
    expect(page.locator("#outcome h2.headline")).to_contain_text("照片里没有找到二维码")
    page.locator("#file").set_input_files(text)
    expect(page.locator("#outcome h2.headline")).to_contain_text("无法读取这个文件")
    expect(page.locator("#outcome")).to_contain_text("不是照片，也不是 PDF")


def test_a_suspended_permit_turns_after_a_refresh(page: Page, site: Site) -> None:
    code = site.newest(permits=1)
    typed(page, site.link(code))
    assert verdict(page) == "good"
    site.set_status(code.status_index + 1, SUSPENDED)
    typed(page, site.link(code))
    assert verdict(page) == "good"  # as of the list that the device holds, and it says so
    page.get_by_role("button", name="立即更新").click()
    expect(page.locator("#outcome article .tag")).to_contain_text("已暂停")
    assert verdict(page) == "bad"
    expect(page.locator("#outcome h2.headline")).to_contain_text("有许可被暂停")


def test_an_older_print_and_a_withdrawn_one_say_so(page: Page, site: Site) -> None:
    code = site.newest(permits=1)
    for value, tone, said in ((3, "care", "旧版亮证牌"), (2, "care", "正在歇业"), (1, "bad", "本牌已作废")):
        site.set_status(code.status_index, value)
        page.get_by_role("button", name="立即更新").click()
        settled(page)
        typed(page, site.link(code))
        expect(page.locator("#outcome h2.headline")).to_contain_text(said)
        assert verdict(page) == tone
        assert page.locator("#outcome article").get_attribute("class") == f"card {'good' if value == 2 else 'care'}"


AGES = [
    (timedelta(hours=1), "good", "码内证照均有效", "1 小时前"),
    (timedelta(hours=30), "care", "状态信息较旧", "30 小时前"),
    (timedelta(days=4), "unknown", "现在是否有效不明", "4 天前"),
]


def test_the_older_the_list_the_less_is_said(installed_page: Page, site: Site) -> None:
    """On one phone, on which time passes: fresh, stale, expired."""
    page = installed_page
    link = site.link(site.newest(permits=1))
    listed_at = site.listed_at()
    site.stop()
    for later, tone, said, told in AGES:
        set_clock(page, listed_at + later)
        page.reload()
        settled(page)
        typed(page, link)
        expect(page.locator("#outcome h2.headline")).to_contain_text(said)
        expect(page.locator("#outcome .verdict p")).to_contain_text(told)
        assert verdict(page) == tone
        assert page.locator("#outcome article").get_attribute("class") == f"card {tone}"
        assert (page.locator("#outcome article .tag").text_content().find("状态不明") >= 0) == (tone == "unknown")


def test_a_permit_whose_days_are_over_is_not_shown_as_in_force(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    set_clock(page, datetime.now(UTC) + timedelta(days=365 * 5))
    typed(page, link)
    expect(page.locator("#outcome article .tag")).to_contain_text("已过期")
    assert verdict(page) == "unknown"


def test_a_device_without_lists_says_so_and_verifies_nothing(chromium: Browser, site: Site) -> None:
    context = new_context(chromium, service_workers="block")
    context.route("**/trust-list", lambda route: route.abort())
    context.route("**/status-list", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{site.origin}/verify")
    settled(page)
    expect(page.locator("#notices")).to_contain_text("本机还没有名单，不能离线核验")
    typed(page, site.link(site.newest(permits=1)))
    assert verdict(page) == "unknown"
    expect(page.locator("#outcome h2.headline")).to_contain_text("本机还不能核验")
    context.close()


def test_an_older_list_from_the_network_does_not_replace_the_newer_one(page: Page, site: Site, device) -> None:
    code = site.newest(permits=1)
    older = device.request.get(f"{site.origin}/status-list").body()
    site.set_status(code.status_index + 1, SUSPENDED)
    page.get_by_role("button", name="立即更新").click()
    settled(page)

    def replayed(app: Flask) -> None:
        app.view_functions["lists.status_list"] = lambda: older

    site.restart(replayed)
    page.get_by_role("button", name="立即更新").click()
    expect(page.locator("#refreshed")).to_contain_text("本机的名单比取得的更新")
    typed(page, site.link(code))
    expect(page.locator("#outcome article .tag")).to_contain_text("已暂停")


def test_of_a_compromised_key_only_what_was_registered_before_stays_good(installed_page: Page, site: Site) -> None:
    """By the signed allow-list, with the server gone: found compromised after the code was registered, then before."""
    page = installed_page
    code = site.newest(permits=1)
    kid = site.services.keys.signing_key(STARTED).kid.hex()
    for since, good in ((timedelta(seconds=1), True), (timedelta(), False)):
        ceremony = build_ceremony(site.services.settings)
        assert ceremony.compromise(ceremony.find(kid), code.issued_at + since, datetime.now(UTC))
        ceremony.database.close()
        page.get_by_role("button", name="立即更新").click()
        settled(page)
        with site.away():
            page.reload()
            settled(page)
            typed(page, site.link(code))
            if good:
                expect(page.locator("#outcome h2.headline")).to_contain_text("核验通过，码内证照均有效")
            else:
                expect(page.locator("#outcome .number")).to_have_text("key_compromised")


def test_a_site_that_comes_back_with_another_root_key_is_not_believed(
    first_page: Page, site: Site, tmp_path: Path, make_services
) -> None:
    page = first_page
    stranger = make_services(tmp_path / "stranger", at=STARTED)
    genuine, site.services = site.services, stranger
    site.restart()
    look_for_update(page)
    expect(page.locator("#notices")).to_contain_text("网站给出的根公钥与本机首次访问时不同")
    expect(page.locator("#refreshed")).to_contain_text("trust_list_signature")
    site.services = genuine
    typed(page, site.link(site.newest(permits=1)))
    assert verdict(page) == "good"
    stranger.database.close()


def test_a_server_that_never_answers_is_given_up_and_what_is_kept_verifies(installed_page: Page, site: Site) -> None:
    page = installed_page
    page.add_init_script(HURRY)
    with site.hanging("/trust-list"):
        page.reload()
        expect(page.locator("#refreshed")).to_contain_text("没有网络")
        typed(page, site.link(site.newest(permits=1)))
        assert verdict(page) == "good"


ONE_AFTER_THE_OTHER = """(texts) => {
  for (const text of texts) {
    document.getElementById("text").value = text;
    document.getElementById("typed").requestSubmit();
  }
}"""


def test_what_takes_longer_to_verify_does_not_cover_what_was_asked_after_it(standing_page: Page, site: Site) -> None:
    page = standing_page
    code = site.newest(permits=1)
    page.evaluate(ONE_AFTER_THE_OTHER, [site.link(code), code.code_id.number])
    page.evaluate(BUSY, "licence-qr-verify")
    assert page.locator("#outcome h2.headline").inner_text().startswith("编号不能证明亮证牌真伪")


def test_clearing_leaves_nothing_on_the_device(page: Page, site: Site) -> None:
    page.get_by_role("button", name="清除").click()
    expect(page.locator("#status-age")).to_have_text("无")
    typed(page, site.link(site.newest(permits=1)))
    assert verdict(page) == "unknown"
