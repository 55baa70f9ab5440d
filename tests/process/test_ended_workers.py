"""Workers that die leave their counts and nothing else, however many they are and whoever reads meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# A server whose workers count one answer each and are killed, while another process reads the total again and again.
SERVER = """
import os, signal, sys
from pathlib import Path
from licence_qr.process import metrics
from licence_qr.process.ended_workers import take_in_ended

folder, deaths = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]), int(sys.argv[1])

def total():
    lines = metrics.exposition((), folder).decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("licence_qr_request_seconds_count"))

over, end = os.pipe()
reader = os.fork()
if not reader:
    os.close(end)
    os.set_blocking(over, False)
    before = 0
    while True:
        now = total()
        if now < before or now > deaths:
            os._exit(1)
        before = now
        try:
            os.read(over, 1)
        except BlockingIOError:
            continue
        os._exit(0)
for death in range(deaths):
    worker = os.fork()
    if not worker:
        metrics.begin(folder)
        metrics.lane("scan").running.inc()
        metrics.observe(f"/{death % 3}", "200", 0.01)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(worker, 0)
    take_in_ended(folder, {reader})
os.close(end)
status = os.waitpid(reader, 0)[1]
take_in_ended(folder, ())
print(status, total(), *sorted(path.name for path in folder.iterdir()))
print("scan" in metrics.exposition((), folder).decode())
"""


@pytest.mark.campaign
def test_any_number_of_killed_workers_leaves_one_file_and_no_total_goes_down(tmp_path: Path, rounds) -> None:  # type: ignore[no-untyped-def]
    deaths = rounds(30, 1000)
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", SERVER, str(deaths)], env=environ, capture_output=True, text=True)
    assert ended.stdout == f"0 {float(deaths)} histogram_ended.db\nFalse\n", ended.stderr


def test_a_file_that_its_worker_had_no_time_to_begin_goes_too(tmp_path: Path) -> None:
    for name, content in (
        ("histogram_1.db", b""),
        ("histogram_2.db", bytes(100)),
        ("gauge_livesum_1.db", b""),
        ("histogram_4.new", b""),
    ):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "histogram_3.db").write_bytes(b"of a worker that lives")
    script = "import sys; from pathlib import Path; from licence_qr.process.ended_workers import take_in_ended as t; "
    subprocess.run([sys.executable, "-c", f"{script} t(Path(sys.argv[1]), {{3}})", str(tmp_path)], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {"histogram_ended.db", "histogram_3.db"}
