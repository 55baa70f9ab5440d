"""The application over prepared services, and a client that looks at every page it gets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from looking_client import LookingClient
from public_pages import prepared_services

from licence_qr.web.app import create_app


@pytest.fixture(scope="session")
def app() -> Flask:
    """The application over prepared services."""
    app = create_app(prepared_services())
    app.test_client_class = LookingClient
    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A visitor's browser, without cookies at first."""
    with app.test_client() as client:
        yield client
