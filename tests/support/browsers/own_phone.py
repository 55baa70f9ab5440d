"""The phone of one file of tests, fresh when its first test begins and put back for each of the others.

An inspector takes a pack along on it, which costs as much as three visits do, and nothing else is opened. All that pages can
keep is put back: databases, cookies and the language are restored; of the rest it is held that nothing came to it, and the
browser's own cache is emptied. So it may be used without a network, like a ``fresh_phone``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from verify_site import Device, Site

# What no copy of a database puts back: files of each cache, workers, databases of ours, what is kept in text.
_REST = """async () => {
  const files = {};
  for (const name of await caches.keys())
    files[name] = (await (await caches.open(name)).keys()).map(({ url }) => url).sort();
  const workers = (await navigator.serviceWorker.getRegistrations()).map(({ scope, active }) => [scope, active.state]);
  const databases = (await indexedDB.databases()).map(({ name }) => name).filter((name) => !name.includes(" ")).sort();
  return { files, workers, databases, texts: { ...localStorage } };
}"""


class OwnPhone(Device):
    """A phone of its own that no test opens anything on but what its state names."""

    def __init__(self, browser: Browser, site: Site) -> None:
        super().__init__(browser, site)
        site.shared.remove(self)  # which is for phones on which anything may be left
        self._rest: dict[str, Any] = {}

    def put_back(self, state: str, prepare: Callable[[BrowserContext], None]) -> BrowserContext:
        """The phone as ``prepare`` left it the first time; every state begins with a pack taken along."""
        context = super().put_back(state, prepare)
        devtools = context.new_cdp_session(self._keeper)
        devtools.send("Network.clearBrowserCache")
        devtools.detach()
        rest = self._keeper.evaluate(_REST)
        assert rest == (self._rest or rest), "something is kept that is not put back"
        self._rest = rest
        return context
