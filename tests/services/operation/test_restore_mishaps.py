"""Restoring when something else goes wrong as well: keys of another installation, a cut in the middle, backups that somebody
has made or harmed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from backed_up import Here, here, rows
from harmed import says, settings_of
from program import run_here
from pyrage import x25519

from licence_qr.errors import KeyStoreError, LicenceQRError, RegisterError
from licence_qr.services.operation import restore
from licence_qr.services.operation.manifest import Manifest, decode
from licence_qr.services.operation.private_files import PrivateFile
from licence_qr.store.backup.age import Identity, Recipients
from licence_qr.store.files import put_in_place
from licence_qr.store.files import rows as file_rows

__all__ = ["here"]
ROOT = Path(__file__).parents[3]
CODES = "SELECT count(*) FROM codes"


def refusal(act, *given) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act(*given)
    return refused.value.code


def keep_file(here: Here) -> Path:
    services = here.services()
    sealed = services.reports.files.put(b"the kitchen")
    with services.database.write() as tx:
        file_rows.add(tx, sealed, datetime.now(UTC))
    services.database.close()
    return here.home / "files" / sealed.name[:2] / sealed.name


def test_beside_the_keys_of_another_installation_nothing_is_restored(here: Here, tmp_path: Path) -> None:
    here.back_up()
    other = replace(here, folder=tmp_path / "other")
    other.services().database.close()
    shutil.copy(here.folder / "keys" / "number-marks.json", other.folder / "keys")
    here.lose_register()
    ours = here.folder / "keys"
    ours.rename(tmp_path / "ours")
    shutil.copytree(other.folder / "keys", ours)
    with pytest.raises(KeyStoreError) as refused:
        here.restore()
    assert refused.value.code == "restore_other_root"
    assert not (here.home / "register.db").exists()
    shutil.rmtree(ours)
    (tmp_path / "ours").rename(ours)
    here.restore()
    assert rows(here.home / "register.db", CODES) == [(1,)]


def test_two_do_not_restore_into_one_place_at_once(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.back_up()
    here.lose_register()
    others: list[str] = []

    def also(written: Path, target: Path) -> None:
        if not others:
            others.append(refusal(here.restore))
        put_in_place(written, target)

    monkeypatch.setattr(restore, "put_in_place", also)
    here.restore()
    assert others == ["backup_running"]
    assert rows(here.home / "register.db", CODES) == [(1,)]


def test_a_restore_that_was_cut_between_the_files_and_the_register_is_repeated(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep_file(here)
    here.back_up()
    here.lose_register()

    def cut(written: Path, target: Path) -> None:
        if target.name == "register.db":
            raise KeyboardInterrupt
        put_in_place(written, target)

    with monkeypatch.context() as patch:
        patch.setattr(restore, "put_in_place", cut)
        patch.setattr(shutil, "rmtree", lambda *given, **named: None)  # nothing is cleared up where the power fails
        with pytest.raises(KeyboardInterrupt):
            here.restore()
    assert kept.exists() and not (here.home / "register.db").exists()
    here.restore()
    assert kept.exists() and rows(here.home / "register.db", CODES) == [(1,)]
    assert not (here.home / ".restoring").exists()


def test_files_without_a_register_are_still_not_restored_over(here: Here) -> None:
    keep_file(here)
    here.back_up()
    (here.home / "register.db").unlink()
    for path in here.home.glob("register.db-*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert refusal(here.restore) == "restore_register_here"


def manifest_of(here: Here) -> dict[str, object]:
    [path] = (here.backups / "snapshots").glob("*.age")
    return json.loads(Identity.read(here.identity).decrypt(path.read_bytes(), path))


@pytest.mark.parametrize(
    "changed",
    [
        {"files": {"web-secret": "ab" * 32}}, {"files": {"files/ab/../../x": "ab" * 32}}, {"files": {"files/ab/x": 5}},
        {"files": [1]}, {"lists": {"status-0000.pem": "ab" * 32}}, {"register": 5}, {"register": ["x"]}, {"counts": 5},
        {"names_key": 5}, {"format": "x"}, {"made_at": 5}, {"more": 1},
    ],
)  # fmt: skip
def test_a_manifest_that_no_backup_has_made_is_refused(here: Here, changed: dict[str, object]) -> None:
    """Whoever can write to the place of the backups can make one for its recipients."""
    here.back_up()
    told = manifest_of(here)
    assert isinstance(decode(json.dumps(told).encode(), ""), Manifest)
    [path] = (here.backups / "snapshots").glob("*.age")
    path.write_bytes(Recipients((here.recipient,)).encrypt(json.dumps(told | changed).encode()))
    here.lose_register()
    assert refusal(here.restore) == "backup_damaged"
    assert list(here.home.glob("register.db")) == []


@pytest.mark.parametrize("left", [0, 0.5])
def test_what_a_torn_list_of_objects_named_is_not_removed(here: Here, left: float) -> None:
    here.back_up()
    here.issue()
    second = here.back_up()
    listed = here.backups / "snapshots" / f"{second.snapshot}.objects"
    whole = listed.read_text()
    objects = {path.name for path in (here.backups / "objects").rglob("*.age")}
    listed.write_text(whole[: int(len(whole) * left) - 7] if left else "")
    with pytest.raises(RegisterError) as refused:
        here.back_up(keep=2)
    assert (refused.value.code, refused.value.facts["path"]) == ("backup_damaged", listed)
    assert objects <= {path.name for path in (here.backups / "objects").rglob("*.age")}


def test_a_backup_for_others_is_told_as_that(here: Here, tmp_path: Path) -> None:
    here.back_up(recipient=str(x25519.Identity.generate().to_public()))
    here.lose_register()
    assert refusal(here.restore) == "backup_not_for_this_key"


def test_a_passphrase_that_is_no_text_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_bytes(b"\xff\xfe" + "口令".encode("utf-16-le"))
    private = PrivateFile(tmp_path / "private.age", tmp_path / "passphrase")
    assert (
        refusal(private.write, {}, Recipients((str(x25519.Identity.generate().to_public()),))) == "passphrase_not_text"
    )


@pytest.mark.parametrize("name", ["var/register.db", "keys/trust-list.cbor"])
def test_private_keys_are_written_over_nothing_else(here: Here, name: str) -> None:
    taken = here.folder / name
    before = taken.read_bytes()
    private, to = PrivateFile(taken, None), Recipients((here.recipient,))
    assert refusal(private.write, {}, to) == "private_keys_over_other"
    assert taken.read_bytes() == before
    again = PrivateFile(here.folder / "private.age", None)
    again.write({}, to)
    again.write({"root.pem": b"x"}, to)
    assert again.read(here.identity) == {"root.pem": b"x"}


@pytest.mark.parametrize("place", ["var", "var/backups", "keys", "safe/../var/x"])
def test_no_backup_is_made_within_what_it_is_a_backup_of(here: Here, place: str) -> None:
    inside = replace(here, folder=here.folder)
    (here.folder / "safe").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Here, "backups", property(lambda own: own.folder / place))
        assert refusal(inside.back_up) == "backup_beside"
    assert not (here.home / "snapshots").exists() and not (here.home / "backups").exists()


def test_beside_the_keys_of_another_installation_nothing_starts_and_nothing_is_issued(
    here: Here, tmp_path: Path
) -> None:
    other = replace(here, folder=tmp_path / "other")
    other.services().database.close()
    assert here.services().check.at_start(60) == ()
    shutil.rmtree(here.folder / "keys")
    shutil.copytree(other.folder / "keys", here.folder / "keys")
    assert refusal(here.services().check.at_start, 60) == "check_keys"
    market, health = (ROOT / "tests" / "data" / name for name in ("market_licences.csv", "health_permits.xlsx"))
    before = rows(here.home / "register.db", CODES)
    for words in (("issue", ROOT / "docs" / "examples" / "company.toml"), ("import", market, health)):
        ended = run_here(settings_of(here.folder), *words)
        assert ended.status == 1 and says("check_keys", ended.err)
    assert rows(here.home / "register.db", CODES) == before
