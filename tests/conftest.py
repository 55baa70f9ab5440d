"""Real services over real files: a register in SQLite, keys on disk, at one instant. Nothing is faked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from compiled_once import compile_once
from once import made_once
from program import environ
from quick_passwords import QUICK
from safe import custody
from shipped import CATALOGUE

from licence_qr import bootstrap
from licence_qr.bootstrap import Services, build
from licence_qr.catalogue.loader import load_catalogue
from licence_qr.config import load_settings
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.issuing.application import Application, Commitment, EntityRequest, PermitRequest
from licence_qr.domain.issuing.promise import PromiseSignature
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.roles import Actor, Role
from licence_qr.preparation import prepare
from licence_qr.services.accounts import guessing
from licence_qr.services.publishing import display_cards
from licence_qr.signer import wiring
from licence_qr.store.database.connections import Database

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
ADDRESS = "https://ym.example.gov.cn"

MakeServices = Callable[..., Services]
MakeApplication = Callable[..., Application]
Rounds = Callable[[int, int], int]


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> Rounds:
    """How often a test with a long form does its work: ``rounds(short, long)``, long under ``--campaign``."""
    return lambda short, long: long if pytestconfig.getoption("--campaign") else short


@pytest.fixture(scope="session", autouse=True)
def cards_drawn_once() -> Iterator[None]:
    """A card is drawn once, which takes a second; that it would be the same again is held in printing/test_sheets.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display_cards, "draw_card", cache(display_cards.draw_card))
        yield


@pytest.fixture(scope="session", autouse=True)
def read_and_compiled_once(catalogue: Catalogue) -> Iterator[None]:
    """The files of the package are read once, though every test builds services and many an application. That they are
    read, and again by each process, is held where the program is started."""

    def load(working_days: Path | None = None) -> Catalogue:
        return load_catalogue(working_days=working_days) if working_days else catalogue

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "load_catalogue", load)
        patch.setattr(wiring, "load_catalogue", load)
        patch.setattr(bootstrap, "load_answering", cache(bootstrap.load_answering))
        compile_once(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def guessed_once() -> Iterator[None]:
    """How good a password is, is judged once: tests open hundreds of accounts with the same ones."""
    with pytest.MonkeyPatch.context() as patch:
        judged = cache(guessing._of_piece)
        patch.setattr(guessing, "_of_piece", lambda piece, words: judged(piece, tuple(words)))
        yield


@pytest.fixture(scope="session")
def now() -> datetime:
    """The instant at which everything happens: 10:30 on 23 November 2026 in Shanghai."""
    return NOW


@pytest.fixture(scope="session")
def make_services(catalogue: Catalogue) -> MakeServices:
    """Services of the installation in a folder, which is prepared where it is empty."""

    def make(folder: Path, *, demonstration: bool = True, at: datetime = NOW, address: str = ADDRESS) -> Services:
        kept = None if demonstration else custody(folder)
        settings = load_settings(environ(folder) | {"LICENCE_QR_ADDRESS": address})
        if not settings.register_path.exists():
            prepare(settings, at, demonstration=demonstration, custody=kept)
        return build(settings, hasher=QUICK, catalogue=catalogue)

    return make


@pytest.fixture(scope="session")
def empty_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a register with its schema and nothing in it, made once in a run; for copying only."""

    def make(folder: Path) -> None:
        made = Database(folder / "register.db")
        made.create_or_upgrade()
        made.close()

    return made_once(tmp_path_factory, "empty register", make) / "register.db"


@pytest.fixture
def database(empty_register: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh register file, with no installation around it."""
    made = Database(Path(shutil.copy(empty_register, tmp_path)))
    yield made
    made.close()


@pytest.fixture(scope="session")
def empty_installation(tmp_path_factory: pytest.TempPathFactory, make_services: MakeServices) -> Path:
    """The folder of a new installation with an empty register, made once in a run; for copying only."""
    return made_once(tmp_path_factory, "empty installation", lambda folder: make_services(folder).database.close())


@pytest.fixture
def services(empty_installation: Path, tmp_path: Path, make_services: MakeServices) -> Iterator[Services]:
    """A fresh, empty register of the kind that may allot credit codes."""
    folder = tmp_path / "installation"
    shutil.copytree(empty_installation, folder)
    made = make_services(folder)
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, make_services: MakeServices) -> Services:
    """The filled demonstration register, filled once in a run; for reading only."""

    def fill(folder: Path) -> None:
        made = make_services(folder)
        made.demonstration_register.fill(NOW, lambda done, total: None)
        made.database.close()

    own = tmp_path_factory.mktemp("demonstration")
    shutil.copytree(made_once(tmp_path_factory, "filled demonstration", fill), own, dirs_exist_ok=True)
    return make_services(own)


@pytest.fixture
def demonstration_copy(demonstration: Services, tmp_path: Path, make_services: MakeServices) -> Iterator[Services]:
    """A copy of the filled demonstration register, to write to."""
    demonstration.database.close()
    folder = tmp_path / "copy"
    shutil.copytree(demonstration.settings.home.parent, folder)
    made = make_services(folder)
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue that ships with the package."""
    return CATALOGUE


@pytest.fixture(scope="session")
def clerk() -> Actor:
    """A clerk of the office at Baishiyi."""
    return Actor(1, "clerk-baishiyi", "白市驿镇窗口", "baishiyi", frozenset({Role.CLERK}))


@pytest.fixture(scope="session")
def make_application(catalogue: Catalogue) -> MakeApplication:
    """Makes applications that can be issued: the ``serial``-th made-up hotel, on commitment, with ``changes``.

    ``entity`` and ``permit`` hold changes of those parts; other names are parts of the application itself.
    """

    def make(
        serial: int = 1,
        *,
        at: datetime = NOW,
        entity: dict[str, Any] | None = None,
        permit: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Application:
        today = local_date(at)
        address = f"重庆市九龙坡区白市驿镇测试路{serial}号"
        business = EntityRequest(
            uscc=complete_uscc("91500107", f"MX{serial:06d}"),
            form=EntityForm.COMPANY,
            name=f"测试{serial}号宾馆有限公司",
            entity_type="有限责任公司",
            principal="测试员",
            registered_capital="伍拾万元整",
            established_on=today,
            term_to=None,
            domicile=address,
            business_scope="许可项目：住宿服务。",
        )
        notice = catalogue.notice("hygiene_permit", today)
        assert notice is not None
        promise = Commitment(notice.id, notice.version, notice.sha256, PromiseSignature("测试员", today))
        hotel = PermitRequest("hygiene_permit", ("hotel",), "住宿（宾馆）", GrantMode.COMMITMENT, promise)
        application = Application(
            trade="hotel",
            office="baishiyi",
            applied_on=today,
            entity=replace(business, **(entity or {})),
            premises_address=address,
            premises_region="500107105",
            area_m2=None,
            permits=(replace(hotel, **(permit or {})),),
            answers={"serves_food": False, "has_pool": False},
            contact_phone="13800001234",
        )
        return replace(application, **changes)

    return make
