"""The runbook, faults of keys, lists and processes: each is caused for real, and the way out is gone."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harmed import APPLICATION, issued, reasons, says, settings_of
from program import PROGRAM, end, run_here, workers
from safe import passphrase_file, root_options

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.process.service_manager import answers
from licence_qr.services.publishing.status_signer import LIFETIME

HERE = "127.0.0.1"
SOCKET = "LICENCE_QR_SIGNER_SOCKET"
LONG_AGO = timedelta(days=1000)  # keys sign for 24 months
HSM_LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")


def test_key_file_unreadable(here):
    (key,) = (here / "keys").glob("licence-*.pem")
    kept = shutil.copy(key, here / "kept.pem")
    key.write_bytes(key.read_bytes()[:40])
    ended = issued(here)
    assert ended.status == 1 and says("key_damaged", ended.err)
    assert "key_damaged" in reasons(here)
    shutil.copy(kept, key)
    assert issued(here).status == 0
    assert reasons(here) == {}


def test_wrong_passphrase(here):
    passphrase = passphrase_file(here)
    right = passphrase.read_text()
    passphrase.write_text("another")
    ended = issued(here)
    assert ended.status == 1 and says("key_passphrase", ended.err)
    assert "key_passphrase" in reasons(here)
    passphrase.write_text(right)
    assert issued(here).status == 0


def test_trust_list_expired(made):
    here = made(datetime.now(UTC) - LONG_AGO)
    ended = issued(here)
    assert ended.status == 1 and says("no_signing_key", ended.err)
    assert "no_signing_key" in reasons(here)
    for purpose in ("licence", "status"):
        assert run_here(settings_of(here), "keys", "rotate", purpose, *root_options(here)).status == 0
    assert issued(here).status == 0
    assert reasons(here) == {}


def test_older_trust_list_put_back(here):
    trust_list = here / "keys" / "trust-list.cbor"
    assert issued(here).status == 0
    older = trust_list.read_bytes()
    assert run_here(settings_of(here), "keys", "rotate", "licence", *root_options(here)).status == 0
    newest = trust_list.read_bytes()
    trust_list.write_bytes(older)
    ended = issued(here)
    assert ended.status == 1 and says("trust_list_older", ended.err)
    trust_list.write_bytes(newest)
    assert issued(here).status == 0
    assert reasons(here) == {}


def test_status_list_too_old(made):
    long_ago = datetime.now(UTC) - LIFETIME - timedelta(minutes=1)
    services = build(load_settings(settings_of(here := made(long_ago))))
    services.status_publishing.publish(long_ago)
    services.database.close()
    told = reasons(here)["offline_list_too_old"]
    assert "状态列表" in told and "The status list was issued at" in told
    assert run_here(settings_of(here), "life", "sweep").status == 0
    assert reasons(here) == {}


def test_hsm_gone(here):
    library = next(place for place in HSM_LIBRARIES if Path(place).exists())
    (tokens := here / "tokens").mkdir()
    (here / "softhsm2.conf").write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    (here / "var" / "pkcs11-pin").write_text("246810\n")
    hsm = {"LICENCE_QR_PKCS11_MODULE": library, "LICENCE_QR_PKCS11_TOKEN": "town"}
    environ = os.environ | settings_of(here) | hsm | {"SOFTHSM2_CONF": str(here / "softhsm2.conf")}
    make = ["softhsm2-util", "--init-token", "--free", "--label", "town", "--pin", "246810", "--so-pin", "135790"]
    assert subprocess.run(make, env=environ, capture_output=True).returncode == 0

    def ended(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, *map(str, words)], env=environ, capture_output=True, text=True)

    assert ended("keys", "rotate", "licence", "--hsm", "codes", *root_options(here)).returncode == 0
    away = tokens.rename(here / "away")
    tokens.mkdir()
    refused = ended("issue", APPLICATION)
    assert refused.returncode == 1 and says("hsm_refused", refused.stderr)
    tokens.rmdir()
    away.rename(tokens)
    assert ended("issue", APPLICATION).returncode == 0


def test_worker_killed(here, tmp_path):
    """What stands for systemd starts the service anew, should it end."""
    with socket.create_server((HERE, 0)) as probe:
        port = int(probe.getsockname()[1])
    environ = os.environ | settings_of(here) | {"LICENCE_QR_PORT": str(port), "LICENCE_QR_WORKERS": "2"}

    def served() -> subprocess.Popen[str]:
        with (tmp_path / "log").open("a") as log:
            return subprocess.Popen([PROGRAM, "serve"], env=environ, stdout=log, stderr=log, start_new_session=True)

    service = served()
    try:
        service = until_answered(service, served, port)
        os.kill(min(workers(service.pid)), signal.SIGKILL)
        told = tmp_path / "log"
        while '"level": "error"' not in told.read_text():
            select.select([], [], [], 0.01)
        service = until_answered(service, served, port)
    finally:
        end(service, here / "var")


def until_answered(service, served, port: int):
    """The service, or the one that was started when it had ended, once it answers."""
    while not answers((HERE, port), tls=False):
        if service.poll() is not None:
            service = served()
        select.select([], [], [], 0.01)
    return service


@contextmanager
def signer_of(here: Path, path: Path) -> Iterator[None]:
    """``licence-qr sign-service``, as the service manager starts it."""
    environ = os.environ | settings_of(here) | {SOCKET: str(path)}
    process = subprocess.Popen([PROGRAM, "sign-service"], env=environ, stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            assert process.poll() is None
            select.select([], [], [], 0.01)
        yield
    finally:
        process.terminate()
        assert process.wait() == 0


def test_signer_does_not_answer(here):
    path = here / "signer"
    ended = issued(here, **{SOCKET: str(path)})
    assert ended.status == 1 and says("signer_unreachable", ended.err)
    assert "signer_unreachable" in reasons(here, **{SOCKET: str(path)})
    with signer_of(here, path):
        assert issued(here, **{SOCKET: str(path)}).status == 0
        assert reasons(here, **{SOCKET: str(path)}) == {}
