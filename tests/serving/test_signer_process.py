"""The signer of a real server: a process of its own, the only one that opens a key."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from program import signers, workers
from served import BREATH, Served

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.errors import KeyStoreError
from licence_qr.store.register import codes
from licence_qr.store.signing import unsigned_codes

COMMAND = [sys.executable, "-m", "licence_qr", "sign-service"]


def waiting(services) -> int:
    with services.database.read() as tx:
        return len(unsigned_codes.everything(tx))


def test_a_signer_reads_its_keys_anew_when_told_to_and_what_is_committed_while_it_is_killed_the_next_one_signs(
    start, tmp_path, make_application, clerk
):
    served = start()
    assert served.wait_until_answered() == 200
    (signer,) = signers(served.process.pid)
    os.kill(signer, signal.SIGHUP)
    served.read_until("read anew")
    assert signers(served.process.pid) == {signer}
    (path,) = Path(tempfile.gettempdir()).glob(f"licence-qr-signer-{served.process.pid}-*/socket")
    installation = tmp_path / "installation"
    environ = {"LICENCE_QR_HOME": str(installation / "var"), "LICENCE_QR_KEYS": str(installation / "keys")}
    services = build(load_settings(environ | {"LICENCE_QR_SIGNER_SOCKET": str(path)}))
    now = datetime.now(UTC)
    services.coding.signer.check_codes(now)
    os.kill(signer, signal.SIGKILL)
    try:
        services.issuance.issue(make_application(), clerk, "key", now)
    except KeyStoreError as error:
        assert error.code in {"code_being_signed", "signer_unreachable"}
        while waiting(services):  # signed by the service itself: nobody asks again
            assert served.asked("/") == 200
    while not signers(served.process.pid) - {signer}:
        assert served.asked("/") == 200
    pair = issued_at_last(services, make_application(), clerk, now)
    assert pair.code.version == 1
    with services.database.read() as tx:
        assert codes.count(tx) == 1
    services.database.close()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0


def issued_at_last(services, application, clerk, now):
    """The pair, asked for with the same key until the new signer answers."""
    while True:
        try:
            return services.issuance.issue(application, clerk, "key", now)
        except KeyStoreError as error:
            assert error.code == "signer_unreachable"


def opened(process: int) -> set[str]:
    """The files that a process has open, and those mapped into it."""
    links = (os.readlink(each.path) for each in os.scandir(f"/proc/{process}/fd") if os.path.islink(each.path))
    mapped = re.findall(r"/\S+", Path(f"/proc/{process}/maps").read_text())
    return {*links, *mapped}


@contextmanager
def signer_of(installation: Path, path: Path) -> Iterator[None]:
    """A signer that was started by itself, with all keys."""
    environ = {"LICENCE_QR_HOME": str(installation / "var"), "LICENCE_QR_KEYS": str(installation / "keys")}
    process = subprocess.Popen(
        COMMAND, env=os.environ | environ | {"LICENCE_QR_SIGNER_SOCKET": str(path)}, stdout=subprocess.DEVNULL
    )
    try:
        while not path.exists():
            assert process.poll() is None
            select.select([], [], [], BREATH)
        yield
    finally:
        process.terminate()
        assert process.wait() == 0


def test_workers_serve_and_sign_without_any_key_in_their_reach(
    empty_installation, tmp_path, monkeypatch, make_application, clerk
):
    """Their folder of keys holds lists and marks alone, and there is no passphrase: the signer has a folder of its own."""
    installation, apart = tmp_path / "installation", tmp_path / "web"
    shutil.copytree(empty_installation, installation)
    (apart / "keys").mkdir(parents=True)
    for name in ("trust-list.cbor", "root.pub.pem", "newest-lists.json"):
        shutil.copy(installation / "keys" / name, apart / "keys" / name)
    (apart / "var").symlink_to(installation / "var")
    with signer_of(installation, tmp_path / "s"):
        monkeypatch.setenv("LICENCE_QR_SIGNER_SOCKET", str(tmp_path / "s"))
        monkeypatch.setenv("LICENCE_QR_PASSPHRASE_FILE", str(tmp_path / "none"))
        served = Served(apart, tmp_path)
        try:
            assert [served.wait_until_answered(), served.asked("/status-list"), served.asked("/readyz")] == [200] * 3
            assert signers(served.process.pid) == set()
            assert not [each for pid in workers(served.process.pid) for each in opened(pid) if "/keys/" in each]
            sign_without_a_key(apart, make_application(), clerk)
            served.process.send_signal(signal.SIGTERM)
            assert served.process.wait() == 0
            log = installation / "var" / "register.db-wal"
            assert not log.exists() or log.stat().st_size == 0, "the signer has the register open, and cannot do it"
        finally:
            served.kill()
    assert [path.name for path in (apart / "keys").glob("*.pem")] == ["root.pub.pem"]


def sign_without_a_key(apart: Path, application, clerk) -> None:
    """As a worker does it, by the same settings."""
    environ = {"LICENCE_QR_HOME": str(apart / "var"), "LICENCE_QR_KEYS": str(apart / "keys")}
    services = build(load_settings(os.environ | environ))
    assert services.issuance.issue(application, clerk, "key", datetime.now(UTC)).code.version == 1
    assert (apart / "keys" / "number-marks.json").exists(), "who gives numbers keeps their marks"
    with pytest.raises(KeyStoreError):
        services.keys.signing_key(datetime.now(UTC))
    services.database.close()
