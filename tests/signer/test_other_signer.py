"""A signer that has the keys of another installation, or reads another register, changes nothing here: what it hands back is
verified before it is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from licence_qr.bootstrap import Services
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.roles import Actor
from licence_qr.errors import KeyStoreError, LicenceQRError
from licence_qr.services.publishing.status_signer import StatusSigner
from licence_qr.services.signing.signer import SigningVerdict, Version
from licence_qr.store.publishing import status_list
from licence_qr.store.register import codes


@pytest.fixture
def other(tmp_path: Path, make_services: Callable[..., Services]) -> Services:
    """Another installation."""
    return make_services(tmp_path / "other")


def refusal(act: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(LicenceQRError) as refused:
        act()
    return refused.value.code, refused.value.facts.get("because")


def test_a_code_that_another_key_signed_is_not_stored_and_waits_for_the_right_one(
    services: Services, other: Services, make_application: Callable[[], Application], clerk: Actor, now: datetime
) -> None:
    wrong = replace(services.coding, signer=replace(services.coding.signer, signing_key=other.keys.signing_key))
    act = replace(services.issuance, coding=wrong).issue
    assert refusal(lambda: act(make_application(), clerk, "key", now))[0] == "code_being_signed"
    with pytest.raises(KeyStoreError) as refused:
        wrong.finishing.finish_waiting(now)
    assert refused.value.code == "signer_other_keys"
    services.coding.finishing.finish_waiting(now)
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    assert services.lookup.scan(pair.code.address.rpartition("/")[2], now).newest_version == 1


def test_a_signature_of_something_else_is_not_stored(
    services: Services, make_application: Callable[..., Application], clerk: Actor, now: datetime
) -> None:
    first = services.issuance.issue(make_application(1), clerk, "key 1", now)
    with services.database.read() as tx:
        kid = codes.newest_of_business(tx, first.uscc).kid

    class Replaying:
        def check_codes(self, now: datetime) -> None: ...

        def sign_codes(self, wanted: list[Version], now: datetime) -> list[SigningVerdict]:
            return [SigningVerdict(each, kid=kid, token=first.code.token) for each in wanted]

    wrong = replace(services.coding, signer=Replaying())
    act = replace(services.issuance, coding=wrong).issue
    assert refusal(lambda: act(make_application(2), clerk, "key 2", now))[0] == "code_being_signed"
    with services.database.read() as tx:
        assert codes.count(tx) == 1


def test_a_status_list_of_another_key_does_not_take_the_place_of_the_last_good_one(
    services: Services, other: Services, now: datetime
) -> None:
    good = services.status_publishing.publish(now)
    of_key = replace(services.status_publishing.signer, signing_key=other.status_publishing.signer.signing_key)
    wrong = replace(services.status_publishing, signer=of_key)
    assert refusal(lambda: wrong.publish(now)) == ("signer_other_keys", "key_unknown")
    assert services.status_publishing.current(now).signed == good.signed


def test_a_status_list_of_a_register_that_is_further_is_not_taken(
    services: Services, other: Services, make_application: Callable[[], Application], clerk: Actor, now: datetime
) -> None:
    other.issuance.issue(make_application(), clerk, "key", now)
    ours = services.status_publishing.signer
    elsewhere = StatusSigner(other.database, ours.signing_key, ours.origin)
    wrong = replace(services.status_publishing, signer=elsewhere)
    assert refusal(lambda: wrong.publish(now)) == ("signer_other_keys", "register")
    with services.database.read() as tx:
        assert status_list.newest_issue(tx) is None
