"""A key that no list names, however that came about, is taken into the list by the root, or refused with the reason."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from licence_qr.bootstrap import build
from licence_qr.credential.token import to_digits
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import KeyStoreError
from licence_qr.key_services import build_ceremony
from licence_qr.services.keys.adopting import adopt, unlisted
from licence_qr.services.keys.steps import Step
from licence_qr.store.register import history


class Cut(Exception):
    """The power goes."""


def cutting_after(services, step):
    """The ceremony of an installation whose power goes after a step."""

    def tell(done: Step, _facts: object) -> None:
        if done is step:
            raise Cut

    return build_ceremony(services.settings, tell=tell)


@pytest.fixture
def ceremony(services):
    return build_ceremony(services.settings)


@pytest.fixture
def orphan(services, now):
    """The file of a key whose ceremony was cut before the list that names it."""
    with pytest.raises(Cut):
        cutting_after(services, Step.KEY_MADE).new(KeyPurpose.LICENCE, None, now)
    (path,) = unlisted(services.settings.keys, services.keys.trust_list())
    return path


def refusal(ceremony, path, now) -> str:
    before = {each: each.read_bytes() for each in ceremony.keys.folder.iterdir() if each.is_file()}
    try:
        adopt(ceremony, path, now)
    except KeyStoreError as error:
        assert {each: each.read_bytes() for each in ceremony.keys.folder.iterdir() if each.is_file()} == before
        return error.code
    return ""


def test_a_change_that_is_cut_before_its_list_leaves_the_former_key_signing_and_the_new_one_to_adopt(
    services, ceremony, orphan, make_application, clerk, now
):
    former = services.keys.signing_key(now).kid
    assert orphan.stem != f"licence-{former.hex()}"
    first = services.issuance.issue(make_application(), clerk, "1", now)
    adopted = adopt(ceremony, orphan, now)
    assert orphan.stem == f"licence-{adopted.kid.hex()}"
    assert unlisted(services.settings.keys, services.keys.trust_list()) == ()
    assert services.keys.signing_key(now).kid == adopted.kid
    second = services.issuance.issue(make_application(2), clerk, "2", now)
    for pair in (first, second):
        assert services.lookup.scan(to_digits(pair.code.token), now).verdict is Verdict.ALL_IN_FORCE
    with services.database.read() as tx:
        assert len(history.of_kind(tx, EventKind.KEY_ADOPTED, f"key/{adopted.kid.hex()}")) == 1


@pytest.mark.parametrize("change", ["new", "rotate", "adopt"])
def test_a_change_that_is_cut_after_its_list_is_in_force(change, services, ceremony, now, request):
    before, cutting = services.keys.trust_list(), cutting_after(services, Step.LIST_SIGNED)
    with pytest.raises(Cut):
        if change == "new":
            cutting.new(KeyPurpose.LICENCE, None, now)
        elif change == "rotate":
            cutting.rotate(KeyPurpose.LICENCE, 7, now)
        else:
            adopt(cutting, request.getfixturevalue("orphan"), now)
    again = build(services.settings)
    assert again.keys.trust_list().sequence == before.sequence + 1
    assert again.keys.signing_key(now).kid not in {key.kid for key in before.keys}
    assert ceremony.new(KeyPurpose.STATUS, None, now)
    again.database.close()


def test_adopting_that_is_cut_between_file_and_list_is_repeated(services, ceremony, orphan, tmp_path, now):
    elsewhere = shutil.move(orphan, tmp_path / orphan.name)
    with pytest.raises(Cut):
        adopt(cutting_after(services, Step.KEY_FOUND), elsewhere, now)
    assert orphan.exists() and services.keys.trust_list().sequence == 1
    for path in (elsewhere, orphan):
        refused = refusal(ceremony, path, now)
        assert refused == ("" if path == elsewhere else "adopt_listed")
    assert f"licence-{services.keys.signing_key(now).kid.hex()}" == orphan.stem


def test_a_key_that_a_list_has_is_refused_also_under_another_name(services, ceremony, now):
    listed = services.settings.keys / f"licence-{services.keys.signing_key(now).kid.hex()}.pem"
    assert refusal(ceremony, listed, now) == "adopt_listed"
    renamed = shutil.copy(listed, services.settings.keys / "licence-0a0b.pem")
    assert refusal(ceremony, renamed, now) == "adopt_listed"


def test_a_compromised_key_is_refused(services, ceremony, now):
    kid = services.keys.signing_key(now).kid.hex()
    assert ceremony.compromise(ceremony.find(kid), now - timedelta(minutes=1), now)
    path = services.settings.keys / f"licence-{kid}.pem"
    assert refusal(ceremony, path, now) == "adopt_compromised"
    assert refusal(ceremony, shutil.copy(path, services.settings.keys / "status-0a0b.pem"), now) == "adopt_compromised"


def test_a_key_of_another_installation_is_refused(services, ceremony, make_services, tmp_path, now):
    other = make_services(tmp_path / "other")
    (foreign,) = other.settings.keys.glob("licence-*.pem")
    assert refusal(ceremony, foreign, now) == "key_passphrase"
    ours = services.keys.make_key(KeyPurpose.LICENCE, services.keys.trust_list().keys, now.date())
    name = f"licence-{ours.kid.hex()}.pem"  # which our passphrase opens, but beside the root of another installation
    moved = shutil.move(services.settings.keys / name, other.settings.keys / name)
    assert refusal(ceremony, moved, now) == "adopt_foreign"
    other.database.close()


@pytest.mark.parametrize(
    "name", ["root.pem", "seal-0a0b.pem", "licence-0000.pem", "licence.pem", "licence-0a0b.pem.new"]
)
def test_what_is_no_signing_key_is_refused(name, services, ceremony, tmp_path, now):
    path = shutil.copy(services.settings.keys / "root.pem", tmp_path / name)
    assert refusal(ceremony, path, now) == "adopt_name"
