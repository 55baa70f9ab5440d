"""Firefox, spoken with by WebDriver BiDi itself: Debian has no geckodriver, and Firefox needs none."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from websocket import WebSocketTimeoutException, create_connection
from window import PATIENCE, Failed, TooLong, Window, called

_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# What Firefox would ask of other sites by itself.
_PREFERENCES = {
    "app.normandy.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "data:,",
}
_KEYS_OF_EMPTYING = "(field) => { field.scrollIntoView({ block: 'center' }); field.focus(); field.select?.(); }"
_INTO_VIEW = "(found) => found.scrollIntoView({ block: 'center' })"


class Firefox(Window):
    """Debian's firefox-esr without a screen, with an empty profile."""

    def __init__(self) -> None:
        super().__init__()
        self._profile = tempfile.TemporaryDirectory()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()]
        Path(self._profile.name, "user.js").write_text("\n".join(lines), encoding="utf-8")
        self._process = subprocess.Popen(
            ["firefox-esr", "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", self._profile.name],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self._numbers = count(1)
        self._bidi = create_connection(f"{self._address()}/session", PATIENCE, suppress_origin=True)
        self._do("session.new", capabilities={})
        self._do("session.subscribe", events=["log.entryAdded"])
        self._context = self._do("browsingContext.getTree")["contexts"][0]["context"]

    def _address(self) -> str:
        assert self._process.stderr
        for line in self._process.stderr:
            if found := _LISTENS.search(line):
                return found[1]
        raise AssertionError(f"Firefox ended with {self._process.wait()}")

    def _logged(self, entry: dict[str, Any]) -> None:
        if entry["type"] == "javascript" and entry["level"] == "error":
            self.faults.append(entry["text"])

    def _do(self, method: str, **params: Any) -> dict[str, Any]:
        """What Firefox answers to a command; what it tells meanwhile is noted."""
        number = next(self._numbers)
        self._bidi.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            try:
                said = json.loads(self._bidi.recv())
            except WebSocketTimeoutException as error:
                raise TooLong(f"{method}: {params}") from error
            if said.get("method") == "log.entryAdded":
                self._logged(said["params"])
            if said.get("id") == number:
                break
        if said["type"] == "error":
            raise Failed(f"{method}: {said['message']}")
        answer: dict[str, Any] = said["result"]
        return answer

    def _element(self, selector: str, do: str) -> dict[str, str]:
        """The first such element as other commands take it, after something was done to it."""
        located = {"type": "css", "value": selector}
        found = self._do("browsingContext.locateNodes", context=self._context, locator=located, maxNodeCount=1)["nodes"]
        if not found:
            raise Failed(f"there is no {selector}")
        element = {"sharedId": found[0]["sharedId"]}
        self._do(
            "script.callFunction",
            functionDeclaration=do,
            arguments=[element],
            awaitPromise=False,
            target={"context": self._context},
        )
        return element

    def _perform(self, kind: str, actions: list[dict[str, Any]]) -> None:
        source = {"type": kind, "id": kind, "actions": actions}
        self._do("input.performActions", context=self._context, actions=[source])

    def open(self, address: str) -> None:
        self._do("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def press_now(self, selector: str) -> None:
        origin = {"type": "element", "element": self._element(selector, _INTO_VIEW)}
        moved = {"type": "pointerMove", "x": 0, "y": 0, "origin": origin}
        pressed = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._perform("pointer", [moved, *pressed])

    def type(self, selector: str, text: str) -> None:
        self._element(selector, _KEYS_OF_EMPTYING)
        self._perform("key", [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")])

    def upload(self, selector: str, files: Sequence[Path]) -> None:
        element = self._element(selector, _INTO_VIEW)
        self._do("input.setFiles", context=self._context, element=element, files=[str(path) for path in files])

    def evaluate(self, function: str, *given: Any) -> Any:
        whole = f"(async () => JSON.stringify((await {called(function, given)}) ?? null))()"
        answer = self._do("script.evaluate", expression=whole, target={"context": self._context}, awaitPromise=True)
        if answer["type"] != "success":
            raise Failed(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def close(self) -> None:
        try:
            self._do("browser.close")
        finally:
            self._bidi.close()
            self._process.wait(PATIENCE)
            assert self._process.stderr
            self._process.stderr.close()
            self._profile.cleanup()
