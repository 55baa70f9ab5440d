"""The promise at the desk and behind its public addresses, in a browser without scripts."""

from __future__ import annotations

import hashlib
import html
import json
import re

import pytest
from desk_pages import DETAILS, HOTEL, Browser, clerk, desk_app, desk_services, elsewhere
from flask import Flask

from licence_qr.bootstrap import Services

__all__ = ["clerk", "desk_app", "desk_services", "elsewhere"]

DRAWN = "[[100,50,200,60],[150,40,150,150]]"


@pytest.fixture
def application(clerk: Browser) -> str:
    """An application before its third step."""
    application = clerk.start()
    for _ in range(2):
        clerk.send(f"{application}/trade", HOTEL)
    clerk.send(f"{application}/details", DETAILS)
    return application


def drawn(clerk: Browser, application: str, **more: str) -> str:
    """Where the desk is led with what was drawn."""
    return clerk.sign(application, DETAILS["principal"], signed_on_paper="", strokes=DRAWN, **more).location


def promised(clerk: Browser, application: str) -> str:
    """The name of the promise of what is issued now."""
    clerk.issue(application)
    uscc = re.search(r"9150\w{14}", clerk.see(f"{application}/result"))
    assert uscc
    found = re.search(r"/desk/promises/([0-9a-f]{64})", clerk.see(f"/desk/businesses/{uscc[0]}"))
    assert found
    return found[1]


def test_without_a_signature_nothing_is_promised(clerk: Browser, application: str) -> None:
    told = clerk.see(clerk.sign(application, DETAILS["principal"], signed_on_paper="").location)
    assert 'href="#signed_on_paper"' in told


@pytest.mark.parametrize("day", ["2026-01-06", "2099-01-01"])
def test_a_day_that_is_not_today_is_refused(clerk: Browser, application: str, day: str) -> None:
    told = clerk.see(clerk.sign(application, DETAILS["principal"], signed_on=day).location)
    assert 'href="#signed_on"' in told


def test_a_drawn_signature_is_shown_to_the_office_and_each_look_is_noted(
    clerk: Browser, elsewhere: Browser, application: str, desk_services: Services
) -> None:
    assert clerk.client.get(f"{application}/signature").get_json() == {"signed": False}
    assert drawn(clerk, application).endswith("/review")
    assert clerk.client.get(f"{application}/signature").get_json() == {"signed": True}
    assert "在窗口的签名框里手写" in clerk.see(f"{application}/review")
    picture = clerk.client.get(f"{application}/signature.png")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/png", "no-store")
    assert elsewhere.client.get(f"{application}/signature.png").status_code == 403
    sha256 = promised(clerk, application)
    page = clerk.see(f"/desk/promises/{sha256}")
    assert f"/desk/promises/{sha256}/signature.png" in page
    assert clerk.client.get(f"/desk/promises/{sha256}/signature.png").data == picture.data
    assert elsewhere.client.get(f"/desk/promises/{sha256}").status_code == 403
    assert elsewhere.client.get(f"/desk/promises/{sha256}/signature.png").status_code == 403
    with desk_services.database.read() as tx:
        seen = [row["subject"] for row in tx.all("SELECT subject FROM traces WHERE event = 'data_seen'")]
    assert f"promise/{sha256}" in seen


@pytest.mark.parametrize("field", ["name", "principal", "premises_address"])
def test_what_a_colleague_changed_after_the_page_was_made_is_not_signed(
    clerk: Browser, application: str, field: str
) -> None:
    """Whoever signs has the former text before their eyes."""
    page = clerk.see(f"{application}/commitment")
    assert f'name="seen_{field}" value="{DETAILS[field]}"' in page and f">{DETAILS[field]}<" in page
    answer = clerk.sign(
        application, DETAILS["principal"], signed_on_paper="", strokes=DRAWN, **{f"seen_{field}": "旧的"}
    )
    assert answer.status_code == 422 and "签名以后改过" in answer.get_data(as_text=True)
    assert clerk.client.get(f"{application}/signature").get_json() == {"signed": False}


def test_everybody_reads_the_text_and_gets_the_bytes_that_were_hashed(
    clerk: Browser, application: str, desk_app: Flask
) -> None:
    drawn(clerk, application)
    sha256 = promised(clerk, application)
    visitor = desk_app.test_client()
    page = visitor.get(f"/promise/{sha256}").get_data(as_text=True)
    answer = visitor.get(f"/promise/{sha256}.json")
    assert hashlib.sha256(answer.data).hexdigest() == sha256
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert html.escape(json.loads(answer.data)["notice"]["text"], quote=False) in page
    assert "signature.png" not in page
    assert "Set-Cookie" not in answer.headers
    for wrong in ("0" * 64, "x", "0" * 64 + ".json"):
        assert visitor.get(f"/promise/{wrong}").status_code == 404


@pytest.mark.parametrize("strokes", ["[[1,1]]", "{}", "[[1,2,3]]", "[" * 999])
def test_what_is_no_signature_is_told_and_what_was_typed_stays(clerk: Browser, application: str, strokes: str) -> None:
    answer = clerk.sign(application, DETAILS["principal"], signed_on_paper="", strokes=strokes)
    assert answer.status_code == 422
    assert 'href="#strokes"' in answer.get_data(as_text=True)
    assert clerk.client.get(f"{application}/signature").get_json() == {"signed": False}


def test_a_link_leads_somebody_without_a_session_to_the_notice(
    clerk: Browser, application: str, desk_app: Flask
) -> None:
    clerk.sign(application, DETAILS["principal"], signed_on_paper="", action="link")
    address = re.search(r"http://[^<]*(/sign/[\w-]{43})", clerk.see(f"{application}/commitment"))
    assert address
    phone = desk_app.test_client()
    shown = phone.get(address[1])
    assert "script-src 'self'" in shown.headers["Content-Security-Policy"]
    assert DETAILS["name"] in shown.get_data(as_text=True)
    assert phone.post(address[1], data={"strokes": "[]"}).status_code == 422
    done = phone.post(address[1], data={"strokes": DRAWN})
    assert (done.status_code, "Set-Cookie" in done.headers) == (200, False)
    assert clerk.client.get(f"{application}/signature").get_json() == {"signed": True}
    assert phone.get(address[1]).status_code == 404
    assert phone.post(address[1], data={"strokes": DRAWN}).status_code == 404
    assert phone.get("/sign/guessed").status_code == 404


def test_a_signature_is_taken_back(clerk: Browser, application: str) -> None:
    drawn(clerk, application)
    taken_back = {"mode": "commitment", "signer": DETAILS["principal"], "action": "unsign"}
    assert clerk.send(f"{application}/commitment", taken_back).location.endswith("#sign")
    assert clerk.client.get(f"{application}/signature").get_json() == {"signed": False}
