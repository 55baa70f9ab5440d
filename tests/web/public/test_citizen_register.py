"""The citizen's pages over the real register: every printed code of the demonstration, and what a change does to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from looking_client import LookingClient

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.publishing.public_page import Verdict
from licence_qr.domain.register.permit import PermitState
from licence_qr.services.demonstration.register import DemonstrationCode
from licence_qr.store.register import permits
from licence_qr.web.app import create_app

MakeServices = Callable[..., Services]


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory, make_services: MakeServices) -> Iterator[Services]:
    """A demonstration register filled now, because the pages ask the real clock."""
    now = datetime.now(UTC)
    services = make_services(tmp_path_factory.mktemp("register"), at=now)
    services.demonstration_register.fill(now, lambda done, total: None)
    yield services
    services.database.close()


@pytest.fixture
def visitor(register: Services) -> FlaskClient:
    """A visitor's browser before that register."""
    app = create_app(register)
    app.test_client_class = LookingClient
    return app.test_client()


def path_of(code: DemonstrationCode) -> str:
    """Where the symbol leads to."""
    return urlsplit(code.address).path


def in_force(services: Services) -> DemonstrationCode:
    """A code whose page is green."""
    return next(code for code in services.demonstration_register.codes() if code.verdict is Verdict.ALL_IN_FORCE)


def test_every_printed_code_has_its_page_in_both_languages(register: Services, visitor: FlaskClient) -> None:
    codes = register.demonstration_register.codes()
    assert len(codes) >= 24
    for code in codes:
        answer = visitor.get(path_of(code), headers={"Accept": "application/json"}).get_json()
        assert answer["verdict"] == code.verdict, code.name
        for lang in ("zh", "en"):
            response = visitor.get(f"{path_of(code)}?lang={lang}")
            assert response.status_code == 200, code.name
            green = 'class="verdict good"' in response.get_data(as_text=True)
            assert green == (code.verdict is Verdict.ALL_IN_FORCE), code.name


def test_a_code_number_leads_to_the_same_business(register: Services, visitor: FlaskClient) -> None:
    scanned = visitor.get(path_of(in_force(register)), headers={"Accept": "application/json"}).get_json()
    found = visitor.get(f"/p/{scanned['code_number']}", headers={"Accept": "application/json"}).get_json()
    assert found["licence"] == scanned["licence"]
    assert (scanned["found_by"], found["found_by"]) == ("symbol", "number")


def test_one_changed_digit_is_refused(register: Services, visitor: FlaskClient) -> None:
    path = path_of(in_force(register))
    for place in (10, len(path) // 2, -1):
        digits = list(path)
        digits[place] = str((int(digits[place]) + 1) % 10)
        assert visitor.get("".join(digits)).status_code == 400


def test_what_another_worker_writes_shows_at_the_next_scan(
    register: Services, make_services: MakeServices, tmp_path: Path
) -> None:
    register.database.close()
    shutil.copytree(register.settings.home.parent, tmp_path / "copy")
    mine, other = make_services(tmp_path / "copy"), make_services(tmp_path / "copy")
    visitor, code = create_app(mine).test_client(), in_force(mine)
    assert 'class="verdict good"' in visitor.get(path_of(code)).get_data(as_text=True)
    today = local_date(datetime.now(UTC))
    with other.database.write() as tx:
        stored = permits.of_business(tx, code.uscc)[0]
        suspended = replace(stored.permit, state=PermitState.SUSPENDED, state_since=today)
        permits.replace(tx, replace(stored, permit=suspended))
    page = visitor.get(path_of(code)).get_data(as_text=True)
    assert 'class="verdict bad"' in page
    assert "有许可被暂停" in page


def test_without_its_register_the_server_vouches_for_the_signature_alone(
    register: Services, make_services: MakeServices, tmp_path: Path
) -> None:
    register.database.close()
    shutil.copytree(register.settings.home.parent, tmp_path / "copy")
    services = make_services(tmp_path / "copy")
    visitor, code = create_app(services).test_client(), in_force(services)
    services.database.close()
    services.settings.register_path.rename(tmp_path / "away.db")
    response = visitor.get(path_of(code))
    assert response.status_code == 503
    page = response.get_data(as_text=True)
    assert "现在无法查询" in page
    assert "签名是真的" in page
    assert str(tmp_path) not in page
