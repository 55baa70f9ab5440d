"""A production installation, where second factors are demanded, and browsers that come to it by https."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from desk_pages import Browser
from flask import Flask
from looking_client import LookingClient
from once import made_once

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Role
from licence_qr.web.app import create_app

PASSWORD = "only-for-these-tests"


@dataclass
class Site:
    """Its clock stands still, but for who moves it."""

    services: Services
    now: datetime
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        for role in (Role.CLERK, Role.DECIDER):
            self.services.accounts.create(role.value, "示例", "baishiyi", frozenset({role}), PASSWORD, self.now)
        self.app = create_app(self.services, lambda: self.now)
        self.app.test_client_class = LookingClient

    def browser(self) -> Browser:
        """A browser with nobody signed in."""
        client = self.app.test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        client.environ_base["HTTP_REFERER"] = "https://localhost/"
        return Browser(client)


@pytest.fixture
def site(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, make_services: Callable[..., Services], now: datetime
) -> Site:
    """The installation as it is when it is new, which is made once in a run."""

    def new(folder: Path) -> None:
        make_services(folder / "installation", demonstration=False).database.close()

    made = made_once(tmp_path_factory, "production", new) / "installation"
    folder = Path(shutil.copytree(made, tmp_path / "production"))
    return Site(make_services(folder, demonstration=False), now)
