"""Every route has its lane: what citizens read shares none with what staff do, and no password is hashed elsewhere."""

from __future__ import annotations

from collections import defaultdict

import pytest
from public_pages import prepared_services

from licence_qr.errors import ConfigError
from licence_qr.web.app import create_app
from licence_qr.web.serving import lanes
from licence_qr.web.serving.lanes import (
    ALIVE,
    DESK,
    FORMS,
    LARGE,
    OPERATION,
    SCAN,
    SIGNING_IN,
    SIGNING_IN_AGAIN,
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


def lane(app, path: str, method: str = "GET", cookies: str = "") -> str:
    return Lanes(app, "known".__eq__).of({"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_COOKIE": cookies})


def test_each_route_and_method_has_one_lane_by_what_it_costs(app) -> None:
    found = defaultdict(set)
    adapter = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        values = {name: "a4" if name == "size" else "csv" if name == "kind_of_file" else 1 for name in rule.arguments}
        path = adapter.build(rule.endpoint, values, method=next(iter(rule.methods - {"HEAD", "OPTIONS"})))
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            found[lane(app, path.split("?")[0], method)].add((method, rule.endpoint))
    assert set(found) | {SIGNING_IN_AGAIN} == set(SIZES)
    assert found[SIGNING_IN] == {("POST", "sign_in.sign_in")}
    assert {endpoint.partition(".")[0] for _, endpoint in found[FORMS]} == {
        "citizen_reports",
        "citizen_ratings",
        "citizen_draws",
        "sign_in",
    }
    assert {endpoint for _, endpoint in found[OPERATION]} == {"operation.ready", "operation.show_metrics"}
    assert {endpoint for _, endpoint in found[ALIVE]} == {"operation.alive"}
    assert {endpoint for _, endpoint in found[LARGE]} == LARGE_ONES
    assert {method for method, _ in found[SCAN]} == {"GET"}
    assert {endpoint for _, endpoint in found[SCAN]} <= PUBLIC
    assert not {endpoint for _, endpoint in found[DESK]} & PUBLIC
    assert not {endpoint for _, endpoint in found[SCAN]} & {endpoint for _, endpoint in found[FORMS]}


def test_who_signs_in_on_a_known_device_waits_behind_no_stranger(app) -> None:
    assert lane(app, "/sign-in", "POST", "known") == SIGNING_IN_AGAIN
    assert lane(app, "/sign-in", "POST", "forged") == SIGNING_IN
    assert lane(app, "/sign-in", "GET", "known") == FORMS


@pytest.mark.parametrize("path", ["/c/123", "/static/abc/ui/site.css", "/", "/status-list", "/verify", "/p/1"])
def test_what_the_public_reads_is_answered_in_the_lane_that_is_shed_last(app, path: str) -> None:
    assert lane(app, path) == lane(app, path, "HEAD") == SCAN
    assert SIZES[SCAN].waiting == max(size.waiting for size in SIZES.values())


@pytest.mark.parametrize("path", ["/nothing-here", "/desk", "/desk/../c/1"])
def test_what_leads_nowhere_takes_nothing_from_citizens(app, path: str) -> None:
    assert lane(app, path) == lane(app, path, "POST") == DESK


def test_a_lane_for_a_route_that_is_not_there_stops_the_start(app, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_LARGE", frozenset({"desk.businesses.gone"}))
    with pytest.raises(ConfigError) as refused:
        Lanes(app, bool)
    assert refused.value.code == "route_unknown"
