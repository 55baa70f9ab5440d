"""A hand at the counter whose work is counted, so that the time it takes is computed and no clock is watched."""

from __future__ import annotations

from playwright.sync_api import Page, Request
from screens import send

CHARACTERS_A_MINUTE = 200
SECONDS_A_CLICK = 1.5
SECONDS_A_PAGE = 2


class MeasuredHand:
    """Clicks and types on a page, and counts both and the pages that come of it. Moving the focus by a key is free."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.characters = self.pages = 0
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        """A page counts once, however often it is led on."""
        if request.is_navigation_request() and request.redirected_from is None:
            self.pages += 1

    def click(self, selector: str) -> None:
        """Press something that stays on the page."""
        self.clicks += 1
        self.page.click(selector)

    def tick(self, box: str) -> None:
        """Tick a box, or choose an answer."""
        self.clicks += 1
        self.page.check(box)

    def answer(self, **chosen: str) -> None:
        """Choose one of the answers to each of these questions."""
        for name, value in chosen.items():
            self.tick(f"input[name={name}][value={value}]")

    def go(self, selector: str) -> None:
        """Press what leads to another page."""
        self.clicks += 1
        send(self.page, self.page.locator(selector).first)

    def onward(self) -> None:
        """Press the button at the end of a step."""
        self.go("main button[data-next]")

    def type(self, **texts: str) -> None:
        """Type into fields that stand empty."""
        for name, text in texts.items():
            field = self.page.locator(f"#{name}")
            assert field.input_value() == "", name
            field.focus()
            self.page.keyboard.type(text)
            self.characters += len(text)

    @property
    def seconds(self) -> float:
        """How long all of this takes."""
        typing = self.characters * 60 / CHARACTERS_A_MINUTE
        return typing + self.clicks * SECONDS_A_CLICK + self.pages * SECONDS_A_PAGE

    def __str__(self) -> str:
        return f"{self.clicks} clicks, {self.characters} characters, {self.pages} pages: {self.seconds:.0f} s"
