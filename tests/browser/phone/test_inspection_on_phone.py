"""An inspection on the phone: begun from a scan without a server, worked through, signed, kept, and sent once."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

from desk_pages import PASSWORD
from inspection_phone import (
    STARTED,
    Phone,
    PhoneOfItsOwn,
    ours,
    phone_in,
    picture_with_place,
    received,
)
from PIL import Image
from playwright.sync_api import Browser, expect
from verify_site import Site

FINDING = "床单有污渍，未及时更换"
UNTIL = re.compile(r"第二名检查人员须在 20\d\d年\d+月\d+日 \d\d:\d\d 前在此或在自己的设备上确认")


def day_after(days: int) -> str:
    """A day in China, counted from today."""
    return (STARTED + timedelta(hours=8, days=days)).date().isoformat()


def concluded(phone: Phone) -> None:
    """What comes after the checklist: a photograph of what failed, an order to rectify it, the signature."""
    phone.photograph(3, picture_with_place((2400, 1800)))
    phone.conclude("to_rectify", day_after(14))
    phone.sign()


def test_made_without_a_server_and_kept_through_closing_the_browser_it_is_sent_once(
    chromium: Browser, tmp_path: Path, site: Site
) -> None:
    for phone in phone_in(chromium, tmp_path / "phone", site):
        made_and_sent(phone)


def made_and_sent(phone: PhoneOfItsOwn) -> None:
    """From the scan to the register as an inspector goes: every box is tapped, and the browser closed in between."""
    with phone.site.away():
        phone.scan(phone.site.link(ours(phone.site)[0]))
        phone.choose_place()
        phone.step(2)
        for number in range(phone.questions().count()):
            phone.answer(number, "yes" if number != 3 else "no", "" if number != 3 else FINDING)
        concluded(phone)
        phone.kept()
        phone.reopen()
        page = phone.list()
        page.click("text=继续")
        expect(phone.questions().nth(3).locator("textarea")).to_have_value(FINDING)
        expect(phone.questions().nth(3).locator(".shots img")).to_have_count(1)
        phone.finish()
        expect(page.locator("#sending")).to_contain_text("没有网络")
        expect(page.locator("#view")).to_contain_text("送达后 24 小时内，由第二名检查人员确认")
        phone.reopen()
        phone.list()
        expect(phone.waiting()).to_have_text("待发送（1） To be sent (1)")
    leaves_small_and_without_place_or_maker(phone)
    expect(phone.delivered()).to_have_count(1)
    expect(phone.delivered()).to_contain_text("还没有计入")
    expect(phone.delivered()).to_contain_text(UNTIL)
    expect(phone.waiting()).to_have_count(0)
    phone.list()
    confirmed_beside(phone)
    phone.page.get_by_role("link", name="回到本机的检查").click()
    expect(phone.delivered()).to_contain_text("已计入登记库")
    expect(phone.page.get_by_role("link", name="第二名检查人员在此确认")).to_have_count(0)
    (found,) = received(phone.site)
    assert (found["state"], found["arrived"]) == ("counted", 1)
    failed = [answer for answer in found["answers"] if answer["answer"] == "no"]
    assert [(answer["finding"], len(answer["photos"])) for answer in failed] == [(FINDING, 1)]
    assert found["signature"]["kind"] == "drawn" and len(found["signature"]["strokes"][0]) > 8
    assert found["subject"]["read_by"] == "symbol" and found["subject"]["code_version"] == 1
    assert (found["outcome"], found["rectify_by"], found["second_officer"]) == ("to_rectify", day_after(14), "second")


def leaves_small_and_without_place_or_maker(phone: Phone) -> None:
    """Send the photograph, as it leaves the phone."""
    sent: list[bytes] = []
    phone.page.route(
        "**/photos/*", lambda route: (sent.append(route.request.post_data_buffer or b""), route.continue_())
    )
    phone.list()
    expect(phone.delivered()).to_have_count(1)
    phone.page.unroute("**/photos/*")
    (content,) = sent
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("JPEG", (1600, 1200))
    assert not image.getexif() and b"Exif" not in content and b"Sample Maker" not in content


def confirmed_beside(phone: Phone) -> None:
    """Hand the phone to the second officer, who reads the record and confirms it with the own password."""
    page = phone.page
    page.get_by_role("link", name="第二名检查人员在此确认").click()
    expect(page.locator("main")).to_contain_text(FINDING)
    page.locator('input[name="username"]').fill("second")
    page.locator('input[name="answer"][value="confirmed"]').check()
    page.locator('input[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name="提交答复").click()
    expect(page.locator("main")).to_contain_text("确认属实")
