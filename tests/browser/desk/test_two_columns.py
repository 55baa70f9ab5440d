"""The wide pages of the desk: two columns at 1280 pixels with the next step in view, whole words in large text at 360."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from at_the_counter import Running, running
from desk_pages import HOTEL
from playwright.sync_api import Page, expect

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 800}
LARGE = "225%"  # twice the size of the page's own text
# Words of Latin letters that stand on more than one line; what is typed as it is on paper may break anywhere.
BROKEN = r"""() => {
  const found = [];
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.parentElement.closest('.code, .govuk-visually-hidden, [hidden], details:not([open]) > :not(summary)')) continue;
    for (const word of node.data.matchAll(/\b[A-Za-z]{2,13}\b/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(word[0]);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real installation."""
    with running(tmp_path_factory.mktemp("two-columns")) as site:
        yield site


@pytest.fixture(scope="module")
def hotel(site: Running) -> dict[str, str]:
    """The pages of a hotel with a pool, and of an application that is ready to be issued."""
    with_pool = {**HOTEL, "answer_has_pool": "yes"}
    issued = site.decided(trade=with_pool)
    clerk = site.signed_in("clerk")
    ready = clerk.start()
    clerk.fill(ready, trade=with_pool, name="重庆示例两栏客栈有限公司")
    business = re.search(r"/desk/businesses/\w+", clerk.see(f"{issued}/result"))
    assert business
    return {"review": f"{ready}/review", "result": f"{issued}/result", "business": business[0]}


@pytest.mark.parametrize(
    ("page", "first", "beside"),
    [
        ("review", ".govuk-summary-list", ".panel.issue"),
        ("result", ".items", ".hand-over"),
        ("business", ".items", ".panel.next"),
    ],
)
def test_what_is_to_be_done_stands_beside_what_there_is(
    looking: Page, site: Running, hotel: dict[str, str], page: str, first: str, beside: str
) -> None:
    site.seat(looking.context, "clerk")
    looking.set_viewport_size(WIDE)
    looking.goto(f"{site.origin}{hotel[page]}")
    left, right = looking.locator(first).first.bounding_box(), looking.locator(beside).first.bounding_box()
    assert left and right
    assert left["x"] + left["width"] <= right["x"]
    assert abs(left["y"] - right["y"]) < 150
    if page != "result":
        looking.evaluate("() => document.querySelector('main').scrollIntoView({block: 'end'})")
        expect(looking.locator(f"{beside} .govuk-button")).to_be_in_viewport()


@pytest.mark.parametrize("page", ["review", "result", "business"])
def test_large_text_on_a_narrow_screen_breaks_no_word(
    looking: Page, site: Running, hotel: dict[str, str], page: str
) -> None:
    site.seat(looking.context, "clerk")
    looking.set_viewport_size(NARROW)
    looking.goto(f"{site.origin}{hotel[page]}?lang=en")
    looking.evaluate("(size) => { document.documentElement.style.fontSize = size; }", LARGE)
    assert looking.evaluate(BROKEN) == []
