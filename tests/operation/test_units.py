"""The files of deploy/: systemd finds no fault in the units, they give little away, and all name the same things."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from licence_qr.cli.main import commands
from licence_qr.config import load_settings
from licence_qr.config.table import FILE

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
SIGNER = DEPLOY / "systemd" / "licence-qr-signer.service"
SIGNER_SOCKET = SIGNER.with_suffix(".socket")
INSTALLED = "/opt/licence-qr/bin/licence-qr"
PROGRAM = Path(sys.executable).with_name("licence-qr")
MOST_EXPOSED = 2.0


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with the program where it is here: systemd asks whether it can be run."""
    folder = tmp_path_factory.mktemp("units")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, str(PROGRAM))
        (folder / unit.name).write_text(text, encoding="utf-8")
    return folder


def verified(*units: Path) -> tuple[int, str]:
    ended = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def test_there_is_a_unit_for_what_the_program_has_to_do():
    names = {unit.name for unit in UNITS}
    assert names == {"licence-qr.socket", "licence-qr.service", SIGNER.name, SIGNER_SOCKET.name} | {
        f"licence-qr-{job}.{kind}" for job in ("sweep", "remind", "check", "backup") for kind in ("service", "timer")
    }


def test_systemd_finds_no_fault_in_the_units(units):
    assert verified(*sorted(units.iterdir())) == (0, "")


def test_a_fault_would_be_found(units, tmp_path):
    broken = tmp_path / "broken.service"
    broken.write_text((units / "licence-qr.service").read_text().replace("WatchdogSec=30", "WatchdogSecs=30"))
    assert "WatchdogSecs" in verified(broken)[1]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_gives_little_away(unit):
    said = subprocess.run(["systemd-analyze", "security", "--offline=yes", unit], capture_output=True, text=True).stdout
    (exposed,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert float(exposed) <= MOST_EXPOSED


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_runs_a_command_that_there_is(unit):
    (line,) = re.findall(r"^ExecStart=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    program, option, file, *words = shlex.split(line)
    assert (program, option, file) == (INSTALLED, "--settings", "/etc/licence-qr/settings.toml")
    command: click.Command = commands
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_parser(click.Context(command)).parse_args(words)


def test_every_service_is_shut_in_the_same_way():
    """But for the networks it may reach, what the one that stays up needs, and what the signer does not."""
    own = ("#", "User=", "PrivateUsers=", "StateDirectory", "InaccessiblePaths=")

    def shut_in(unit: Path) -> list[str]:
        lines = unit.read_text(encoding="utf-8").partition("\nGroup=")[2].partition("\nRestrictAddressFamilies=")[0]
        return [line for line in lines.splitlines() if line and not line.startswith(own)]

    first, *others = [shut_in(unit) for unit in SERVICES]
    assert len(first) > 25 and all(other == first for other in others)


def test_the_signer_alone_has_the_keys_and_can_write_nothing():
    settings = load_settings({FILE: str(DEPLOY / "settings.toml")})
    signer, *others = [SIGNER.read_text(), *(unit.read_text() for unit in SERVICES if unit != SIGNER)]
    passphrase = f"LoadCredential=key-passphrase:{settings.passphrase_file}\n"
    assert passphrase in signer and not any("LoadCredential=" in other for other in others)
    assert all(f"InaccessiblePaths=-{settings.passphrase_file}\n" in other for other in others)
    users = [re.findall(r"^(?:User|Group|PrivateUsers)=(.+)$", text, re.MULTILINE) for text in (signer, *others)]
    assert users[0] == ["licence-qr-signer", "licence-qr", "no"], "it has to know the users that ask"
    assert all(each == ["licence-qr", "licence-qr", "yes"] for each in users[1:])
    assert f"ReadOnlyPaths={settings.home} {settings.keys}\n" in signer and "StateDirectory" not in signer
    assert " --user licence-qr\n" in signer


def test_only_the_group_gets_to_the_socket_of_the_signer():
    settings = load_settings({FILE: str(DEPLOY / "settings.toml")})
    lines = SIGNER_SOCKET.read_text(encoding="utf-8").splitlines()
    assert {f"ListenStream={settings.signer_socket}", "SocketUser=licence-qr-signer"} <= set(lines)
    assert {"SocketGroup=licence-qr", "SocketMode=0660"} <= set(lines)
    assert f"Requires={SIGNER_SOCKET.name}\n" in SIGNER.read_text(encoding="utf-8")


def test_settings_socket_and_proxies_name_the_same_place():
    settings = load_settings({FILE: str(DEPLOY / "settings.toml")})
    here = f"{settings.bind}:{settings.port}"
    assert settings.trusted_proxies == settings.bind == "127.0.0.1"
    for file in ("systemd/licence-qr.socket", "proxy/nginx.conf", "proxy/Caddyfile"):
        assert here in (DEPLOY / file).read_text(encoding="utf-8"), file
    for file in ("proxy/nginx.conf", "proxy/Caddyfile"):
        assert settings.host in (DEPLOY / file).read_text(encoding="utf-8")
    for name in (settings.home, settings.keys):
        assert all(
            name.name in unit.read_text().split("StateDirectory=")[1].split("\n")[0].split()
            for unit in SERVICES
            if unit != SIGNER
        )
