"""The page of inspections: the same for everybody; the key of what it keeps; and the question before signing out."""

from __future__ import annotations

import re

import pytest
from desk_pages import Browser, browser, desk_app, desk_services, signed_in
from flask import Flask
from scripts import faults_of_scripts, scripts_of

from licence_qr.bootstrap import Services
from licence_qr.web.app import STATIC
from licence_qr.web.phone import unsent_visits

__all__ = ["browser", "desk_app", "desk_services"]

PAGE = "/verify/inspections"
SCRIPTS = scripts_of("inspect", "pack")


@pytest.fixture
def inspector(desk_app: Flask, desk_services: Services) -> Browser:
    """An inspector's browser, signed in."""
    return signed_in(desk_app, desk_services, "inspector")


def key_of(browser: Browser) -> str:
    """The half key that a browser holds, or an empty text."""
    cookie = browser.client.get_cookie("pack-key")
    return cookie.value if cookie else ""


def account_of(browser: Browser) -> str:
    """The number of the account, as the key names it."""
    browser.client.get("/inspect/key")
    return key_of(browser).split("-")[0]


def test_the_page_is_the_same_for_everybody(browser: Browser, inspector: Browser) -> None:
    assert browser.see(PAGE) == inspector.see(PAGE)
    assert "本页需要脚本" in browser.see(PAGE) and "This page needs JavaScript" in browser.see(PAGE)
    assert browser.see(f"{PAGE}?lang=en") != inspector.see(f"{PAGE}?lang=zh")


def test_its_scripts_are_ours_and_pictures_may_come_from_the_camera(browser: Browser) -> None:
    headers = browser.client.get(PAGE).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'"
    assert policy["img-src"].split() == ["'self'", "blob:", "data:"]
    assert "camera=()" in headers["Permissions-Policy"]  # a photograph is a chosen file, not this page's camera
    assert headers["Cache-Control"] == "no-cache"


def test_the_worker_keeps_the_page_and_every_module_it_reaches(browser: Browser) -> None:
    worker = browser.see("/verify/sw.js")
    assert f'"{PAGE}"' in worker
    todo, needed = [STATIC / "inspect" / "page.js"], set()
    while todo:
        script = todo.pop()
        needed.add(script.relative_to(STATIC).as_posix())
        for found in re.findall(r'from "(\.[^"]+\.js)"', script.read_text(encoding="utf-8")):
            reached = script.parent.joinpath(found).resolve()
            if reached.relative_to(STATIC).as_posix() not in needed:
                todo.append(reached)
    assert "inspect/device/send.js" in needed and "pack/vault.js" in needed
    for name in [*needed, "inspect/page.css", "ui/page.css", "ui/site.css"]:
        assert f'/{name}"' in worker, name


def test_the_key_is_one_person_s_at_every_time_and_nobody_else_s(
    desk_app: Flask, desk_services: Services, inspector: Browser
) -> None:
    inspector.client.get("/inspect/pack")
    first = key_of(inspector)
    inspector.client.delete_cookie("pack-key")
    answer = inspector.client.get("/inspect/key")
    assert answer.get_json() == {"officer": "inspector"} and answer.headers["Cache-Control"] == "no-store"
    assert key_of(inspector) == first
    clerk = signed_in(desk_app, desk_services, "clerk")
    assert clerk.client.get("/inspect/key").status_code == 403
    assert key_of(clerk) == ""


def test_a_key_of_the_right_account_with_another_secret_is_taken_back(inspector: Browser) -> None:
    number = account_of(inspector)
    inspector.client.delete_cookie("session-token")
    inspector.client.set_cookie("pack-key", f"{number}-{'0' * 48}")
    inspector.sign_in("inspector")
    assert key_of(inspector) == ""


def test_without_a_session_the_key_is_not_handed_out(browser: Browser) -> None:
    answer = browser.client.get("/inspect/key")
    assert answer.status_code == 303 and "/sign-in" in answer.location
    assert key_of(browser) == ""


def test_signing_out_asks_once_while_inspections_wait(inspector: Browser) -> None:
    inspector.client.set_cookie("unsent-inspections", f"{account_of(inspector)}-2")
    asked = inspector.press("/inspect/", "/sign-out")
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200 and "2 次检查还只在这台设备上" in page and f'href="{PAGE}?lang=zh"' in page
    assert inspector.client.get("/inspect/").status_code == 200
    gone = inspector.send("/sign-out", {"anyway": "yes"}, page)
    assert (gone.status_code, gone.location) == (303, "/inspect/signed-out")
    assert inspector.client.get("/inspect/").status_code == 303
    assert key_of(inspector) == ""


def test_the_note_is_read_by_its_https_name_where_a_proxy_does_not_tell_of_https(
    desk_app: Flask, desk_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(desk_app.config, "SESSION_COOKIE_SECURE", True)  # so says the address of the installation
    officer = desk_services.accounts.user("inspector")
    assert officer
    with desk_app.test_request_context("/", headers={"Cookie": f"__Host-unsent-inspections={officer.user_id}-2"}):
        assert unsent_visits.count_of(officer) == 2


def test_the_question_is_asked_in_english_too(inspector: Browser) -> None:
    number = account_of(inspector)
    for count, words in (
        ("1", "One inspection is stored on this device only."),
        ("3", "3 inspections are stored on this device"),
    ):
        inspector.client.set_cookie("unsent-inspections", f"{number}-{count}")
        inspector.see("/inspect/?lang=en")
        assert words in inspector.press("/inspect/", "/sign-out").get_data(as_text=True)


@pytest.mark.parametrize("note", ["", "0-5", "{number}-0", "{number}-x", "{number}-99999", "<script>-1"])
def test_a_note_that_says_nothing_of_this_person_is_no_reason_to_ask(
    desk_app: Flask, desk_services: Services, note: str
) -> None:
    inspector = signed_in(desk_app, desk_services, "inspector")
    inspector.client.set_cookie("unsent-inspections", note.replace("{number}", account_of(inspector)))
    assert inspector.press("/inspect/", "/sign-out").status_code == 303


def test_no_script_reads_text_as_markup_or_code_or_names_another_site() -> None:
    assert SCRIPTS
    assert faults_of_scripts(SCRIPTS) == {}
    assert [script.name for script in SCRIPTS if re.search(r"https?://", script.read_text(encoding="utf-8"))] == []
