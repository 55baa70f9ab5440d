"""The phone of one file of tests is put back to what it was, or the next test does not begin on it."""

from __future__ import annotations

import pytest
from own_phone import OwnPhone
from playwright.sync_api import Browser, Error
from verify_site import Site


def test_what_was_fetched_is_forgotten_and_what_is_not_put_back_is_refused(chromium: Browser, site: Site) -> None:
    own = OwnPhone(chromium, site)
    page = own.put_back("new", lambda _: None).new_page()
    page.goto(f"{site.origin}/sign-in")
    style = f"{site.origin}{page.get_attribute('link[rel=stylesheet]', 'href')}"
    with site.away():
        page.goto(style)  # out of the browser's own cache
        page = own.put_back("new", lambda _: None).new_page()
        with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
            page.goto(style)
    page = own.context.new_page()
    page.goto(f"{site.origin}/vocabulary.json")
    page.evaluate("async () => (await caches.open('left')).put('/a', new Response('behind'))")
    with pytest.raises(AssertionError, match="not put back"):
        own.put_back("new", lambda _: None)
    own.context.close()
