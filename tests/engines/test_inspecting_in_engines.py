"""An inspector's phone in each engine: the pack is taken along, a visit is made without a server, kept, and sent once."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_pages import PASSWORD
from inspection_phone import ALL_ANSWERED, PAGE, ours, picture_with_place, received
from verify_site import Site
from window import Window

FINDING = "床单有污渍，未及时更换"
_STEP = "(number) => document.querySelectorAll('.visit-steps a')[number - 1].click()"


@pytest.fixture
def phone(window: Window, site: Site) -> Window:
    """A phone on which an inspector has signed in, with a pack and both pages kept."""
    window.open(f"{site.origin}/sign-in?next=/inspect/")
    window.type("#username", "walker")
    window.type("#password", PASSWORD)
    window.press("main form button")
    window.sees("#take:enabled")
    window.press("#take")
    window.sees("#leave-behind")
    window.open(f"{site.origin}/verify?lang=zh")
    window.shows("。", "#refreshed")
    window.kept_by_its_worker()
    return window


def _step(phone: Window, number: int) -> None:
    phone.evaluate(_STEP, number)
    phone.sees(f".visit-steps li:nth-child({number}) a[aria-current=step]")


def _visited(phone: Window, site: Site, photo: Path) -> None:
    """A whole visit, from the code to the last step but sending."""
    code = ours(site)[0]
    phone.open(f"{site.origin}{PAGE}#begin/{code.code_id.number}/{code.version}")
    phone.shows("开始检查", "#title")
    phone.press("#view .places button")
    phone.sees(".visit-steps")
    phone.choose("#view select", "second")
    _step(phone, 2)
    phone.sees(".question")
    phone.evaluate(ALL_ANSWERED, [0])
    phone.sees(".question .finding textarea")
    phone.type(".question .finding textarea", FINDING)
    phone.upload(".question .finding input[type=file]", [photo])
    phone.sees(".question .shots img")
    _step(phone, 4)
    phone.press("input[value=passed]")
    _step(phone, 5)
    phone.press("input[value=typed]")
    phone.sees("#view input[type=text]")
    phone.type("#view input[type=text]", "张示例")
    _step(phone, 6)
    phone.shows("已保存在本机", "#kept")


def test_a_visit_made_without_a_server_is_kept_and_sent_once_in_every_engine(
    phone: Window, site: Site, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture_with_place())
    with site.away():
        _visited(phone, site, photo)
        phone.press("#view .tools button:not(.quiet-button):enabled")
        phone.shows("没有网络", "#sending")
        phone.open("about:blank")
        phone.open(f"{site.origin}{PAGE}")
        phone.shows("待发送（1）", "#view")
    phone.open("about:blank")
    phone.open(f"{site.origin}{PAGE}")
    phone.shows("已送达", "#view")
    (found,) = received(site)
    assert found["arrived"] == 1
    assert [answer["finding"] for answer in found["answers"] if answer["answer"] == "no"] == [FINDING]
