"""A real server of several workers, watched: whichever answers tells the counts of all; what it logs has one shape."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from served import BREATH, WORKERS

from licence_qr.process.metrics_folder import folder_of, folders_of

ASKED = 40


def told(served, path: str) -> str:
    """The body of an answer, over a connection of its own: any worker may take it."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def samples(served) -> list[Sample]:
    families = text_string_to_metric_families(told(served, "/metrics"))
    return [sample for family in families for sample in family.samples]


def in_lane(served, lane: str) -> dict[str, float]:
    """How many requests there are in a lane, by state."""
    return {
        sample.labels["state"]: sample.value
        for sample in samples(served)
        if sample.name == "licence_qr_lane_requests" and sample.labels["lane"] == lane
    }


def counted(served, route: str, status: str) -> float:
    return sum(
        sample.value
        for sample in samples(served)
        if sample.name == "licence_qr_request_seconds_count" and sample.labels == {"route": route, "status": status}
    )


def counting_processes(served) -> set[str]:
    """The workers that have counted something."""
    folder = folder_of(served.home, served.process.pid)
    return {path.stem.rpartition("_")[2] for path in folder.glob("histogram_*.db")}


def test_every_worker_tells_the_counts_of_all_also_of_one_that_was_killed_and_nothing_is_left_behind(start):
    """The life of a server, and the start of another over what it left."""
    served = start()
    served.wait_until_answered()
    while len(counting_processes(served)) < WORKERS:
        select.select([], [], [], BREATH)
    for _ in range(ASKED):
        told(served, "/sign-in")
    assert {counted(served, "/sign-in", "2xx") for _ in range(10)} == {ASKED}
    # The one that asks is the only one; nothing waits, in no worker.
    assert in_lane(served, "operation") == {"running": 1, "waiting": 0}
    for killed in counting_processes(served):
        os.kill(int(killed), signal.SIGKILL)
        while killed in (counting := counting_processes(served)) or len(counting - {"ended"}) < WORKERS:
            select.select([], [], [], BREATH)
        assert counted(served, "/sign-in", "2xx") == ASKED
    served.process.kill()
    assert served.process.wait() == -signal.SIGKILL
    served.wait_until_all_are_gone()
    assert served.port_is_free()
    assert folders_of(served.home) == [folder_of(served.home, served.process.pid)]
    second = start()
    second.wait_until_answered()
    assert folders_of(served.home) == [folder_of(served.home, second.process.pid)]
    of_each_line_of_a_server(second)
    assert folders_of(second.home) == []


# What must never be in a log, and is sent to a server that logs.
PERSONAL = ("张秘密", "zhang.secret", "91500107MX0000017A", "hunter2-password", "secret-token-4711", "13800001234")


def of_each_line_of_a_server(served) -> None:
    """Each has one shape and tells nothing of anybody. The server is stopped."""
    name, user, number, password, token, phone = PERSONAL
    send = partial(sent, served)
    assert send("GET", "/desk/") == 303
    assert send("GET", f"/p/{number}") == 422
    assert send("GET", f"/c/{'9' * 40}", {"Cookie": f"session-token={token}"}) == 400
    assert send("GET", f"/desk/businesses/{number}?query={token}") == 303
    assert send("POST", "/sign-in", {}, {"username": user, "password": password}) == 400
    assert send("POST", "/desk/proposals/1", {}, {"reason": name, "contact": phone}) == 405
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    said = served.said()
    lines = [json.loads(line) for line in said.splitlines()]
    assert {line["source"] for line in lines} == {"start", "server", "web"}
    assert all({"event", "level", "timestamp", "source"} <= line.keys() for line in lines)
    assert all(datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta() for line in lines)
    of_pages = [line for line in lines if line["source"] == "web"]
    assert {line["route"] for line in of_pages} >= {"/desk/", "/desk/businesses/<uscc>"}
    assert "refused" in {line["event"] for line in of_pages}
    assert all(re.fullmatch("[0-9a-f]{12}", line["request_id"]) for line in of_pages)
    assert [secret for secret in PERSONAL if secret in said] == []


def sent(
    served, method: str, path: str, headers: dict[str, str] | None = None, form: dict[str, str] | None = None
) -> int:
    """The status of the answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    body = urlencode(form) if form else None
    plain = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    try:
        connection.request(method, path, body, plain | (headers or {}))
        return connection.getresponse().status
    finally:
        connection.close()
