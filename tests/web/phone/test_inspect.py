"""The inspector's pages: who may take a pack, how it is sent, and when the half of its key is taken back."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from desk_pages import OFFICE, Browser, browser, desk_app, desk_services, signed_in
from flask import Flask

from licence_qr.bootstrap import Services

__all__ = ["browser", "desk_app", "desk_services"]

HALF = re.compile(r"\d+-[0-9a-f]{48}")


@pytest.fixture
def inspector(desk_app: Flask, desk_services: Services) -> Browser:
    """An inspector's browser, signed in."""
    return signed_in(desk_app, desk_services, "inspector")


def half_key(browser: Browser) -> str:
    """The half key that a browser holds, or an empty text."""
    cookie = browser.client.get_cookie("pack-key")
    return cookie.value if cookie else ""


def test_the_pack_is_sent_compressed_and_no_cache_may_hold_it(inspector: Browser, desk_services: Services) -> None:
    answer = inspector.client.get("/inspect/pack")
    assert answer.mimetype == "application/gzip"
    assert answer.headers.getlist("Cache-Control") == ["no-store"]
    told = json.loads(gzip.decompress(answer.get_data()))
    assert told["office"][0] == desk_services.catalogue.offices[OFFICE].name.zh


def test_it_comes_with_half_a_key_that_scripts_can_read_for_as_long_as_a_visit_lasts(inspector: Browser) -> None:
    header = inspector.client.get("/inspect/pack").headers["Set-Cookie"]
    assert HALF.fullmatch(half_key(inspector))
    assert "Max-Age=129600" in header and "SameSite=Strict" in header and "Path=/" in header
    assert "HttpOnly" not in header


def test_over_https_the_half_key_is_bound_to_this_host(inspector: Browser) -> None:
    session = inspector.client.get_cookie("session-token")
    inspector.client.set_cookie("__Host-session", session.value)
    header = inspector.client.get("/inspect/pack", base_url="https://localhost").headers["Set-Cookie"]
    assert header.startswith("__Host-pack-key=") and "Secure" in header


def test_taking_it_again_keeps_the_key(inspector: Browser) -> None:
    inspector.client.get("/inspect/pack")
    before = half_key(inspector)
    inspector.client.get("/inspect/pack")
    assert half_key(inspector) == before


@pytest.mark.parametrize("forged", ["", "0-", "1-abc", "x"])
def test_what_somebody_put_there_is_not_taken_for_a_key(inspector: Browser, forged: str) -> None:
    inspector.client.set_cookie("pack-key", forged)
    inspector.client.get("/inspect/pack")
    assert HALF.fullmatch(half_key(inspector))


@pytest.mark.parametrize("person", ["clerk", "administrator"])
def test_other_roles_get_neither_pack_nor_key(desk_app: Flask, desk_services: Services, person: str) -> None:
    other = signed_in(desk_app, desk_services, person)
    for address in ("/inspect/", "/inspect/pack"):
        assert other.client.get(address).status_code == 403
    assert half_key(other) == ""


def test_signing_out_takes_the_key_back_and_leads_to_the_page_that_deletes_the_rest(inspector: Browser) -> None:
    inspector.client.get("/inspect/pack")
    answer = inspector.press("/inspect/", "/sign-out")
    assert (answer.status_code, answer.location) == (303, "/inspect/signed-out")
    assert half_key(inspector) == ""
    assert "signed_out.js" in inspector.see("/inspect/signed-out")


def test_signing_out_without_a_pack_leads_where_it_always_did(inspector: Browser) -> None:
    assert inspector.press("/inspect/", "/sign-out").location == "/sign-in"


def test_somebody_else_who_signs_in_takes_the_key_away_and_the_same_person_does_not(inspector: Browser) -> None:
    inspector.client.get("/inspect/pack")
    before = half_key(inspector)
    inspector.client.delete_cookie("session-token")
    inspector.sign_in("inspector")
    assert half_key(inspector) == before
    inspector.client.delete_cookie("session-token")
    inspector.sign_in("clerk")
    assert half_key(inspector) == ""


@pytest.mark.parametrize("address", ["/inspect/", "/inspect/signed-out"])
def test_the_pages_run_our_scripts_and_ask_no_other_site(inspector: Browser, address: str) -> None:
    headers = inspector.client.get(address).headers
    assert len(headers.getlist("Content-Security-Policy")) == 1
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "default-src 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy


def test_the_page_says_in_both_languages_what_it_keeps(inspector: Browser) -> None:
    assert "12 小时后失效" in inspector.see("/inspect/")
    assert "expires after 12 hours" in inspector.see("/inspect/?lang=en")
