"""What the verify page is served as: its policy, its installed copy, its version."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from looking_client import LookingClient
from scripts import faults_of_scripts, scripts_of

from licence_qr.bootstrap import Services
from licence_qr.web.app import STATIC, create_app

VENDORED = STATIC / "vendor" / "zxing-wasm"
PDF_READER = STATIC / "vendor" / "pdfjs"
SCRIPTS = scripts_of("device", "lists", "pdf", "reading", "ui", "verifier", "verify")
FRAME_SCRIPT = f"'sha256-{b64encode(hashlib.sha256((STATIC / 'pdf' / 'inside.js').read_bytes()).digest()).decode()}'"


@pytest.fixture
def app(services: Services) -> Flask:
    """The application over a real, empty register: the page needs the root's real key."""
    app = create_app(services)
    app.test_client_class = LookingClient
    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A visitor's browser."""
    with app.test_client() as client:
        yield client


def policy(response_headers: dict[str, str]) -> dict[str, str]:
    """Directive → sources of a Content-Security-Policy."""
    parts = (part.strip().partition(" ") for part in response_headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def precached(worker: str) -> list[str]:
    """The addresses that a service worker keeps."""
    found = re.search(r"const FILES = (\[.*?\]);", worker)
    assert found
    return re.findall(r'"([^"]+)"', found[1])


def test_this_page_alone_may_run_scripts_and_use_the_camera(client: FlaskClient) -> None:
    page, home = client.get("/verify"), client.get("/")
    rules = policy(page.headers)
    assert rules["script-src"].split()[:-1] == ["'self'", "'wasm-unsafe-eval'"]
    assert rules["default-src"] == "'none'"
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "script-src" not in policy(home.headers)
    assert "camera=()" in home.headers["Permissions-Policy"]


def test_nothing_on_the_page_may_reach_another_site(client: FlaskClient) -> None:
    allowed = {"'none'", "'self'", "'wasm-unsafe-eval'", "blob:", "data:", FRAME_SCRIPT}
    for address in ("/verify", "/verify/sw.js"):
        for name, sources in policy(client.get(address).headers).items():
            assert set(sources.split()) <= allowed, name


@pytest.mark.parametrize("address", ["/verify", "/verify/sw.js", "/verify/manifest.webmanifest"])
def test_each_header_is_given_once(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    for name in ("Content-Security-Policy", "Permissions-Policy", "Cache-Control", "X-Content-Type-Options"):
        assert len(headers.getlist(name)) == 1, name


def test_the_page_carries_the_public_key_of_the_root(client: FlaskClient, services: Services) -> None:
    found = re.search(r'data-root="([0-9a-f]+)"', client.get("/verify").get_data(as_text=True))
    assert found
    assert bytes.fromhex(found[1]) == services.keys.root_point()
    assert len(found[1]) == 2 * 65 and found[1].startswith("04")


def test_without_scripts_the_page_offers_the_number(client: FlaskClient) -> None:
    page = client.get("/verify").get_data(as_text=True)
    without = page[page.index('id="unscripted"') : page.index('id="app" hidden')]
    assert 'action="/p"' in without and 'name="number"' in without
    assert "本页需要脚本" in without and "This page needs JavaScript" in without


def test_the_page_says_the_same_to_everybody(client: FlaskClient) -> None:
    first = client.get("/verify").get_data()
    client.set_cookie("session-token", "whatever")
    assert client.get("/verify").get_data() == first
    assert client.get("/verify?lang=en").get_data() != first


def test_the_worker_may_serve_the_page_above_its_own_folder(client: FlaskClient) -> None:
    worker = client.get("/verify/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/verify"
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"


def test_everything_the_worker_keeps_can_be_fetched(client: FlaskClient) -> None:
    kept = precached(client.get("/verify/sw.js").get_data(as_text=True))
    for address in kept:
        assert client.get(address).status_code == 200, address
    assert len(kept) == len(set(kept))


def test_the_worker_keeps_every_module_the_page_reaches(client: FlaskClient) -> None:
    kept = {address.split("/", 3)[3] for address in precached(client.get("/verify/sw.js").get_data(as_text=True))}
    page = client.get("/verify").get_data(as_text=True)
    needed = set(re.findall(r'(?:src|href)="/static/[^/"]+/([^"]+)"', page))
    todo = [name for name in needed if name.endswith(".js")]
    while todo:
        name = todo.pop()
        text = (STATIC / name).read_text(encoding="utf-8")
        for found in re.findall(r'(?:from|import) ?"(\.[^"]+\.js)"', text):
            reached = (STATIC / name).parent.joinpath(found).resolve().relative_to(STATIC).as_posix()
            if reached not in needed:
                needed.add(reached)
                todo.append(reached)
    assert "verifier/verifier.js" in needed and "vendor/zxing-wasm/share.js" in needed
    by_name = {"vendor/zxing-wasm/zxing_reader.wasm", "pdf/inside.js", "pdf/drawing.js"}
    by_name |= {f"vendor/pdfjs/{name}" for name in ("pdf.js", "pdf.worker.js", "jbig2.wasm")}
    assert needed | by_name <= kept


def test_the_worker_changes_with_any_static_file_and_with_the_page(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/verify/sw.js").get_data()
    assert client.get("/verify/sw.js").get_data() == before
    prefix, served = app.extensions["static_files"]
    moved = "/static/0000000000/"
    monkeypatch.setitem(app.extensions, "static_files", (moved, [address.replace(prefix, moved) for address in served]))
    with_other_files = client.get("/verify/sw.js").get_data()
    monkeypatch.setitem(app.jinja_env.globals, "demonstration", False)
    assert len({before, with_other_files, client.get("/verify/sw.js").get_data()}) == 3


def test_a_phone_can_install_the_page(client: FlaskClient) -> None:
    page = client.get("/verify").get_data(as_text=True)
    assert 'rel="manifest" href="/verify/manifest.webmanifest"' in page
    response = client.get("/verify/manifest.webmanifest")
    facts = response.get_json(force=True)
    assert response.mimetype == "application/manifest+json"
    assert (facts["start_url"], facts["scope"], facts["display"]) == ("/verify", "/verify", "standalone")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in facts["icons"]}
    for icon in facts["icons"]:
        assert client.get(icon["src"]).mimetype == "image/png"


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        (VENDORED, ("reader.js", "share.js", "zxing_reader.wasm")),
        (PDF_READER, ("pdf.js", "pdf.worker.js", "jbig2.wasm")),
    ],
    ids=["zxing-wasm", "pdfjs"],
)
def test_the_vendored_readers_have_the_sums_that_were_noted(folder: Path, names: tuple[str, ...]) -> None:
    sums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    for name in names:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sums[name]


def test_of_scripts_written_in_a_page_only_that_of_the_frame_may_run(client: FlaskClient) -> None:
    rules = policy(client.get("/verify").headers)
    assert FRAME_SCRIPT in rules["script-src"].split()
    # No frame of ours or of another site may be shown: that of a PDF is made of text, and nothing leads it elsewhere.
    assert "frame-src" not in rules and "child-src" not in rules and rules["default-src"] == "'none'"


def test_the_script_of_the_frame_can_stand_in_a_page() -> None:
    assert not re.search("</script|<!--|\r", (STATIC / "pdf" / "inside.js").read_text(encoding="utf-8"), re.IGNORECASE)


def test_no_script_names_another_site() -> None:
    named = {
        (script.name, site)
        for script in (*SCRIPTS, VENDORED / "share.js", VENDORED / "reader.js")
        for site in re.findall(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+", script.read_text(encoding="utf-8"))
    }
    assert {(name, site) for name, site in named if site != "http://www.w3.org"} == set()  # SVG's namespace


def test_no_script_reads_text_as_markup_or_code_or_is_too_long_to_read() -> None:
    assert SCRIPTS
    assert faults_of_scripts(SCRIPTS) == {}
