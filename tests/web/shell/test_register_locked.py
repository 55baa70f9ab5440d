"""A scan while the register cannot be asked: it is asked once, and what the signature says is still told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from looking_client import LookingClient

from licence_qr.domain.roles import Actor
from licence_qr.errors import LicenceQRError, RegisterError
from licence_qr.web.app import create_app

GENUINE = "签名是真的"


class RegisterOutOfReach:
    """A register that answers nothing but its error, and counts how often it was asked."""

    def __init__(self, error: LicenceQRError) -> None:
        self.error = error
        self.asked = 0

    def stamp(self) -> NoReturn:
        self.asked += 1
        raise self.error

    def read(self) -> NoReturn:
        self.stamp()


@pytest.fixture(params=["register_locked", "register_unreachable"])
def register(request: pytest.FixtureRequest) -> RegisterOutOfReach:
    return RegisterOutOfReach(RegisterError(request.param, path="/srv/secret/register.db"))


@pytest.fixture
def scanned(
    tmp_path: Path,
    make_services: Callable[..., object],
    make_application: Callable[..., object],
    clerk: Actor,
    register: RegisterOutOfReach,
) -> tuple[FlaskClient, str]:
    """A visitor of the real application, whose register went out of reach after a code was printed, and that code."""
    now = datetime.now(UTC)
    services = make_services(tmp_path, at=now)
    code = services.issuance.issue(make_application(at=now), clerk, "one", now).code
    app = create_app(replace(services, lookup=replace(services.lookup, database=register)))
    app.test_client_class = LookingClient
    services.database.close()
    return app.test_client(), urlsplit(code.address).path


def test_a_genuine_code_is_told_to_be_genuine_and_the_register_is_asked_once(
    scanned: tuple[FlaskClient, str], register: RegisterOutOfReach
) -> None:
    visitor, path = scanned
    answer = visitor.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert GENUINE in page
    assert 'class="verdict good"' not in page
    assert "secret" not in page
    assert register.asked == 1


def test_a_forged_code_is_refused_without_asking_the_register(
    scanned: tuple[FlaskClient, str], register: RegisterOutOfReach
) -> None:
    visitor, path = scanned
    answer = visitor.get(path[:-1] + str((int(path[-1]) + 1) % 10))
    assert answer.status_code == 400
    assert GENUINE not in answer.get_data(as_text=True)
    assert register.asked == 0


def test_whoever_asks_for_json_is_told_the_same_at_the_same_price(
    scanned: tuple[FlaskClient, str], register: RegisterOutOfReach
) -> None:
    visitor, path = scanned
    answer = visitor.get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, register.error.code)
    assert "Retry-After" in answer.headers
    assert register.asked == 1


def test_each_scan_asks_anew_whether_the_register_is_back(
    scanned: tuple[FlaskClient, str], register: RegisterOutOfReach
) -> None:
    visitor, path = scanned
    assert [visitor.get(path).status_code for _ in range(3)] == [503, 503, 503]
    assert register.asked == 3
