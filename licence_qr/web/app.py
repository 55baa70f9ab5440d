"""The Flask application, put together."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from whitenoise import WhiteNoise

from licence_qr.web import CLOCK, EXTENSION, Clock, system_clock
from licence_qr.web.account import sign_in
from licence_qr.web.desk import start
from licence_qr.web.desk.work import calendar
from licence_qr.web.phone import pack, sync, visits
from licence_qr.web.public import draws, ratings, reports, scan, verifier_lists, verify
from licence_qr.web.public.page_cache import PageCache
from licence_qr.web.shell import errors, language, request_log, security, templates, words
from licence_qr.web.shell.bounded_numbers import RegisterNumber
from licence_qr.web.shell.folders import shipped

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

TEMPLATES = shipped("templates")
STATIC = shipped("static")
MAX_REQUEST_BYTES = 11 * 1024 * 1024  # a 10 MB file and the form around it


def create_app(services: Services, clock: Clock = system_clock) -> Flask:
    """The application over ``services``, which takes every instant from ``clock``.

    Raises ConfigError when a route has neither role nor a place on the open list.
    """
    request_log.configure()
    https = services.settings.address.startswith("https://")
    app = Flask("licence_qr.web", template_folder=str(TEMPLATES), static_folder=None)
    app.url_map.converters["int"] = RegisterNumber
    app.config.update(
        SECRET_KEY=services.web_secret,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        # Browsers hold a cookie of that prefix to this host alone, Secure and for the path /; on plain http they refuse it.
        SESSION_COOKIE_NAME="__Host-form" if https else "form",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch is not lost
    )
    app.extensions[EXTENSION] = services
    app.extensions[CLOCK] = clock
    templates.init_app(app)
    app.jinja_env.globals.update(words=words, host=services.settings.host, demonstration=services.demonstration)
    language.init_app(app)
    request_log.init_app(app)
    security.init_app(app)
    csrf = CSRFProtect(app)
    for sessionless in (ratings, reports):  # what guards them instead stands in web.public_forms
        csrf.exempt(sessionless.blueprint)
        app.register_blueprint(sessionless.blueprint)
    errors.init_app(app)
    for audience in (
        scan,
        draws,
        sign_in,
        start,
        calendar,
        pack,
        visits,
        sync,
        verify,
        verifier_lists,
    ):
        app.register_blueprint(audience.blueprint)
    security.check_routes(app)
    app.wsgi_app = PageCache(app.wsgi_app, services.lookup, scan.SCANNED, clock)  # type: ignore[method-assign]
    _serve_static(app)
    return app


def _tree_hash(root: Path) -> str:
    """A short hash of every file below ``root``: one change of any file changes all addresses, so files may refer to
    each other by relative address and still be cached for ever."""
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:10]


def _serve_static(app: Flask) -> None:
    """Serve ``static/`` under a content hash, cached for ever, and give templates ``static(name)``."""
    prefix = f"/static/{_tree_hash(STATIC)}/"
    served = WhiteNoise(
        app.wsgi_app, root=str(STATIC), prefix=prefix, allow_all_origins=False, immutable_file_test=lambda _, __: True
    )

    def static(name: str) -> str:
        address = prefix + name
        if address not in served.files:
            raise LookupError(f"static/{name} does not exist")
        return address

    app.jinja_env.globals["static"] = static
    app.extensions["static_files"] = (prefix, tuple(served.files))
    app.wsgi_app = security.SecurityHeaders(served)  # type: ignore[method-assign]
