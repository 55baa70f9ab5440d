"""What the server loads in each of its workers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.errors import RegisterError
from licence_qr.process.signals import end_with_server
from licence_qr.web import system_clock
from licence_qr.web.app import create_app


def application() -> Callable[..., Any]:
    """The application of this environment's settings.

    Behind a proxy the client's address and scheme are read from its headers, but only when the request comes from a
    proxy that LICENCE_QR_TRUSTED_PROXIES names: anyone else could write whatever they like there and pass every throttle.
    """
    end_with_server()
    settings = load_settings()
    services = build(settings)
    # A calendar that has arrived sets the days that waited for it; a register that cannot be written is still served.
    with suppress(RegisterError):
        services.reports.sweep(system_clock())
        services.ratings.sweep(system_clock())
    app = create_app(services)
    if not settings.trusted_proxies:
        return app
    wrapped: Callable[..., Any] = wrap_wsgi_with_proxy_headers(app, trusted_hosts=settings.trusted_proxies)
    return wrapped
