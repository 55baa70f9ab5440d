"""Read one file of a department, alone in a process: tell what came of it, the CPU seconds and the memory that it took.

``python read_in_child.py SOURCE FILE``. The memory is what the largest resident set of this program had more than before,
in megabytes; ``ru_maxrss`` would also count the process that started it.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from pathlib import Path

from licence_qr.catalogue.headings import load_headings
from licence_qr.domain.importing.conflicts import Source
from licence_qr.errors import LicenceQRError
from licence_qr.services.importing.department_files import read_department
from licence_qr.services.importing.files import xlsx  # noqa: F401 - loaded before the measurement begins


def _megabytes(name: str) -> float:
    """A figure of ``/proc/self/status``."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def main() -> None:
    """Read, and print the figures as JSON."""
    source, path = Source(sys.argv[1]), Path(sys.argv[2])
    headings = load_headings(date(2026, 11, 23))
    before, resident = resource.getrusage(resource.RUSAGE_SELF), _megabytes("VmRSS")
    rows, code = 0, ""
    with path.open("rb") as content:
        try:
            for _ in read_department(content, path.name, source, headings).rows():
                rows += 1
        except LicenceQRError as error:
            code = error.code
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = {"rows": rows, "code": code, "seconds": seconds, "megabytes": _megabytes("VmHWM") - resident}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
