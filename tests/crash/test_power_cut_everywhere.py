"""The power is cut at a random moment of everything that is written to a disk: nothing acknowledged is lost, nothing is
there by half, and the service starts and goes on.

Each scene is done once by a program of its own, recorded; each cut lays out the files that a disk may hold then, opens
them with the real services and looks. Both disks of ``power_cut`` are tried.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import cut_in_custody
import cut_in_files
import cut_in_register
import cut_scenes
import pytest
from cut_scenes import Said, Scene
from power_cut import Cut, Deaf, Found, Model, cuts, lay_out, moments
from program import PROGRAM
from recorded_writes import Step, recorded

from bench.installation import environment
from bench.load import free_port, wait_until_up
from licence_qr.bootstrap import Services
from licence_qr.errors import LicenceQRError
from licence_qr.store.database.connections import Database
from licence_qr.store.numbers import given_numbers, number_marks
from licence_qr.store.signing import unsigned_codes

MODULES = (cut_in_register, cut_in_files, cut_in_custody)
SCENES: dict[str, Scene] = {name: scene for module in MODULES for name, scene in module.SCENES.items()}
pytestmark = pytest.mark.xdist_group("power cuts")


class Recording(NamedTuple):
    """A scene, its folder before, and what was done to it. What was said are lines of JSON."""

    scene: Scene
    before: Path
    steps: list[Step]


Recordings = dict[str, Recording]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recordings]:
    """All scenes, each done by the program ``cut_scenes.py``."""
    folder = tmp_path_factory.mktemp("cuts")
    base, before, done = folder / "base", folder / "before", folder / "done"
    cut_scenes.made(base)
    for name, scene in SCENES.items():
        (before / name).mkdir(parents=True)
        if not scene.begins_empty:
            cut_scenes.copied(base, before / name)
        scene.before(before / name)
    shutil.copytree(before, done)
    command = [sys.executable, cut_scenes.__file__, str(done), *(module.__name__ for module in MODULES)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    steps = recorded(command, done, environ)
    yield {name: Recording(scene, before / name, list(_of(name, steps))) for name, scene in SCENES.items()}
    shutil.rmtree(folder)


def _of(name: str, steps: list[Step]) -> Iterator[Step]:
    """The steps of one scene, in names below its own folder."""
    for step in steps:
        if step.what == "said":
            if json.loads(step.data).get("scene") == name:  # what a signer logs is of no scene
                yield step
        elif step.name == name or step.name.startswith(f"{name}/"):
            below = len(name) + 1
            yield step._replace(name=step.name[below:], to=step.to[below:])


def _wrong(scene: Scene, folder: Path, said: list[Said], found: Found) -> list[str]:
    """What is wrong with what was found after a cut."""
    shutil.rmtree(folder, ignore_errors=True)
    lay_out(found, folder)
    try:
        services = scene.start(folder, said)
    except LicenceQRError as error:
        return [f"does not start: {error.code} {error.facts}"]
    try:
        lost = [*_half(services, scene.now), *scene.lost(services, said), *_half(services, scene.now)]
        return lost + _goes_on(services, said, scene.now)
    except LicenceQRError as error:
        return [f"does not go on: {error.code} {error.facts}"]
    finally:
        services.database.close()


def _half(services: Services, now: datetime) -> list[str]:
    """What ``licence-qr check`` finds once the service has started and signed what was committed."""
    services.keys.signing_key(now)
    services.coding.finishing.finish_waiting(now)
    found = [f"{each.code} {each.facts}" for each in services.check.whole(now, lambda done, total: None)]
    marks = number_marks.read(services.settings.keys) or {}
    with services.database.read() as tx:
        above = [name for name, last in given_numbers.given(tx).items() if last > marks.get(name, 0)]
        found += [f"no mark: {name}" for name in above]
        unsigned = tx.all("SELECT uscc FROM codes WHERE token IS NULL")
        for table, column in (("permits", "permit_no"), ("codes", "status_index"), ("codes", "token")):
            twice = tx.all(f"SELECT {column} FROM {table} GROUP BY {column} HAVING count({column}) > 1")  # noqa: S608
            found += [f"{column} twice: {row[0]}" for row in twice]
    return found + [f"not signed: {row['uscc']}" for row in unsigned]


def _goes_on(services: Services, said: list[Said], now: datetime) -> list[str]:
    """The next pair gets numbers that nobody holds."""
    pair = cut_scenes.issue(services, 900, now + timedelta(days=30))  # after all that the scenes do
    held = {number for each in said for number in each.get("numbers", ())}
    return [f"given again: {each.permit_no}" for each in pair.permits if each.permit_no in held]


def found_wrong(
    recording: Recording, folder: Path, chosen: list[Cut], deaf: Deaf = lambda step: False
) -> Iterator[str]:
    """What is wrong after these cuts, each with its cut."""
    chance = random.Random(20261130)
    for cut, lines, found in cuts(recording.before, recording.steps, chosen, chance, deaf):
        for wrong in _wrong(recording.scene, folder, [json.loads(line) for line in lines], found):
            yield f"{cut}: {wrong}"


def chosen_cuts(recording: Recording, many: int, seed: str) -> list[Cut]:
    """Some cuts, half of them on each disk: a third with all lost that can be, and a few with nothing lost."""
    chance, telling = random.Random(seed), moments(recording.steps)
    shares, first = [chance.random(), 0.0, chance.random()], chance.randrange(2)
    return [
        Cut(chance.choice(telling), shares[number % 3] if number % 12 else 1.0, list(Model)[(first + number) % 2])
        for number in range(1, many + 1)
    ]


@pytest.mark.campaign
@pytest.mark.parametrize("name", SCENES)
def test_nothing_acknowledged_is_lost_and_nothing_is_there_by_half(recordings, name, tmp_path, rounds):
    recording = recordings[name]
    assert list(found_wrong(recording, tmp_path / "found", chosen_cuts(recording, rounds(3, 27), name))) == []


# Of each kind of file and folder one whose syncs are left out, and the scene that misses them.
LEFT_OUT: tuple[tuple[str, ...], ...] = (
    ("issuing", "var/register.db-wal"),
    ("issuing", "keys"),
    ("visits", "var/files"),
    ("deletions", "keys/deleted-files.txt"),
    ("visits", "var"),
    ("readings", "var/register.db-events"),
    ("keys", "keys"),
    ("reminders", "var/outbox"),
    ("backups", "backups/snapshots"),
    ("backups", "backups/objects"),
    ("restoring", "var", "var/.restoring/snapshot"),  # a renaming is safe once either folder is
    ("first start", ""),
    ("migrating", "var", "var/register.db", "var/register.db-wal", "var/register.db-journal"),
    ("live start", "safe/root"),
    ("root moving", "medium"),
    ("root moving", "keys"),
)


@pytest.mark.parametrize("left_out", LEFT_OUT, ids=" ".join)
def test_a_sync_that_is_left_out_is_seen(recordings, left_out, tmp_path):
    """The other side: without the syncs of one file or folder something acknowledged is lost, so the test above can fail."""
    scene, *names = left_out
    recording = recordings[scene]
    assert {step.name for step in recording.steps if step.what == "sync"} >= set(names)
    said = [number for number, step in enumerate(recording.steps) if step.what == "said"]
    worst = [Cut(moment, 0.0, Model.STRICT) for moment in said]
    assert any(found_wrong(recording, tmp_path / "found", worst, lambda step: step.name in names))


def test_the_program_itself_starts_signs_what_was_committed_and_finds_nothing(recordings, tmp_path):
    scene, before, steps = recordings["issuing"]
    folder, worst = tmp_path / "found", [Cut(moment, 0.0, Model.EXT4) for moment in moments(steps)]
    for _, _, found in cuts(before, steps, worst, random.Random(1)):
        shutil.rmtree(folder, ignore_errors=True)
        lay_out(found, folder)
        if _unsigned(folder):
            break
    settings = replace(cut_scenes.settings_in(folder), port=free_port())
    program, environ = [str(PROGRAM)], environment(settings)
    with subprocess.Popen([*program, "serve"], env=environ, stdout=subprocess.DEVNULL) as server:
        try:
            wait_until_up(settings.port, server)
            connection = http.client.HTTPConnection("127.0.0.1", settings.port)
            connection.request("GET", "/healthz")  # answered by workers, which begin when what was committed is signed
            connection.getresponse().read()
            connection.close()
        finally:
            server.terminate()
    assert _unsigned(folder) == 0
    assert subprocess.run([*program, "check"], env=environ, stdout=subprocess.DEVNULL).returncode == 0


def _unsigned(folder: Path) -> int:
    database = Database(folder / "var" / "register.db")
    with database.read() as tx:
        waiting = len(unsigned_codes.everything(tx))
    database.close()
    return waiting
