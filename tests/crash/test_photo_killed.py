"""A process is killed (SIGKILL) while it writes a photograph: the daily sweep takes away what it left, and nothing else."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from killing import killed_at_random

from licence_qr.store.files.folder import LEFT_BEHIND, FilesFolder
from licence_qr.store.files.sealing import SealedFile, seal

MEGABYTE = os.urandom(1024 * 1024)


def photo() -> SealedFile:
    """A file large enough to be caught half written."""
    return seal(MEGABYTE)


def parts(folder: Path) -> list[Path]:
    """What was being written and has no name yet."""
    return [path for path in folder.rglob(".*") if path.is_file()]


def kill_a_writer(files: FilesFolder, chance: random.Random) -> list[tuple[str, bytes]]:
    """Kill a process that puts one photograph after another; name and key of those that it had said are kept."""

    def write(pipe: int) -> None:
        while True:
            made = photo()
            files.put(made)
            os.write(pipe, f"{made.name} {made.key.hex()}\n".encode())

    told = (line.split() for line in killed_at_random(write, 2, chance))
    return [(name, bytes.fromhex(key)) for name, key in told]


@pytest.mark.campaign
def test_what_a_killed_writer_left_is_swept_and_every_kept_photograph_stays(tmp_path: Path, rounds) -> None:
    files, chance, kept = FilesFolder(tmp_path / "files"), random.Random(20261123), []
    for kill in count():
        kept += kill_a_writer(files, chance)
        if kill >= rounds(2, 50) and parts(tmp_path):  # until one was killed while it wrote
            break
    left = parts(tmp_path)
    now = datetime.now(UTC)
    assert files.remove_parts(now) == 0
    assert parts(tmp_path) == left
    assert files.remove_parts(now + LEFT_BEHIND) == len(left)
    assert parts(tmp_path) == []
    assert files.remove_parts(now + LEFT_BEHIND) == 0
    assert {files.get(name, key) for name, key in kept} == {MEGABYTE}


def test_the_part_of_a_writer_at_work_is_left_alone_however_old_it_is(tmp_path: Path, monkeypatch) -> None:
    """The sweep comes at the moment at which a writer has written everything and not yet given it its name."""
    files, swept = FilesFolder(tmp_path / "files"), []
    replace = os.replace

    def sweep_first(part: str, target: Path) -> None:
        other = FilesFolder(tmp_path / "files")
        swept.append(other.remove_parts(datetime.now(UTC) + timedelta(days=3)))
        replace(part, target)

    monkeypatch.setattr(os, "replace", sweep_first)
    made = photo()
    files.put(made)
    assert swept == [0]
    assert files.get(made.name, made.key) == MEGABYTE


def test_a_folder_that_is_not_there_or_is_none_of_ours_is_no_matter(tmp_path: Path) -> None:
    late = datetime.now(UTC) + timedelta(days=3)
    assert FilesFolder(tmp_path / "files").remove_parts(late) == 0
    files = FilesFolder(tmp_path / "others")
    files.put(photo())
    elsewhere = tmp_path / "others" / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".keep").write_bytes(b"")
    (tmp_path / "others" / ".keep").write_bytes(b"")
    assert files.remove_parts(late) == 0
    assert len(parts(tmp_path)) == 2
