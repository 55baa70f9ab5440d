"""Strangers at the sign-in page, over the whole application: what they cost, and that the right clerk gets in meanwhile.

The clock stands still: no try comes back while an attack goes on.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from desk_pages import Browser
from flask import Flask
from quick_passwords import Counting

from licence_qr.bootstrap import Services, build
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.roles import Role
from licence_qr.services.accounts.sign_in_limits import OF_ACCOUNT, OF_ACCOUNT_AND_NETWORK, OF_NETWORK
from licence_qr.web.app import create_app

PASSWORD = "only-for-these-tests"
CLIENTS = 16


@dataclass
class Attacked:
    """An installation whose clerk has signed in once on her own device."""

    services: Services
    hasher: Counting
    now: datetime
    app: Flask = field(init=False)
    own_device: Browser = field(init=False)

    def __post_init__(self) -> None:
        for name in ("clerk", "colleague"):
            self.services.accounts.create(name, "示例", "baishiyi", frozenset({Role.CLERK}), PASSWORD, self.now)
        self.app = create_app(self.services, lambda: self.now)
        self.own_device = self.browser("192.0.2.200")
        assert self.signs_in(self.own_device)
        self.hasher.verified = 0

    def browser(self, address: str) -> Browser:
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Browser(client)

    def signs_in(self, browser: Browser) -> bool:
        """Whether the right clerk gets in, once her session has ended."""
        browser.client.delete_cookie("__Host-session")
        return browser.sign_in("clerk", PASSWORD).status_code == 303

    def tried(self, tries: Iterable[tuple[str, str]]) -> Counter[int]:
        """How wrong passwords are answered: for each (address, name), by as many clients at once as attack."""

        def one(each: tuple[str, str]) -> int:
            address, name = each
            return self.browser(address).sign_in(name, "wrong").status_code

        with ThreadPoolExecutor(CLIENTS) as clients:
            return Counter(clients.map(one, tries))


@pytest.fixture
def attacked(
    empty_installation: Path,
    tmp_path: Path,
    make_services: Callable[[Path], Services],
    catalogue: Catalogue,
    now: datetime,
) -> Attacked:
    folder, hasher = tmp_path / "installation", Counting()
    shutil.copytree(empty_installation, folder)
    settings = make_services(folder).settings
    return Attacked(build(settings, hasher=hasher, catalogue=catalogue), hasher, now)


@pytest.mark.campaign
def test_sixteen_clients_under_many_names_from_one_address(
    attacked: Attacked, rounds: Callable[[int, int], int]
) -> None:
    names = rounds(100, 2000)
    answers = attacked.tried(("198.51.100.1", f"name-{n}") for n in range(names))
    assert answers == {403: OF_NETWORK[0].most, 429: names - OF_NETWORK[0].most}
    assert attacked.hasher.verified == OF_NETWORK[0].most  # what is refused is not hashed
    assert attacked.signs_in(attacked.own_device)
    assert attacked.signs_in(attacked.browser("198.51.100.2"))  # and so do strangers from elsewhere


@pytest.mark.campaign
def test_thirty_wrong_passwords_for_one_clerk_from_six_addresses(
    attacked: Attacked, rounds: Callable[[int, int], int]
) -> None:
    tries = [(f"198.51.100.{n % 6}", "clerk") for n in range(rounds(30, 600))]
    answers = attacked.tried(tries)
    assert answers == Counter({403: OF_ACCOUNT.most, 429: len(tries) - OF_ACCOUNT.most}) - Counter()
    assert attacked.hasher.verified == OF_ACCOUNT.most
    assert attacked.signs_in(attacked.own_device)
    assert not attacked.signs_in(attacked.browser("192.0.2.1"))  # a device that is not known waits: it fails closed
    assert attacked.browser("198.51.100.9").sign_in("colleague", PASSWORD).status_code == 303


@pytest.mark.campaign
def test_two_hundred_addresses_of_one_48_cannot_even_keep_an_unknown_device_out(
    attacked: Attacked, rounds: Callable[[int, int], int]
) -> None:
    count = rounds(200, 2000)
    answers = attacked.tried((f"2001:db8:7:{n:x}::1", "clerk") for n in range(count))
    most = OF_ACCOUNT_AND_NETWORK[1].most
    assert answers == {403: most, 429: count - most}
    assert attacked.hasher.verified == most
    assert attacked.signs_in(attacked.own_device)
    assert attacked.signs_in(attacked.browser("2001:db8:8::1"))


def test_a_clerk_who_works_while_she_is_attacked_is_never_thrown_out(attacked: Attacked) -> None:
    for n in range(40):
        attacked.browser(f"198.51.100.{n}").sign_in("clerk", "wrong")
        assert attacked.own_device.see("/desk/")
