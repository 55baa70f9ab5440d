"""An application whose status list is always up to date, as the server's is within a second of a change."""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, request

from licence_qr.errors import LicenceQRError
from licence_qr.web import current_instant
from licence_qr.web.public import verifier_lists


def with_lists_published(app: Flask) -> Flask:
    """``app``, which publishes what is due before it answers with the list: tests need not wait for a publisher."""

    @app.before_request
    def publish() -> None:
        if request.path == "/status-list":
            with suppress(LicenceQRError):
                verifier_lists.services().status_publishing.publish(current_instant())

    return app
