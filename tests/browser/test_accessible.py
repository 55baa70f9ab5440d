"""The check by axe that the tests of all pages rely on finds what is wrong, also after the page has changed."""

from __future__ import annotations

from accessible import violations
from playwright.sync_api import Page

CLEAN = "<!doctype html><html lang='en'><title>A page</title><main><h1>A page</h1><p id='text'>Text</p></main></html>"


def test_a_fault_that_comes_later_is_found_and_named(window: Page) -> None:
    window.set_content(CLEAN)
    assert violations(window) == ""
    window.evaluate("() => { document.getElementById('text').innerHTML = '<img src=\"/nothing.png\">' }")
    assert "image-alt" in violations(window)
