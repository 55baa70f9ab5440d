"""What a worker of the server loads: the application as the front wants it (licence_qr.front.entrance)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.errors import RegisterError
from licence_qr.front.answer import Answer
from licence_qr.front.lanes import Way
from licence_qr.process import metrics
from licence_qr.web import system_clock
from licence_qr.web.accounts import known_device
from licence_qr.web.app import create_app
from licence_qr.web.operation.peers import PEER
from licence_qr.web.public.page_cache import PageCache
from licence_qr.web.public.scan import SCANNED
from licence_qr.web.serving import lanes
from licence_qr.web.serving.forwarded import Forwarded
from licence_qr.web.serving.refusals import Refusals

_FRONT = "(front)"  # what is refused before the application is asked


class LicenceSite:
    """The program by this environment's settings, and what the front asks of it."""

    lanes = lanes.SIZES

    def __init__(self) -> None:
        settings = load_settings()
        services = build(settings)
        metrics.begin(settings.metrics_folder)  # takes memory: not for a worker that cannot begin
        # A calendar that has arrived sets the days that waited for it; a register that cannot be written is still served.
        with suppress(RegisterError):
            services.reports.sweep(system_clock())
            services.ratings.sweep(system_clock())
        self.wsgi = create_app(services)
        self.kept = PageCache(services.lookup, SCANNED)
        self._lanes = lanes.Lanes(self.wsgi, self._device_of)
        self._secret = services.web_secret
        self._https = settings.address.startswith("https://")
        self._refusals = Refusals(self.wsgi)
        services.status_publisher.start()
        self._forwarded = Forwarded(settings.trusted_proxies)

    def client_of(self, environ: dict[str, Any]) -> dict[str, Any]:
        """With the client's address and scheme from a proxy's headers, where LICENCE_QR_TRUSTED_PROXIES names the proxy."""
        environ[PEER] = environ["REMOTE_ADDR"]
        return self._forwarded.client_of(environ)

    def way_of(self, environ: Mapping[str, Any]) -> Way:
        """The lane for a request, what is read of its body, and the known device that it comes from."""
        return self._lanes.of(environ)

    def _device_of(self, environ: Mapping[str, Any]) -> str:
        https = self._https or environ["wsgi.url_scheme"] == "https"
        return known_device.among(environ.get("HTTP_COOKIE", ""), self._secret, system_clock(), https=https)

    def refusal(self, environ: Mapping[str, Any], status: int) -> Answer:
        """The page, or for scripts the JSON, of an answer that the front gives itself."""
        metrics.observe(_FRONT, str(status), 0.0)
        return self._refusals.of(environ, status)
