"""A real server of several workers, watched: whichever answers tells the counts of all; what it logs has one shape."""

from __future__ import annotations

import http.client
import signal
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

ASKED = 40
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - looked into, nothing is written


def told(served, path: str) -> str:
    """The body of an answer, over a connection of its own: any worker may take it."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def counted(served, route: str, status: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(told(served, "/metrics"))
        for sample in family.samples
        if sample.name == "licence_qr_request_seconds_count" and sample.labels == {"route": route, "status": status}
    )


def counting_processes(served) -> set[str]:
    """The workers that have counted something."""
    (folder,) = IN_MEMORY.glob(f"licence-qr-*-{served.process.pid}")
    return {path.stem.rpartition("_")[2] for path in folder.glob("histogram_*.db")}


def test_every_worker_tells_the_counts_of_all_and_leaves_nothing_behind(start):
    served = start()
    served.wait_until_answered()
    served.read_until("Started worker-2")
    for _ in range(ASKED):
        told(served, "/sign-in")
    assert {counted(served, "/sign-in", "2xx") for _ in range(10)} == {ASKED}
    assert len(counting_processes(served)) == 2
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    assert not list(IN_MEMORY.glob(f"licence-qr-*-{served.process.pid}"))


def test_a_folder_that_a_killed_server_left_goes_with_the_next_start(start):
    first = start()
    first.wait_until_answered()
    first.process.kill()
    first.process.wait()
    first.wait_until_all_are_gone()
    assert list(IN_MEMORY.glob(f"licence-qr-*-{first.process.pid}"))
    start().wait_until_answered()
    assert not list(IN_MEMORY.glob(f"licence-qr-*-{first.process.pid}"))
