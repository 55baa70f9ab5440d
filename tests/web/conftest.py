"""The application over prepared services, and a client that looks at every page it gets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from public_pages import prepared_services
from werkzeug.test import TestResponse

from licence_qr.web.app import create_app


class LookingClient(FlaskClient):
    """A client that holds every page to the rules of all pages: one h1, unique ids, a title, the right language."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.content_encoding is None and response.status_code // 100 != 3:
            look_at(response.get_data(as_text=True))
        return response


def look_at(page: str) -> None:
    """Fail on a page that breaks a rule of all pages."""
    assert page.startswith("<!doctype html>")
    assert re.search(r'<html lang="(zh-CN|en)">', page)
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert re.search(r"<title>[^<]+</title>", page)
    twice = [name for name, count in Counter(re.findall(r' id="([^"]+)"', page)).items() if count > 1]
    assert not twice
    assert " style=" not in page and "<style" not in page and " onclick" not in page


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
