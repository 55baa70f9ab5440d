"""A client that holds every page it gets to the rules of all pages."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class LookingClient(FlaskClient):
    """A client that holds every page to the rules of all pages: one h1, unique ids that are there where one is pointed
    at, a title, the right language."""

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
    ids = Counter(re.findall(r' id="([^"]+)"', page))
    assert not [name for name, count in ids.items() if count > 1]
    pointed_at = " ".join(
        re.findall(r' (?:for|aria-describedby|aria-labelledby|aria-controls)="([^"]*)"', page)
    ).split()
    assert not {*pointed_at, *re.findall(r' href="#([^"]+)"', page)} - ids.keys()
    assert " style=" not in page and "<style" not in page and " onclick" not in page
