"""Making an installation: twice at once, over the remains of another, and who may read what it makes."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from licence_qr.bootstrap import build
from licence_qr.config import Settings, load_settings
from licence_qr.errors import KeyStoreError
from licence_qr.preparation import prepare

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)

_together: Barrier


def settings_in(folder: Path) -> Settings:
    return load_settings({"LICENCE_QR_HOME": str(folder / "var"), "LICENCE_QR_KEYS": str(folder / "keys")})


def share(barrier: Barrier) -> None:
    global _together
    _together = barrier


def install(folder: Path) -> tuple[bytes, bytes]:
    """Make the installation at the same moment as the other process: what signs, and what guards the forms."""
    settings = settings_in(folder)
    _together.wait()
    prepare(settings, NOW, demonstration=True)
    services = build(settings)
    services.database.close()
    return services.keys.signing_key(NOW).kid, services.web_secret


@pytest.mark.campaign
def test_two_processes_that_install_at_once_end_with_the_same_whole_keys(tmp_path, rounds):
    context = get_context("fork")
    barrier = context.Barrier(2)
    with ProcessPoolExecutor(2, context, initializer=share, initargs=(barrier,)) as pool:
        for number in range(rounds(4, 32)):
            folder = tmp_path / str(number)
            first, second = pool.map(install, [folder, folder])
            assert first == second
            assert {path.name for path in (folder / "keys").glob("licence-*")} == {f"licence-{first[0].hex()}.pem"}


def test_a_lost_trust_list_beside_a_register_is_told_and_no_key_is_made_in_its_place(tmp_path):
    settings = settings_in(tmp_path)
    prepare(settings, NOW, demonstration=True)
    (settings.keys / "trust-list.cbor").unlink()
    kept = {path: path.read_bytes() for path in settings.keys.iterdir()}
    prepare(settings, NOW, demonstration=True)
    with pytest.raises(KeyStoreError) as refusal:
        build(settings)
    assert refusal.value.code == "trust_list_missing"
    assert {path: path.read_bytes() for path in settings.keys.iterdir()} == kept


def test_nobody_but_the_owner_can_read_the_register(tmp_path):
    settings = settings_in(tmp_path)
    prepare(settings, NOW, demonstration=True)
    assert stat.S_IMODE(settings.register_path.stat().st_mode) == 0o600
