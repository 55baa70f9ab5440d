"""The pages of second factors without scripts, and the second step of signing in, in a production register."""

from __future__ import annotations

import base64
import html
import re
from datetime import timedelta

import pyotp
from desk_pages import Browser
from production_site import PASSWORD, Site, site
from werkzeug.test import TestResponse

from licence_qr.domain.roles import AT_THE_MACHINE, Role
from licence_qr.services.accounts.second_factor import limits

__all__ = ["site"]


def begin(site: Site, browser: Browser) -> pyotp.TOTP:
    """Begin an app, up to the page with its secret."""
    page = browser.send("/second-factor/app", {"password": PASSWORD}).get_data(as_text=True)
    found = re.search(r'<code class="groups">([A-Z2-7 ]+)</code>', page)
    assert found, page
    return pyotp.TOTP(found[1].replace(" ", ""))


def enrol(site: Site, browser: Browser) -> tuple[pyotp.TOTP, list[str], TestResponse]:
    """Enrol an app: its generator, the recovery codes, and the page that shows them."""
    page = browser.send("/second-factor/app", {"password": PASSWORD}).get_data(as_text=True)
    found = re.search(r'<code class="groups">([A-Z2-7 ]+)</code>', page)
    assert found, page
    generator = pyotp.TOTP(found[1].replace(" ", ""))
    done = browser.send("/second-factor/app/confirm", {"code": generator.at(site.now)}, page)
    codes = re.findall(r'<code class="groups">([A-Z2-7-]+)</code>', done.get_data(as_text=True))
    return generator, codes, done


def test_a_clerk_is_offered_one_and_not_asked(site: Site) -> None:
    clerk = site.browser()
    assert clerk.sign_in("clerk", PASSWORD).location == "/desk/"
    assert "验证器应用" in clerk.see("/second-factor")
    assert "Authenticator app" in clerk.see("/second-factor?lang=en")


def test_who_needs_one_enrols_it_before_anything_else(site: Site) -> None:
    decider = site.browser()
    answer = decider.sign_in("decider", PASSWORD, "/desk/proposals")
    assert answer.location == "/second-factor/prove?next=/desk/proposals"
    assert decider.client.get("/desk/proposals").location == "/second-factor/prove?next=/desk/proposals"
    assert decider.client.get(answer.location).location == "/second-factor?next=/desk/proposals"
    assert "须有第二重验证" in decider.see("/second-factor?next=/desk/proposals")
    generator, codes, done = enrol(site, decider)
    assert len(codes) == 10 and done.status_code == 200
    assert "提议" in decider.see("/desk/proposals")
    assert generator.secret not in decider.see("/second-factor")


def test_a_role_that_needs_one_asks_for_it_at_the_next_request_of_an_open_session(site: Site) -> None:
    clerk, staff = site.browser(), site.services.staff
    assert clerk.sign_in("clerk", PASSWORD).location == "/desk/"
    user_id = staff.account("clerk")
    staff.set_roles(user_id, frozenset({Role.CLERK, Role.SUPERVISOR}), AT_THE_MACHINE, site.now)
    assert clerk.client.get("/desk/work").location.startswith("/second-factor/prove")
    enrol(site, clerk)
    assert clerk.client.get("/desk/work").status_code == 200
    # Another of these roles asks for nothing more.
    staff.set_roles(user_id, frozenset({Role.SUPERVISOR}), AT_THE_MACHINE, site.now)
    assert clerk.client.get("/desk/work").status_code == 200


def test_from_then_on_each_sign_in_asks_for_it(site: Site) -> None:
    first = site.browser()
    first.sign_in("decider", PASSWORD)
    generator, codes, _ = enrol(site, first)
    site.now += timedelta(minutes=5)
    decider = site.browser()
    before = decider.sign_in("decider", PASSWORD, "/desk/proposals")
    assert not [each for each in before.headers.getlist("Set-Cookie") if "device-" in each]
    session = decider.client.get_cookie("__Host-session")
    for closed in ("/desk/proposals", "/sessions", "/second-factor/codes", "/second-factor/remove/totp"):
        assert decider.client.get(closed).location.startswith("/second-factor/prove"), closed
    for enrolling in ("/second-factor", "/second-factor/app", "/second-factor/passkeys/new"):
        assert decider.client.get(enrolling).location == "/second-factor/prove", enrolling
    page = decider.see("/second-factor/prove?next=/desk/proposals")
    wrong = decider.send("/second-factor/prove", {"code": "000000"}, page)
    assert wrong.status_code == 403 and "验证未通过" in wrong.get_data(as_text=True)
    right = decider.send("/second-factor/prove", {"code": generator.at(site.now), "next": "/desk/proposals"}, page)
    assert right.location == "/desk/proposals"
    assert [each for each in right.headers.getlist("Set-Cookie") if "device-" in each]
    assert decider.client.get_cookie("__Host-session") != session
    assert "提议" in decider.see("/desk/proposals")
    assert decider.client.get("/second-factor/prove").status_code == 303
    # The session from before the second step is over.
    assert session is not None
    decider.client.set_cookie("__Host-session", session.value, secure=True)
    assert decider.client.get("/second-factor/prove").location.startswith("/sign-in")
    other = site.browser()
    other.sign_in("decider", PASSWORD)
    assert other.send("/second-factor/prove", {"code": codes[0]}).status_code == 303


def test_strangers_who_know_the_password_cannot_lock_out_the_owner_s_device(site: Site) -> None:
    owner = site.browser()
    owner.sign_in("decider", PASSWORD)
    generator, _, _ = enrol(site, owner)
    for _ in range(limits.OF_STRANGER.most):
        stranger = site.browser()
        stranger.sign_in("decider", PASSWORD)
        stranger.send("/second-factor/prove", {"code": "000000"})
    assert stranger.send("/second-factor/prove", {"code": "000000"}).status_code == 429
    site.now += timedelta(minutes=1)
    owner.press("/sessions", "/sign-out")
    owner.sign_in("decider", PASSWORD)
    assert owner.send("/second-factor/prove", {"code": generator.at(site.now)}).status_code == 303


def test_the_qr_code_is_the_address_of_the_secret(site: Site) -> None:
    clerk = site.browser()
    clerk.sign_in("clerk", PASSWORD)
    page = clerk.send("/second-factor/app", {"password": PASSWORD}).get_data(as_text=True)
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found and base64.b64decode(html.unescape(found[1])).startswith(b"<svg")


def test_a_wrong_first_code_keeps_the_secret(site: Site) -> None:
    clerk = site.browser()
    clerk.sign_in("clerk", PASSWORD)
    page = clerk.send("/second-factor/app", {"password": PASSWORD}).get_data(as_text=True)
    secret = re.findall(r'<code class="groups">([A-Z2-7 ]+)</code>', page)
    again = clerk.send("/second-factor/app/confirm", {"code": "12345"}, page)
    assert again.status_code == 403
    assert re.findall(r'<code class="groups">([A-Z2-7 ]+)</code>', again.get_data(as_text=True)) == secret


def test_codes_are_renewed_and_a_factor_is_removed_with_password_and_code(site: Site) -> None:
    clerk = site.browser()
    clerk.sign_in("clerk", PASSWORD)
    _, codes, _ = enrol(site, clerk)
    assert clerk.send("/second-factor/codes", {"password": PASSWORD}).status_code == 403
    assert clerk.send("/second-factor/codes", {"password": "wrong", "code": codes[0]}).status_code == 403
    renewed = clerk.send("/second-factor/codes", {"password": PASSWORD, "code": codes[0]}).get_data(as_text=True)
    new = re.findall(r'<code class="groups">([A-Z2-7-]+)</code>', renewed)
    assert len(new) == 10 and not set(new) & set(codes)
    assert "还剩 10 个" in clerk.see("/second-factor")
    assert clerk.client.get("/second-factor/remove/passkey/1").status_code == 404
    removed = clerk.send("/second-factor/remove/totp", {"password": PASSWORD, "code": new[0]})
    assert removed.location == "/second-factor" and "恢复码" not in clerk.see("/second-factor")


def test_only_pages_that_ask_for_a_passkey_may_run_scripts(site: Site) -> None:
    clerk = site.browser()
    clerk.sign_in("clerk", PASSWORD)
    asked = [clerk.client.get(address) for address in ("/second-factor", "/second-factor/passkeys/new")]
    making = clerk.send("/second-factor/passkeys/new", {"password": PASSWORD})
    for answer, scripts in ((asked[0], False), (asked[1], False), (making, True)):
        policy = answer.headers.get("Content-Security-Policy", "")
        assert ("script-src 'self'" in policy) == scripts, answer.request.path
    assert clerk.client.get("/second-factor/prove").status_code == 303
