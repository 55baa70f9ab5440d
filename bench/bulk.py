"""Bulk issue: validate, number, sign, store and draw the QR symbol, by the same use case as the desk's.

Applications share short transactions, so that clerks get their turn in between. Symbols are drawn by a second process,
which is what the second core is for. The rate of the last tenth against the first tells whether it stays flat as the
register grows.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import click

from bench.installation import CLERK, NOW, OFFICE, fields, installation
from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.form import parse_application
from licence_qr.printing.qr import make_symbol
from licence_qr.store.database.batches import write_each
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import codes

GOAL = 300.0
COUNT = int(os.environ.get("BENCH_BULK", "6000"))
BATCH = 100


def _draw(addresses: list[str]) -> int:
    return sum(make_symbol(address).version > 0 for address in addresses)


def issue_batch(services: Services, first: int = 0) -> list[str]:
    """Issue ``BATCH`` applications from no. ``first`` on; the addresses of their codes."""
    today, numbers = local_date(NOW), range(first, first + BATCH)

    ordered = {}

    def issue(tx: Transaction, number: int) -> None:
        application = parse_application(fields(services, number), services.catalogue, OFFICE, today, True)
        ordered[number] = services.issuance.issue_within(tx, application, CLERK, f"bulk:{number}", NOW)

    write_each(services.database, numbers, issue)
    return [services.issuance.pair(f"bulk:{number}", ordered[number]).code.address for number in numbers]


def scanned_paths(services: Services) -> list[str]:
    """The path of the newest code of every licence, as a phone asks for it."""
    with services.database.read() as tx:
        issued = [services.coding.issued(code) for code in codes.everything_newest(tx)]
    return ["/c/" + code.address.rpartition("/")[2] for code in issued]


def measure() -> list[dict[str, str | float]]:
    """Rates in applications a second."""
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as drawing:
        services = installation(Path(folder))
        drawing.apply(_draw, ([],))
        drawn, seconds = [], []
        start = time.perf_counter()
        with click.progressbar(range(0, COUNT, BATCH), label="bulk issue", file=sys.stderr) as batches:
            for first in batches:
                began = time.perf_counter()
                drawn.append(drawing.apply_async(_draw, (issue_batch(services, first),)))
                seconds.append(time.perf_counter() - began)
        if sum(result.get() for result in drawn) != COUNT:
            raise AssertionError("not every symbol was drawn")
        rate = COUNT / (time.perf_counter() - start)
    tenth = max(1, len(seconds) // 10)
    flat = median(seconds[:tenth]) / median(seconds[-tenth:])
    return [
        {
            "figure": "bulk issue, a second",
            "goal": f">= {GOAL:.0f}",
            "measured": f"{rate:.0f}",
            "ratio": f"{rate / GOAL:.2f}",
        },
        {
            "figure": f"bulk issue, last tenth of {COUNT} against the first",
            "goal": ">= 0.8",
            "measured": "",
            "ratio": f"{flat:.2f}",
        },
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
