"""A phone that has opened nothing yet.

Every test of a page without a network begins with one (``Site.stop`` sees to it): a worker, a cache or a database that is
there from an earlier visit would hide that the page under test forgot to have something kept. Where the tests of a file
begin in the same state, they share one that is put back to it (``own_phone``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from verify_site import Site, new_context

_KEPT = """async () => [
  ...(await indexedDB.databases()).map(({ name }) => name),
  ...await caches.keys(),
  ...(await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
]"""


@contextmanager
def fresh_phone(browser: Browser, site: Site, **options: Any) -> Iterator[BrowserContext]:
    """A profile of its own in ``browser``, in which nothing of ``site`` is kept; ``options`` are playwright's for one."""
    context = new_context(browser, **options)
    try:
        page = context.new_page()
        page.goto(f"{site.origin}/vocabulary.json")  # no page of ours: it keeps nothing
        assert page.evaluate(_KEPT) == [] and context.cookies() == []
        page.close()
        yield context
    finally:
        context.close()
