"""What the server loads in each of its workers."""

from __future__ import annotations

from flask import Flask

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.web.app import create_app


def application() -> Flask:
    """The application of this environment's settings."""
    return create_app(build(load_settings()))
