"""A window of a real browser as tests use it: a few verbs, the same for every engine."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# How long an engine may take for one answer before a test gives up, in seconds: a bound that no busy machine reaches.
PATIENCE = 120
_LEFT = 20  # how often a page may be left while it is looked at, which takes the question with it
ONE_LOOK = PATIENCE / _LEFT  # seconds; WebKit does not tell that a page was left, and is asked again after this

_TEXT = "(selector) => [...document.querySelectorAll(selector)].map((found) => found.innerText).join('\\n')"
_VISIBLE = "(selector) => Boolean(document.querySelector(selector)?.getClientRects().length)"
# Asked again and again within the page, until what is found is enough.
_WAIT = """(selector, words) => new Promise((resolve) => {
  const look = () => {
    const found = (%s)(selector);
    if (found === true || (found && found.includes(words))) resolve(found);
    else setTimeout(look, 50);
  };
  look();
})"""
_CHOOSE = """(selector, value) => {
  const list = document.querySelector(selector);
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
}"""
_WORKER = """() => new Promise((resolve) => {
  const workers = navigator.serviceWorker;
  workers.addEventListener("controllerchange", () => resolve(true));
  if (workers.controller) resolve(true);
})"""


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
    def press(self, selector: str) -> None:
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

    def choose(self, selector: str, value: str) -> None:
        """Choose one of a list. Raises Failed."""
        self.evaluate(_CHOOSE, selector, value)

    def text(self, selector: str = "body") -> str:
        """The text that such elements show, as it stands now. Raises Failed."""
        return str(self.evaluate(_TEXT, selector))

    def shows(self, words: str, selector: str = "body") -> str:
        """Wait until such elements show these words; their text."""
        return str(self._waited(_WAIT % _TEXT, selector, words))

    def sees(self, selector: str) -> None:
        """Wait until there is such an element to be seen."""
        self._waited(_WAIT % _VISIBLE, selector, "")

    def kept_by_its_worker(self) -> None:
        """Wait until the service worker serves the page."""
        self._waited(_WORKER)

    def _waited(self, function: str, *given: Any) -> Any:
        for _ in range(_LEFT):
            try:
                return self.evaluate(function, *given)
            except Failed as error:
                why = error
        raise AssertionError(f"waited for {given}: {why}")


def called(function: str, given: Sequence[Any]) -> str:
    """An expression of JavaScript that calls a function with values."""
    return f"({function})({', '.join(json.dumps(each) for each in given)})"
