"""Scenes in which it is decided who holds which key: the first keys of a live installation, the root key moved away, a key
that is adopted, and a signer of its own that goes on with a new key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cut_scenes import CLERK, NOW, Said, Say, Scene, issue, opened, pairs_lost, settings_in, shown
from program import environ
from safe import PASSPHRASE, ROOT_PASSPHRASE, make_safe

from licence_qr.bootstrap import Services
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.roles import at_console
from licence_qr.errors import KeyStoreError
from licence_qr.key_services import build_ceremony
from licence_qr.preparation import prepare
from licence_qr.services.keys import ceremony_record
from licence_qr.services.keys.adopting import adopt
from licence_qr.services.keys.making import Custody
from licence_qr.services.keys.root import RootPlace, check_root_apart
from licence_qr.services.keys.root_moving import RootMove
from licence_qr.signer.keeper import own_signer
from licence_qr.store.keys import key_files

_CONSOLE = at_console("keeper")


def _root_lost(place: Path) -> Iterator[str]:
    """What is wrong with the root key on its medium."""
    try:
        root = RootPlace(place, (ROOT_PASSPHRASE.encode,)).private_key()
        if root.public_key() != key_files.read_root_public_key(place):
            yield "the root key is another"
    except KeyStoreError as error:
        yield f"the root key is lost: {error.code}"
    if not (place / ceremony_record.FILE).exists():
        yield "the record is lost"


class LiveStart(Scene):
    """``init --root-folder``: the root key goes to its own place, and the first pair is issued."""

    begins_empty = True

    def before(self, folder: Path) -> None:
        make_safe(folder)

    def act(self, folder: Path, say: Say) -> None:
        self._prepare(folder)
        services = opened(folder)
        say(kid=services.keys.signing_key(NOW).kid.hex())
        self._add_clerk(services)
        say(**shown(issue(services, 1)))

    def start(self, folder: Path, said: list[Said]) -> Services:
        if not said:
            self._prepare(folder)  # begun and not finished: it is begun again
        services = opened(folder)
        self._add_clerk(services)
        return services

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said)
        yield from _root_lost(services.settings.home.parent / "safe" / "root")
        check_root_apart((services.settings.keys, services.settings.home))
        if said and said[0]["kid"] != services.keys.signing_key(NOW).kid.hex():
            yield "the keys are others"

    @staticmethod
    def _add_clerk(services: Services) -> None:
        if not services.accounts.user(CLERK.username):
            password = "seven grey herons at noon"
            services.accounts.create(CLERK.username, "窗口（示例）", CLERK.office, CLERK.roles, password, NOW)

    @staticmethod
    def _prepare(folder: Path) -> None:
        kept = Custody(PASSPHRASE.encode(), folder / "safe" / "root", ROOT_PASSPHRASE.encode(), _CONSOLE.username)
        prepare(settings_in(folder), NOW, demonstration=False, custody=kept)


class RootMoving(Scene):
    """``keys root move``: wherever it is cut, the root key is in one of its two places, and it can be moved again."""

    def before(self, folder: Path) -> None:
        (folder / "medium").mkdir()

    def act(self, folder: Path, say: Say) -> None:
        assert self._move(folder)
        say(moved=True)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        folder = services.settings.home.parent
        if self._move(folder) and said:
            yield "the root key came back"
        check_root_apart((services.settings.keys,))
        yield from _root_lost(folder / "medium")

    @staticmethod
    def _move(folder: Path) -> bool:
        settings = settings_in(folder)
        ceremony = build_ceremony(settings, None, _CONSOLE, ROOT_PASSPHRASE.encode)
        apart_from = (settings.home, settings.keys)
        return RootMove(ceremony, folder / "medium", ROOT_PASSPHRASE.encode(), apart_from).run(NOW)


class Adopting(Scene):
    """``keys adopt``: a key that no list names, from another folder, signs the next pair."""

    def before(self, folder: Path) -> None:
        keys = build_ceremony(settings_in(folder), by=_CONSOLE).keys
        private = ec.generate_private_key(ec.SECP256R1())
        key_files.write_private_key(folder / "found", "licence-0a0b", private, keys.passphrase())

    def act(self, folder: Path, say: Say) -> None:
        self._adopt(folder)
        say(adopted=True)
        say(**shown(issue(opened(folder), 1)))

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said)
        try:
            self._adopt(services.settings.home.parent)
            if said:
                yield "the list has forgotten the key"
        except KeyStoreError as error:
            if error.code != "adopt_listed":
                raise
        if services.keys.signing_key(NOW).kid.hex() != "0a0b":
            yield "the key is in the list and not here"

    @staticmethod
    def _adopt(folder: Path) -> None:
        adopt(build_ceremony(settings_in(folder), by=_CONSOLE), folder / "found" / "licence-0a0b.pem", NOW)


class SignerApart(Scene):
    """Pairs that a process of its own signs, the second with a key that it did not have when it began.

    Its clock is its own: what is done here is done now.
    """

    @property
    def now(self) -> datetime:
        """Later than what was recorded."""
        return datetime.now(UTC)

    def act(self, folder: Path, say: Say) -> None:
        for name, value in environ(folder).items():
            os.environ[name] = value
        with own_signer() as signer:
            signer.await_answer()
            services = opened(folder, signer.path)
            say(**shown(issue(services, 1, self.now)))
            made = build_ceremony(settings_in(folder), by=_CONSOLE).new(KeyPurpose.LICENCE, None, self.now)
            say(kid=made.kid.hex())
            say(**shown(issue(services, 2, self.now)))

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        yield from pairs_lost(services, said, self.now + timedelta(minutes=1))
        kids = [each["kid"] for each in said if "kid" in each]
        if kids and services.keys.signing_key(self.now).kid.hex() != kids[0]:
            yield "the new key is lost"


SCENES: dict[str, Scene] = {
    "live start": LiveStart(),
    "root moving": RootMoving(),
    "adopting": Adopting(),
    "signer apart": SignerApart(),
}
