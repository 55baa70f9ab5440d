"""A window of a real browser as tests use it: a few verbs, the same for every engine."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# How long anything is waited for before a test gives up, in seconds: a bound that no busy machine reaches.
PATIENCE = 120
# Seconds between two looks at a page. It is looked at from here, because a page takes with it what waits in it when it is
# left, and WebKit does not always run the timers of one.
_PAUSE = 0.1

_TEXT = "(selector) => [...document.querySelectorAll(selector)].map((found) => found.innerText).join('\\n')"
# On a page that has its styles: until then what is to be pressed moves.
_VISIBLE = """(selector) => document.readyState === "complete"
  && Boolean(document.querySelector(selector)?.getClientRects().length)"""
_CHOOSE = """(selector, value) => {
  const list = document.querySelector(selector);
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
}"""
_CONTROLLED = "() => Boolean(navigator.serviceWorker.controller)"


class Failed(Exception):
    """What an engine answered in place of doing it: the element or the page is not there (any more)."""


class TooLong(Exception):
    """An engine did not answer within PATIENCE: what was waited for never came."""


class Window(ABC):
    """One window of one engine with a profile of its own. ``faults`` are errors of scripts, where the engine tells them."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    @abstractmethod
    def open(self, address: str) -> None:
        """Go to an address. Raises Failed."""

    @abstractmethod
    def press_now(self, selector: str) -> None:
        """Press the first such element with the pointer. Raises Failed."""

    @abstractmethod
    def type(self, selector: str, text: str) -> None:
        """Type a text into a field in place of what it holds. Raises Failed."""

    @abstractmethod
    def upload(self, selector: str, files: Sequence[Path]) -> None:
        """Choose files in a field for files. Raises Failed."""

    @abstractmethod
    def evaluate(self, function: str, *given: Any) -> Any:
        """What a function of JavaScript returns, or its promise becomes; both ways as JSON. Raises Failed, TooLong."""

    @abstractmethod
    def close(self) -> None:
        """End the browser."""

    def press(self, selector: str) -> None:
        """Press the first such element as soon as it can be pressed: a page may be drawing itself anew."""
        self._until(lambda pressed: pressed is None, self.press_now, selector)

    def choose(self, selector: str, value: str) -> None:
        """Choose one of a list. Raises Failed."""
        self.evaluate(_CHOOSE, selector, value)

    def text(self, selector: str = "body") -> str:
        """The text that such elements show, as it stands now. Raises Failed."""
        return str(self.evaluate(_TEXT, selector))

    def shows(self, words: str, selector: str = "body") -> str:
        """Wait until such elements show these words; their text."""
        return str(self._until(lambda text: words in text, self.evaluate, _TEXT, selector))

    def sees(self, selector: str) -> None:
        """Wait until the page is loaded and there is such an element to be seen."""
        self._until(bool, self.evaluate, _VISIBLE, selector)

    def kept_by_its_worker(self) -> None:
        """Wait until the service worker serves the page."""
        self._until(bool, self.evaluate, _CONTROLLED)

    def _until(self, enough: Callable[[Any], bool], do: Callable[..., Any], *given: Any) -> Any:
        found: Any = None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                found = do(*given)
            except Failed as error:
                found = error
            else:
                if enough(found):
                    return found
            time.sleep(_PAUSE)
        raise AssertionError(f"waited in vain for {given}; there was: {found!r}")


def called(function: str, given: Sequence[Any]) -> str:
    """An expression of JavaScript that calls a function with values."""
    return f"({function})({', '.join(json.dumps(each) for each in given)})"
