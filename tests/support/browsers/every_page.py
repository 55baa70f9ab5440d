"""What every page is held to, and one walk that holds page after page to it.

The walk has two windows. In one, people go from page to page. In the other stands a bench (``workbench.js``), on which each
page is looked at: to open a page costs as much as to look at it often, and axe takes twice as long on a page on which it
has not run before. A page without scripts is asked for as any program asks, and opened on the bench alone; one with scripts
is opened in the window, and what they have made of it goes to the bench.

Most of the time of a look goes to axe, and most of that to contrast. Contrast is a matter of an element and of what
it stands in, not of its words: the walk judges it at each width of those elements whose text stands in something that it
has not met before, shown and with the styles that apply there, in either language. There it asks axe for all other rules
too; elsewhere at one width, where no page before was built of the same elements: they ask whether there is a word, not
which. How wide the page is, it asks everywhere.

A page whose parts have all been looked at, word for word but for digits, it does not look at again: most pages of the desk
are the same for a clerk and for an inspector, but for the menu. ``thorough`` asks everything everywhere, and opens each page
in the window: ``make campaign``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from accessible import OPTIONS, report
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Response
from screens import AXE_WIDTHS, DESK, PHONE, WIDTHS

Sizes = Sequence[tuple[int, str]]
LARGE_TEXT = "225%"
# The widths at which every page is looked at, and the sizes of type.
ALWAYS: Sizes = [(PHONE["width"], LARGE_TEXT), *((width, "") for width in WIDTHS)]
BENCH = Path(__file__).with_name("workbench.js").read_text(encoding="utf-8")
# What no text that people read has in it, whatever its language.
UNREAD = {
    "a space after a Chinese stop": re.compile(r"[。，；：？！、] +(?=[\u4e00-\u9fff“《])"),
    "a time written for machines": re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d"),
}
# All by one worker, which has met what the pages before had, in the other language too.
one_walk = pytest.mark.xdist_group("every page")
languages = pytest.mark.parametrize("language", ["zh", "en"])
# The page as it is in the window, and what has the focus in it.
_AS_IT_IS = """() => {
  const focused = document.activeElement;
  if (focused !== document.body) focused?.setAttribute('data-focused', '');
  return '<!doctype html>' + document.documentElement.outerHTML;
}"""
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
# The head with its styles, and each part of the page (the header, the main part ...) with its words. That somebody stands
# in for another, which each page of the desk then says, is a part of its own.
_PARTS = re.compile("(?=<(?:body|header|main|footer)[ >])")
_DUTY = re.compile(r'<p class="[^"]*\bduty".*?</p>\n?', re.DOTALL)
# Values that nobody is shown, axe neither: tokens, and which page it was.
_HIDDEN = re.compile(r'(<input type="hidden"[^>]*? value=")[^"]*')
_DIGITS = re.compile("[0-9]")


class Bench:
    """The window with the bench in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._at = ""
        self._known: list[list[int]] = [[], []]
        self._set_up()

    def at(self, origin: str) -> None:
        """Work on the pages of another place from now on: their style sheets come from there."""
        if origin != self._at:
            self._known = self.page.evaluate("() => bench.known()")
            self.page.goto(f"{origin}/bench")
            self._set_up()
            self._at = origin

    def _set_up(self) -> None:
        self.page.evaluate(BENCH, [AXE_SCRIPT, OPTIONS])
        self.page.evaluate("known => bench.remember(known)", self._known)

    def lay(self, html: str) -> None:
        """Open the page of which this is the text."""
        self.page.evaluate("html => bench.lay(html)", html)

    def look(self, sizes: Sizes, *, thorough: bool) -> dict[str, Any]:
        """What is to be said of the page at ``sizes``."""
        asked = [
            {
                **(PHONE if width == PHONE["width"] else {**DESK, "width": width}),
                "texts": [text for each, text in sizes if each == width],
                "judged": width in AXE_WIDTHS,
                "always": width == AXE_WIDTHS[0],
            }
            for width in sorted({width for width, _ in sizes})
        ]
        found: dict[str, Any] = self.page.evaluate("asked => bench.look(...asked)", [asked, thorough])
        return found

    def ask(self, size: dict[str, int], source: str, given: object = None) -> Any:
        """What a function answers on the page, shown in this size."""
        asking = "([size, source, given]) => { bench.size(size); return bench.ask(source, given); }"
        return self.page.evaluate(asking, [size, source, given])

    def forget(self) -> None:
        """Have met nothing."""
        self.page.evaluate("() => bench.forget()")


class Walk:
    """Looks at one page after the other, and keeps what is wrong with each by the page's name. ``page`` is the window of
    people who go from page to page."""

    def __init__(self, page: Page, *, thorough: bool) -> None:
        self.page = page
        self.bench = Bench(page.context.new_page())
        self.found: dict[str, str] = {}
        self._thorough = thorough
        self._parts: set[str] = set()
        self._cookies = ""

    @contextmanager
    def over(self, origin: str, language: str) -> Iterator[Page]:
        """The window on the first page of another place, known to nobody there; at the end nothing was found."""
        self.found = {}
        self.page.context.clear_cookies()
        self.page.goto(f"{origin}/?lang={language}")
        self.bench.at(origin)
        self.seated()
        yield self.page
        assert not self.found, "\n".join(f"{name}: {fault}" for name, fault in self.found.items())

    def seated(self) -> None:
        """Somebody else has signed in in this window; who visits a page now is they."""
        kept = self.page.context.cookies(self.page.url)
        self._cookies = "; ".join(f"{each['name']}={each['value']}" for each in kept)

    def wrong(self, name: str, where: str, fault: object) -> None:
        """Keep a fault, where there is one."""
        if fault:
            self.found[f"{name}, {where}"] = str(fault)

    def visit(self, name: str, address: str, further: Sizes = ()) -> int:
        """Look at the page at ``address``, as it is for who is seated; the status it answers. ``further``: widths and
        sizes of type that it has to fit too."""
        status, html = self._opened(address)
        self._look(name, html, [*ALWAYS, *further])
        return status

    def lay(self, address: str) -> Bench:
        """The bench, with the page at ``address`` on it."""
        self.bench.lay(self._opened(address)[1])
        return self.bench

    def _opened(self, address: str) -> tuple[int, str]:
        """The status and the text of a page; if it has scripts, as they have left it."""
        url, status, html = self.asked(address)
        assert not urlsplit(url).path.startswith("/sign-in"), address
        if self._thorough or _SCRIPT.search(html):
            inside(self.page, address)
            html = self._as_it_is(self.page)
        return status, html

    def asked(self, address: str) -> tuple[str, int, str]:
        """Where the page at ``address`` is, its status and its text."""
        try:
            answer = urlopen(Request(address, headers={"Cookie": self._cookies}))  # noqa: S310 – http, to a server of ours
        except HTTPError as refused:
            answer = refused  # a page, too
        with answer:
            return answer.url, answer.status, answer.read().decode()

    def look(self, name: str, page: Page | None = None, *, large_text: bool = True) -> None:
        """Hold the page that is open, here or in another window, to what every page is held to. ``large_text``: it also
        fits a phone with twice the type, which a sheet of paper need not."""
        self._look(name, self._as_it_is(page or self.page), ALWAYS if large_text else ALWAYS[1:])

    @staticmethod
    def _as_it_is(page: Page) -> str:
        page.wait_for_load_state()
        return _SCRIPT.sub("", page.evaluate(_AS_IT_IS))

    def _look(self, name: str, html: str, sizes: Sizes) -> None:
        if not self._thorough and _said(html) <= self._parts:
            return
        self._parts |= _said(html)
        self.bench.lay(html)
        self.judge(name, sizes)

    def judge(self, name: str, sizes: Sizes = ALWAYS) -> None:
        """Hold the page that lies on the bench to what every page is held to."""
        said = self.bench.look(sizes, thorough=self._thorough)
        for what, pattern in UNREAD.items():
            self.wrong(name, what, [line for line in said["text"].splitlines() if pattern.search(line)])
        for width, text, found in said["fits"]:
            where = "text twice as large" if text == LARGE_TEXT else f"at {width}{text and f' with text at {text}'}"
            self._fits(name, width, where, found)
        for width, found in said["axe"]:
            self.wrong(name, f"axe at {width}", report(found))

    def _fits(self, name: str, width: int, where: str, found: dict[str, Any]) -> None:
        if found["wide"] > width:
            self.wrong(name, where, f"{found['wide']} pixels wide")
        self.wrong(name, f"{where}, cut off", found["cut"])
        self.wrong(name, f"{where}, words beside nothing", found["astray"])

    def forget(self) -> None:
        """Have looked at nothing."""
        self.found = {}
        self._parts = set()
        self.bench.forget()


def _said(html: str) -> set[str]:
    """The parts of a page as they are compared: digits are all one, and what is hidden is none."""
    page = _DIGITS.sub("0", _HIDDEN.sub(r"\1", html))
    return {*_PARTS.split(_DUTY.sub("", page)), *_DUTY.findall(page)}


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def inside(page: Page, address: str) -> Response:
    """Open a page of people who have signed in: a session that is over would show the sign-in page for every one."""
    answer = page.goto(address)
    assert answer
    assert not urlsplit(page.url).path.startswith("/sign-in"), address
    return answer
