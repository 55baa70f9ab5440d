"""What a phone meets when it sends a visit: receipts, and refusals it can tell its officer in words."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from desk_pages import clerk, desk_app, desk_services
from phone_pages import JSON, hotel, phone, picture, visit
from structlog.testing import capture_logs

from licence_qr.store.files import rows

__all__ = ["clerk", "desk_app", "desk_services", "hotel", "phone"]


def test_a_visit_is_sent_with_its_photographs_and_again(phone, desk_services, hotel):
    photo = picture()
    name, body = visit(desk_services, hotel, photo)
    digest, sha256 = hashlib.sha256(body).hexdigest(), hashlib.sha256(photo).hexdigest()
    first = phone.put(name, body)
    told = first.get_json()
    assert first.status_code == 201
    assert (told["id"], told["content_sha256"], told["state"]) == (name, digest, "held")
    assert [flag["code"] for flag in told["flags"]] == ["second_officer_unconfirmed"]
    arrived, until = (datetime.fromisoformat(told[name]) for name in ("received_at", "confirm_until"))
    assert until - arrived == timedelta(hours=24)
    assert (told["photos_missing"], told["complete"], told["score"], told["order"]) == ([sha256], False, 100, None)
    address = f"{name}/{digest}/photos/{sha256}"
    sent = phone.put(address, photo, **{"Content-Type": "image/jpeg"})
    assert (sent.status_code, sent.get_json()["complete"]) == (201, True)
    assert phone.put(address, photo).status_code == 200
    assert phone.put(name, body).get_json() == sent.get_json()
    receipt = phone.browser.client.get(f"/inspect/sync/{name}/{digest}", headers=JSON)
    assert (receipt.status_code, receipt.get_json()) == (200, sent.get_json())


def test_no_place_is_left_in_what_is_kept(phone, desk_services, hotel):
    photo = picture()
    name, body = visit(desk_services, hotel, photo)
    phone.put(name, body)
    phone.put(f"{name}/{hashlib.sha256(body).hexdigest()}/photos/{hashlib.sha256(photo).hexdigest()}", photo)
    files = desk_services.reports.files
    with desk_services.database.read() as tx:
        kept = [files.read(tx, name) for name in rows.names(tx)]
    assert b"29.4863" in photo and kept
    assert not any(b"29.4863" in content for content in kept)


def test_flags_are_told_in_both_languages(phone, desk_services, hotel):
    name, body = visit(desk_services, hotel, second_officer=None)
    told = phone.put(name, body).get_json()
    flag = told["flags"][0]  # others tell that the visits of these tests are all at one time
    assert (told["state"], flag["code"], told["confirm_until"]) == ("held", "second_officer_missing", None)
    assert "第二名" in flag["text"][0] and "second" in flag["text"][1]


def test_a_wrong_clock_of_the_phone_is_noticed(phone, desk_services, hotel):
    name, body = visit(desk_services, hotel)
    told = phone.put(name, body, **{"X-Device-Time": "2026-01-01T00:00:00Z"}).get_json()
    assert "clock_wrong" in [flag["code"] for flag in told["flags"]]


@pytest.mark.parametrize("method", ["get", "put"])
def test_without_a_session_it_is_told_so_and_sent_nowhere(desk_app, method):
    answer = getattr(desk_app.test_client(), method)(f"/inspect/sync{'/x' if method == 'put' else ''}", headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_needed")
    assert answer.get_json()["title"]


def test_a_clerk_may_not_send(clerk):
    answer = clerk.client.get("/inspect/sync", headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "role_not_allowed")


def test_a_stale_token_is_told_and_nothing_is_kept(phone, desk_services, hotel):
    name, body = visit(desk_services, hotel)
    phone.csrf = "stale"
    answer = phone.put(name, body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "csrf")
    digest = hashlib.sha256(body).hexdigest()
    assert phone.browser.client.get(f"/inspect/sync/{name}/{digest}", headers=JSON).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{}", "inspection_unreadable"), (b" " * (512 * 1024 + 1), "inspection_too_large")],
)
def test_what_cannot_be_read_is_refused_with_the_reason(phone, body, code):
    answer = phone.put(str(uuid4()), body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)


def test_photographs_that_do_not_fit_are_refused_with_the_reason(phone, desk_services, hotel):
    photo, no_photo = picture(), b"%PDF-1.7 no photograph at all"
    name, body = visit(desk_services, hotel, photo, no_photo)
    digest = hashlib.sha256(body).hexdigest()
    phone.put(name, body)

    def put(sha256: str, data: bytes) -> tuple[int, str]:
        answer = phone.put(f"{name}/{digest}/photos/{sha256}", data)
        return answer.status_code, answer.get_json()["code"]

    assert put(hashlib.sha256(photo).hexdigest(), photo[:-1]) == (422, "photo_differs")
    assert put("0" * 64, photo) == (404, "photo_not_announced")
    assert put("..%2f..%2fregister.db", photo)[0] == 404
    not_one = hashlib.sha256(no_photo).hexdigest()
    assert put(not_one, no_photo) == (422, "photo_type")
    receipt = phone.put(name, body).get_json()
    assert receipt["photos_refused"] == [[not_one, "photo_type"]]
    assert receipt["photos_missing"] == [hashlib.sha256(photo).hexdigest()]


def test_names_and_findings_stay_out_of_the_log(phone, desk_services, hotel):
    name, body = visit(desk_services, hotel, remarks="负责人电话13800001234")
    with capture_logs() as logs:
        phone.put(name, body)
        phone.put(name, body + b" ")
        refused = phone.put(name, b"13800001234")
    assert refused.status_code == 422
    assert "13800001234" not in str(logs)
    assert len(logs) == 3
