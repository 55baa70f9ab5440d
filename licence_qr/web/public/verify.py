"""The verify page: tells a genuine code from a forged one on the device itself, with or without a network.

It needs scripts, and so a policy of its own. What it serves is the same for everybody at
every time: installed copies keep it whole under the version that stands in their service worker.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify

from licence_qr.services.keys.keyring import Keys
from licence_qr.web.shell.folders import shipped
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import Language
from licence_qr.web.shell.templates import BilingualEnvironment, render

PAGE, SCRIPTS = "/verify", "/verify/sw.js"
INSPECTIONS = "/verify/inspections"  # the inspectors' page beside it, kept by the same worker
_KEPT_PAGES = {PAGE: "public/verify/page.html", INSPECTIONS: "phone/visits.html"}

# What the page needs without a network, by folder of the static files.
_KEPT_FOLDERS = (
    "device/",
    "inspect/",
    "lists/",
    "pack/",
    "pdf/",
    "reading/",
    "ui/",
    "verifier/",
    "verify/",
    "vendor/zxing-wasm/",
    "vendor/pdfjs/",
    "vendor/cborg/",
)
_KEPT_KINDS = (".js", ".css", ".wasm", ".png", ".svg")

# The one script of the frame that reads PDFs: the frame is made by the page and holds it as text.
_FRAME_SCRIPT = "pdf/inside.js"
# 'wasm-unsafe-eval' lets WebAssembly be compiled and no text be run; blob: is a photo chosen from the device, and a worker
# of that frame, which the policy of the page around it covers too.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {frame_script}; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# The worker fetches what it keeps, and nothing else.
_WORKER_POLICY = "default-src 'none'; connect-src 'self'"
_PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=()"

blueprint = Blueprint("verify", __name__)
keys = Handed(Keys)


@blueprint.get(PAGE)
def page() -> Response:
    """The page, with the root's public key for a device that has none yet."""
    response = Response(render("public/verify/page.html", root=root_point()))
    response.headers["Content-Security-Policy"] = _policy()
    response.headers["Permissions-Policy"] = _PERMISSIONS
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie"
    return response


@blueprint.get(SCRIPTS)
def service_worker() -> Response:
    """The service worker, which keeps the page on the device. It changes with the page, its scripts and any static file."""
    files = _kept_files()
    response = Response(
        render("public/verify/sw.js", version=_version(files), files=files, pages=list(_KEPT_PAGES)),
        mimetype="text/javascript",
    )
    response.headers["Content-Security-Policy"] = _WORKER_POLICY
    response.headers["Service-Worker-Allowed"] = PAGE
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/verify/manifest.webmanifest")
def manifest() -> Response:
    """The web app manifest."""
    prefix, _ = current_app.extensions["static_files"]
    icons = [
        {"src": f"{prefix}ui/icons/{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    facts: dict[str, Any] = {
        "id": PAGE,
        "name": "一码通行 核验 Verify",
        "short_name": "核验 Verify",
        "lang": "zh-CN",
        "start_url": PAGE,
        "scope": PAGE,
        "display": "standalone",
        "background_color": "#f4f5f7",
        "theme_color": "#f4f5f7",
        "icons": icons,
    }
    response = jsonify(facts)
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache
def _policy() -> str:
    """The page's policy, with the hash of the one script that may stand in it as text (CSP level 3, 2.3.1)."""
    digest = hashlib.sha256((shipped("static") / _FRAME_SCRIPT).read_bytes()).digest()
    return _POLICY.format(frame_script=f"'sha256-{base64.b64encode(digest).decode()}'")


def root_point() -> str:
    """The root's public key as the page takes it: the uncompressed point of P-256 (SEC 1, 2.3.3) in hex."""
    return keys().root_point().hex()


def _kept_files() -> list[str]:
    prefix, served = current_app.extensions["static_files"]
    names = (address.removeprefix(prefix) for address in served)
    kept = (name for name in names if name.startswith(_KEPT_FOLDERS) and name.endswith(_KEPT_KINDS))
    return sorted(prefix + name for name in kept)


def _version(files: list[str]) -> str:
    """A hash of all pages and of the kept addresses, which themselves hold the hash of all static files."""
    environment = cast(BilingualEnvironment, current_app.jinja_env)
    pages = [
        environment.twin(language).get_template(template).render(root=root_point())
        for template in _KEPT_PAGES.values()
        for language in Language
    ]
    return hashlib.sha256("\0".join([*pages, *files]).encode()).hexdigest()[:16]
