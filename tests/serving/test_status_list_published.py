"""A real server of several workers: one of them publishes the status list, and another when that one is gone."""

from __future__ import annotations

import hashlib
import http.client
import os
import select
import signal
from pathlib import Path

from served import BREATH, WORKERS, Served

from licence_qr.store.database.connections import Database
from licence_qr.store.register import codes


def fetched(served: Served) -> str:
    """The hash of the list; a worker that is killed meanwhile answers nobody."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", served.port)
        try:
            connection.request("GET", "/status-list")
            answer = connection.getresponse()
            assert answer.status == 200
            return hashlib.sha256(answer.read()).hexdigest()
        except (ConnectionError, http.client.HTTPException):
            continue
        finally:
            connection.close()


def change(served: Served) -> None:
    """Change an entry as another program does."""
    database = Database(served.home / "register.db")
    with database.write() as tx:
        codes.take_status_block(tx, 1)
    database.close()


def holder(served: Served) -> int | None:
    """The process that has the lock of who publishes."""
    inode = (served.home / "status-list.lock").stat().st_ino
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        words = line.split()
        if "->" not in words and words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
            return int(words[4])
    return None


def test_each_change_is_published_also_after_the_one_who_publishes_was_killed(start):
    served = start()
    served.wait_until_answered()
    seen = [fetched(served)]
    for _ in range(WORKERS + 1):
        change(served)
        while (now := fetched(served)) == seen[-1]:
            select.select([], [], [], BREATH)
        seen.append(now)
        while (publishing := holder(served)) is None:
            select.select([], [], [], BREATH)
        os.kill(publishing, signal.SIGKILL)
    assert len(set(seen)) == WORKERS + 2
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
