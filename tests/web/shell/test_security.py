"""Headers on every answer, refusals that give nothing away, and a log that holds no one's data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from public_pages import ADDRESS_OF, NUMBER, PreparedLookup, prepared_services
from structlog.testing import capture_logs

from licence_qr.errors import AccessError, InputError, LicenceQRError
from licence_qr.web.app import MAX_REQUEST_BYTES, TEMPLATES, create_app
from licence_qr.web.shell import security
from licence_qr.web.shell.errors import problem_of

STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
EVERY_ANSWER = [
    ("GET", "/", 200),
    ("GET", ADDRESS_OF["in_force"], 200),
    ("GET", f"/p?number={NUMBER}", 303),
    ("GET", "/p?number=no", 422),
    ("GET", "/no-such-page", 404),
    ("POST", "/", 405),
    ("GET", ADDRESS_OF["forged"], 400),
    ("GET", ADDRESS_OF["unknown"], 404),
    ("GET", ADDRESS_OF["unreachable"], 503),
    ("GET", ADDRESS_OF["too_many"], 429),
    ("GET", "/desk/", 303),
]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """An application whose lookup fails in a way nobody foresaw, with a name in the message."""
    services = prepared_services()

    class Broken(PreparedLookup):
        def scan(self, digits: str, now: object) -> None:
            raise ZeroDivisionError(f"张三 {digits}")

    services.lookup = Broken()
    with create_app(services).test_client() as client:
        yield client


@pytest.mark.parametrize(("method", "address", "status"), EVERY_ANSWER)
def test_every_answer_carries_the_headers(client: FlaskClient, method: str, address: str, status: int) -> None:
    response = client.open(address, method=method)
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    refused = set(response.headers["Permissions-Policy"].split(", "))
    assert refused >= {"camera=()", "geolocation=()", "microphone=()", "payment=()"}
    assert response.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in response.headers


def test_no_page_may_run_a_script(client: FlaskClient) -> None:
    client.set_cookie("session-token", "inspector-token")
    for address in (
        "/",
        ADDRESS_OF["in_force"],
        ADDRESS_OF["forged"],
        "/sign-in",
        "/desk/applications/1",
        "/desk/none",
    ):
        assert client.get(address).headers["Content-Security-Policy"] == STRICT


OWN_SCRIPTS = {"_second_factor.html", "_draft.html", "_pad.html"}


def test_no_page_of_citizens_and_clerks_has_a_script() -> None:
    """But for those that passkeys, applications and signatures need, which pages with a policy of their own take from one
    place each."""
    rooms = ("public/*.html", "desk/**/*.html", "errors/*.html", "accounts/*.html")
    found = [list(TEMPLATES.glob(room)) for room in rooms]
    assert all(found)
    pages = [page.read_text(encoding="utf-8") for room in found for page in room if page.name not in OWN_SCRIPTS]
    assert not [page for page in pages if re.search(r"<script|\son[a-z]+=|javascript:", page)]


def test_over_https_the_browser_is_told_to_stay_there(client: FlaskClient) -> None:
    response = client.get("/", base_url="https://licence.example.cn")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_static_files_are_named_by_their_content_and_kept_for_ever(app: Flask, client: FlaskClient) -> None:
    address = app.jinja_env.globals["static"]("ui/site.css")
    response = client.get(address)
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert client.get("/static/ui/site.css").status_code == 404


def test_a_static_file_that_does_not_exist_is_found_out_when_the_page_is_made(app: Flask) -> None:
    with pytest.raises(LookupError, match="missing.css"):
        app.jinja_env.globals["static"]("missing.css")


def test_an_upload_beyond_the_limit_is_refused_in_words(client: FlaskClient) -> None:
    response = client.post("/sign-in", data={"file": (BytesIO(b"x" * (MAX_REQUEST_BYTES + 1)), "big.xlsx")})
    assert response.status_code == 413
    assert "10 MB" in response.get_data(as_text=True)


def test_a_method_that_is_not_served_names_those_that_are(client: FlaskClient) -> None:
    response = client.delete("/")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_failure_shows_a_reference_and_nothing_of_itself(failing: FlaskClient) -> None:
    with capture_logs() as logs:
        response = failing.get(ADDRESS_OF["in_force"])
    page = response.get_data(as_text=True)
    assert response.status_code == 500
    assert "系统出现故障" in page
    assert not any(word in page for word in ("Traceback", "ZeroDivisionError", "张三", ".py"))
    (line,) = logs
    assert line["request_id"] in page


def test_the_log_holds_the_route_and_the_type_but_no_token_and_no_name(failing: FlaskClient) -> None:
    with capture_logs() as logs:
        failing.get("/c/98765432109876543210")
    written = json.dumps(logs, ensure_ascii=False)
    assert logs[0]["route"] == "/c/<digits>"
    assert logs[0]["error"] == "ZeroDivisionError"
    assert "98765432109876543210" not in written
    assert "张三" not in written


def test_a_page_that_a_citizen_looked_at_is_not_logged(client: FlaskClient) -> None:
    with capture_logs() as logs:
        client.get(ADDRESS_OF["in_force"])
    assert logs == []


def test_the_server_keeps_a_way_of_logging_that_was_chosen_before() -> None:
    chosen = structlog.get_config()
    create_app(prepared_services())
    assert structlog.get_config() == chosen


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (LicenceQRError("never_heard_of"), 500, "系统出现故障，不是您操作有误。"),
        (InputError("never_heard_of"), 422, "填写的内容有误，没有保存任何内容。"),
        (AccessError("too_many_lookups"), 429, "查询过于频繁。"),  # its words want a fact that is missing
    ],
)
def test_an_error_without_words_still_gets_a_page(app: Flask, error: LicenceQRError, status: int, said: str) -> None:
    with app.test_request_context("/"):
        problem = problem_of(error)
    assert (problem.status, problem.main.what) == (status, said)


def test_what_only_the_operator_can_mend_names_no_path_to_visitors(client: FlaskClient) -> None:
    for accept in ("text/html", "application/json"):
        response = client.get(ADDRESS_OF["unreachable"], headers={"Accept": accept})
        assert "secret" not in response.get_data(as_text=True)


@pytest.mark.parametrize(("base", "name"), [("http://localhost", "session-token"), ("https://x.cn", "__Host-session")])
def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask, base: str, name: str) -> None:
    with app.test_request_context("/", base_url=base):
        response = app.make_response("")
        security.remember_session(response, "token")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=token;")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert ("Secure" in cookie) == base.startswith("https")
    assert "Domain" not in cookie


def test_an_https_address_makes_cookies_secure_and_https_lasting_also_where_a_proxy_does_not_tell() -> None:
    services = prepared_services()
    services.settings.address = "https://licence.example.cn"
    app = create_app(services)
    with app.test_request_context("/", base_url="http://licence.example.cn"):
        response = app.make_response("")
        security.remember_session(response, "token")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=token;") and "; Secure;" in cookie
    asked = app.test_client().get("/?lang=en", base_url="http://licence.example.cn")
    assert "Strict-Transport-Security" in asked.headers
    language = asked.headers["Set-Cookie"]
    assert language.startswith("lang=en;") and "; Secure;" in language


def test_a_citizens_page_sets_no_cookie(client: FlaskClient) -> None:
    for address in ("/", ADDRESS_OF["in_force"], ADDRESS_OF["forged"]):
        assert "Set-Cookie" not in client.get(address).headers
