"""Nobody is signed in to a register that was put back, and nothing opens it that was ended after the copy."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from backed_up import Here, here, rows
from people import CLIENT, asked_reset, asked_roles, enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.requests import RequestState
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.sign_in_limits import KnownDevice
from licence_qr.store.accounts import accounts

__all__ = ["here"]

PASSWORD = "only-for-these-tests"


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def there(here: Here, now: datetime) -> Here:
    """An installation whose clerk and administrators have accounts."""
    services = here.services()
    for name, role in (("clerk", Role.CLERK), ("admin", Role.ADMIN), ("admin-2", Role.ADMIN)):
        services.accounts.create(name, f"{name}（示例）", "baishiyi", frozenset({role}), PASSWORD, now)
    services.database.close()
    return here


def user(services: Services, name: str = "clerk") -> Actor:
    found = services.accounts.user(name)
    assert found is not None
    return found


def test_a_session_of_the_copy_is_ended(there: Here, now: datetime) -> None:
    services = there.services()
    token = services.sign_in.sign_in("clerk", PASSWORD, CLIENT, now)
    assert services.sessions.holder(token, now) is not None
    services.database.close()
    there.back_up()
    restored = there.lose_and_restore()
    services = there.services()
    assert restored.gone.sessions == 1
    assert services.sessions.holder(token, now) is None
    services.database.close()


def test_a_device_that_was_forgotten_after_the_copy_is_not_known_again(there: Here, now: datetime) -> None:
    services, known = there.services(), KnownDevice(0, 0, "")
    there.back_up()
    for _ in range(2):
        known = services.sign_in.known_device(user(services), None, now)
        services.sessions.forget_devices(user(services), now)
    services.database.close()
    there.lose_and_restore()
    services = there.services()
    with services.database.read() as tx:
        owner = accounts.user_by_name(tx, "clerk")
    services.database.close()
    assert owner is not None and owner.device_generation > known.generation + 1


def test_a_calendar_address_of_the_copy_is_closed(there: Here, now: datetime) -> None:
    services = there.services()
    token = services.calendar_feeds.renew(user(services), now)
    assert services.calendar_feeds.reader(token, now) is not None
    there.back_up()
    services.calendar_feeds.revoke(user(services), now)
    services.database.close()
    assert there.lose_and_restore().gone.calendars == 1
    services = there.services()
    assert services.calendar_feeds.reader(token, now) is None
    services.database.close()


def test_requests_that_waited_for_a_second_person_are_closed(there: Here, now: datetime) -> None:
    services = there.services()
    reset, grant = asked_reset(services, "admin", PASSWORD, now), asked_roles(services, "admin", PASSWORD, now)
    services.database.close()
    there.back_up()
    there.lose_and_restore()
    halves = "SELECT count(*) FROM passkey_challenges UNION ALL SELECT count(*) FROM sign_in_steps"
    assert rows(there.home / "register.db", halves) == [(0,), (0,)]
    services = there.services()
    second, proof = user(services, "admin-2"), ProofFrom(Proof(PASSWORD), CLIENT)
    assert services.reset_requests.get(second, reset, now).state is RequestState.VOID
    assert services.role_grants.get(second, grant, now).state is RequestState.VOID
    with pytest.raises(LicenceQRError):
        services.reset_requests.confirm(second, reset, proof, now)
    with pytest.raises(LicenceQRError):
        services.role_grants.confirm(second, grant, proof, now)
    services.database.close()


def test_passwords_and_recovery_codes_are_those_of_the_copy_which_restore_says(there: Here, now: datetime) -> None:
    """They cannot be told apart: without them nobody could sign in after a loss of the machine."""
    services = there.services()
    _, codes = enrol_app(services, user(services, "admin"), PASSWORD, now)
    held = rows(there.home / "register.db", "SELECT count(*) FROM recovery_codes")
    there.back_up()
    services.accounts.disable("clerk", now)
    services.database.close()
    there.lose_and_restore()
    services = there.services()
    assert rows(there.home / "register.db", "SELECT count(*) FROM recovery_codes") == held == [(len(codes),)]
    assert services.sign_in.sign_in("clerk", PASSWORD, CLIENT, now)
    with pytest.raises(LicenceQRError):
        services.sign_in.sign_in("clerk", "another", CLIENT, now)
    services.database.close()
