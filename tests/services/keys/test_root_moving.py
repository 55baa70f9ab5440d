"""The root key leaves the service: it is removed only once its copy was read back, and a cut anywhere is made up for."""

from __future__ import annotations

import pytest
from safe import ROOT_PASSPHRASE

from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import KeyStoreError
from licence_qr.key_services import build_ceremony
from licence_qr.services.keys.root import check_root_apart
from licence_qr.services.keys.root_moving import RootMove
from licence_qr.services.keys.steps import Step, silent

STEPS = [Step.ROOT_COPIED, Step.ROOT_READ_BACK, Step.RECORD_WRITTEN, Step.ROOT_REMOVED]


class Cut(Exception):
    """The power goes."""


def move(services, medium, tell=silent, passphrase=b""):
    places = (services.settings.home, services.settings.keys)
    return RootMove(
        build_ceremony(services.settings, tell=tell), medium, passphrase or ROOT_PASSPHRASE.encode(), places
    )


@pytest.fixture
def medium(tmp_path):
    (folder := tmp_path / "medium").mkdir()
    return folder


def refusal(act, *arguments: object) -> str:
    try:
        act(*arguments)
    except KeyStoreError as error:
        return error.code
    return ""


def is_usable(services, medium, now) -> bool:
    """Whether the root key signs from where it is, and from one place only."""
    there = (medium / "root.pem").exists()
    folder = medium if there and not (services.settings.keys / "root.pem").exists() else None
    ceremony = build_ceremony(services.settings, folder, AT_THE_MACHINE, lambda: ROOT_PASSPHRASE.encode())
    return ceremony.new(KeyPurpose.LICENCE, None, now).kid == services.keys.signing_key(now).kid


def test_it_is_copied_read_back_and_removed(services, medium, now):
    (services.settings.keys / "root.pem.old").write_bytes((services.settings.keys / "root.pem").read_bytes())
    told: list[Step] = []
    assert move(services, medium, lambda step, _: told.append(step)).run(now)
    assert told == STEPS
    check_root_apart((services.settings.keys, services.settings.home))
    assert {path.name for path in medium.iterdir()} == {"root.pem", "root.pub.pem", "ceremony-record.txt"}
    assert is_usable(services, medium, now)
    assert move(services, medium).run(now) is False


@pytest.mark.parametrize("after", STEPS)
def test_a_cut_after_any_step_leaves_a_root_that_signs_and_can_be_made_up_for(after, services, medium, now):
    def tell(step: Step, _facts: object) -> None:
        if step is after:
            raise Cut

    with pytest.raises(Cut):
        move(services, medium, tell).run(now)
    assert is_usable(services, medium, now)
    move(services, medium).run(now)
    check_root_apart((services.settings.keys,))
    assert is_usable(services, medium, now)


@pytest.mark.parametrize("code", ["passphrase_weak", "passphrase_same"])
def test_a_passphrase_that_protects_nothing_is_refused_and_nothing_is_copied(code, services, medium, now):
    given = b"20261130" if code == "passphrase_weak" else services.keys.passphrase()
    assert refusal(move(services, medium, passphrase=given).run, now) == code
    assert not list(medium.iterdir()) and refusal(check_root_apart, (services.settings.keys,)) == "root_key_beside"


def test_a_copy_that_does_not_read_back_is_not_relied_on(services, medium, now):
    (medium / "root.pem").write_text("no key")
    assert refusal(move(services, medium).run, now) == "key_damaged"
    assert refusal(check_root_apart, (services.settings.keys,)) == "root_key_beside"


def test_the_root_of_another_installation_on_the_medium_is_refused(services, make_services, medium, tmp_path, now):
    other = make_services(tmp_path / "other")
    assert move(other, medium).run(now)
    assert refusal(move(services, medium).run, now) == "root_key_other"
    assert refusal(check_root_apart, (services.settings.keys,)) == "root_key_beside"
    other.database.close()


def test_a_folder_beside_the_service_is_no_place_for_it(services, now):
    (inside := services.settings.home / "root").mkdir()
    assert refusal(move(services, inside).run, now) == "root_folder_beside"
