"""A process is killed (SIGKILL) while it writes a photograph: the daily sweep takes away what it left, and nothing else."""

from __future__ import annotations

import hashlib
import os
import random
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from killing import killed_at_random

from licence_qr.store.register.photo_files import LEFT_BEHIND, PhotoFiles

MEGABYTE = os.urandom(1024 * 1024)


def photo(serial: int) -> tuple[str, bytes]:
    """Bytes that differ from those of every other number, large enough to be caught half written, and their hash."""
    data = serial.to_bytes(4, "big") + MEGABYTE
    return hashlib.sha256(data).hexdigest(), data


def parts(folder: Path) -> list[Path]:
    """What was being written and has no name yet."""
    return [path for path in folder.rglob(".*") if path.is_file()]


def kill_a_writer(files: PhotoFiles, first: int, chance: random.Random) -> list[int]:
    """Kill a process that puts one photograph after another; those of which it had said that they are kept."""

    def write(pipe: int) -> None:
        for serial in range(first, first + 10_000):
            files.put(*photo(serial))
            os.write(pipe, f"{serial}\n".encode())

    return [int(line) for line in killed_at_random(write, 2, chance)]


@pytest.mark.campaign
def test_what_a_killed_writer_left_is_swept_and_every_kept_photograph_stays(tmp_path: Path, rounds) -> None:
    files, chance, kept = PhotoFiles(tmp_path / "photos"), random.Random(20261123), []
    for kill in count():
        kept += kill_a_writer(files, 10_000 * kill, chance)
        if kill >= rounds(2, 50) and parts(tmp_path):  # until one was killed while it wrote
            break
    left = parts(tmp_path)
    now = datetime.now(UTC)
    assert files.sweep(now) == 0
    assert parts(tmp_path) == left
    assert files.sweep(now + LEFT_BEHIND) == len(left)
    assert parts(tmp_path) == []
    assert files.sweep(now + LEFT_BEHIND) == 0
    for serial in kept:
        sha256, data = photo(serial)
        assert files.get(sha256) == data


def test_the_part_of_a_writer_at_work_is_left_alone_however_old_it_is(tmp_path: Path, monkeypatch) -> None:
    """The sweep comes at the moment at which a writer has written everything and not yet given it its name."""
    files, swept = PhotoFiles(tmp_path / "photos"), []
    replace = os.replace

    def sweep_first(part: str, target: Path) -> None:
        other = PhotoFiles(tmp_path / "photos")
        swept.append(other.sweep(datetime.now(UTC) + timedelta(days=3)))
        replace(part, target)

    monkeypatch.setattr(os, "replace", sweep_first)
    sha256, data = photo(1)
    files.put(sha256, data)
    assert swept == [0]
    assert files.get(sha256) == data


def test_a_folder_that_is_not_there_or_is_none_of_ours_is_no_matter(tmp_path: Path) -> None:
    late = datetime.now(UTC) + timedelta(days=3)
    assert PhotoFiles(tmp_path / "photos").sweep(late) == 0
    files = PhotoFiles(tmp_path / "others")
    files.put(*photo(2))
    elsewhere = tmp_path / "others" / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".keep").write_bytes(b"")
    (tmp_path / "others" / ".keep").write_bytes(b"")
    assert files.sweep(late) == 0
    assert len(parts(tmp_path)) == 2
