"""The example for browsers of docs/verifying/verifying.md, run as it stands but for the address of the modules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import parts
import pytest
from playwright.sync_api import Page, Route

DOCUMENT = (Path(__file__).parents[3] / "docs" / "verifying" / "verifying.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"^```js\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
NOW = "2026-11-23T04:00:00Z"


def answer(page: Page, address: str, body: bytes) -> None:
    def fulfil(route: Route) -> None:
        route.fulfill(body=body, content_type="application/octet-stream")

    page.route(f"**{address}", fulfil)


def run(page: Page, server: str, text: str) -> list[Any]:
    """What the example logs for ``text``: the arguments of its one console.log."""
    page.clock.set_fixed_time(NOW)
    answer(page, "/trust-list", parts.TRUSTED)
    answer(page, "/status-list", parts.status_list(parts.status_claims({4097: 2})))
    page.goto(server)
    style = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    assert style is not None
    program = EXAMPLE.replace("./verifier/verifier.js", style.replace("ui/site.css", "verifier/verifier.js"))
    point = list(parts.ROOT.point)
    page.evaluate("([text, point]) => { window.text = text; window.rootKey = Uint8Array.from(point) }", [text, point])
    with page.expect_console_message() as logged:
        page.add_script_tag(content=program, type="module")
    return [argument.json_value() for argument in logged.value.args]


def test_the_example_says_the_name_and_the_status(window: Page, server: str) -> None:
    name, status = run(window, server, parts.address(parts.token()))
    assert name == parts.NAME
    assert (status["print"], status["permits"], status["stale"], status["unknown"]) == (
        "valid",
        ["suspended"],
        False,
        False,
    )


@pytest.mark.parametrize(
    ("text", "code"), [("https://foreign.example/c/12", "host_unknown"), ("12", "envelope_truncated")]
)
def test_the_example_says_why_a_text_is_refused(window: Page, server: str, text: str, code: str) -> None:
    assert run(window, server, text)[0] == code
