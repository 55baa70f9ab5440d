"""What citizens do, in each engine: the page of a code, a report with a photograph, a rating. None of it needs a script."""

from __future__ import annotations

from pathlib import Path

from inspection_phone import OFFICE
from PIL import Image
from verify_site import Site
from window import Window

from licence_qr.domain.roles import Actor, Role

CLERK = Actor(1, "counter", "窗口", OFFICE, frozenset({Role.CLERK}))


def _in_english(site: Site, link: str) -> str:
    """The address of a symbol on this machine, and the page in English."""
    return f"{site.origin}/c/{link.rpartition('/')[2]}?lang=en"


def _rating_code(site: Site) -> str:
    """The code on the slip of a decided case that nobody has rated."""
    with site.services.database.read() as tx:
        rows = tx.all(
            "SELECT application_no FROM issued_applications WHERE office = ?"
            " AND application_no NOT IN (SELECT application_no FROM ratings)",
            (OFFICE,),
        )
    return site.services.ratings.invitation(CLERK, rows[0]["application_no"]).code.number


def test_a_scanned_code_leads_to_its_page_in_every_engine(window: Window, site: Site) -> None:
    link = site.link(site.newest(permits=1))
    window.open(f"{site.origin}/c/{link.rpartition('/')[2]}?lang=zh")
    window.shows("核验通过", "h1")
    assert "注册资本" not in window.text("main")
    window.press("summary")
    window.shows("注册资本", "main")
    window.open(_in_english(site, link))
    window.shows("Genuine", "h1")


def test_a_report_with_a_photograph_arrives_from_every_engine(window: Window, site: Site, tmp_path: Path) -> None:
    photo = tmp_path / "IMG_0001.jpg"
    Image.new("RGB", (400, 300), "#7a8f6a").save(photo)
    number = site.newest(permits=1).code_id.number
    window.open(f"{site.origin}/p/{number}")
    window.press(f"a[href='/p/{number}/report']")
    window.sees("#text")
    window.press("label[for=kind-hygiene], input[name=kind][value=hygiene]")
    window.type("#text", "床单没有换")
    window.upload("#photo", [photo])
    window.press("main form button")
    window.shows("已收到您的反映", "h1")
    with site.services.database.read() as tx:
        found = tx.all("SELECT text, has_photo FROM reports WHERE text = '床单没有换'")
    assert [row["has_photo"] for row in found] == [1]


def test_a_slip_is_rated_from_every_engine(window: Window, site: Site) -> None:
    window.open(f"{site.origin}/rate")
    window.type("#code", _rating_code(site))
    window.press("main form button")
    window.sees("input[name=level]")
    window.press("input[name=level][value='1']")
    window.press("input[name=complaint][value=slow]")
    window.press("main form button")
    window.shows("这件业务已经评价", "h1")
