"""The power is cut while pairs are issued: in every state the disk may then hold, each acknowledged pair is there.

Killed processes (the other files here) cannot show this: what a killed process wrote, the system still has. Both
journals are recorded with the SQLite that uses them: the standard library's, and the newer one of pysqlite3.
"""

from __future__ import annotations

import random
import shutil
import sqlite3 as standard
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from power_cut import Cut, Deaf, Disk, Found, Model, cuts, moments
from recorded_writes import Step, recorded

from licence_qr.store.database.sqlite import journal_pragmas, sqlite3

ROOT = Path(__file__).parents[2]
# The register begins in the other mode: init's switch is recorded too. The log is checkpointed, begun anew and, half
# way, closed; a rollback journal is made and removed for every pair.
ISSUING = """
import os
from pathlib import Path
from bench.installation import CLERK, NOW, OFFICE, fields, settings_in
from licence_qr.bootstrap import build
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.dates import local_date
from licence_qr.store.database.connections import Database

settings, first, count = settings_in(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
Database(settings.register_path).create_or_upgrade()
services = build(settings)
for number in range(first, first + count):
    if (number - first) % 5 == 4:
        services.database.close()
    with services.database.read() as tx:
        tx.run("PRAGMA wal_autocheckpoint=60")
    application = parse_application(fields(services, number), services.catalogue, OFFICE, local_date(NOW), True)
    pair = services.issuance.issue(application, CLERK, f"pair:{number}", NOW)
    os.write(1, (pair.uscc + chr(10)).encode())
services.database.close()
"""


class Recording(NamedTuple):
    """A register before, what was done to it, and the SQLite that did it."""

    before: Path
    steps: list[Step]
    binding: ModuleType
    journal: str


def _issue(folder: Path, binding: ModuleType, first: int, count: int) -> list[str]:
    before = "import sys\n" + ("sys.modules['pysqlite3'] = None\n" if binding is standard else "")
    before += f"sys.path.insert(0, {str(ROOT)!r})\n"
    return [sys.executable, "-c", before + ISSUING, str(folder), str(first), str(count)]


def _mode(register: Path, mode: str | None = None) -> str:
    connection = sqlite3.connect(register)
    found: str = connection.execute(f"PRAGMA journal_mode{'=' + mode if mode else ''}").fetchone()[0]
    connection.close()
    return found.upper()


@pytest.fixture(scope="module", params=["standard library", "newest"])
def recording(request, empty_installation, tmp_path_factory, rounds) -> Iterator[Recording]:
    """Pairs issued by a program of its own, with all it wrote and said."""
    binding = standard if request.param == "standard library" else sqlite3
    journal, _ = journal_pragmas(binding.sqlite_version_info)
    folder = tmp_path_factory.mktemp("power") / "installation"
    shutil.copytree(empty_installation, folder)
    register = folder / "var" / "register.db"
    _mode(register, "DELETE" if journal == "WAL" else "WAL")
    before = folder.with_name("before")
    shutil.copytree(register.parent, before)
    steps = recorded(_issue(folder, binding, 1, rounds(7, 60)), register.parent)
    assert _mode(register) == journal
    assert sum(step.what == "said" for step in steps) == rounds(7, 60)
    yield Recording(before, steps, binding, journal)
    shutil.rmtree(folder.parent)


def _wrong(folder: Path, files: Found, acknowledged: list[str], binding: ModuleType) -> str:
    """What is wrong with the register found after the cut; empty when nothing is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        if content is not None and name.startswith("register.db"):
            (folder / name).write_bytes(content)
    connection = binding.connect(folder / "register.db")
    try:
        if (answer := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            return f"damaged: {answer}"
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            return "half a pair"
        tables = ("entities", "premises", "permits", "codes", "issued_applications", "commitments")
        counts = {connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
        if len(counts) != 1:
            return f"half a pair: {counts}"
        there = {row[0] for row in connection.execute("SELECT uscc FROM codes WHERE token IS NOT NULL")}
        return f"lost: {lost}" if (lost := set(acknowledged) - there) else ""
    except binding.DatabaseError as error:
        return f"damaged: {error}"
    finally:
        connection.close()


@pytest.fixture
def found_wrong(recording: Recording, tmp_path: Path) -> Callable[..., list[str]]:
    """What is wrong after cuts at every moment, ``each`` times with a random share of the unsynced, and with none and all
    of it; or after ``most`` of these."""

    def look(each: int, most: int, deaf: Deaf = lambda step: False) -> list[str]:
        chance = random.Random(20261129)
        chosen = [
            Cut(moment, share, model)
            for moment in moments(recording.steps)
            for model in Model
            for share in (0.0, 1.0, *(chance.random() for _ in range(each)))
        ]
        chosen = chance.sample(chosen, min(most, len(chosen)))
        return [
            wrong
            for _, said, files in cuts(recording.before, recording.steps, chosen, chance, deaf)
            if (wrong := _wrong(tmp_path / "found", files, said, recording.binding))
        ]

    return look


def test_the_recording_holds_what_the_power_can_be_cut_in(recording):
    """A log is checkpointed, begun anew and closed between pairs; a rollback journal is removed for every pair."""
    said = [n for n, step in enumerate(recording.steps) if step.what == "said"]
    within = [(step.what, step.name) for step in recording.steps[said[0] : said[-1]]]
    headers = [step for step in recording.steps if (step.name, step.at, step.what) == ("register.db-wal", 0, "write")]
    assert within.count(("write", "register.db")) > 0
    if recording.journal == "WAL":
        assert within.count(("remove", "register.db-wal")) == 1
        assert len(headers) > 2
    else:
        # One transaction is the act, one its signature.
        assert within.count(("remove", "register.db-journal")) == 2 * (len(said) - 1)


@pytest.mark.campaign
def test_no_power_cut_loses_an_acknowledged_pair_or_damages_the_register(found_wrong, rounds):
    assert found_wrong(each=rounds(2, 12), most=rounds(80, 100_000)) == []


def test_without_syncs_of_the_files_a_power_cut_would_be_seen(found_wrong):
    """The other side: with synchronous=OFF pairs are lost, so the test above can fail."""
    assert found_wrong(each=2, most=20, deaf=lambda step: bool(step.name))


def test_a_rollback_journal_whose_removal_is_not_synced_would_be_seen(recording, found_wrong):
    """Why the level of a rollback journal is EXTRA: a journal that comes back undoes an acknowledged pair."""
    lost = found_wrong(each=2, most=40, deaf=lambda step: not step.name)
    assert lost or recording.journal == "WAL"


def _disk(folder: Path, model: Model, *steps: Step) -> Disk:
    (folder / "old").write_bytes(b"a" * 1024)
    disk = Disk(folder, model)
    for step in steps:
        disk.do(step)
    return disk


def test_a_disk_keeps_what_was_synced_and_any_part_of_the_rest(tmp_path):
    chance = random.Random(1)
    over = Step("write", "old", 0, b"b" * 1024)
    for model in Model:
        disk = _disk(tmp_path, model, over)
        assert {disk.after_cut(chance, 0.5)["old"] for _ in range(50)} == {
            first * 512 + second * 512 for first in (b"a", b"b") for second in (b"a", b"b")
        }
        disk.do(Step("sync", "old"))
        assert disk.after_cut(chance, 0) == {"old": b"b" * 1024}


def test_a_strict_disk_loses_each_name_for_itself_until_its_folder_is_synced(tmp_path):
    chance, new = random.Random(1), [Step("make", "new"), Step("write", "new", 0, b"n"), Step("sync", "new")]
    disk = _disk(tmp_path, Model.STRICT, *new, Step("remove", "old"))
    assert {tuple(sorted(disk.after_cut(chance, 0.5))) for _ in range(50)} == {
        ("old",), ("new", "old"), ("new",), (),
    }  # fmt: skip
    disk.do(Step("sync"))
    assert disk.after_cut(chance, 0) == {"new": b"n"}
    # A folder whose own name is not safe is lost with what was synced in it.
    for step in (Step("folder", "in"), Step("make", "in/other"), Step("sync", "in")):
        disk.do(step)
    assert disk.after_cut(chance, 0) == {"new": b"n"}
    disk.do(Step("sync"))
    assert disk.after_cut(chance, 0) == {"new": b"n", "in": None, "in/other": b""}
    # A file that is moved is in one place or the other.
    disk.do(Step("rename", "new", to="in/new"))
    assert {tuple(sorted(disk.after_cut(chance, 0.5))) for _ in range(50)} == {
        ("in", "in/new", "in/other"), ("in", "in/other", "new"),
    }  # fmt: skip
    disk.do(Step("sync", "in"))
    assert disk.after_cut(chance, 0) == {"in": None, "in/new": b"n", "in/other": b""}


def test_a_journal_keeps_the_order_of_names_and_any_sync_takes_earlier_ones_with_it(tmp_path):
    chance, new = random.Random(1), [Step("make", "new"), Step("write", "new", 0, b"n" * 600), Step("remove", "old")]
    disk = _disk(tmp_path, Model.EXT4, *new)
    found = [disk.after_cut(chance, 0.5) for _ in range(50)]
    assert {tuple(sorted(each)) for each in found} == {("old",), ("new", "old"), ("new",)}
    assert {each["new"] for each in found if "new" in each} == {b"", b"n" * 600}
    for step in (Step("make", "other"), Step("sync", "other")):
        disk.do(step)
    assert disk.after_cut(chance, 0) == {"new": b"", "other": b""}
