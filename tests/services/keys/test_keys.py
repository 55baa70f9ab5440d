"""Keys: made once, encrypted, asked for at each signature; the trust list is read again when it changes."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.cose import SoftKey
from licence_qr.credential.trust_list import KeyPurpose, KeyState
from licence_qr.credential.trust_list_wire import sign_trust_list
from licence_qr.domain.dates import add_months
from licence_qr.errors import KeyStoreError, TokenError
from licence_qr.services.keys.keyring import SIGN_MONTHS, Keys
from licence_qr.services.keys.making import make_keys
from licence_qr.store.keys import key_files


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def passphrase_file(tmp_path):
    return tmp_path / "var" / "key-passphrase"


@pytest.fixture
def keys(folder, passphrase_file, now):
    keys = Keys(folder, passphrase_file)
    make_keys(keys, ("ym.example.gov.cn",), now)
    return keys


def republish(folder, passphrase_file, **changes):
    """Sign another edition of the trust list with the root key."""
    passphrase = key_files.read_passphrase(passphrase_file)
    root = key_files.read_private_key(folder, key_files.ROOT, passphrase)
    current = Keys(folder, passphrase_file).trust_list()
    renewed = replace(current, sequence=current.sequence + 1, **changes)
    key_files.write_trust_list(folder, sign_trust_list(renewed, SoftKey(bytes(2), root)))


def signing_refusal(keys, now):
    with pytest.raises(KeyStoreError) as error:
        keys.signing_key(now)
    return error.value.code


def test_every_key_file_is_for_its_owner_only(keys, folder, passphrase_file):
    files = [*folder.iterdir(), passphrase_file]
    assert len(files) == 8
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_private_keys_are_encrypted(keys, folder):
    for path in folder.glob("*.pem"):
        head = path.read_text().splitlines()[0]
        assert head == (
            "-----BEGIN PUBLIC KEY-----" if ".pub." in path.name else "-----BEGIN ENCRYPTED PRIVATE KEY-----"
        )


def test_making_keys_again_leaves_every_file_as_it_is(keys, folder, passphrase_file, now):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    make_keys(Keys(folder, passphrase_file), ("other.example",), now)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_first_run_that_was_interrupted_is_repeated(keys, folder, passphrase_file, now):
    (folder / "trust-list.cbor").unlink()
    again = Keys(folder, passphrase_file)
    make_keys(again, ("ym.example.gov.cn",), now)
    assert again.signing_key(now).kid == again.trust_list().keys[0].kid


def test_the_wrong_passphrase_is_named_and_changes_no_key(keys, folder, passphrase_file, now):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    passphrase_file.write_text("not the passphrase")
    assert signing_refusal(Keys(folder, passphrase_file), now) == "key_passphrase"
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("content", [None, "", "  \n"])
def test_a_missing_or_empty_passphrase_is_named(content, keys, folder, passphrase_file, now):
    passphrase_file.unlink()
    if content is not None:
        passphrase_file.write_text(content)
    assert signing_refusal(Keys(folder, passphrase_file), now) == "passphrase_missing"


def test_a_missing_key_file_means_that_nothing_can_be_signed(keys, folder, passphrase_file, now):
    for path in folder.glob("licence-*.pem"):
        path.unlink()
    fresh = Keys(folder, passphrase_file)
    assert signing_refusal(fresh, now) == "no_signing_key"
    assert fresh.trust_list().keys  # looking up goes on


def test_a_damaged_key_file_is_named(keys, folder, passphrase_file, now):
    (path,) = folder.glob("licence-*.pem")
    path.write_bytes(path.read_bytes()[:60])
    assert signing_refusal(Keys(folder, passphrase_file), now) == "key_damaged"


def test_a_missing_trust_list_is_named(keys, folder, passphrase_file):
    (folder / "trust-list.cbor").unlink()
    with pytest.raises(KeyStoreError) as error:
        Keys(folder, passphrase_file).trust_list()
    assert error.value.code == "trust_list_missing"


def test_a_missing_root_key_is_named(keys, folder, passphrase_file):
    (folder / "root.pub.pem").unlink()
    with pytest.raises(KeyStoreError) as error:
        Keys(folder, passphrase_file).trust_list()
    assert error.value.code == "key_missing"


def test_a_trust_list_of_another_root_is_not_believed(keys, folder, passphrase_file):
    current = keys.trust_list()
    stranger = SoftKey(bytes(2), ec.generate_private_key(ec.SECP256R1()))
    key_files.write_trust_list(folder, sign_trust_list(current, stranger))
    with pytest.raises(TokenError):
        Keys(folder, passphrase_file).trust_list()


def test_a_trust_list_replaced_while_running_is_taken_up(keys, folder, passphrase_file, now):
    kid = keys.signing_key(now).kid
    retired = replace(keys.trust_list().keys[0], state=KeyState.RETIRED)
    republish(folder, passphrase_file, keys=(retired,))
    assert keys.trust_list().sequence == 2
    assert signing_refusal(keys, now) == "no_signing_key"
    assert keys.trust_list().keys[0].kid == kid


def test_the_newest_key_signs(keys, folder, passphrase_file, now):
    first = keys.trust_list().keys[0]
    later = now.replace(year=now.year + 1)
    private = ec.generate_private_key(ec.SECP256R1())
    second = replace(
        first,
        kid=b"\x01\x02" if first.kid != b"\x01\x02" else b"\x02\x01",
        public_key=private.public_key(),
        not_before=add_months(first.not_before, 6),
    )
    passphrase = key_files.read_passphrase(passphrase_file)
    key_files.write_private_key(folder, key_files.key_name("licence", second.kid), private, passphrase)
    republish(folder, passphrase_file, keys=(first, second))
    assert keys.signing_key(now).kid == first.kid
    assert keys.signing_key(later).kid == second.kid


def test_a_key_past_its_time_signs_no_more(keys, now):
    last = add_months(now.date(), SIGN_MONTHS)
    assert keys.signing_key(now.replace(year=last.year, month=last.month, day=last.day))
    assert signing_refusal(keys, now.replace(year=last.year, month=last.month, day=last.day + 1)) == "no_signing_key"


def test_each_purpose_has_a_key_of_its_own(keys, now):
    licence, status = (keys.signing_key_for(purpose, now) for purpose in (KeyPurpose.LICENCE, KeyPurpose.STATUS))
    assert licence.kid == keys.signing_key(now).kid != status.kid
    assert keys.trust_list().key(status.kid, KeyPurpose.STATUS).public_key == status.private_key.public_key()
    with pytest.raises(KeyStoreError) as refused:
        keys.signing_key_for(KeyPurpose.LOG, now)
    assert (refused.value.code, refused.value.facts["purpose"]) == ("no_signing_key", "log")


def without_status_key(keys, folder, passphrase_file):
    """An installation as an earlier version made it."""
    (licence,) = (key for key in keys.trust_list().keys if key.purpose is KeyPurpose.LICENCE)
    republish(folder, passphrase_file, keys=(licence,))
    for path in folder.glob("status-*"):
        path.unlink()


def test_an_earlier_installation_gets_its_status_key_once(keys, folder, passphrase_file, now):
    without_status_key(keys, folder, passphrase_file)
    licence = keys.signing_key(now).kid
    keys.complete(now)
    keys.complete(now)
    assert keys.trust_list().sequence == 3
    assert keys.signing_key(now).kid == licence
    assert keys.signing_key_for(KeyPurpose.STATUS, now).kid == keys.trust_list().keys[1].kid


def test_where_the_root_key_is_away_an_earlier_installation_stays_as_it_is(keys, folder, passphrase_file, now):
    without_status_key(keys, folder, passphrase_file)
    (folder / "root.pem").unlink()
    keys.complete(now)
    assert keys.trust_list().sequence == 2
    with pytest.raises(KeyStoreError):
        keys.signing_key_for(KeyPurpose.STATUS, now)


def test_a_host_is_added_once_and_the_list_grows_by_one_edition(keys, now):
    keys.add_host("other.example", now)
    keys.add_host("other.example", now)
    assert keys.trust_list().hosts == ("ym.example.gov.cn", "other.example")
    assert keys.trust_list().sequence == 2


def test_a_file_is_written_whole_or_not_at_all(folder, monkeypatch):
    target = folder / "some-file"
    key_files.write_file(target, b"old")

    def power_cut(descriptor):
        raise OSError(5, "power cut")

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(KeyStoreError) as refused:
        key_files.write_file(target, b"new")
    assert (refused.value.code, refused.value.facts["because"]) == ("key_file_not_written", "power cut")
    assert target.read_bytes() == b"old"


def test_a_key_signs_only_once_the_list_that_names_it_is_on_the_disk(keys, folder, passphrase_file, now, monkeypatch):
    synced: list[Path] = []
    to_disk = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        to_disk(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    fresh = Keys(folder, passphrase_file)
    fresh.trust_list()
    assert folder not in synced
    fresh.signing_key(now)
    assert synced[-1] == folder
    before = len(synced)
    fresh.signing_key(now)
    assert len(synced) == before  # once for each list and key
