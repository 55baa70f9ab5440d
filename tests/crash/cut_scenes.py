"""What is done while the power may be cut, and what must be found afterwards: the frame of a scene.

``python cut_scenes.py FOLDER MODULE …`` does the scenes of these modules, each in the folder of its name below FOLDER, and
writes a line to standard output for each thing that was acknowledged. It is this program that is recorded.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from program import environ
from quick_passwords import QUICK
from shipped import CATALOGUE

from bench.installation import fields
from licence_qr.bootstrap import Services, build
from licence_qr.config import Settings, load_settings
from licence_qr.credential.token import to_digits
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.issuing.issued import IssuedPair
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.preparation import prepare

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CLERK = Actor(0, "clerk-cut", "窗口", "baishiyi", frozenset({Role.CLERK, Role.DECIDER}))
Said = dict[str, Any]
Say = Callable[..., None]


def catalogue() -> Catalogue:
    """The catalogue as shipped."""
    return CATALOGUE


def settings_in(folder: Path) -> Settings:
    """The settings of the installation in ``folder``."""
    return load_settings(environ(folder) | {"LICENCE_QR_ADDRESS": "https://ym.example.gov.cn"})


def made(folder: Path) -> None:
    """A new installation."""
    prepare(settings_in(folder), NOW, demonstration=True)


def opened(folder: Path, signer: Path | None = None) -> Services:
    """The services of an installation; what has the keys answers on ``signer``, if it is another process."""
    return build(replace(settings_in(folder), own_signer=signer), hasher=QUICK, catalogue=catalogue())


def issue(services: Services, number: int, at: datetime = NOW) -> IssuedPair:
    """The pair of the made-up application no. ``number``; the same pair if it was issued before."""
    day = local_date(at)
    notice = services.catalogue.notice("hygiene_permit", day)
    assert notice is not None
    typed = fields(services, number) | {"established_on": day.isoformat(), "signed_on": day.isoformat()}
    typed |= {"notice_id": notice.id, "notice_version": notice.version, "notice_sha256": notice.sha256}
    application = parse_application(typed, services.catalogue, CLERK.office, day, True)
    clerk = services.accounts.user(CLERK.username) or CLERK  # only a demonstration believes in one without an account
    return services.issuance.issue(application, clerk, f"pair:{number}", at)


def shown(pair: IssuedPair) -> Said:
    """What is on the paper of a pair."""
    digits = to_digits(pair.code.token)
    return {"pair": pair.uscc, "digits": digits, "numbers": [each.permit_no for each in pair.permits]}


def pairs_lost(services: Services, said: list[Said], at: datetime = NOW) -> Iterator[str]:
    """The pairs that were acknowledged and do not scan as genuine."""
    for each in said:
        if "pair" not in each:
            continue
        try:
            found = [permit.permit_no for permit in services.lookup.scan(each["digits"], at).permits]
        except LicenceQRError as error:
            yield f"{each['pair']}: {error.code}"
            continue
        if found != each["numbers"]:
            yield f"{each['pair']}: {found} instead of {each['numbers']}"


class Scene:
    """One kind of work. ``before`` prepares it and is not recorded; ``act`` is; ``lost`` looks afterwards."""

    begins_empty = False

    @property
    def now(self) -> datetime:
        """When it is looked at."""
        return NOW

    def before(self, folder: Path) -> None:
        """Prepare ``folder``, which holds a new installation."""

    def act(self, folder: Path, say: Say) -> None:
        """Do it, and say what was acknowledged."""
        raise NotImplementedError

    def start(self, folder: Path, said: list[Said]) -> Services:
        """Open what was found after the cut, as the service does when it starts."""
        return opened(folder)

    def lost(self, services: Services, said: list[Said]) -> Iterator[str]:
        """What was acknowledged and is not there, or is there by half."""
        raise NotImplementedError


def main(folder: str, *modules: str) -> None:
    """Do the scenes."""
    for module in modules:
        scenes: dict[str, Scene] = importlib.import_module(module).SCENES
        for name, scene in scenes.items():

            def say(scene: str = name, **told: Any) -> None:
                os.write(1, (json.dumps({"scene": scene, **told}) + "\n").encode())

            scene.act(Path(folder, name), say)


def copied(base: Path, folder: Path) -> None:
    """A copy of the installation in ``base``."""
    shutil.copytree(base, folder, dirs_exist_ok=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
