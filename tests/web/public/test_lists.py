"""What devices fetch: signed bytes as they are, an ETag of them, 304 for whoever has them, and words for every refusal."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
import string
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from published import with_lists_published

import licence_qr
from licence_qr.bootstrap import Services
from licence_qr.credential.status_list import CLOCK_TOLERANCE, StatusList
from licence_qr.credential.status_list_wire import CONTENT_TYPE, MAX_ENTRY_BYTES, verify_status_list
from licence_qr.credential.trust_list_wire import verify_trust_list
from licence_qr.services.publishing.status_signer import LIFETIME, MOST_AHEAD, REISSUE_AFTER, TTL
from licence_qr.store.keys import key_files
from licence_qr.store.register import codes
from licence_qr.web import CLOCK
from licence_qr.web.app import create_app
from licence_qr.web.public.verifier_lists import KEPT_SECONDS, STATUS_LIST_TYPE

ADDRESSES = ("/status-list", "/trust-list", "/vocabulary.json")


@pytest.fixture
def running(services: Services) -> Services:
    """An installation of the instant that the application's clock shows."""
    return services


@pytest.fixture
def app(running: Services, now: datetime) -> Flask:
    return with_lists_published(create_app(running, lambda: now))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def status_list(services: Services, client: FlaskClient) -> StatusList:
    answer = client.get("/status-list")
    assert answer.status_code == 200
    return verify_status_list(answer.data, services.keys.trust_list(), client.application.extensions[CLOCK]())


def put(services: Services, index: int, value: int) -> None:
    with services.database.write() as tx:
        codes.set_status(tx, index, value)


def test_the_status_list_is_signed_bytes_of_its_own_type(running, client, now):
    answer = client.get("/status-list")
    assert answer.headers["Content-Type"] == "application/statuslist+cwt"
    assert answer.data == running.status_publishing.publish(now).signed


def test_a_change_is_in_the_next_answer(running, client):
    with running.database.write() as tx:
        codes.take_status_block(tx, 3)
    assert status_list(running, client).value(1) == 0
    put(running, 1, 2)
    assert status_list(running, client).value(1) == 2


def test_the_trust_list_is_what_the_root_signed(running, client):
    answer = client.get("/trust-list")
    root = key_files.read_root_public_key(running.settings.keys)
    assert answer.headers["Content-Type"] == "application/cbor"
    assert verify_trust_list(answer.data, root) == running.keys.trust_list()


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_has_a_strong_etag_of_its_bytes(client, address):
    answer = client.get(address)
    etag, weak = answer.get_etag()
    assert not weak
    assert etag == hashlib.sha256(answer.data).hexdigest()[:32]
    assert client.get(address).headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_holds_it_already_gets_nothing_but_a_304(client, address):
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_tells_the_length_and_the_etag_without_the_bytes(client, address):
    whole, head = client.get(address), client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert head.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_caches_may_keep_it_for_minutes_and_no_cookie_comes_along(client, address):
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == f"public, max-age={KEPT_SECONDS}, must-revalidate"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(TTL, KEPT_SECONDS), (timedelta(seconds=90), 90), (timedelta(milliseconds=1900), 1), (timedelta(), 0), (-TTL, 0)],
)
def test_no_cache_keeps_the_status_list_beyond_its_ttl(running, now, left, seconds):
    published = running.status_publishing.publish(now)
    ending = replace(published, issue=replace(published.issue, issued_at=now + left - TTL))
    publishing = type("Prepared", (), {"current": lambda self, now: ending})()
    prepared = create_app(replace(running, status_publishing=publishing), lambda: now)
    assert prepared.test_client().get("/status-list").cache_control.max_age == seconds


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_only_fetched(client, address):
    assert client.post(address).status_code in {400, 405}
    assert client.delete(address).status_code == 405


def test_without_a_status_key_it_says_that_it_cannot_now(running, client):
    for path in running.settings.keys.glob("status-*.pem"):
        path.unlink()
    answer = client.get("/status-list", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (503, "offline_list_missing")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert client.get("/trust-list").status_code == 200


# --- the vocabulary --------------------------------------------------------------------------------------------------


def refusals_of_the_program() -> set[str]:
    """Every code that a TokenError, or the shape that raises one, is given as a text anywhere in the package."""
    found = set()
    for path in Path(licence_qr.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"TokenError", "Shape"}:
                found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return found


def test_the_vocabulary_explains_every_refusal_and_nothing_of_the_office(client):
    refusals = client.get("/vocabulary.json").json["refusals"]
    assert set(refusals) == refusals_of_the_program()
    assert all(set(entry) == {"zh", "en", "do_zh", "do_en"} for entry in refusals.values())
    named = {name for entry in refusals.values() for text in entry.values() for _, name, _, _ in _parsed(text)}
    assert "path" not in named


def _parsed(text: str):
    return string.Formatter().parse(text)


def test_the_vocabulary_names_every_wire_id(running, client):
    words = client.get("/vocabulary.json").json
    known = running.catalogue
    assert words["permit_types"] == {
        str(each.wire_id): {"zh": each.name.zh, "en": each.name.en} for each in known.permit_types.values()
    }
    assert words["number_templates"] == {str(each.wire_id): each.pattern for each in known.number_templates}
    assert set(words) == {"permit_types", "number_templates", "refusals"}


def test_the_vocabulary_is_compressed_where_that_is_accepted(client):
    plain = client.get("/vocabulary.json")
    packed = client.get("/vocabulary.json", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    refusing = client.get("/vocabulary.json", headers={"Accept-Encoding": "br, gzip;q=0"})
    assert refusing.data == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.data) * 2 < len(plain.data)
    assert json.loads(plain.data)


def test_a_held_compressed_vocabulary_is_a_304_too(client):
    accept = {"Accept-Encoding": "gzip"}
    etag = client.get("/vocabulary.json", headers=accept).headers["ETag"]
    again = client.get("/vocabulary.json", headers={**accept, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in again.headers


@pytest.mark.parametrize("address", [*ADDRESSES, "/allow-list"])
def test_a_verifier_on_another_site_may_read_it_also_when_it_has_not_changed(client, address):
    there = {"Origin": "https://verifier.example"}
    answer = client.get(address, headers=there)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(address, headers={**there, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.headers["Access-Control-Allow-Origin"]) == (304, "*")
    for one in (answer, again):
        assert "Access-Control-Allow-Credentials" not in one.headers


def test_the_figures_of_the_document_are_those_of_the_program():
    document = (Path(__file__).parents[3] / "docs" / "verifying" / "status-list.md").read_text(encoding="utf-8")
    assert f"{MAX_ENTRY_BYTES * 4:,} entries" in document
    assert f"ttl is {TTL.seconds // 3600} hours, exp {LIFETIME // timedelta(hours=1)} hours after iat" in document
    assert REISSUE_AFTER == timedelta(hours=2) and "two hours after the last" in document
    assert MOST_AHEAD == timedelta(seconds=10) and "by ten seconds at most" in document
    assert CLOCK_TOLERANCE == timedelta(minutes=15) and "iat ≤ now + 15 minutes" in document
    assert KEPT_SECONDS == 5 * 60 and "five minutes at most" in document
    assert STATUS_LIST_TYPE == CONTENT_TYPE
    assert all(f"`{address}`" in document for address in ADDRESSES)
