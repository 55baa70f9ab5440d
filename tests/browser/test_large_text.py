"""Text at twice its size on a narrow phone: no comma begins a line, and what is one unit stands on one."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Page, expect
from verify_site import Site, typed
from walls import PAYMENT, wall

# The lines of an element as they are on the screen.
LINES = """(root) => {
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const lines = [];
  let bottom = -1;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (let at = 0; at < node.length; at += 1) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const [box] = range.getClientRects();
      if (!box || !box.width) continue;
      if (box.top >= bottom - box.height / 2) { lines.push(''); bottom = box.bottom; }
      lines[lines.length - 1] += node.data[at];
    }
  }
  return lines.map((line) => line.replaceAll('\\u00a0', ' '));
}"""


@pytest.fixture
def large(page: Page) -> Page:
    page.set_viewport_size({"width": 360, "height": 700})
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    return page


def lines(page: Page, what: str) -> list[str]:
    found = page.locator(what).first.evaluate(LINES)
    assert len(found) > 1, found
    return found


@pytest.mark.parametrize(
    "text", [PAYMENT, "91500107M000001A9R", "https://licence-check.example.net/pay", "genuine", "forged"]
)
def test_no_comma_of_a_headline_begins_a_line(large: Page, site: Site, text: str) -> None:
    link = site.link(site.newest(permits=1))
    forged = f"{link[:-9]}{(int(link[-9]) + 1) % 10}{link[-8:]}"
    typed(large, {"genuine": link, "forged": forged}.get(text, text))
    found = lines(large, "#outcome .headline")
    assert "，" in "".join(found) and not [line for line in found if line.startswith("，")], found


def test_a_version_and_a_count_are_not_broken(large: Page, site: Site) -> None:
    two = [site.newest(permits=1), site.newest(permits=6)]
    out = io.BytesIO()
    wall(*map(site.link, two), PAYMENT).save(out, "PNG")
    large.locator("#file").set_input_files({"name": "wall.png", "mimeType": "image/png", "buffer": out.getvalue()})
    expect(large.locator("#outcome .codes button")).to_have_count(2)
    for button in large.locator("#outcome .codes button").all():
        found = button.evaluate(LINES)
        assert any("第 1 版" in line for line in found) and not [line for line in found if line.startswith("，")], found
    assert any("1 个码" in line for line in lines(large, "#beside"))
    typed(large, site.link(two[0]))
    assert any("第 1 版，" in line for line in lines(large, "#outcome > dl"))


def test_no_comma_of_a_headline_of_the_public_page_begins_a_line(large: Page, site: Site) -> None:
    digits = site.link(site.newest(permits=1)).rpartition("/")[2]
    for shown in (digits, f"{digits[:-9]}{(int(digits[-9]) + 1) % 10}{digits[-8:]}"):
        large.goto(f"{site.origin}/c/{shown}?lang=zh")
        large.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        found = lines(large, ".verdict h1")
        assert not [line for line in found if line.startswith("，")], found
