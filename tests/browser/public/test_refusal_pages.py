"""What the front and the proxies refuse, as people see it: the pages hold together, and what was typed is not lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from every_page import Walk, one_walk
from playwright.sync_api import Page
from public_pages import prepared_services
from screens import PHONE, listening, send

from licence_qr.web.app import create_app
from licence_qr.web.serving.refusals import STATUSES, Refusals

PROXY = Path(__file__).parents[3] / "deploy" / "proxy"
ADDRESSES = [f"/refused/{status}" for status in STATUSES] + [f"/proxy/{page.name}" for page in PROXY.glob("*.html")]
BUSY = 503
HEADED = "() => document.querySelector('h1').getBoundingClientRect().width > 0"


class Fronted:
    """The application, with its refusals and the pages of the proxies at addresses of their own; no form gets in."""

    def __init__(self) -> None:
        self.app = create_app(prepared_services())
        self.sent: list[bytes] = []
        self._refusals = Refusals(self.app)
        self._inner = self.app.wsgi_app
        self.app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        _, kind, *rest = environ["PATH_INFO"].split("/")
        if kind == "proxy":
            start("200 OK", [("Content-Type", "text/html")])
            return [(PROXY / rest[0]).read_bytes()]
        if environ["REQUEST_METHOD"] == "POST":
            self.sent.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            kind, rest = "refused", [str(BUSY)]
        if kind == "refused":
            given = self._refusals.of({}, int(rest[0]))
            start(f"{given.status} Refused", given.headers)
            return [given.body]
        return self._inner(dict(environ), start)


@pytest.fixture(scope="module")
def fronted() -> Iterator[tuple[Fronted, str]]:
    made = Fronted()
    with listening(made.app) as origin:
        yield made, origin


@pytest.mark.campaign
@one_walk
def test_every_page_of_a_refusal_fits_and_is_accessible(fronted: tuple[Fronted, str], walk: Walk) -> None:
    _, origin = fronted
    with walk.over(origin, "zh"):
        for address in ADDRESSES:
            bench = walk.lay(origin + address)
            assert bench.ask(PHONE, HEADED), address
            walk.judge(address)


def test_who_is_refused_sends_the_same_form_by_reloading_and_finds_it_by_going_back(fronted, phone: Page) -> None:
    made, origin = fronted
    phone.goto(f"{origin}/sign-in")
    phone.fill("#username", "张三")
    phone.fill("#password", "not kept by browsers")
    send(phone, "main form button")
    assert phone.inner_text("h1") == "服务暂时不可用"
    phone.reload()
    assert len(made.sent) == 2 and made.sent[0] == made.sent[1] != b""
    phone.go_back()
    assert phone.input_value("#username") == "张三"
