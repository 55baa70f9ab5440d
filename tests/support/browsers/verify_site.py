"""A running installation for tests of the verify page: it can be stopped, changed and started again at its address."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from flask import Flask, Response, request
from in_flight import InFlight
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from published import with_lists_published
from screens import PHONE, STOPS_WITHIN
from server_clock import handler
from werkzeug.serving import BaseWSGIServer, make_server

from licence_qr.bootstrap import Services
from licence_qr.credential.token import address
from licence_qr.domain.roles import Actor
from licence_qr.store.publishing.status_list import newest_issue
from licence_qr.store.register import codes
from licence_qr.store.register.codes import StoredCode
from licence_qr.web.app import create_app

# How long anything is waited for before a test gives up, in milliseconds. Not a measure of the page: a bound so wide that
# no busy machine reaches it, and free where nothing is wrong.
PATIENCE = 120_000
# Their names, by http and where the address of the installation is an https one.
SESSION = re.compile(r"^(session-token|__Host-session)$")
PACK_KEY = re.compile(r"^(__Host-)?pack-key$")
expect.set_options(timeout=PATIENCE)
SHEET_PX_PER_MM = 8
FOREIGN = "https://licence-check.example.net/c/12345678901234567890"
FRAME = (1280, 960)
BLANK = Image.new("RGB", FRAME, "#888")

# Opens and reads a database a hundred times: what a page was about to draw out of it is drawn when this is over.
BUSY = """async (name) => {
  for (let n = 0; n < 100; n += 1) await new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onerror = reject;
    opening.onsuccess = () => {
      const [store] = opening.result.objectStoreNames;
      const asked = opening.result.transaction(store).objectStore(store).getAllKeys();
      asked.onsuccess = () => { opening.result.close(); resolve(); };
    };
  });
}"""


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# A page gives up a request in a ninetieth of the time that it gives to people: seconds, not minutes.
HURRY = (
    "(() => { const whole = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = (ms) => whole(ms / 90); })()"
)


class Site:
    """The installation behind one port of this machine, which stays the same through stops and starts.

    A copy of the one in ``filled``, made in ``folder`` by ``make``; ``reset`` makes it that again.
    """

    def __init__(self, filled: Path, folder: Path, make: Callable[[Path], Services]) -> None:
        self._pristine, self._make, self._copies = folder / "pristine", make, 0
        shutil.copytree(filled, self._pristine)
        self._serving: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._port = 0
        self._in_flight = InFlight(PATIENCE / 1000)
        self.shared: list[Device] = []
        self._copy()
        self.start()

    def _copy(self) -> None:
        # Always in a folder of its own: a request of a test that is over, if it comes late, finds the old one or none.
        self._copies += 1
        self.folder = self._pristine.with_name(f"copy-{self._copies}")
        shutil.copytree(self._pristine, self.folder)
        self.services = self._own = self._make(self.folder)
        self._app = with_lists_published(create_app(self.services))  # as it is; kept, because stops are many

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self, change: Callable[[Flask], None] | None = None) -> None:
        """Serve; ``change`` is done to the application before."""
        self._as_made = self.services is self._own and change is None
        app = self._app if self._as_made else with_lists_published(create_app(self.services))
        if change:
            change(app)
        self._serving = make_server(
            "127.0.0.1", self._port, self._in_flight.over(app), threaded=True, request_handler=handler(app)
        )
        self._port = self._serving.server_port
        self._thread = threading.Thread(target=self._serving.serve_forever, args=[STOPS_WITHIN])
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more, for a page that goes on without a network: it begins on a phone that was fresh."""
        assert not any(device.in_use for device in self.shared), "not on a phone that others have used: fresh_phone"
        self._close()

    def restart(self, change: Callable[[Flask], None] | None = None) -> None:
        """Serve another application at once."""
        self._close()
        self.start(change)

    def _close(self) -> None:
        if self._serving and self._thread:
            self._serving.shutdown()
            self._thread.join()
            self._serving.server_close()
            self._serving = None

    def reset(self) -> None:
        """Everything as it was made, and served: register, keys, photographs, application. Nobody may be asking."""
        self._in_flight.wait()
        if self._serving and self._as_made and files_of(self.folder) == files_of(self._pristine):
            return
        self.close()
        self._copy()
        self.start()

    def keep(self) -> None:
        """``reset`` leads here from now on: a phone that is put back comes back to the session it has here."""
        self._in_flight.wait()
        shutil.rmtree(self._pristine)
        shutil.copytree(self.folder, self._pristine)

    def close(self) -> None:
        """End it, once all that was asked is answered."""
        self._close()
        self._in_flight.wait()
        self._own.database.close()
        shutil.rmtree(self.folder)

    @contextmanager
    def away(self) -> Iterator[None]:
        """No server for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def hanging(self, path: str) -> Iterator[None]:
        """A server that never answers at ``path``, as one behind a hotel's network does."""
        over = threading.Event()

        def hang() -> None:
            if request.path == path:
                over.wait()

        self.restart(lambda app: app.before_request_funcs.setdefault(None, []).insert(0, hang))
        try:
            yield
        finally:
            over.set()

    @contextmanager
    def failing(self, part: str) -> Iterator[None]:
        """A server that fails at every address that has ``part`` in it."""

        def fails(app: Flask) -> None:
            whole = app.wsgi_app  # the files too, which the application's own hooks do not see

            def failing(environ: Any, start_response: Any) -> Iterable[bytes]:
                return (Response(status=503) if part in environ["PATH_INFO"] else whole)(environ, start_response)

            app.wsgi_app = failing  # type: ignore[method-assign]

        self.restart(fails)
        try:
            yield
        finally:
            self.restart()

    def newest(self, permits: int) -> StoredCode:
        """A code in force with that many permits, the newest version of its business."""
        with self.services.database.read() as tx:
            found = [code for code in codes.everything_newest(tx) if code.entry_count == permits + 1]
            return next(code for code in found if not any(self._values(tx, code)))

    @staticmethod
    def _values(tx: object, code: StoredCode) -> list[int]:
        return [codes.status(tx, code.status_index + n) for n in range(code.entry_count)]  # type: ignore[arg-type]

    def link(self, code: StoredCode) -> str:
        """What the symbol of a code says."""
        return address(self.services.settings.address, code.token)

    def listed_at(self) -> datetime:
        """When the status list that it gives out was issued."""
        with self.services.database.read() as tx:
            issue = newest_issue(tx)
        assert issue
        return issue.issued_at

    def set_status(self, index: int, value: int) -> None:
        """Change one entry of the status list in the register."""
        with self.services.database.write() as tx:
            codes.set_status(tx, index, value)


def sheet(services: Services, clerk: Actor, code: StoredCode, now: datetime) -> Image.Image:
    """The printed card of a code as a picture, at the resolution of a phone held close."""
    return pictured(services.prints.card_pdf(clerk, code.uscc, "A5", now))


def pictured(pdf: bytes) -> Image.Image:
    """The first page of a PDF as a picture of that resolution."""
    page = pypdfium2.PdfDocument(pdf)[0]
    return page.render(scale=SHEET_PX_PER_MM * 25.4 / 72).to_pil().convert("RGB")


def camera_frame(picture: Image.Image) -> Image.Image:
    """What a camera sees of the sheet: the part with the symbol."""
    (found,) = zxingcpp.read_barcodes(picture)
    middle = (found.position.top_left.x + found.position.bottom_right.x) // 2
    height = (found.position.top_left.y + found.position.bottom_right.y) // 2
    left, top = middle - FRAME[0] // 2, height - FRAME[1] // 2
    frame = Image.new("RGB", FRAME, "#777")
    frame.paste(picture, (-left, -top))
    return frame


# What a phone keeps for the pages: the databases with the store of each. Keys that no script can read are copied as well.
_COPY = """async ([from, to]) => {
  const open = (name, store) => new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(store);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const settled = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const stores = { "licence-qr-verify": "kept", "licence-qr-pack": "rows", "licence-qr-inspections": "rows" };
  for (const [name, store] of Object.entries(stores)) {
    const [source, target] = [await open(from + name, store), await open(to + name, store)];
    const reading = source.transaction(store).objectStore(store);
    const [names, rows] = await Promise.all([settled(reading.getAllKeys()), settled(reading.getAll())]);
    const writing = target.transaction(store, "readwrite").objectStore(store);
    writing.clear();
    names.forEach((each, n) => writing.put(rows[n], each));
    await new Promise((resolve, reject) => {
      writing.transaction.oncomplete = resolve;
      writing.transaction.onabort = () => reject(writing.transaction.error);
    });
    source.close();
    target.close();
  }
  await caches.delete("language");
}"""


class Device:
    """A phone on which the copy of the verify page stays installed; what tests leave on it is put back.

    Installing costs more than most of what is asked of the page then. What a test changes that is not put back here (a
    clock or a script for the whole context, another copy of the page, a quota) it changes on a phone of its own.
    """

    def __init__(self, browser: Browser, site: Site) -> None:
        site.reset()  # the last test may have stopped it
        site.shared.append(self)
        self.context = new_context(browser)
        self._site = site
        self._keeper = self.context.new_page()  # shows no page of ours: it only reaches what is kept for our address
        self._keeper.goto(f"{site.origin}/vocabulary.json")
        self._cookies: dict[str, Any] = {}

    def put_back(self, state: str, prepare: Callable[[BrowserContext], None]) -> BrowserContext:
        """The phone as ``prepare`` left it the first time it was asked for that state."""
        self.leave()
        self.context.clear_cookies()
        self.context.clear_permissions()
        self.context.set_offline(False)
        self.context.unroute_all()
        if state in self._cookies:
            self.context.add_cookies(self._cookies[state])
            self._keeper.evaluate(_COPY, [f"{state} ", ""])
        else:
            self._keeper.evaluate(_COPY, ["nothing ", ""])
            prepare(self.context)
            self.leave()
            self._cookies[state] = self.context.cookies()
            self._keeper.evaluate(_COPY, ["", f"{state} "])
            self._site.keep()
        return self.context

    @property
    def in_use(self) -> bool:
        """Whether a test has a page open on it."""
        return len(self.context.pages) > 1

    def leave(self) -> None:
        """Close every page: nothing of the phone runs any more."""
        for page in self.context.pages:
            if page is not self._keeper:
                page.close()


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A phone of its own that has never been anywhere, and is waited for with patience."""
    context = browser.new_context(**({"viewport": PHONE} | options))
    context.set_default_timeout(PATIENCE)
    return context


def opened(page: Page, site: Site, lang: str = "zh") -> Page:
    """The page, with its lists read or given up and the copy installed that serves it from now on."""
    page.goto(f"{site.origin}/verify?lang={lang}")
    settled(page)
    served_by_its_copy(page)
    return page


# Asked once and answered by the browser: to ask again and again, playwright loads a program of its own into the page.
_CONTROLLED = """() => new Promise((resolve) => {
  const workers = navigator.serviceWorker;
  workers.addEventListener("controllerchange", () => resolve());
  if (workers.controller) resolve();
})"""


def served_by_its_copy(page: Page) -> None:
    """Wait until the installed copy serves the page."""
    page.evaluate(_CONTROLLED)


def settled(page: Page) -> None:
    """Wait until the page has said what became of its lists."""
    expect(page.locator("#refreshed")).to_have_text(re.compile("[。.]$"), timeout=PATIENCE)


def look_for_update(page: Page) -> None:
    """Ask the browser to look for a newer copy now, as it does by itself at every visit."""
    page.evaluate("() => { navigator.serviceWorker.getRegistration('/verify').then(found => found.update()); }")


@contextmanager
def answered(page: Page) -> Iterator[None]:
    """Something is asked of the page. What was said of anything earlier is gone when this is over."""
    page.evaluate("() => document.querySelectorAll('#outcome > *').forEach((part) => { part.dataset.old = 'yes'; })")
    yield
    expect(page.locator("#outcome > [data-old]")).to_have_count(0)
    expect(page.locator("#outcome .verdict").first).to_be_visible()


def typed(page: Page, text: str) -> Page:
    """Check a text as if it had been pasted."""
    with answered(page):
        page.locator("#text").fill(text)
        page.locator("#typed button").click()
    return page


@contextmanager
def unharmed(page: Page) -> Iterator[None]:
    """No error of a script of that page goes unnoticed."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield
    assert errors == []


def flawless(page: Page, site: Site) -> Iterator[Page]:
    """The page after a visit with a network; no error of a script goes unnoticed."""
    with unharmed(page):
        yield opened(page, site)


def standing(browser: Browser, site: Site) -> Iterator[Page]:
    """The page in a profile of its own, without a copy of it installed, for tests that only show it something."""
    context = new_context(browser, service_workers="block")
    page = context.new_page()
    with unharmed(page):
        page.goto(f"{site.origin}/verify")
        settled(page)
        yield page
    context.close()
