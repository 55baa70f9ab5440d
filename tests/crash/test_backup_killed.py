"""A backup is killed (SIGKILL) at random while others write: the one before stays whole, and the next goes on.

Nobody who writes meanwhile is refused, as by "database is locked".
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from backed_up import Here, here
from killing import killed_at_random

from licence_qr.errors import LicenceQRError
from licence_qr.store.files import rows as kept_files

__all__ = ["here"]

KEPT = 3


def work_at_the_desk(here: Here, told: Path) -> None:
    """Issue pairs, keep files and delete them until killed; write a line for each, or for what was refused."""
    services = here.services()
    with told.open("a", buffering=1) as lines:
        for serial in count(1000):
            now = datetime.now(UTC)
            try:
                services.issuance.issue(here.make_application(serial, at=now), here.clerk, f"key {serial}", now)
                file = services.reports.files.put(os.urandom(100_000))
                with services.database.write() as tx:
                    kept_files.add(tx, file, now)
                with services.database.write() as tx:
                    kept_files.drop(tx, sorted(kept_files.names(tx))[:-KEPT], now.date())
                    tx.after_commit(services.reports.files.finish_deletions, None)
            except LicenceQRError as error:
                lines.write(f"refused {error}\n")
            lines.write(f"{serial}\n")


@contextmanager
def others_at_work(here: Here, told: Path) -> Iterator[None]:
    child = os.fork()
    if child == 0:
        try:
            work_at_the_desk(here, told)
        finally:
            os._exit(1)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def parts_of_backups(here: Here, pipe: int) -> None:
    """One backup after another; a line for each part."""
    while True:
        here.back_up(KEPT, progress=lambda *_: os.write(pipe, b"part\n") and None)


@pytest.mark.campaign
def test_kills_leave_the_backup_before_whole_and_the_next_goes_on(here: Here, rounds, tmp_path: Path) -> None:
    chance, parts, told = random.Random(20261130), here.back_up(KEPT).objects, tmp_path / "told"
    with others_at_work(here, told):
        for _ in range(rounds(10, 100)):
            killed_at_random(lambda pipe: parts_of_backups(here, pipe), chance.randrange(2 * parts), chance)
            newest = here.verify()
            assert newest.findings == []
            assert len(list((here.backups / "snapshots").glob("*.age"))) <= KEPT + 1
        for _ in range(KEPT + 1):  # what was left goes with the first that is one too many
            here.back_up(KEPT)
    lines = told.read_text().splitlines()
    assert [line for line in lines if line.startswith("refused")] == [] and len(lines) > 3
    assert [each.code for each in here.verify().findings] == []
    nothing_is_left(here)
    here.lose_and_restore()
    services = here.services()
    assert list(services.check.whole(datetime.now(UTC), lambda done, total: None)) == []
    services.database.close()


def nothing_is_left(here: Here) -> None:
    """What no backup names, and what was being written, is removed."""
    snapshots, objects = here.backups / "snapshots", here.backups / "objects"
    lists = list(snapshots.glob("*.objects"))
    assert {path.stem for path in lists} == {path.stem for path in snapshots.glob("*.age")}
    named = {name for each in lists for name in each.read_text().split()}
    assert {path.name for path in objects.rglob("*") if path.is_file()} == {f"{name}.age" for name in named}
