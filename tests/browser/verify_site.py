"""A running installation for tests of the verify page: it can be stopped, changed and started again at its address."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pypdfium2
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect
from screens import STOPS_WITHIN
from werkzeug.serving import BaseWSGIServer, make_server

from licence_qr.bootstrap import Services
from licence_qr.credential.token import address
from licence_qr.domain.roles import Actor
from licence_qr.store import codes
from licence_qr.store.codes import StoredCode
from licence_qr.web.app import create_app

# A copy of the page is a megabyte and its reader is compiled first: on a busy machine that takes its time.
expect.set_options(timeout=30_000)
SHEET_PX_PER_MM = 8
FRAME = (1280, 960)

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


class Site:
    """The installation behind one port of this machine, which stays the same through stops and starts."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._serving: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._port = 0
        self.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self, change: Callable[[Flask], None] = lambda app: None) -> None:
        """Serve; ``change`` is done to the application before."""
        app = create_app(self.services)
        change(app)
        self._serving = make_server("127.0.0.1", self._port, app, threaded=True)
        self._port = self._serving.server_port
        self._thread = threading.Thread(target=self._serving.serve_forever, args=[STOPS_WITHIN])
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more: the port is closed."""
        if self._serving and self._thread:
            self._serving.shutdown()
            self._thread.join()
            self._serving.server_close()
            self._serving = None

    @contextmanager
    def away(self) -> Iterator[None]:
        """No server for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()

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

    def set_status(self, index: int, value: int) -> None:
        """Change one entry of the status list in the register."""
        with self.services.database.write() as tx:
            codes.set_status(tx, index, value)


def sheet(services: Services, clerk: Actor, code: StoredCode, now: datetime) -> Image.Image:
    """The printed card of a code as a picture, at the resolution of a phone held close."""
    pdf = services.prints.card_pdf(clerk, code.uscc, "A5", now)
    page = pypdfium2.PdfDocument(pdf)[0]
    return page.render(scale=SHEET_PX_PER_MM * 25.4 / 72).to_pil().convert("RGB")


def camera_film(picture: Image.Image, target: Path) -> Path:
    """What chromium's fake camera shows: the part of the sheet with the symbol, as two JPEG frames in a row."""
    (found,) = zxingcpp.read_barcodes(picture)
    middle = (found.position.top_left.x + found.position.bottom_right.x) // 2
    height = (found.position.top_left.y + found.position.bottom_right.y) // 2
    left, top = middle - FRAME[0] // 2, height - FRAME[1] // 2
    frame = Image.new("RGB", FRAME, "#777")
    frame.paste(picture, (-left, -top))
    out = io.BytesIO()
    frame.save(out, "JPEG", quality=90)
    target.write_bytes(out.getvalue() * 2)
    return target


def opened(page: Page, site: Site, lang: str = "zh") -> Page:
    """The page, with its lists read or given up and the copy installed that serves it from now on."""
    page.goto(f"{site.origin}/verify?lang={lang}")
    settled(page)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def settled(page: Page) -> None:
    """Wait until the page has said what became of its lists."""
    page.wait_for_function("() => /[。.]$/.test(document.getElementById('refreshed').textContent)")


def look_for_update(page: Page) -> None:
    """Ask the browser to look for a newer copy now, as it does by itself at every visit."""
    page.evaluate("() => { navigator.serviceWorker.getRegistration('/verify').then(found => found.update()); }")


def typed(page: Page, text: str) -> Page:
    """Check a text as if it had been pasted. What was said of an earlier one is gone when this returns."""
    page.evaluate("() => document.querySelectorAll('#outcome > *').forEach((part) => { part.dataset.old = 'yes'; })")
    page.locator("#text").fill(text)
    page.locator("#typed button").click()
    expect(page.locator("#outcome > [data-old]")).to_have_count(0)
    expect(page.locator("#outcome .verdict").first).to_be_visible()
    return page
