"""The runbook, faults of the machine: each is caused for real, the words are looked at, and the way out is gone."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from harmed import APPLICATION, issued, reasons, says, settings_of
from program import PROGRAM, run_here
from proxies import HERE, Proxy, nginx_command, running

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.credential.token import to_digits
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import ConflictError
from licence_qr.services.keys.lan_certificate import CERTIFICATE, KEY, lan_certificate
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.register import codes

# A mount of its own needs root, or to be root in a namespace of one's own.
# Nothing of it may be seen outside; below a changed root, which is no mount, nothing is seen outside that root's own.
APART = ["unshare", "--mount", "--propagation", "unchanged", *([] if os.geteuid() == 0 else ["--map-root-user"])]
APART += ["bash", "-euc"]
_PRIVATE = "mount --make-rprivate / 2>/dev/null || true\n"


def in_a_mount_of_its_own(script: str, folder: Path) -> str:
    """What a script says that may mount; ``$here`` is the installation, ``$run`` the program, ``$python`` Python."""
    names = {"here": str(folder), "run": str(PROGRAM), "python": sys.executable, "application": str(APPLICATION)}
    ended = subprocess.run(
        [*APART, _PRIVATE + script], env=os.environ | settings_of(folder) | names, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_disk_full(here):
    said = in_a_mount_of_its_own(
        """
        cp -a "$here" "$here.kept"
        mount -t tmpfs -o size=2m tmpfs "$here"
        cp -a "$here.kept/." "$here"
        dd if=/dev/zero of="$here/filling" bs=4k 2>/dev/null || true
        "$run" issue "$application" 2>&1 || echo "ended with $?" # not even a log can be begun
        truncate -s -48K "$here/filling" # it can, as it has been where a service runs
        "$run" issue "$application" 2>&1 || echo "ended with $?"
        rm "$here/filling"
        "$run" issue "$application" >/dev/null && echo issued
        """,
        here,
    )
    assert said.count("[register_full]") == said.count("ended with 1") == 2 and says("register_full", said)
    assert said.endswith("issued\n")


def test_photo_folder_not_writable(here):
    (here / "var" / "files").mkdir()
    look = (
        "from datetime import UTC, datetime; from licence_qr import wording; from licence_qr.bootstrap import build\n"
        "from licence_qr.config import load_settings\n"
        "for each in build(load_settings()).watching.look(datetime.now(UTC)).reasons:\n"
        "    print(f'[{each.code}]', *(wording.explain(each, language) for language in wording.LANGUAGES))"
    )
    said = in_a_mount_of_its_own(
        f"""
        mount --bind "$here/var/files" "$here/var/files"
        mount -o remount,ro,bind "$here/var/files"
        "$python" -c "{look}"
        umount "$here/var/files"
        "$python" -c "{look}"
        echo done
        """,
        here,
    )
    assert says("files_not_writable", said) and said.count("[") == 1 and said.endswith("done\n")


def test_keys_and_register_not_writable(here):
    """Nothing could be issued, and nobody was told before the first who tried."""
    said = in_a_mount_of_its_own(
        """
        mount --bind "$here/keys" "$here/keys"
        mount -o remount,ro,bind "$here/keys"
        mount --bind "$here/var/register.db" "$here/var/register.db"
        mount -o remount,ro,bind "$here/var/register.db"
        "$run" doctor || echo "ended with $?"
        """,
        here,
    )
    assert says("marks_not_written", said) and says("register_read_only", said) and said.endswith("ended with 1\n")


def test_register_locked(here):
    hold = (
        "import sqlite3, sys; held = sqlite3.connect(sys.argv[1], isolation_level=None); held.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, here / "var" / "register.db"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        ended = issued(here)
        other.communicate()
    assert ended.status == 1 and says("register_locked", ended.err)
    assert issued(here).status == 0


def test_register_edited(here, caplog):
    assert issued(here).status == 0
    services = build(load_settings(settings_of(here)))
    with services.database.read() as tx:
        code = codes.everything_newest(tx)[0]
    register = sqlite3.connect(services.settings.register_path)
    [(name,)] = register.execute("SELECT name FROM entities WHERE uscc = ?", (code.uscc,))
    for written, code_of_refusal in (("示例仿冒店", "register_differs_from_signed"), (name, "")):
        register.execute("UPDATE entities SET name = ? WHERE uscc = ?", (written, code.uscc))
        register.commit()
        try:
            services.lookup.scan(to_digits(code.token), datetime.now(UTC))
            refused = ""
        except ConflictError as error:
            refused = error.code
        assert refused == code_of_refusal
    register.close()
    services.database.close()
    assert "register differs from what was signed" in caplog.text


def test_refused_to_sign(here):
    """Somebody without a key has put a trigger into the register that takes a number back to give it again."""
    register = sqlite3.connect(load_settings(settings_of(here)).register_path)
    counter = "UPDATE counters SET last = {} WHERE series LIKE 'hygiene_permit/%';"
    planted = f"CREATE TRIGGER planted AFTER INSERT ON history BEGIN {counter.format(0)} END"
    rule = register.execute("SELECT sql FROM sqlite_master WHERE name = 'counters_refuse_update'").fetchone()[0]
    register.execute("DROP TRIGGER counters_refuse_update")
    register.execute(planted)
    register.commit()
    ended = issued(here)
    assert ended.status == 1 and says("signing_refused", ended.err)
    register.execute("DROP TRIGGER planted")
    register.execute(counter.format(1))
    register.execute(rule)
    register.commit()
    register.close()
    assert run_here(settings_of(here), "life", "sweep").status == 0
    services = build(load_settings(settings_of(here)))
    with services.database.read() as tx:
        assert len(codes.everything_newest(tx)) == 1
    services.database.close()


def test_clock_set_back(here):
    assert issued(here).status == 0
    now = datetime.now(UTC)
    told = reasons(here, now - timedelta(days=1))
    assert "时钟被调慢了" in told["clock_behind"] and "the clock has been set back" in told["clock_behind"]
    assert reasons(here, now) == {}
    services = build(load_settings(settings_of(here)))
    with services.database.write() as tx:
        ahead = NewEvent(kind=EventKind.LICENCE_CHANGED, subject="x", at=now + timedelta(days=1), by=AT_THE_MACHINE)
        events.write(tx, ahead)
    services.database.close()
    refused = run_here(settings_of(here), "keys", "new", "licence")
    assert refused.status == 1 and says("clock_behind", refused.err)
    assert "[clock_behind]" in run_here(settings_of(here), "doctor").out
    # The clock was ahead, and is right now.
    assert "[clock_behind]" not in run_here(settings_of(here), "doctor", "--confirm-clock").out
    away = run_here(settings_of(here), "keys", "new", "licence")  # the root key is, which is asked for after the clock
    assert says("root_key_away", away.err)
    assert reasons(here, datetime.now(UTC)) == {}


def test_port_in_use(here):
    with socket.create_server((HERE, 0)) as other:
        taken = str(other.getsockname()[1])
        ended = run_here(settings_of(here) | {"LICENCE_QR_PORT": taken}, "serve")
    assert ended.status == 1 and says("port_in_use", ended.err)
    # The way out, another port, is how every test of this folder serves.


def verified(proxy: Proxy, authority: Path) -> str:
    """What a browser that trusts ``authority`` makes of the proxy's certificate."""
    trusting = ssl.create_default_context(cafile=str(authority))
    with socket.create_connection((HERE, proxy.port)) as plain:
        try:
            trusting.wrap_socket(plain, server_hostname="ym.example.gov.cn").close()
        except ssl.SSLCertVerificationError as refused:
            return refused.verify_message
    return "trusted"


def test_certificate_expired(tmp_path):
    hosts, now = ("ym.example.gov.cn",), datetime.now(UTC)
    (old := tmp_path / "old").mkdir()
    certificate, key = lan_certificate(old, hosts, now - timedelta(days=100))

    def with_old_certificate(folder: Path, port: int, behind: int) -> list[str | Path]:
        command = nginx_command(folder, port, behind)
        shutil.copy(certificate, folder / CERTIFICATE)
        shutil.copy(key, folder / KEY)
        return command

    (folder := tmp_path / "nginx").mkdir()
    with running(with_old_certificate, folder, tls=True) as proxy:
        assert verified(proxy, certificate) == "certificate has expired"
        renewed, _ = lan_certificate(folder, hosts, now)
        reloaded = subprocess.run(["nginx", "-c", folder / "nginx.conf", "-s", "reload"], capture_output=True)
        assert reloaded.returncode == 0
        while (found := verified(proxy, renewed)) != "trusted":
            assert found in {"certificate has expired", "self-signed certificate"}


@pytest.mark.parametrize("name", ["LICENCE_QR_PORT"])
def test_settings_wrong(name, here):
    ended = run_here(settings_of(here) | {name: "eighty"}, "serve")
    assert ended.status == 1 and says("setting_not_a_number", ended.err)
    assert run_here(settings_of(here) | {name: "8001"}, "settings").status == 0
