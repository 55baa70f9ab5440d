"""The first keys of a live installation: root and passphrases lie apart, and a run that was stopped anywhere is repeated."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from program import environ
from safe import PASSPHRASE, ROOT_PASSPHRASE, custody, make_safe

from licence_qr.config import Settings, load_settings
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import KeyStoreError
from licence_qr.key_services import build_ceremony
from licence_qr.preparation import prepare
from licence_qr.services.keys.ceremony_record import fingerprint
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.keys.making import Custody, make_keys
from licence_qr.services.keys.steps import Step
from licence_qr.store.keys import key_files

STEPS = [Step.ROOT_MADE, Step.KEY_MADE, Step.KEY_MADE, Step.RECORD_WRITTEN, Step.LIST_SIGNED]


class Cut(Exception):
    """The power goes."""


def cut_after(steps: int):
    """What gets each step and ends the run after so many of them."""
    done: list[Step] = []

    def tell(step: Step, _facts: object) -> None:
        done.append(step)
        if len(done) == steps:
            raise Cut

    return tell


def settings_of(folder: Path) -> Settings:
    return load_settings(environ(folder))


def refusal(act, *arguments: object, **options: object) -> str:
    try:
        act(*arguments, **options)
    except KeyStoreError as error:
        return error.code
    return ""


@pytest.fixture
def kept(tmp_path) -> Custody:
    return custody(tmp_path)


def test_the_steps_are_told_in_the_order_in_which_they_are_on_the_disk(tmp_path, kept, now):
    there: list[tuple[Step, set[str]]] = []
    folder = settings_of(tmp_path).keys
    prepare(
        settings_of(tmp_path),
        now,
        demonstration=False,
        custody=kept,
        tell=lambda step, _: there.append((step, {path.suffix for path in folder.iterdir()})),
    )
    assert [step for step, _ in there] == STEPS
    assert all(".cbor" not in suffixes for _, suffixes in there[:-1])


@pytest.mark.parametrize("steps", range(1, len(STEPS) + 1))
def test_a_run_that_is_cut_after_any_step_is_repeated_and_uses_what_was_made(steps, tmp_path, kept, now):
    settings = settings_of(tmp_path)
    with pytest.raises(Cut):
        prepare(settings, now, demonstration=False, custody=kept, tell=cut_after(steps))
    before = {path.name: path.read_bytes() for path in settings.keys.glob("*.pem")}
    prepare(settings, now, demonstration=False, custody=kept)
    keys = Keys(settings.keys, settings.passphrase_file)
    assert keys.signing_key(now).sign(b"a code") and keys.trust_list().sequence == 1
    after = {path.name: path.read_bytes() for path in settings.keys.glob("*.pem")}
    assert before.items() <= after.items() and len(after) == len(keys.trust_list().keys) + 1


def test_a_key_of_a_stopped_run_that_the_passphrase_does_not_open_is_named_and_no_other_is_made(tmp_path, kept, now):
    settings = settings_of(tmp_path)
    with pytest.raises(Cut):
        prepare(settings, now, demonstration=False, custody=kept, tell=cut_after(2))
    [first] = settings.keys.glob("licence-*.pem")
    other = replace(kept, passphrase=b"quite another long passphrase")
    with pytest.raises(KeyStoreError) as caught:
        prepare(settings, now, demonstration=False, custody=other)
    assert (caught.value.code, caught.value.facts["path"]) == ("key_of_stopped_run", first)
    assert [path.name for path in settings.keys.glob("*-*.pem")] == [first.name]
    first.rename(tmp_path / "aside.pem")
    prepare(settings, now, demonstration=False, custody=other)
    assert not key_files.has_private_key(settings.keys, first.stem)


def test_whoever_reads_the_home_has_no_root_key_and_no_passphrase(make_services, tmp_path, now):
    services = make_services(tmp_path / "installation", demonstration=False)
    here = [path for folder in (services.settings.home, services.settings.keys) for path in folder.rglob("*")]
    files = [path for path in here if path.is_file()]
    assert len(files) > 5 and not [path for path in files if path.name.startswith("root.pem")]
    secrets = (PASSPHRASE.encode(), ROOT_PASSPHRASE.encode())
    assert not [path for path in files for secret in secrets if secret in path.read_bytes()]
    root = key_files.read_root_public_key(services.settings.keys)
    for path in (each for each in files if each.suffix == ".pem" and b"PRIVATE" in each.read_bytes()):
        private = key_files.read_private_key(path.parent, path.stem, PASSPHRASE.encode())
        assert private.public_key() != root
    services.database.close()


def test_the_passphrase_of_the_service_does_not_open_the_root(make_services, tmp_path, now):
    services = make_services(tmp_path / "installation", demonstration=False)
    root, given = tmp_path / "installation" / "safe" / "root", (lambda: ROOT_PASSPHRASE.encode(),)
    without = build_ceremony(services.settings, root)
    assert refusal(without.new, KeyPurpose.LICENCE, None, now) == "root_passphrase"
    made = build_ceremony(services.settings, root, AT_THE_MACHINE, *given).new(KeyPurpose.LICENCE, None, now)
    assert services.keys.signing_key(now).kid == made.kid
    services.database.close()


def test_the_record_holds_fingerprints_and_no_secret(tmp_path, kept, now):
    settings = settings_of(tmp_path)
    prepare(settings, now, demonstration=False, custody=kept)
    here, there = (folder / "ceremony-record.txt" for folder in (settings.keys, kept.root_folder))
    text = here.read_text(encoding="utf-8")
    assert text == there.read_text(encoding="utf-8")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (here, there)} == {0o600}, "it says who and where"
    keys = Keys(settings.keys, settings.passphrase_file).trust_list().keys
    publics = [key_files.read_root_public_key(settings.keys), *(key.public_key for key in keys)]
    assert all(fingerprint(public) in text for public in publics)
    assert "console:tester" in text and now.isoformat() in text
    assert PASSPHRASE not in text and ROOT_PASSPHRASE not in text and "PRIVATE" not in text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"root_folder": "var"}, "root_folder_beside"),
        ({"root_folder": "keys/root"}, "root_folder_beside"),
        ({"root_folder": "."}, "root_folder_beside"),
        ({"root_passphrase": PASSPHRASE.encode()}, "passphrase_same"),
        ({"root_passphrase": b"short"}, "passphrase_weak"),
        ({"passphrase": b"aaaaaaaaaaaaaaaaaaaaaaaa"}, "passphrase_weak"),
        (None, "root_folder_needed"),
    ],
)
def test_what_would_not_keep_them_apart_is_refused_before_anything_is_made(changes, code, tmp_path, now):
    make_safe(tmp_path)
    given = {"passphrase": PASSPHRASE.encode(), "root_passphrase": ROOT_PASSPHRASE.encode(), "root_folder": "safe/root"}
    wanted = given | (changes or {})
    kept = Custody(wanted["passphrase"], tmp_path / wanted["root_folder"], wanted["root_passphrase"])
    before = sorted(tmp_path.rglob("*"))
    asked = {"demonstration": False, "custody": kept if changes else None}
    assert refusal(prepare, settings_of(tmp_path), now, **asked) == code
    assert sorted(tmp_path.rglob("*")) == before


def test_a_root_key_that_this_installation_did_not_make_stays_as_it_is(tmp_path, kept, now):
    (other := tmp_path / "other").mkdir()
    make_keys(Keys(other / "keys", other / "unused"), ("other.example",), now, kept)
    before = (kept.root_folder / "root.pem").read_bytes()
    assert refusal(prepare, settings_of(tmp_path), now, demonstration=False, custody=kept) == "root_folder_taken"
    (tmp_path / "keys" / "root.pub.pem").write_bytes((other / "keys" / "root.pub.pem").read_bytes())
    prepare(settings_of(tmp_path), now, demonstration=False, custody=kept)  # it is the one of this list then
    assert (kept.root_folder / "root.pem").read_bytes() == before


def test_a_demonstration_stays_in_one_place(tmp_path, now):
    settings = settings_of(tmp_path)
    prepare(settings, now, demonstration=True)
    assert settings.passphrase_file == settings.home / "key-passphrase"
    assert (settings.keys / "root.pem").exists() and not (settings.keys / "ceremony-record.txt").exists()
    made = build_ceremony(settings).new(KeyPurpose.LICENCE, date(2026, 11, 24), now)
    assert made.purpose is KeyPurpose.LICENCE
