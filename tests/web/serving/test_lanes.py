"""Every route has its lane: what citizens read shares none with what staff do, and no password is hashed elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from proxies import PROXY
from public_pages import prepared_services

from licence_qr.errors import ConfigError
from licence_qr.front.lanes import Way
from licence_qr.web.accounts import interrupted_forms
from licence_qr.web.app import MAX_REQUEST_BYTES, create_app
from licence_qr.web.serving import lanes
from licence_qr.web.serving.lanes import (
    ALIVE,
    DESK,
    FORM_BYTES,
    FORMS,
    LARGE,
    LONG_FORM_BYTES,
    OPERATION,
    SCAN,
    SIGNING_IN,
    SIGNING_IN_AGAIN,
    SIGNING_IN_ELSEWHERE,
    SIZES,
    Lanes,
)
from licence_qr.web.shell.security import PUBLIC

LARGE_ONES = {
    "inspect.take_pack",
    "inspections_sync.receive_photo",
    "desk.businesses.download_card",
    "desk.businesses.show_png",
    "desk.work.export_work",
    "calendar.show_feed",
}


@pytest.fixture(scope="module")
def app():
    return create_app(prepared_services())


UPLOADS = {
    ("POST", "citizen_reports.send"),
    ("POST", "citizen_reports.send_without_number"),
    ("PUT", "inspections_sync.receive_inspection"),
    ("PUT", "inspections_sync.receive_photo"),
}
SIGNED_IN = "__Host-session=x"


def way(app, path: str, method: str = "GET", cookies: str = "") -> Way:
    """Its way; the cookie ``device`` is the one of a known device."""
    lanes_of = Lanes(app, lambda environ: "a device" if environ["HTTP_COOKIE"] == "device" else "")
    return lanes_of.of({"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_COOKIE": cookies})


def lane(app, path: str, method: str = "GET", cookies: str = "") -> str:
    return way(app, path, method, cookies).lane


def routes(app) -> list[tuple[str, str, str]]:
    """Method, endpoint and an address of each."""
    adapter, found = app.url_map.bind(""), []
    for rule in app.url_map.iter_rules():
        named = {"size": "a4", "kind_of_file": "csv", "change": "close"}
        values = {name: named.get(name, 1) for name in rule.arguments}
        methods = rule.methods - {"HEAD", "OPTIONS"}
        path = adapter.build(rule.endpoint, values, method=min(methods)).split("?")[0]
        found += [(method, rule.endpoint, path) for method in methods]
    return found


def test_each_route_and_method_has_one_lane_by_what_it_costs(app) -> None:
    found = defaultdict(set)
    for method, endpoint, path in routes(app):
        found[lane(app, path, method)].add((method, endpoint))
    assert set(found) | {SIGNING_IN_AGAIN, SIGNING_IN_ELSEWHERE} == set(SIZES)
    assert found[SIGNING_IN] == {("POST", "sign_in.sign_in")}
    assert {endpoint.partition(".")[0] for _, endpoint in found[FORMS]} == {
        "citizen_reports",
        "citizen_ratings",
        "citizen_draws",
        "citizen_promises",
        "citizen_signing",
        "sign_in",
    }
    assert {endpoint for _, endpoint in found[OPERATION]} == {"operation.ready", "operation.show_metrics"}
    assert {endpoint for _, endpoint in found[ALIVE]} == {"operation.alive"}
    assert {endpoint for _, endpoint in found[LARGE]} == LARGE_ONES
    assert {method for method, _ in found[SCAN]} == {"GET"}
    assert {endpoint for _, endpoint in found[SCAN]} <= PUBLIC
    assert not {endpoint for _, endpoint in found[DESK]} & PUBLIC
    assert not {endpoint for _, endpoint in found[SCAN]} & {endpoint for _, endpoint in found[FORMS]}


def test_nginx_lets_a_shopping_centre_read_what_is_in_the_lane_that_is_shed_last(app) -> None:
    example = (PROXY / "nginx.conf").read_text(encoding="utf-8")
    (readers,) = re.findall(r"location ~ (\S+) \{\n +limit_req zone=licence_qr_reading", example)
    for method, _, path in routes(app):
        assert bool(re.search(readers, path)) == (lane(app, path, method) == SCAN), path


def test_what_is_read_of_a_body_is_what_its_route_takes(app) -> None:
    most = {(method, endpoint): way(app, path, method, SIGNED_IN).most_bytes for method, endpoint, path in routes(app)}
    assert {each for each, size in most.items() if size == MAX_REQUEST_BYTES} == UPLOADS
    assert {size for (method, _), size in most.items() if method == "GET"} == {0}
    others = {each: size for each, size in most.items() if each[0] != "GET" and each not in UPLOADS}
    short = {("POST", "citizen_ratings.send"), ("POST", "citizen_signing.sign")}
    assert {each for each, size in others.items() if size == FORM_BYTES} == short
    assert set(others.values()) == {FORM_BYTES, LONG_FORM_BYTES}


def test_a_form_kept_over_a_sign_in_fits_into_what_is_read_of_the_sign_in_page() -> None:
    assert LONG_FORM_BYTES > 9 * interrupted_forms.MOST_CHARACTERS + 100 * interrupted_forms.MOST_FIELDS


@pytest.mark.parametrize(
    ("path", "method"), [("/nothing", "POST"), ("/status-list", "POST"), ("/c/1", "POST"), ("/", "PUT")]
)
def test_nothing_is_read_for_what_leads_nowhere(app, path: str, method: str) -> None:
    assert way(app, path, method, SIGNED_IN).most_bytes == 0


@pytest.mark.parametrize("path", ["/inspect/sync/1", "/inspect/sync/1/2/photos/3"])
def test_a_photograph_of_an_inspection_is_read_only_of_who_may_be_signed_in(app, path: str) -> None:
    assert way(app, path, "PUT").most_bytes == 0
    assert way(app, path, "PUT", "session-token=x").most_bytes == way(app, path, "PUT", SIGNED_IN).most_bytes > 0


def test_who_signs_in_on_a_known_device_waits_behind_no_stranger(app) -> None:
    assert way(app, "/sign-in", "POST", "device") == (SIGNING_IN_AGAIN, LONG_FORM_BYTES, "a device")
    assert way(app, "/sign-in", "GET", "device") == (SIGNING_IN_AGAIN, 0, "a device")
    assert way(app, "/sign-in", "POST", "forged") == (SIGNING_IN, LONG_FORM_BYTES, "")
    assert way(app, "/sign-in", "GET", "forged") == (FORMS, 0, "")
    assert way(app, "/desk/", "GET", "device") == (DESK, 0, "a device")


@pytest.mark.parametrize("path", ["/c/123", "/static/abc/ui/site.css", "/", "/status-list", "/verify", "/p/1"])
def test_what_the_public_reads_is_answered_in_the_lane_that_is_shed_last(app, path: str) -> None:
    assert lane(app, path) == lane(app, path, "HEAD") == SCAN
    assert SIZES[SCAN].waiting == max(size.waiting for size in SIZES.values())


@pytest.mark.parametrize("path", ["/nothing-here", "/desk", "/desk/../c/1"])
def test_what_leads_nowhere_takes_nothing_from_citizens(app, path: str) -> None:
    assert lane(app, path) == lane(app, path, "POST") == DESK


@pytest.mark.parametrize("named", ["_LARGE", "_UPLOADS"])
def test_a_name_of_a_route_that_is_not_there_stops_the_start(app, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, named, frozenset({"desk.businesses.gone"}))
    with pytest.raises(ConfigError) as refused:
        Lanes(app, lambda _: "")
    assert refused.value.code == "route_unknown"
