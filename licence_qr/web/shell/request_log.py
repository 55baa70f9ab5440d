"""One line of JSON for each request that somebody may have to look into.

Logged: the route's pattern, never the address, which holds tokens and numbers; the type of an unexpected failure and
where it arose, never its message, which may hold personal data. A public page that was answered is not logged at all:
who looks at which shop is nobody's business.
"""

from __future__ import annotations

import logging
import secrets
from typing import TextIO, cast

import structlog
from flask import Flask, Response, g, request

from licence_qr.errors import LicenceQRError
from licence_qr.process import log_lines, streams
from licence_qr.web.shell.security import PUBLIC

_log = structlog.get_logger("licence_qr.web")


def configure() -> None:
    """Write JSON lines to standard error, unless the process has chosen its own way of logging already."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=log_lines.processors("web"),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", streams.ERR)),
    )


def request_id() -> str:
    """A random name for this request; the error page shows it and the log line carries it."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    name: str = g.request_id
    return name


def _facts() -> dict[str, str]:
    route = request.url_rule.rule if request.url_rule else "(none)"
    return {"request_id": request_id(), "method": request.method, "route": route}


def note_refusal(error: LicenceQRError) -> None:
    """Keep the stable code of a refusal for the line of this request; its facts stay out of the log."""
    g.refusal = error.code


def log_failure(error: BaseException) -> None:
    """Note an unexpected failure: its type and the frames it went through, innermost last."""
    _log.error("failed", **log_lines.failure(error), **_facts())


def _log_answer(response: Response) -> Response:
    refusal = g.get("refusal")
    if refusal is not None:
        note = _log.error if response.status_code >= 500 else _log.info
        note("refused", code=refusal, status=response.status_code, **_facts())
    elif request.endpoint is not None and request.endpoint not in PUBLIC:
        _log.info("answered", status=response.status_code, **_facts())
    return response


def init_app(app: Flask) -> None:
    """Log each refusal, and each answer of a page that is not public."""
    app.after_request(_log_answer)
