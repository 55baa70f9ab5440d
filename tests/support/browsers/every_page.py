"""What every page is held to, and one walk that holds page after page to it in one window.

Most of the time of a look goes to axe, and nearly all of that to contrast. Contrast is a matter of an element and of what
it stands in, not of its words: the walk judges it at each width at which text stands in something that it has not met
before, shown and with the styles that apply there, in either language. Where there was such text, it asks axe for all other
rules at each of its widths, elsewhere at one. How wide the page is, it asks everywhere.

What is asked goes in few questions, and by ``evaluate``: for its first locator on a page playwright loads a program of its
own into it, which costs as much as the page.

A page whose parts have all been looked at, word for word but for digits, it does not look at again: most pages of the desk
are the same for a clerk and for an inspector, but for the menu. ``thorough`` asks everything everywhere: ``make campaign``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from accessible import violations
from playwright.sync_api import Page, Response
from screens import AXE_WIDTHS, DESK, PHONE, WIDTHS

LARGE_TEXT = "225%"
# What no text that people read has in it, whatever its language.
UNREAD = {
    "a space after a Chinese stop": re.compile(r"[。，；：？！、] +(?=[\u4e00-\u9fff“《])"),
    "a time written for machines": re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d"),
}
# All by one worker, which has met what the pages before had, in the other language too.
one_walk = pytest.mark.xdist_group("every page")
languages = pytest.mark.parametrize("language", ["zh", "en"])
# Each element that shows text of its own, as the elements it stands in with their attributes: without words, addresses
# and serial numbers, but with the style sheets of the page, and with what these made of each element at this width: a rule
# may know an element by its id, its language or its neighbour, and hide it or clip it away.
_STANDINGS = """() => {
  const words = new Set(['href', 'src', 'srcset', 'action', 'value', 'content', 'datetime', 'nonce', 'title', 'alt',
    'placeholder', 'd', 'name', 'lang', 'for', 'id', 'aria-label', 'aria-describedby', 'aria-labelledby']);
  const found = new Set();
  const looks = (element) => {
    const {color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight} = getComputedStyle(element);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);  // as axe has it
    const {width, height, right} = element.getBoundingClientRect();
    const shown = element.checkVisibility({visibilityProperty: true}) && width > 1 && height > 1 && right > 0;
    return [color, backgroundColor, backgroundImage, opacity, large, shown].join(' ');
  };
  const visit = (element, above) => {
    let own = above + '<' + element.tagName + ' ' + looks(element);
    for (const {name, value} of element.attributes)
      if (!name.startsWith('data-')) own += ' ' + name + (words.has(name) ? '' : '=' + value.replace(/[0-9]+/g, '0'));
    if (element.matches('input, select, textarea')) found.add(own);
    for (const child of element.childNodes) {
      if (child.nodeType === Node.ELEMENT_NODE) visit(child, own);
      else if (child.nodeType === Node.TEXT_NODE && child.nodeValue.trim()) found.add(own);
    }
  };
  const sheets = [...document.querySelectorAll('link[rel=stylesheet]')].map(sheet => sheet.getAttribute('href'));
  visit(document.body, sheets.join(' '));
  return [...found];
}"""

# The title with the styles, and each part of the page (the header, the main part ...) with its words; and its text as read.
_PARTS = """() => [[...document.body.children].map(each => each.outerHTML).concat(
  [document.documentElement.lang, document.title,
    ...[...document.styleSheets].map(sheet => sheet.href || sheet.ownerNode.textContent)].join(' ')),
  document.body.innerText]"""
_CHANGES_EVERY_TIME = re.compile(r'(?<=name="csrf_token" value=")[^"]*')
_DIGITS = re.compile("[0-9]")
# With text of this size: how wide the page is; what scrolls sideways in its own frame, whose end is not seen on a phone;
# choices whose words do not begin beside their circle or box.
_FITS = """(size) => {
  const root = document.documentElement;
  root.style.fontSize = size;
  const wide = root.scrollWidth;
  const cut = [...document.querySelectorAll('main *')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
    .map(e => e.outerHTML.slice(0, 80));
  const astray = [...document.querySelectorAll(':is(input[type=radio], input[type=checkbox]) + label')].filter(label => {
    const box = label.previousElementSibling.getBoundingClientRect(), words = document.createRange();
    words.selectNodeContents(label);
    const line = words.getClientRects()[0];
    return line && box.height && Math.abs(line.top + line.bottom - box.top - box.bottom) > box.height;
  }).map(label => label.textContent);
  root.style.fontSize = '';
  return [wide, cut, astray];
}"""


class Walk:
    """Looks at one page after the other in ``page``, and keeps what is wrong with each by the page's name."""

    def __init__(self, page: Page, *, thorough: bool) -> None:
        self.page = page
        self.found: dict[str, str] = {}
        self._thorough = thorough
        self._met: set[str] = set()
        self._parts: set[str] = set()

    @contextmanager
    def over(self, origin: str, language: str) -> Iterator[Page]:
        """The window on the first page of another place, known to nobody there; at the end nothing was found."""
        self.found = {}
        self.page.context.clear_cookies()
        self.page.set_viewport_size(DESK)
        self.page.goto(f"{origin}/?lang={language}")
        yield self.page
        assert not self.found, "\n".join(f"{name}: {fault}" for name, fault in self.found.items())

    def wrong(self, name: str, where: str, fault: object) -> None:
        """Keep a fault, where there is one."""
        if fault:
            self.found[f"{name}, {where}"] = str(fault)

    def look(self, name: str, *, large_text: bool = True) -> None:
        """Hold the page that is open to what every page is held to. ``large_text``: it also fits a phone with twice the
        type, which a sheet of paper need not."""
        page = self.page
        page.wait_for_load_state()
        html, text = page.evaluate(_PARTS)
        parts = {_DIGITS.sub("0", _CHANGES_EVERY_TIME.sub("", part)) for part in html}
        if not self._thorough and parts <= self._parts:
            return
        self._parts |= parts
        for what, pattern in UNREAD.items():
            self.wrong(name, what, [line for line in text.splitlines() if pattern.search(line)])
        something_new = self._thorough
        for width in WIDTHS if page.viewport_size == PHONE else reversed(WIDTHS):  # as the last page has left it
            size = PHONE if width == PHONE["width"] else {**DESK, "width": width}
            if page.viewport_size != size:
                page.set_viewport_size(size)
            self._fits(name, width, f"at {width}")
            if width in AXE_WIDTHS:
                contrast = self._judges_contrast()
                something_new |= contrast
                if something_new or width == AXE_WIDTHS[0]:
                    self.wrong(name, f"axe at {width}", violations(page, contrast=contrast))
            if large_text and size == PHONE:
                self._fits(name, width, "text twice as large", LARGE_TEXT)

    def _judges_contrast(self) -> bool:
        """Whether text stands in something that was not met before, as the page is shown now."""
        standings = set(self.page.evaluate(_STANDINGS))
        new = not standings <= self._met
        self._met |= standings
        return new or self._thorough

    def _fits(self, name: str, width: int, where: str, text: str = "") -> None:
        wide, cut, astray = self.page.evaluate(_FITS, text)
        if wide > width:
            self.wrong(name, where, f"{wide} pixels wide")
        self.wrong(name, f"{where}, cut off", cut)
        self.wrong(name, f"{where}, words beside nothing", astray)


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def inside(page: Page, address: str) -> Response:
    """Open a page of people who have signed in: a session that is over would show the sign-in page for every one."""
    answer = page.goto(address)
    assert answer
    assert not urlsplit(page.url).path.startswith("/sign-in"), address
    return answer
