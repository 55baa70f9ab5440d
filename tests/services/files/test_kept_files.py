"""Files are encrypted, each under a key of its own; deleting one is dropping its key, and is not forgotten by a restore."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from licence_qr.bootstrap import Services
from licence_qr.errors import InputError, LicenceQRError, NotFoundError, RegisterError
from licence_qr.services.files.kept import Files
from licence_qr.store.files import deletions, rows
from licence_qr.store.files.deletions import DeletionList
from licence_qr.store.files.folder import LEFT_BEHIND, FilesFolder
from licence_qr.store.files.sealing import MOST_BYTES, seal

CONTENT = b"what an officer has seen" * 1000
DAY = date(2026, 11, 23)


@pytest.fixture
def files(services: Services) -> Files:
    return services.reports.files


@pytest.fixture
def path(services: Services) -> Callable[[str], Path]:
    """Where the file of a name is."""
    return lambda name: services.settings.home / "files" / name[:2] / name


def keep(files: Files, now: datetime, content: bytes = CONTENT) -> str:
    sealed = files.put(content)
    with files.database.write() as tx:
        return rows.add(tx, sealed, now)


def read(files: Files, name: str) -> bytes:
    with files.database.read() as tx:
        return files.read(tx, name)


def drop(files: Files, *names: str) -> None:
    with files.database.write() as tx:
        rows.drop(tx, names, DAY)
        tx.after_commit(files.finish_deletions, None)


def listed(services: Services) -> frozenset[str]:
    return DeletionList(services.settings.keys).names()


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(LicenceQRError) as raised:
        act()
    return raised.value.code


def test_what_is_kept_is_read_again_and_stands_nowhere_in_clear(files, path, services, now):
    first, second = keep(files, now), keep(files, now)
    assert first != second
    assert read(files, first) == read(files, second) == CONTENT
    assert CONTENT[:24] not in path(first).read_bytes()
    assert {path(first).stat().st_mode & 0o077, path(first).parents[1].stat().st_mode & 0o077} == {0}
    assert list(files.faults()) == []


@pytest.mark.parametrize("size", [0, 1, MOST_BYTES])
def test_every_size_up_to_the_limit_comes_back(files, now, size):
    content = os.urandom(size)
    assert read(files, keep(files, now, content)) == content


def test_more_than_the_limit_is_refused(files, services):
    assert refused(lambda: files.put(bytes(MOST_BYTES + 1))) == "kept_file_too_large"
    assert not (services.settings.home / "files").exists()
    with pytest.raises(InputError):
        seal(bytes(MOST_BYTES + 1))


def test_a_missing_or_changed_file_says_so(files, path, now):
    name, other = keep(files, now), keep(files, now)
    path(name).write_bytes(path(other).read_bytes())
    assert refused(lambda: read(files, name)) == "file_damaged"
    path(name).write_bytes(b"")
    assert refused(lambda: read(files, name)) == "file_damaged"
    path(name).unlink()
    assert refused(lambda: read(files, name)) == "file_missing"
    assert [each.code for each in files.faults()] == ["file_missing"]


@pytest.mark.parametrize("name", ["../../register.db", "0" * 64, "A" * 64, "a" * 64 + "\n", ""])
def test_a_name_is_never_a_path(files, now, name):
    keep(files, now)
    assert refused(lambda: read(files, name)) == "file_deleted"
    assert refused(lambda: files.folder.get(name, b"")) == "file_missing"


def test_a_deleted_file_is_gone_from_disk_and_register_and_stands_in_the_list(files, path, services, now):
    name, stays = keep(files, now), keep(files, now)
    with files.database.read() as tx:
        key = rows.key_of(tx, name)
    drop(files, name)
    assert not path(name).exists() and path(stays).exists()
    assert refused(lambda: read(files, name)) == "file_deleted"
    assert listed(services) == {name}
    files.database.write_back()
    assert key not in services.settings.register_path.read_bytes()
    assert list(files.faults()) == []


def test_a_cut_right_after_the_commit_is_made_up_for_by_the_sweep(files, path, services, now):
    name = keep(files, now)
    with files.database.write() as tx:
        rows.drop(tx, [name], DAY)
    assert path(name).exists() and listed(services) == frozenset()
    files.sweep(now)
    assert not path(name).exists() and listed(services) == {name}
    files.sweep(now)
    assert (services.settings.keys / deletions.FILE).read_text().count(name) == 1


def test_a_list_that_cannot_be_written_stops_no_deletion_and_the_sweep_says_it(files, path, services, now):
    name = keep(files, now)
    (services.settings.keys / deletions.FILE).mkdir()
    drop(files, name)
    assert refused(lambda: read(files, name)) == "file_deleted"
    with pytest.raises(RegisterError):
        files.sweep(now)
    (services.settings.keys / deletions.FILE).rmdir()
    files.sweep(now)
    assert listed(services) == {name} and not path(name).exists()


def test_a_torn_line_of_the_list_spoils_no_other(tmp_path):
    kept, name = DeletionList(tmp_path), "ab" * 32
    kept.append([(name, DAY)])
    with (tmp_path / deletions.FILE).open("a") as file:
        file.write("cd" * 20)
    assert kept.names() == {name}
    kept.append([("cd" * 32, DAY)])
    assert kept.names() == {name, "cd" * 32}


def test_files_that_no_row_names_go_after_an_hour_and_others_stay(files, path, now):
    name, moment = keep(files, now), datetime.now(UTC)
    left = files.put(CONTENT).name
    assert files.sweep(moment) == 0
    assert path(left).exists()
    assert files.sweep(moment + LEFT_BEHIND + timedelta(minutes=1)) == 1
    assert not path(left).exists() and read(files, name) == CONTENT


def test_a_file_is_on_the_disk_with_its_name_before_a_row_names_it(tmp_path, monkeypatch):
    """The file, its folder, and each folder that was made are synced."""
    synced: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    made = seal(CONTENT)
    FilesFolder(tmp_path / "files").put(made)
    folder = tmp_path / "files" / made.name[:2]
    named = [each for each in synced if not Path(each).name.startswith(".")]  # the file itself has no name yet
    assert named == [str(tmp_path), str(folder.parent), str(folder)]
    assert len(synced) == 4


def test_nothing_is_deleted_again_that_was_not_deleted(files, now):
    name = keep(files, now)
    with files.database.write() as tx:
        assert files.delete_again(tx, DAY) == 0
    assert read(files, name) == CONTENT
    with pytest.raises(NotFoundError):
        read(files, "f" * 64)
