"""The scan page (look up, verify, render) against a bare Flask "hello" on the same server, turn by turn in one run.

Two registers: 1 thousand businesses, all issued by the use case, and 1 million, of which the thousand that are scanned
were issued and the others are copies under made-up credit codes that only make the tables and indexes large. A page that
was asked for earlier in the same minute is given again while the register has not changed; the second row of each size
makes every page afresh: signature verified, register read, page rendered.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import median

import click

from bench.bulk import BATCH, issue_batch, scanned_paths
from bench.installation import environment, installation
from bench.load import SITE, free_port, requests_a_second, served
from licence_qr.bootstrap import Services

GOAL = 0.7
SCANNED = 1000
LARGE = int(os.environ.get("BENCH_ENTITIES", "1000000"))
# A page made afresh takes ten times as long as the others: with as many of them a size would take a minute.
REQUESTS, REQUESTS_AFRESH, ROUNDS = 3000, 600, 9


def _grow(services: Services, count: int) -> None:
    """Add copies of one business until the register holds ``count``."""
    copies = range(SCANNED, count)
    with (
        services.database.write() as tx,
        click.progressbar(range(0, len(copies), 10_000), label="1 M", file=sys.stderr) as steps,
    ):
        for step in steps:
            block = copies[step : step + 10_000]
            for table in ("entities", "premises", "permits", "codes"):
                _copy(tx, table, block)


def _copy(tx, table: str, numbers: Iterable[int]) -> None:  # type: ignore[no-untyped-def]
    sample = dict(tx.one(f"SELECT * FROM {table} LIMIT 1"))  # noqa: S608 - the names above
    rows = []
    for number in numbers:
        row = sample | {"uscc": f"copy{number:014d}"}
        if table == "permits":
            row |= {"permit_id": 10_000_000 + number, "permit_no": f"copy {number}"}
        if table == "codes":
            row |= {"code_id": secrets.token_bytes(10), "status_index": 10_000_000 + 2 * number}
        rows.append(tuple(row.values()))
    marks = ", ".join("?" * len(sample))
    tx.run_many(f"INSERT INTO {table} ({', '.join(sample)}) VALUES ({marks})", rows)  # noqa: S608 - the names above


def _rates(services: Services, paths: list[str]) -> tuple[float, float, float]:
    """The median rates of hello, of scan pages, and of scan pages made afresh each time, taken in turns."""
    settings = replace(services.settings, port=free_port())
    hello_port = free_port()
    # An address that chooses the language sets a cookie, and such an answer is never kept.
    fresh = [f"{path}?lang=zh" for path in paths]
    hello_server = served("bench.hello:HelloSite", hello_port, dict(os.environ))
    with hello_server, served(SITE, settings.port, environment(settings)):
        requests_a_second(settings.port, paths, 2 * SCANNED)
        turns = [
            (hello_port, ["/"], REQUESTS),
            (settings.port, paths, REQUESTS),
            (settings.port, fresh, REQUESTS_AFRESH),
        ]
        rates = [[requests_a_second(*turn) for turn in turns] for _ in range(ROUNDS)]
    hello, kept, made = (median(taken) for taken in zip(*rates, strict=True))
    return hello, kept, made


def _rows(count: int, hello: float, kept: float, made: float) -> list[dict[str, str | float]]:
    return [
        {
            "figure": f"scan page against bare Flask hello, {count:,} businesses, {what}",
            "goal": f">= {GOAL}",
            "measured": f"{rate:.0f} against {hello:.0f} a second",
            "ratio": f"{rate / hello:.2f}",
        }
        for what, rate in (("scanned before this minute", kept), ("made afresh", made))
    ]


def measure() -> list[dict[str, str | float]]:
    """Two rows a size of the register."""
    with tempfile.TemporaryDirectory() as folder:
        services = installation(Path(folder))
        for first in range(0, SCANNED, BATCH):
            issue_batch(services, first)
        paths = scanned_paths(services)
        rows = _rows(SCANNED, *_rates(services, paths))
        _grow(services, LARGE)
        return rows + _rows(LARGE, *_rates(services, paths))


if __name__ == "__main__":
    for row in measure():
        print(row)
