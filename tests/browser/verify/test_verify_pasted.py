"""What is pasted on the verify page: reduced as in the service, verified strictly, and called what it is."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from verify_site import FOREIGN, Site, answered, settled, typed
from walls import symbol

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "pasted.json").read_text(encoding="utf-8"))
REDUCED = """async ({ hosts, texts }) => {
  const page = document.querySelector("script[type=module]").src;
  const { reduced } = await import(page.replace("verify/page.js", "reading/pasted.js"));
  return texts.map(({ text }) => reduced(text, hosts));
}"""
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@pytest.fixture
def page(standing_page: Page) -> Page:
    """The page, one for all tests that only ask it of a text."""
    return standing_page


def tone(page: Page) -> str:
    """The tone that the page shows."""
    return (page.locator("#outcome .verdict").get_attribute("class") or "").removeprefix("verdict ")


def test_every_text_is_what_the_vector_says(page: Page) -> None:
    found = page.evaluate(REDUCED, VECTORS)
    wrong = [
        (vector["description"], said)
        for vector, said in zip(VECTORS["texts"], found, strict=True)
        if said != {"others": [], **vector["expected"]}
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "written",
    [
        "{}?from=singlemessage&isappinstalled=0",
        "\u200b{}。",
        "请看 {} 谢谢",
        "{}/",
        "{}.",
        "（{}）",
        "  {}  13800000000",
    ],
)
def test_a_genuine_link_is_green_whatever_a_messenger_adds(page: Page, site: Site, written: str) -> None:
    typed(page, written.format(site.link(site.newest(permits=1))))
    assert tone(page) == "good"


def test_it_is_green_in_full_width_upper_case_and_broken_by_spaces(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    scheme, _, rest = link.partition("://")
    for text in (
        link.translate(FULL_WIDTH),
        f"{scheme.upper()}://{rest}",
        rest,
        f"{link[:80]} {link[80:160]}  {link[160:]}",
        link.rpartition("/")[2],
    ):
        assert tone(typed(page, text)) == "good", text


def test_a_pasted_text_of_several_lines_is_read(page: Page, site: Site) -> None:
    """Pasted as a person does it: the browser makes one line of it."""
    link = site.link(site.newest(permits=1))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("(text) => navigator.clipboard.writeText(text)", f"请看：\n{link[:90]}\n{link[90:]}\n")
    page.locator("#text").fill("")
    with answered(page):
        page.locator("#text").press("ControlOrMeta+v")
        page.locator("#typed button").click()
    assert tone(page) == "good"


def test_of_two_links_the_first_is_verified_and_the_second_offered_beside_it(page: Page, site: Site) -> None:
    one, other = site.link(site.newest(permits=1)), site.link(site.newest(permits=6))
    typed(page, f"{one} 和 {other}")
    assert tone(page) == "good"
    first = page.locator("#outcome .who h2").inner_text()
    expect(page.locator("#beside")).to_contain_text("另外还有：")
    [button] = page.locator("#beside .codes button").all()
    name = button.inner_text().partition("，第")[0]
    assert name != first
    button.click()
    expect(page.locator("#outcome .who h2")).to_have_text(name)
    expect(page.locator("#beside .codes button")).to_contain_text(first)


def test_a_copied_code_behind_another_host_is_named_beside_ours(page: Page, site: Site) -> None:
    typed(page, f"{site.link(site.newest(permits=1))} {FOREIGN}")
    assert tone(page) == "good"
    expect(page.locator("#beside .codes button")).to_contain_text("核验未通过")


def test_of_very_many_links_a_dozen_are_offered_and_the_rest_counted(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    changed = [each for at in range(21) if (each := f"{link[:60]}{at:02}{link[62:]}") != link][:20]
    typed(page, " ".join([link, *changed]))
    expect(page.locator("#beside .codes button")).to_have_count(12)
    expect(page.locator("#beside")).to_contain_text("还有 8 个没有列出。")


def test_a_link_pasted_twice_is_one(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    typed(page, f"{link} {link}?from=singlemessage")
    assert tone(page) == "good"
    expect(page.locator("#beside")).to_be_hidden()


def test_our_host_at_the_end_of_another_stays_red(page: Page, site: Site) -> None:
    """Its first part ends with a letter that is no ASCII, so that what follows looks like a link without a scheme."""
    scheme, _, rest = site.link(site.newest(permits=1)).partition("://")
    typed(page, f"{scheme}://licence\u043e{rest}")
    assert tone(page) == "bad"


def test_one_changed_character_stays_red(page: Page, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    digit = str((int(link[-9]) + 1) % 10)
    for text, code in (
        (f"{link[:-9]}{digit}{link[-8:]}?from=singlemessage", "signature_mismatch"),
        (f"{link[:60]}x{link[61:]}", "symbol_not_digits"),
        (f"{link}9", None),
        (link[:-1], None),
    ):
        assert tone(typed(page, text)) == "bad", text
        if code:
            expect(page.locator("#outcome .number")).to_have_text(code)


def test_a_symbol_with_something_appended_stays_red(page: Page, site: Site) -> None:
    out = io.BytesIO()
    symbol(site.link(site.newest(permits=1)) + "?from=singlemessage").save(out, "PNG")
    page.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()})
    expect(page.locator("#outcome .number")).to_have_text("symbol_not_digits")
    assert tone(page) == "bad"


def test_a_number_is_found_in_what_stands_around_it(page: Page, site: Site) -> None:
    number = site.newest(permits=1).code_id.number
    typed(page, site.link(site.newest(permits=1)))  # a code that is no refusal: that would stay above
    for text in (number.translate(FULL_WIDTH), f"编号：{number}。", f"\u200b{number}", number.replace("-", " — ")):
        typed(page, text)
        assert tone(page) == "plain"
        assert page.locator("#outcome a").get_attribute("href") == "/p/" + number.replace("-", ""), text


def test_a_number_with_a_wrong_character_is_told_at_once(page: Page) -> None:
    typed(page, "A3C5-HR4R-BV67-YR22-Z")
    expect(page.locator("#outcome h2.headline")).to_contain_text("编号输错了一位")
    assert (tone(page), page.locator("#outcome a").count()) == ("unknown", 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "这不是亮证二维码"),
        ("13800000000", "这不是亮证二维码"),
        ("wxp://f2f0dWXUSpaRjSlOcWv3", "这是付款码"),
        ("https://qr.alipay.com/fkx0123456789", "这是付款码"),
        ("WIFI:T:WPA;S:Guest;;", "这是无线网络码"),
        ("BEGIN:VCARD\nFN:示例甲\nEND:VCARD", "这是名片码"),
        ("https://healthcode.example.net/a", "这是健康码"),
        ("91500107M000001A9R", "这是统一社会信用代码"),
        ("https://licence-check.example.net/pay?to=me", "这是其他网址"),
    ],
)
def test_what_is_no_code_is_called_what_it_is_calmly(page: Page, text: str, said: str) -> None:
    typed(page, text)
    expect(page.locator("#outcome h2.headline")).to_contain_text(said)
    assert (tone(page), page.locator("#outcome a").count()) == ("unknown", 0)


def test_the_beginning_that_is_asked_for_is_that_of_the_codes_here(page: Page, site: Site) -> None:
    typed(page, "hello")
    beginning = site.link(site.newest(permits=1)).rpartition("/")[0]
    expect(page.locator("#outcome")).to_contain_text(f"以 {beginning}/ 开头")


def test_the_beginning_of_codes_of_this_machine_is_http(page: Page) -> None:
    said = """async (hosts) => {
      const page = document.querySelector("script[type=module]").src;
      const { pastedNotOurs } = await import(page.replace("page.js", "not_ours.js"));
      return pastedNotOurs({ kind: "text", texts: [], host: "", others: [] }, hosts).map((part) => part.textContent).join();
    }"""
    here = page.url.split("/")[2]
    assert f"以 http://{here}/c/ 开头" in page.evaluate(said, ["ym.example.gov.cn", here])
    assert "以 http://localhost:8000/c/ 开头" in page.evaluate(said, ["localhost:8000"])
    assert "以 https://ym.example.gov.cn/c/ 开头" in page.evaluate(said, ["ym.example.gov.cn"])


def test_of_another_address_the_host_is_told_and_nothing_opened(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    typed(page, "请看 HTTPS://Licence-Check.example.net/pay?to=me")
    expect(page.locator("#outcome .host")).to_have_text("licence-check.example.net")
    assert asked == []


def test_of_a_long_host_the_end_is_shown(page: Page) -> None:
    typed(page, f"https://{'a' * 4_000}.example.net/pay")
    host = page.locator("#outcome .host").inner_text()
    assert host.startswith("…a") and host.endswith(".example.net") and len(host) == 61


def test_a_copied_code_behind_another_host_stays_red(page: Page) -> None:
    typed(page, f"看 {FOREIGN}?from=timeline")
    expect(page.locator("#outcome .host")).to_have_text("licence-check.example.net")
    assert tone(page) == "bad"


def test_an_empty_field_asks_for_nothing(page: Page) -> None:
    page.reload()  # nothing was asked of it yet
    settled(page)
    page.locator("#text").fill(" \u200b ")
    page.locator("#typed button").click()
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#outcome")).to_be_hidden()
