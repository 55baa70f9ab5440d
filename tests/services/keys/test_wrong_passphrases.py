"""A wrong passphrase is told as that, also the one in 256 that leaves a padding which looks right."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.errors import KeyStoreError
from licence_qr.services.keys.root import RootPlace
from licence_qr.store.keys.key_files import read_private_key, write_private_key


def told(folder: Path, passphrase: bytes) -> str:
    with pytest.raises(KeyStoreError) as refused:
        read_private_key(folder, "licence", passphrase)
    return refused.value.code


def test_every_wrong_passphrase_is_told_as_that(tmp_path: Path) -> None:
    write_private_key(tmp_path, "licence", ec.generate_private_key(ec.SECP256R1()), b"right")
    assert {told(tmp_path, b"wrong %d" % number) for number in range(700)} == {"key_passphrase"}


def test_a_file_that_was_cut_is_damaged(tmp_path: Path) -> None:
    write_private_key(tmp_path, "licence", ec.generate_private_key(ec.SECP256R1()), b"right")
    file = tmp_path / "licence.pem"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert told(tmp_path, b"right") == "key_damaged"


def test_nobody_is_asked_for_the_passphrase_of_a_damaged_root_key(tmp_path: Path) -> None:
    def asked() -> bytes:
        raise AssertionError("no passphrase opens it")

    (tmp_path / "root.pem").write_text("no key")
    with pytest.raises(KeyStoreError) as refused:
        RootPlace(tmp_path, (lambda: b"of the signing keys", asked)).private_key()
    assert refused.value.code == "key_damaged"
