"""Clerks who issue while the departments' exports are imported and packs are taken, each in a process of its own.

Five clerks, as threads of one process like those of the service, issue pair after pair with a pause between them, for as
long as the import takes. Told is how long each waited and wrote, and how many were refused.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench import pack
from bench.exports import licence, permit, write_csv
from bench.installation import CLERK, NOW, OFFICE, fields, installation, settings_in
from bench.load import p99
from licence_qr.bootstrap import Services, build
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import LicenceQRError
from licence_qr.services.importing.run import ExportFile
from licence_qr.services.issuing.issue import number_series
from licence_qr.store.register import codes, counters

GOAL = 0.5
ROWS = int(os.environ.get("BENCH_IMPORT", "100000"))
CLERKS, PAUSE_SECONDS = 5, 0.2
# Credit codes and numbers of the import and of the clerks, apart from those of the pack's businesses.
FIRST_ISSUED = 500_000


def _cells(number: int) -> dict[str, str]:
    """What both departments know of the made-up business no. ``number``, by column key."""
    return {
        "uscc": complete_uscc("91500107", f"MY{number:06d}"),
        "name": f"重庆演示第{number}号酒店管理有限公司",
        "address": f"重庆市九龙坡区金凤镇演示路{number}号",
    }


def _market_row(number: int) -> dict[str, str]:
    return licence(**_cells(number))


def _health_row(number: int) -> dict[str, str]:
    return permit(**_cells(number), permit_no=f"渝高新卫公证字〔2022〕第{number:05d}号")


def _write(path: Path, columns: Mapping[str, str], rows: Iterator[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(file, columns, rows)


def import_both(folder: str) -> None:
    """Import the two files in ``folder``."""
    market, health = Path(folder) / "market.csv", Path(folder) / "health.csv"
    with market.open("rb") as one, health.open("rb") as other:
        exports = ExportFile(market.name, one), ExportFile(health.name, other)
        build(settings_in(Path(folder))).importing.import_departments(*exports, AT_THE_MACHINE, NOW)


def take_packs(folder: str) -> None:
    """Take pack after pack, until killed."""
    services = build(settings_in(Path(folder)))
    while True:
        for _ in services.pack.for_actor(pack.INSPECTOR, datetime.now(UTC)):
            pass


class _Clerks:
    """Clerks at work until they are told to stop: the seconds of each issue, and the codes of those refused."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._over = threading.Event()
        self.seconds: list[float] = []
        self.refused: list[str] = []
        self._threads = [threading.Thread(target=self._work, args=(clerk,)) for clerk in range(CLERKS)]

    def __enter__(self) -> _Clerks:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, clerk: int) -> None:
        services, number = self._services, FIRST_ISSUED + clerk
        while not self._over.wait(PAUSE_SECONDS):
            application = parse_application(fields(services, number), services.catalogue, OFFICE, local_date(NOW), True)
            start = time.perf_counter()
            try:
                services.issuance.issue(application, CLERK, f"writers:{number}", NOW)
                self.seconds.append(time.perf_counter() - start)
            except LicenceQRError as error:
                self.refused.append(error.code)
            number += CLERKS
        services.database.close()


def _filled(folder: Path) -> Services:
    """A register with an office of many businesses, whose numbers are taken, and two exports beside it."""
    services = installation(folder)
    pack.fill(services)
    series = number_series("hygiene_permit", services.catalogue.permit_types["hygiene_permit"].authority)
    with services.database.write() as tx:
        counters.raise_to(tx, series, local_date(NOW).year, pack.BUSINESSES)
        codes.take_status_block(tx, 2 * pack.BUSINESSES)
    _write(folder / "market.csv", MARKET_COLUMNS, map(_market_row, range(ROWS // 2)))
    _write(folder / "health.csv", HEALTH_COLUMNS, map(_health_row, range(ROWS // 2)))
    return services


def measure() -> list[dict[str, str | float]]:
    """The clerks' p99 and longest, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        services = _filled(Path(folder))
        call = "from bench.writers import {0}; {0}({1!r})"
        taking = subprocess.Popen([sys.executable, "-c", call.format("take_packs", folder)])
        try:
            with _Clerks(services) as clerks:
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", call.format("import_both", folder)], check=True)
                seconds = time.perf_counter() - start
        finally:
            taking.kill()
            taking.wait()
    slow = p99(clerks.seconds)
    told = f"{slow:.2f} s, longest {max(clerks.seconds):.2f} s, {len(clerks.refused)} of {len(clerks.seconds)} refused"
    return [
        {
            "figure": f"a clerk's issue while {ROWS:,} rows are imported and packs are taken, p99",
            "goal": f"<= {GOAL} s",
            "measured": f"{told} ({ROWS / seconds:.0f} rows a second)",
            "ratio": f"{slow / GOAL:.2f}",
        }
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
