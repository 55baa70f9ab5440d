"""The status list of 1,000,000 entries, 2 % of them not 0 and scattered at random: its size, and how long it takes.

The register holds the entries as issuing would leave them. Scattered at random is the hardest case: real ones stand
together, because an older print's entries do. The entropy of such entries is the least that any packing can reach.
"""

from __future__ import annotations

import math
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.installation import installation
from licence_qr.bootstrap import Services
from licence_qr.services.publishing.status_list import StatusPublishing
from licence_qr.services.publishing.status_signer import REISSUE_AFTER, StatusSigner
from licence_qr.store.register import codes
from licence_qr.web.app import create_app

ENTRIES, SET = 1_000_000, 20_000
MOST_BYTES, MOST_SECONDS, MOST_MILLISECONDS = 40_000, 2.0, 5.0
ROUNDS, REQUESTS = 5, 300
SEED = 20261123


def _fill(services: Services) -> None:
    chance = random.Random(SEED)
    with services.database.write() as tx:
        codes.take_status_block(tx, ENTRIES)
        for index in chance.sample(range(ENTRIES), SET):
            codes.set_status(tx, index, chance.randint(1, 3))


def _entropy_bytes() -> float:
    """Bytes that 2 % of three equally likely values among zeros hold (Shannon), per list."""
    share = SET / ENTRIES
    bits = -share * math.log2(share / 3) - (1 - share) * math.log2(1 - share)
    return bits * ENTRIES / 8


def _best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _anew(services: Services) -> StatusPublishing:
    known = services.status_publishing
    signer = StatusSigner(known.database, known.signer.signing_key, known.signer.origin)
    return StatusPublishing(known.database, signer, known.trust_list)


def _from_nothing(services: Services, now: datetime) -> float:
    """Seconds in which a process that has just started reads all entries and signs the list that is due."""
    due = (now + REISSUE_AFTER * step for step in range(1, ROUNDS + 1))
    return _best(lambda: _anew(services).publish(next(due)))


def _after_a_change(services: Services, now: datetime) -> float:
    """Seconds from one changed entry to the next signed list, in a process that has the others."""
    publishing, times = _anew(services), []
    publishing.publish(now)
    for step in range(ROUNDS):
        with services.database.write() as tx:
            codes.set_status(tx, 4 * step, 2 if codes.status(tx, 4 * step) != 2 else 0)
        times.append(_best(lambda: publishing.publish(now), rounds=1))
    return min(times)


def _answer(services: Services, headers: dict[str, str]) -> float:
    """Seconds for one request of a list that has not changed, through the whole application."""
    client = create_app(services).test_client()
    etag = {name: client.get("/status-list").headers["ETag"] for name in headers}
    return _best(lambda: [client.get("/status-list", headers=etag) for _ in range(REQUESTS)]) / REQUESTS


def _row(figure: str, goal: str, measured: str, ratio: float) -> dict[str, Any]:
    return {"figure": figure, "goal": goal, "measured": measured, "ratio": f"{ratio:.1f}"}


def measure() -> list[dict[str, Any]]:
    """Rows of figure, goal, measured and ratio (goal / measured)."""
    with tempfile.TemporaryDirectory() as folder:
        services = installation(Path(folder))
        _fill(services)
        now = datetime.now(UTC)
        size = len(_anew(services).publish(now).signed)
        whole = _from_nothing(services, now)
        change = _after_a_change(services, now + REISSUE_AFTER * ROUNDS)
        whole_answer, held = _answer(services, {}), _answer(services, {"If-None-Match": ""})
    entries = f"{ENTRIES:,} entries, {SET / ENTRIES:.0%} set"
    least = _entropy_bytes()
    return [
        _row(
            f"status list of {entries}",
            "<= 40 KB",
            f"{size / 1000:.1f} KB (entropy {least / 1000:.1f} KB)",
            MOST_BYTES / size,
        ),
        _row("the same, read, packed and signed", "<= 2 s", f"{whole:.2f} s", MOST_SECONDS / whole),
        _row("the same, after one change", "<= 2 s", f"{change:.2f} s", MOST_SECONDS / change),
        _row("the same, answered", "few ms", f"{whole_answer * 1e3:.2f} ms", MOST_MILLISECONDS / 1e3 / whole_answer),
        _row("the same, answered with 304", "few ms", f"{held * 1e3:.2f} ms", MOST_MILLISECONDS / 1e3 / held),
    ]


if __name__ == "__main__":
    for row in measure():
        print(f"{row['figure']:<46} {row['goal']:>8}  {row['measured']:<34} {row['ratio']}")
