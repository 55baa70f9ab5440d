"""What the citizen's page says as JSON: exactly the public fields, and the same as the page."""

from __future__ import annotations

from dataclasses import fields
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from public_pages import ADDRESS_OF, IN_FORCE, NUMBER, PAGES, read

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.publishing.public_page import (
    FoundBy,
    PublicItem,
    PublicLicence,
    PublicPage,
    PublicPermit,
    Verdict,
)
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.web.public.public_json import public_json
from licence_qr.wording.states import Tone


def test_json_is_given_to_whoever_asks_for_it_and_the_page_to_a_browser(client: FlaskClient) -> None:
    accepts = {
        "application/json": "application/json",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "text/html",
        "*/*": "text/html",
        "application/json;q=0.1,text/html": "text/html",
    }
    for accept, mimetype in accepts.items():
        response = client.get(ADDRESS_OF["in_force"], headers={"Accept": accept})
        assert response.mimetype == mimetype
        assert "Accept" in response.headers["Vary"]


def test_json_holds_exactly_the_public_fields(client: FlaskClient) -> None:
    answer = client.get(ADDRESS_OF["in_force"], headers={"Accept": "application/json"}).get_json()
    shown = {"tone", "severity"}
    assert set(answer) == {"format", "headline", *shown, *(field.name for field in fields(PublicPage))}
    assert set(answer["licence"]) == shown | {field.name for field in fields(PublicLicence)}
    assert set(answer["permits"][0]) == {"gradable"} | shown | {field.name for field in fields(PublicPermit)}
    item = client.get(ADDRESS_OF["incomplete"], headers={"Accept": "application/json"}).get_json()["items"][0]
    assert set(item) == shown | {field.name for field in fields(PublicItem)}


def test_every_field_of_the_json_is_documented() -> None:
    described = (Path(__file__).parents[3] / "docs" / "verifying" / "public-json.md").read_text(encoding="utf-8")
    answer = public_json(IN_FORCE)
    for name in [*answer, *answer["licence"], *answer["permits"][0]]:
        assert f"`{name}`" in described
    for closed_set in (Verdict, Tone, FoundBy, EntityForm, LicenceState, PermitStatus, GrantMode, ItemStanding):
        assert all(f"`{each}`" in described for each in closed_set)


def test_json_and_page_agree(client: FlaskClient) -> None:
    different, unsaid = [], []
    for state, known in PAGES.items():
        answer = client.get(ADDRESS_OF[state], headers={"Accept": "application/json"}).get_json()
        page = unescape(read(client, state))
        different += [state] * (answer != public_json(known))
        said = [
            answer["code_number"],
            *(permit[each] for permit in answer["permits"] for each in ("permit_no", "items")),
        ]
        unsaid += [(state, each) for each in said if each not in page]
    assert (different, unsaid) == ([], [])


def test_json_dates_are_dates_and_the_instant_is_in_utc() -> None:
    answer = public_json(IN_FORCE)
    assert answer["printed_on"] == "2025-01-05"
    assert answer["checked_at"] == "2026-11-23T08:20:00Z"
    assert answer["licence"]["term_to"] is None


def test_a_typed_number_is_marked_as_such_in_json(client: FlaskClient) -> None:
    answer = client.get(f"/p/{NUMBER}", headers={"Accept": "application/json"}).get_json()
    assert answer["found_by"] == FoundBy.NUMBER


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (ADDRESS_OF["forged"], 400, "signature_mismatch"),
        (ADDRESS_OF["unknown"], 404, "code_not_in_register"),
        (ADDRESS_OF["unreachable"], 503, "register_unreachable"),
        (ADDRESS_OF["too_many"], 429, "too_many_lookups"),
        ("/p/ABC", 422, "code_number_length"),
        ("/no-such-page", 404, "http_404"),
    ],
)
def test_refusals_are_problem_details_in_json(client: FlaskClient, address: str, status: int, code: str) -> None:
    response = client.get(address, headers={"Accept": "application/json"})
    problem = response.get_json()
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"] and problem["detail"]


@pytest.mark.parametrize("state", ["in_force", "forged", "unknown"])
def test_scripts_of_other_sites_may_read_the_json_but_no_page(client: FlaskClient, state: str) -> None:
    there = {"Origin": "https://verifier.example"}
    data = client.get(ADDRESS_OF[state], headers={**there, "Accept": "application/json"})
    assert data.headers["Access-Control-Allow-Origin"] == "*"
    page = client.get(ADDRESS_OF[state], headers=there)
    for headers in (page.headers, client.get("/", headers=there).headers):
        assert "Access-Control-Allow-Origin" not in headers
    assert "Access-Control-Allow-Credentials" not in data.headers
