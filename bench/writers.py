"""Clerks who issue while the departments' exports are imported and packs are taken, each in a process of its own.

Five clerks, as threads of one process like those of the service, issue pair after pair with a pause between them, for as
long as the import takes. Told is how long each waited and wrote, and how many were refused.
"""

from __future__ import annotations

import csv
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
from bench.installation import CLERK, NOW, OFFICE, fields, installation, settings_in
from licence_qr.bootstrap import Services, build
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.issuing.form import parse_application
from licence_qr.errors import LicenceQRError
from licence_qr.services.importing.run import ExportFile
from licence_qr.services.issuing.issue import number_series
from licence_qr.store.register import codes, counters

GOAL = 0.5
ROWS = int(os.environ.get("BENCH_IMPORT", "100000"))
CLERKS, PAUSE_SECONDS = 5, 0.2
# Credit codes and numbers of the import and of the clerks, apart from those of the pack's businesses.
FIRST_ISSUED = 500_000


def market_row(number: int) -> dict[str, str]:
    """A licence of the made-up business no. ``number``, by column key."""
    return {
        "uscc": complete_uscc("91500107", f"MY{number:06d}"),
        "name": f"重庆演示第{number}号酒店管理有限公司",
        "entity_type": "有限责任公司",
        "principal": "示例",
        "established_on": "2019-03-01",
        "address": f"重庆市九龙坡区金凤镇演示路{number}号",
        "business_scope": "住宿服务",
        "authority": "重庆市市场监督管理局高新区分局",
        "issued_on": "2021-06-01",
        "state": "存续",
    }


def health_row(number: int) -> dict[str, str]:
    """Its permit."""
    licence = market_row(number)
    return {name: licence[name] for name in ("uscc", "name", "principal", "address")} | {
        "permit_no": f"渝高新卫公证字〔2022〕第{number:05d}号",
        "items": "宾馆",
        "authority": "重庆高新区公共服务局",
        "issued_on": "2022-05-01",
        "valid_from": "2022-05-01",
        "valid_to": "2026-04-30",
        "state": "有效",
        "office": "金凤镇",
    }


def write_export(path: Path, columns: Mapping[str, str], rows: Iterator[dict[str, str]]) -> None:
    """Rows by column key as a CSV file with Chinese headings."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.values())
        writer.writerows([row.get(key, "") for key in columns] for row in rows)


def import_both(folder: str) -> None:
    """Import the two files in ``folder``."""
    market, health = Path(folder) / "market.csv", Path(folder) / "health.csv"
    with market.open("rb") as one, health.open("rb") as other:
        exports = ExportFile(market.name, one), ExportFile(health.name, other)
        build(settings_in(Path(folder))).importing.import_departments(*exports, "import", NOW)


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
    write_export(folder / "market.csv", MARKET_COLUMNS, map(market_row, range(ROWS // 2)))
    write_export(folder / "health.csv", HEALTH_COLUMNS, map(health_row, range(ROWS // 2)))
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
    ordered = sorted(clerks.seconds)
    p99, longest = ordered[len(ordered) * 99 // 100], ordered[-1]
    told = f"{p99:.2f} s, longest {longest:.2f} s, {len(clerks.refused)} of {len(ordered)} refused"
    return [
        {
            "figure": f"a clerk's issue while {ROWS:,} rows are imported and packs are taken, p99",
            "goal": f"<= {GOAL} s",
            "measured": f"{told} ({ROWS / seconds:.0f} rows a second)",
            "ratio": f"{p99 / GOAL:.2f}",
        }
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
