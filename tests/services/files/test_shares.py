"""Folders on a share of another machine: not every one has locks for folders, or puts their names on its disk when told."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest

from licence_qr.errors import RegisterError
from licence_qr.services.work.outbox import Outbox
from licence_qr.store.backup.places import BackupPlace
from licence_qr.store.files import folder_lock, sync_names
from licence_qr.store.keys import key_files


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    """Let ``flock`` or ``fsync`` answer for folders as a share does."""
    real = {"flock": fcntl.flock, "fsync": os.fsync}[name]

    def asked(descriptor: int, *how: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        real(descriptor, *how)

    monkeypatch.setattr({"flock": fcntl, "fsync": os}[name], name, asked)


@pytest.mark.parametrize("number", [errno.EBADF, errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_where_no_folder_can_be_locked_a_file_in_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse(monkeypatch, "flock", number)
    with BackupPlace(tmp_path / "backups").alone():
        with pytest.raises(RegisterError) as refused, BackupPlace(tmp_path / "backups").alone():
            pass
        assert refused.value.code == "backup_running"
    with BackupPlace(tmp_path / "backups").alone():
        assert (tmp_path / "backups" / folder_lock.FILE).stat().st_size == 0
    with Outbox(tmp_path / "outbox").exclusive_lock(), key_files.only_one(tmp_path / "keys"):
        assert Outbox(tmp_path / "outbox").messages() == []


def test_where_folders_can_be_locked_no_file_is_left(tmp_path: Path) -> None:
    with BackupPlace(tmp_path / "backups").alone():
        with pytest.raises(RegisterError, match="backup_running"), BackupPlace(tmp_path / "backups").alone():
            pass
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == ["objects", "snapshots"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP])
def test_a_share_that_cannot_put_names_on_its_disk_is_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse(monkeypatch, "fsync", number)
    place = BackupPlace(tmp_path / "backups", b"key")
    with place.alone():
        name, new = place.put(b"a block", lambda plain: plain)
        place.finish("20261123T000000.000000Z", b"manifest", [name])
    assert new and place.manifest(None)[1] == b"manifest"


def test_a_disk_that_fails_is_no_such_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, "fsync", errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        sync_names(tmp_path)
