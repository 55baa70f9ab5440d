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
# may know an element by its id, its language or its neighbour, and hide it or clip it away. As digests (cyrb53), each of
# the element and of the digest of what it stands in: written out they are longer than the page.
_STANDINGS = """() => {
  const words = new Set(['href', 'src', 'srcset', 'action', 'value', 'content', 'datetime', 'nonce', 'title', 'alt',
    'placeholder', 'd', 'name', 'lang', 'for', 'id', 'aria-label', 'aria-describedby', 'aria-labelledby']);
  const digest = (text) => {
    let one = 0xdeadbeef, two = 0x41c6ce57;
    for (let n = 0; n < text.length; n += 1) {
      const each = text.charCodeAt(n);
      one = Math.imul(one ^ each, 2654435761);
      two = Math.imul(two ^ each, 1597334677);
    }
    one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
    two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
    return 4294967296 * (2097151 & two) + (one >>> 0);
  };
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
    own = digest(own);
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

# The head with its styles, and each part of the page (the header, the main part ...) with its words. That somebody stands
# in for another, which each page of the desk then says, is a part of its own.
_PARTS = """(page) => {
  const parts = [page.documentElement.lang + page.head.innerHTML];
  for (const part of page.body.children) {
    const duty = part.querySelector(':scope > .duty');
    parts.push(duty ? part.outerHTML.replace(duty.outerHTML + '\\n', '') : part.outerHTML, duty?.outerHTML ?? '');
  }
  return parts;
}"""
_PARTS_AND_TEXT = f"() => [({_PARTS})(document), document.body.innerText]"
# A page that is only asked for: what it answers, and its parts.
_ASKED = f"""async (address) => {{
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return [answer.url, answer.status, ({_PARTS})(page)];
}}"""
# Values that nobody is shown, axe neither: tokens, and which page it was.
_HIDDEN = re.compile(r'(<input type="hidden"[^>]*? value=")[^"]*')
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
# All that is asked at one width, in one question: whether it fits in each size of type, and where text stands.
_SHOWN = f"""([sizes, judged]) => [sizes.map({_FITS}), judged ? ({_STANDINGS})() : []]"""


class Walk:
    """Looks at one page after the other in ``page``, and keeps what is wrong with each by the page's name."""

    def __init__(self, page: Page, *, thorough: bool) -> None:
        self.page = page
        self.found: dict[str, str] = {}
        self._thorough = thorough
        self._met: set[int] = set()
        self._parts: set[str] = set()
        self._opened: set[str] = set()

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

    def visit(self, name: str, address: str) -> int:
        """Open a page of people who have signed in and look at it; the status it answers. Where an address was opened
        before, for somebody else, it is only asked for, and opened again if one of its parts has not been looked at."""
        if address in self._opened and not self._thorough:
            url, status, parts = self.page.evaluate(_ASKED, address)
            assert not urlsplit(url).path.startswith("/sign-in"), address
            if _said(parts) <= self._parts:
                return int(status)
        self._opened.add(address)
        answer = inside(self.page, address)
        self.look(name)
        return answer.status

    def look(self, name: str, *, large_text: bool = True) -> None:
        """Hold the page that is open to what every page is held to. ``large_text``: it also fits a phone with twice the
        type, which a sheet of paper need not."""
        page = self.page
        page.wait_for_load_state()
        parts, text = page.evaluate(_PARTS_AND_TEXT)
        if not self._thorough and _said(parts) <= self._parts:
            return
        self._parts |= _said(parts)
        for what, pattern in UNREAD.items():
            self.wrong(name, what, [line for line in text.splitlines() if pattern.search(line)])
        something_new = self._thorough
        for width in WIDTHS if page.viewport_size == PHONE else reversed(WIDTHS):  # as the last page has left it
            size = PHONE if width == PHONE["width"] else {**DESK, "width": width}
            if page.viewport_size != size:
                page.set_viewport_size(size)
            large = large_text and size == PHONE
            judged = width in AXE_WIDTHS
            fits, standings = page.evaluate(_SHOWN, [["", *([LARGE_TEXT] * large)], judged])
            for where, found in zip((f"at {width}", "text twice as large"), fits, strict=False):
                self._fits(name, width, where, found)
            if judged:
                contrast = self._judges_contrast(set(standings))
                something_new |= contrast
                if something_new or width == AXE_WIDTHS[0]:
                    self.wrong(name, f"axe at {width}", violations(page, contrast=contrast))

    def _judges_contrast(self, standings: set[int]) -> bool:
        """Whether text stands in something that was not met before, as the page is shown now."""
        new = not standings <= self._met
        self._met |= standings
        return new or self._thorough

    def _fits(self, name: str, width: int, where: str, found: tuple[int, list[str], list[str]]) -> None:
        wide, cut, astray = found
        if wide > width:
            self.wrong(name, where, f"{wide} pixels wide")
        self.wrong(name, f"{where}, cut off", cut)
        self.wrong(name, f"{where}, words beside nothing", astray)


def _said(parts: list[str]) -> set[str]:
    """The parts of a page as they are compared: digits are all one, and what is hidden is none."""
    return {_DIGITS.sub("0", _HIDDEN.sub(r"\1", part)) for part in parts}


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def inside(page: Page, address: str) -> Response:
    """Open a page of people who have signed in: a session that is over would show the sign-in page for every one."""
    answer = page.goto(address)
    assert answer
    assert not urlsplit(page.url).path.startswith("/sign-in"), address
    return answer
