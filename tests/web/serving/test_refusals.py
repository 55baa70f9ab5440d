"""The pages of what the front refuses: both languages, the headers of every page, JSON for scripts."""

from __future__ import annotations

import json

import pytest
from public_pages import prepared_services

from licence_qr.web.app import create_app
from licence_qr.web.serving.refusals import STATUSES, Refusals


@pytest.fixture(scope="module")
def refusals() -> Refusals:
    return Refusals(create_app(prepared_services()))


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_says_in_both_languages_what_to_do_and_scripts_get_its_code(refusals: Refusals, status: int) -> None:
    page, problem = refusals.of({}, status), refusals.of({"HTTP_ACCEPT": "application/json"}, status)
    text, headers = page.body.decode(), dict(page.headers)
    assert (page.status, problem.status) == (status, status)
    assert "请" in text and 'lang="en"' in text and f"front-{status}" in text
    assert (
        headers["Content-Security-Policy"].startswith("default-src 'none'") and headers["Cache-Control"] == "no-store"
    )
    assert json.loads(problem.body)["code"] == f"http_{status}"
    assert headers.get("Retry-After") == ("30" if status == 503 else None)
    assert not {"Set-Cookie"} & set(headers)


@pytest.mark.parametrize(
    ("path", "back"), [("/desk/applications", "/desk/"), ("/reports/new", "/"), ("/desk", "/desk/")]
)
def test_a_page_leads_back_to_where_the_request_came_from_and_offers_no_address_that_it_does_not_know(
    refusals: Refusals, path: str, back: str
) -> None:
    page = refusals.of({"PATH_INFO": path}, 503).body.decode()
    assert f'class="button" href="{back}"' in page
    assert "?lang=" not in page  # it would lead away from the address that was asked for, and a form has none


@pytest.mark.parametrize("status", [408, 413, 503])
def test_whoever_sent_a_form_is_told_that_nothing_typed_is_lost(refusals: Refusals, status: int) -> None:
    page = refusals.of({}, status).body.decode()
    assert "填写的内容还在" in page or "再提交一次" in page
