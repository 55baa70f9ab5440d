"""One side of ``turns``: a program that issues or imports when it is told to, with the code of the tree it is started for.

That may be the code of a former commit, so nothing is used here that it did not have. One line says what it is to do and how
many times; the answer is the processor time of this process and its signer, and the time by the clock, in nanoseconds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.exports import licence, permit, write_csv
from bench.installation import CLERK, NOW, OFFICE, environment, fields, installation
from licence_qr.bootstrap import Services, build
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.services.importing.run import ExportFile

_AGAIN_SECONDS = 0.02


@contextmanager
def _signer_apart(services: Services, folder: Path) -> Iterator[tuple[Services, Callable[[], int]]]:
    """The same services, signed for by a process of its own; the clock of that process."""
    path = folder / "socket"
    command = [sys.executable, "-P", "-m", "licence_qr", "sign-service"]
    signing = environment(services.settings) | {"LICENCE_QR_SIGNER_SOCKET": str(path)}
    with subprocess.Popen(command, env=signing, stdout=subprocess.DEVNULL) as signer:
        try:
            while not path.exists():
                time.sleep(_AGAIN_SECONDS)
            clock = (~signer.pid << 3) | 2  # of the processor time of another process: clock_getcpuclockid(3) on Linux
            yield build(replace(services.settings, own_signer=path)), lambda: time.clock_gettime_ns(clock)
        finally:
            signer.kill()


def _issue(services: Services, first: int, many: int) -> Callable[[], object]:
    """Issue ``many`` pairs one by one; what a clerk enters is checked before."""
    today, numbers = local_date(NOW), range(first, first + many)
    entered = [parse_application(fields(services, n), services.catalogue, OFFICE, today, True) for n in numbers]
    return lambda: [services.issuance.issue(each, CLERK, f"turn:{each.entity.uscc}", NOW) for each in entered]


def _import(services: Services, first: int, many: int) -> Callable[[], object]:
    """Import ``many`` rows, half of each department."""
    market, health = services.settings.home / "market.csv", services.settings.home / "health.csv"
    known = [
        {
            "uscc": complete_uscc("91500107", f"MY{n:06d}"),
            "name": f"重庆演示第{n}号酒店",
            "address": f"金凤镇演示路{n}号",
        }
        for n in range(first, first + many // 2)
    ]
    with market.open("w", encoding="utf-8", newline="") as file:
        write_csv(file, MARKET_COLUMNS, (licence(**each) for each in known))
    with health.open("w", encoding="utf-8", newline="") as file:
        numbered = enumerate(known, first)
        write_csv(
            file,
            HEALTH_COLUMNS,
            (permit(**each, permit_no=f"渝高新卫公证字〔2022〕第{n:05d}号") for n, each in numbered),
        )

    def run() -> None:
        with market.open("rb") as one, health.open("rb") as other:
            exports = ExportFile(market.name, one), ExportFile(health.name, other)
            services.importing.import_departments(*exports, AT_THE_MACHINE, NOW)

    return run


_WORK = {"issue": _issue, "import": _import}


def _answer(services: Services, signer: Callable[[], int]) -> None:
    print("ready", flush=True)
    first = 1
    for line in sys.stdin:
        what, many = line.split()
        act = _WORK[what](services, first, int(many))
        first += int(many)
        began, at = time.process_time_ns() + signer(), time.perf_counter_ns()
        act()
        by_clock = time.perf_counter_ns() - at
        print(time.process_time_ns() + signer() - began, by_clock, flush=True)
    services.database.close()


def main(apart: bool) -> None:
    """Answer until the input ends."""
    with tempfile.TemporaryDirectory() as made:
        services = installation(Path(made))
        if not apart:
            _answer(services, lambda: 0)
            return
        services.database.close()
        with _signer_apart(services, Path(made)) as (signed_for, signer):
            _answer(signed_for, signer)


if __name__ == "__main__":
    main(sys.argv[1] == "apart")
