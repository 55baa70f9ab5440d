"""Who may read register and lists: their owner, and the group of a folder that is shut to all others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from licence_qr.store.database.connections import Database
from licence_qr.store.keys import key_files

NOBODY = 65534


@pytest.mark.parametrize(("folder_mode", "mode"), [(0o700, 0o600), (0o750, 0o640), (0o755, 0o600)])
def test_the_group_reads_what_the_signer_needs_and_no_secret(tmp_path: Path, folder_mode: int, mode: int) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(folder_mode)
    before = os.umask(0o077)
    try:
        Database(folder / "register.db").create_or_upgrade()
        key_files.write_trust_list(folder, b"list")
        key_files.write_file(folder / "secret", b"secret")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert (modes["register.db"], modes["trust-list.cbor"], modes["secret"]) == (mode, mode, 0o600)


def test_what_root_writes_beside_the_keys_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    owner = NOBODY if os.geteuid() == 0 else os.getuid()
    os.chown(folder, owner, -1)
    key_files.write_trust_list(folder, b"list")
    assert (folder / "trust-list.cbor").stat().st_uid == owner
