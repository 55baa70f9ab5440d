"""The frame in which a PDF is parsed: it reaches nothing of ours, only pixels leave it, and it ends whatever it is doing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hostile_pdfs import hostile_pdfs
from pdf_reading import NO_CODE, UNREADABLE, chosen, let_go, told, watched, written
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, expect
from verify_site import Site, new_context, opened, settled, typed

TIME_LIMIT = 60_000  # milliseconds
GENUINE = "核验通过，码内证照均有效"
HANGS = "for (;;);"
SILENT = "onmessage = () => {};"
READER = ("pdf/inside.js", "pdf/drawing.js", "pdfjs/pdf.js", "pdfjs/pdf.worker.js", "pdfjs/jbig2.wasm")
# The frame itself, without what looks at its pages meanwhile: so the second answer comes while nothing is asked.
_ANSWERED_TWICE = """async () => {
  const page = document.querySelector("script[type=module]").src;
  const { PdfFrame } = await import(page.replace("verify/page.js", "pdf/frame.js"));
  const frame = await PdfFrame.with(new File(["%PDF-"], "card.pdf"));
  try {
    await frame.drawn(1, 150);
    await new Promise((heard) => frame.port.addEventListener("message", heard, { once: true }));
    return `drawn: ${(await frame.drawn(1, 300)).width}`;
  } catch (error) {
    return error.name;
  } finally {
    frame.remove();
  }
}"""
Changed = Callable[[dict[str, str | None]], Page]

# What each way comes to: the name of its error, or what it got.
_TRIED = """async (ours) => {
  const ways = { %s };
  const came = {};
  for (const [name, way] of Object.entries(ways)) {
    try { came[name] = `got ${await way()}`; } catch (error) { came[name] = error.name; }
  }
  return came;
}"""
_OF_ANY_SCRIPT = """
    indexedDB: () => new Promise((resolve, reject) => {
      const opening = indexedDB.open("licence-qr-pack");
      opening.onsuccess = () => resolve("opened");
      opening.onerror = () => reject(opening.error);
    }),
    caches: () => caches.keys(),
    fetch: () => fetch(`${ours}/vocabulary.json`),
    module: () => import(`${ours}/verify/sw.js`),
    worker: () => new Worker(`${ours}/verify/sw.js`),
"""
_OF_A_PAGE = """
    cookie: () => document.cookie,
    localStorage: () => localStorage.length,
    sessionStorage: () => sessionStorage.length,
    page: () => parent.document.title,
    address: () => parent.location.href,
    top: () => top.document.body.innerText,
    element: () => frameElement.ownerDocument.title,
    workers: () => navigator.serviceWorker.getRegistrations(),
    window: () => open(ours).document.title,
"""
TRIED_BY_THE_FRAME, TRIED_BY_A_WORKER = _TRIED % (_OF_A_PAGE + _OF_ANY_SCRIPT), _TRIED % _OF_ANY_SCRIPT
_ASKED = "kind: 'page', number: asked.number, dpi: asked.dpi, pages: 1"
ANSWERS = {
    "text": "'<script>'",
    "nothing": "null",
    "an unknown kind": "{ kind: 'link', href: 'https://collector.example/' }",
    "a problem that is no name": "{ kind: 'problem', name: { toString: 1 } }",
    "another page": f"{{ {_ASKED}, number: asked.number + 1, width: 1, height: 1, pixels: new ArrayBuffer(4) }}",
    "more than a sheet": f"{{ {_ASKED}, width: 3201, height: 1, pixels: new ArrayBuffer(4 * 3201) }}",
    "pixels that do not fit": f"{{ {_ASKED}, width: 9, height: 9, pixels: new ArrayBuffer(4) }}",
    "half a pixel": f"{{ {_ASKED}, width: 0.5, height: 8, pixels: new ArrayBuffer(16) }}",
    "a page without pixels": f"{{ {_ASKED}, width: 1, height: 1, pixels: [0, 0, 0, 0] }}",
}


@pytest.fixture(scope="module")
def readers(chromium: Browser, one_site: Site) -> Iterator[tuple[Page, dict[str, str | None]]]:
    """The page, one for all tests; files of its reader below static/ have the text that stands in the dictionary, or are
    missing, or are as they are. The page asks for them anew with each PDF. Tests move its clock."""
    one_site.reset()
    files: dict[str, str | None] = {}

    def answer(route: Route) -> None:
        (name,) = (each for each in READER if route.request.url.endswith(each))
        body = files.get(name, "")
        if name not in files:
            route.continue_()
        elif body is None:
            route.abort()
        else:
            route.fulfill(content_type="text/javascript", body=body)

    context = new_context(chromium, service_workers="block")
    for name in READER:
        context.route(f"**/{name}", answer)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{one_site.origin}/verify")
    settled(page)
    yield page, files
    context.close()


@pytest.fixture
def changed(readers: tuple[Page, dict[str, str | None]]) -> Iterator[Changed]:
    """Changes files of the reader for one test, and gives the page."""
    page, files = readers

    def change(given: dict[str, str | None]) -> Page:
        assert set(given) <= set(READER)
        files.update(given)
        return page

    yield change
    files.clear()
    if page.workers:  # a reader was left at work
        page.reload()
        settled(page)


def answering(how: str) -> str:
    """A script in place of the one that draws: it takes the file, then answers whatever it is asked in that way."""
    return f"let given = false; onmessage = ({{ data: asked }}) => {{ if (given) {{ {how} }} given = true; }};"


def frame_of(page: Page) -> Frame:
    """The frame that reads, which stays while what it runs hangs."""
    with page.expect_event("worker"):
        chosen(page, bytes(written().output()))
    (frame,) = page.main_frame.child_frames
    return frame


def ended(page: Page) -> None:
    """Wait until neither the frame nor a worker of it is left."""
    let_go(page)
    assert page.main_frame.child_frames == [] and page.locator("iframe").count() == 0


def test_the_frame_and_its_workers_reach_nothing_of_ours(changed: Changed, site: Site) -> None:
    page = changed({"pdfjs/pdf.worker.js": SILENT})
    page.context.add_cookies([{"name": "session-token", "value": "secret", "url": site.origin}])
    frame = frame_of(page)
    assert frame.evaluate("() => [origin, document.URL]") == ["null", "about:srcdoc"]
    came = frame.evaluate(TRIED_BY_THE_FRAME, site.origin)
    assert {name: how for name, how in came.items() if how.startswith("got")} == {}
    assert {came[name] for name in ("cookie", "localStorage", "page", "address", "caches")} == {"SecurityError"}
    for worker in page.workers:
        tried = worker.evaluate(TRIED_BY_A_WORKER, site.origin)
        assert {name: how for name, how in tried.items() if how.startswith("got")} == {}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_is_no_answer_ends_the_frame(changed: Changed, answer: str) -> None:
    page = changed({"pdf/drawing.js": answering(f"postMessage({answer});")})
    chosen(page, bytes(written().output()))
    told(page, UNREADABLE, "已损坏")
    ended(page)


def test_a_frame_that_answers_once_more_than_it_is_asked_is_asked_nothing_more(changed: Changed) -> None:
    said = f"postMessage({{ {_ASKED}, width: 1, height: 1, pixels: new ArrayBuffer(4) }});"
    page = changed({"pdf/drawing.js": answering(f"{said} {said}")})
    assert page.evaluate(_ANSWERED_TWICE) == "broken"


@pytest.mark.parametrize("hanging", ["pdf/drawing.js", "pdfjs/pdf.worker.js"])
def test_after_a_minute_the_page_gives_up_and_ends_what_hangs(changed: Changed, hanging: str) -> None:
    page = changed({hanging: HANGS})
    frame_of(page)
    page.clock.fast_forward(TIME_LIMIT - 10_000)
    expect(page.locator("#reading")).to_have_text("正在读取…")
    expect(page.locator("#outcome")).to_be_hidden()
    page.clock.fast_forward(20_000)
    told(page, UNREADABLE, "一分钟内没有读完")
    ended(page)


def test_a_file_long_in_reading_does_not_cover_what_was_asked_since(changed: Changed, site: Site) -> None:
    page = changed({"pdfjs/pdf.worker.js": HANGS})
    frame_of(page)
    typed(page, site.link(site.newest(permits=1)))
    page.clock.fast_forward(2 * TIME_LIMIT)
    told(page, GENUINE)
    ended(page)


@pytest.mark.parametrize("missing", READER)
def test_a_reader_that_does_not_load_is_said_to_be_missing(changed: Changed, missing: str) -> None:
    page = changed({missing: None})
    chosen(page, bytes(written().output()))
    told(page, UNREADABLE, "没有加载")
    ended(page)


@pytest.mark.parametrize("script", ["pdf/drawing.js", "pdfjs/pdf.worker.js"])
def test_a_reader_that_the_browser_is_too_old_for_is_said_to_be_missing(changed: Changed, script: str) -> None:
    page = changed({script: "let let = 1;"})
    chosen(page, bytes(written().output()))
    told(page, UNREADABLE, "没有加载")
    ended(page)


@pytest.mark.campaign
def test_a_pdf_made_to_harm_ends_in_words(
    device: BrowserContext, site: Site, rounds: Callable[[int, int], int]
) -> None:
    words = re.compile("|".join((NO_CODE, UNREADABLE)))
    with watched(device, site) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        opened(page, site)
        windows = device.pages
        for tries, content in list(hostile_pdfs().items())[:: rounds(7, 1)]:
            chosen(page, content)
            told(page, "")
            assert words.search(page.locator("#outcome h2.headline").inner_text()), tries
            ended(page)
        assert device.pages == windows
