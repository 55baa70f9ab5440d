"""``/healthz``, ``/readyz`` and ``/metrics``: what they say, and to whom."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from prometheus_client.parser import text_string_to_metric_families

from licence_qr.web.app import create_app
from licence_qr.web.operation.peers import PEER
from licence_qr.web.serving.lanes import SIZES

TOKEN = "a-token-of-this-test"
HERE = {PEER: "127.0.0.1"}


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "metrics-token"
    path.write_text(f"{TOKEN}\n")
    return path


@pytest.fixture
def client(services, token_file, now):
    settings = replace(services.settings, metrics_token_file=token_file)
    return create_app(replace(services, settings=settings), lambda: now).test_client()


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_health_asks_no_register(client, services):
    services.settings.register_path.unlink()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_readiness_is_told_to_all_and_its_reasons_to_who_watches(client, services):
    assert client.get("/readyz").json == {"status": "ready"}
    here = client.get("/readyz", environ_base=HERE)
    assert (here.status_code, here.json["reasons"]) == (200, [])
    assert here.json["trust_list"]["sequence"] == 1 and here.json["writer_busy"] is False


def test_what_stops_the_service_is_told_by_code_and_in_both_languages(client, services, now):
    services.settings.register_path.unlink()
    away = client.get("/readyz")
    assert (away.status_code, away.json) == (503, {"status": "not_ready"})
    (reason,) = client.get("/readyz", environ_base=HERE).json["reasons"]
    assert reason["code"] == "register_missing"
    assert "找不到登记库" in reason["zh"] and "There is no register" in reason["en"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.5.5.5", "::1"])
def test_metrics_are_for_programs_on_this_machine(address, client):
    assert client.get("/metrics", environ_base={PEER: address}).status_code == 200


@pytest.mark.parametrize(
    "asking",
    [
        {},
        {"REMOTE_ADDR": "127.0.0.1"},
        {PEER: "192.0.2.7", "REMOTE_ADDR": "127.0.0.1"},
        {PEER: ""},
        *(
            {**HERE, name: "192.0.2.7"}
            for name in (
                "HTTP_X_FORWARDED_FOR",
                "HTTP_X_FORWARDED_PROTO",
                "HTTP_X_REAL_IP",
                "HTTP_FORWARDED",
                "HTTP_VIA",
            )
        ),
        {PEER: "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer wrong"},
        {PEER: "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer "},
        {PEER: "192.0.2.7", "HTTP_AUTHORIZATION": TOKEN},
    ],
)
def test_nobody_else_gets_them_without_the_token(asking, client):
    refused = client.get("/metrics", environ_overrides=asking)
    assert refused.status_code == 403 and "licence_qr_" not in refused.text
    assert "令牌" in refused.text and "token" in refused.text
    assert "reasons" not in client.get("/readyz", environ_overrides=asking).json


def test_the_token_opens_them_from_anywhere_until_it_is_changed(client, token_file):
    asking = {"environ_overrides": {PEER: "192.0.2.7"}, "headers": {"Authorization": f"Bearer {TOKEN}"}}
    assert client.get("/metrics", **asking).status_code == 200
    token_file.write_text("another")
    assert client.get("/metrics", **asking).status_code == 403
    token_file.write_text("")
    assert client.get("/metrics", **asking).status_code == 403
    token_file.unlink()
    assert client.get("/metrics", **asking).status_code == 403


def test_answers_are_counted_by_route_and_class(client):
    def counted(route: str, status: str) -> float:
        told = samples(client.get("/metrics", environ_base=HERE).text)
        return told.get(("licence_qr_request_seconds_count", (("route", route), ("status", status))), 0)

    before = counted("/p/<number>", "4xx"), counted("(none)", "4xx"), counted("/", "2xx")
    client.get("/p/91500107MX0000017A")
    client.get("/nowhere/at/all")
    client.get("/")
    assert (counted("/p/<number>", "4xx"), counted("(none)", "4xx"), counted("/", "2xx")) == tuple(
        each + 1 for each in before
    )


# A worker that counts everything there is to count, in files whose room it took before.
COUNTS_EVERYTHING = """
import json, os, sys
from pathlib import Path
from licence_qr.process import metrics

folder, (routes, lanes) = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]), json.load(sys.stdin)
metrics.begin(folder)
room = {path.name: path.stat().st_size for path in folder.iterdir()}
for route in routes:
    for status in "2345":
        metrics.observe(route, status, 1.0)
for lane in lanes:
    for gauge in metrics.lane(lane):
        gauge.inc()
assert len(room) == 2 and room == {path.name: path.stat().st_size for path in folder.iterdir()}
"""


def test_the_room_that_a_worker_takes_is_enough_for_all_it_may_count(client, tmp_path):
    """A file that has to grow when the memory is full would end the worker."""
    (folder := tmp_path / "counts").mkdir()
    routes = [rule.rule for rule in client.application.url_map.iter_rules()]
    subprocess.run(
        [sys.executable, "-c", COUNTS_EVERYTHING],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)},
        input=json.dumps([routes, list(SIZES)]),
        text=True,
        check=True,
    )


def test_readings_say_what_readiness_found(client, services, now):
    services.status_publishing.publish(now)
    told = samples(client.get("/metrics", environ_base=HERE).text)
    assert told["licence_qr_ready", ()] == 1
    assert told["licence_qr_list_age_seconds", (("list", "status"),)] == 0
    assert told["licence_qr_signing_key_days_left", (("purpose", "licence"),)] > 700
    assert told["licence_qr_disk_free_bytes", (("folder", "home"),)] > 0


# A process that waits for its turn to write and says when it has had it.
WRITER = """
import sys
from pathlib import Path
from licence_qr.store.database.connections import Database

with Database(Path(sys.argv[1])).write():
    print("written")
"""


def test_how_many_wait_to_write_is_told_without_waiting_with_them(services, token_file):
    clock = count(datetime(2026, 11, 23, tzinfo=UTC).timestamp(), step=2)  # what was found is kept for a second
    settings = replace(services.settings, metrics_token_file=token_file)
    app = create_app(replace(services, settings=settings), lambda: datetime.fromtimestamp(next(clock), UTC))
    client = app.test_client()

    def told() -> float:
        return samples(client.get("/metrics", environ_base=HERE).text)["licence_qr_writers_waiting", ()]

    assert told() == 0
    command = [sys.executable, "-c", WRITER, str(services.database.path)]
    with services.database.write():
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        while told() == 0:  # until it has come; nobody but this test lets it write
            pass
        assert told() == 1
        assert client.get("/readyz", environ_base=HERE).json["writers_waiting"] == 1
        assert writer.poll() is None
    assert writer.communicate()[0] == "written\n"
    assert told() == 0


def test_nothing_about_anybody_is_told(client, services, make_application, clerk, now):
    issued = services.issuance.issue(make_application(), clerk, "one", now)
    for place in (f"/p/{issued.uscc}", f"/c/{'1' * 50}", "/reports/new?number=X"):
        client.get(place)
    told = client.get("/metrics", environ_base=HERE).text + json.dumps(client.get("/readyz", environ_base=HERE).json)
    assert issued.uscc not in told and "测试" not in told and "1" * 20 not in told
    # Whole addresses: a reading may well be 127.0.
    assert not re.search(r"\d+\.\d+\.\d+\.\d+", told)
