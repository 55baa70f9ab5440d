"""``licence-qr keys`` as a person runs it, and a rotation under a running service that is scanned all the while."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import threading
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from commands import EXAMPLES
from harmed import tamper
from program import PROGRAM, Ended, environ, run_here

from licence_qr.config import load_settings
from licence_qr.preparation import prepare
from licence_qr.store.database.connections import Database


class Installation(NamedTuple):
    """The folder of an installation, and how to run the program in it."""

    folder: Path
    port: int

    @property
    def environ(self) -> dict[str, str]:
        return environ(self.folder) | {"LICENCE_QR_PORT": str(self.port)}

    def run(self, *arguments: object, typed: str = "") -> Ended:
        """Run a command in this process."""
        return run_here(self.environ, *arguments, typed=typed)

    def done(self, *arguments: object, typed: str = "") -> str:
        ended = self.run(*arguments, typed=typed)
        assert ended.status == 0, ended
        return ended.out

    def keys(self) -> dict[str, dict[str, Any]]:
        """What ``keys list`` says of each key."""
        return {key["kid"]: key for key in json.loads(self.done("keys", "list", "--json"))["keys"]}

    def signer(self, purpose: str = "licence") -> str:
        return next(k for k, facts in self.keys().items() if facts["purpose"] == purpose and facts["signs_today"])

    def issue(self, example: str) -> str:
        """The address in a code that is issued now."""
        address = json.loads(self.done("issue", EXAMPLES / example, "--json"))["address"]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/c/\d{300,}", address)
        return str(address)


@pytest.fixture(scope="session")
def port() -> int:
    """A free port, which the codes carry."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, port: int) -> Installation:
    """A register of the kind that may allot credit codes, still empty; for copying."""
    made = Installation(tmp_path_factory.mktemp("keys-made"), port)
    prepare(load_settings(made.environ), datetime.now(UTC), demonstration=True)
    return made


@pytest.fixture
def installation(made: Installation, tmp_path: Path) -> Installation:
    """A copy, to change."""
    return Installation(Path(shutil.copytree(made.folder, tmp_path / "copy")), made.port)


def day(offset: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=8, days=offset)).date().isoformat()


def test_the_list_says_of_every_key_what_it_is_for_and_where_it_is(installation):
    keys = installation.keys()
    assert sorted(facts["purpose"] for facts in keys.values()) == ["licence", "status"]
    assert all(facts["signs_today"] and facts["private_key"] == "file" for facts in keys.values())
    table = installation.done("keys", "list")
    assert all(re.search(rf"\* {kid}  {facts['purpose']}", table) for kid, facts in keys.items())
    (installation.folder / "keys" / f"status-{installation.signer('status')}.pem").unlink()
    assert "elsewhere" in installation.done("keys", "list")


def test_a_key_for_later_waits_for_its_day(installation):
    before = installation.signer()
    said = installation.done("keys", "new", "licence", "--from", day(40))
    assert day(40) in said and re.search("第 2 期", said)
    (made,) = (kid for kid, facts in installation.keys().items() if facts["not_before"] == day(40))
    assert not installation.keys()[made]["signs_today"]
    assert installation.signer() == before


def test_a_rotation_is_done_once_a_day(installation):
    before = installation.signer()
    installation.done("keys", "rotate", "licence", "--overlap", "3")
    after = installation.signer()
    assert after != before
    assert installation.keys()[before]["sign_until"] == day(3)
    assert "nothing was changed" in installation.done("keys", "rotate", "licence", "--overlap", "3")
    assert installation.signer() == after


def test_the_last_key_is_retired_only_when_it_is_confirmed(installation):
    kid = installation.signer()
    asked = installation.run("keys", "retire", kid, typed="n\n")
    assert (asked.status, installation.keys()[kid]["state"]) == (130, "active")
    installation.done("keys", "retire", kid, typed="y\n")
    assert installation.keys()[kid]["state"] == "retired"
    assert "nothing was changed" in installation.done("keys", "retire", kid)


def test_a_compromise_says_what_it_costs_and_waits_for_a_yes(installation):
    address = installation.issue("company.toml")
    kid = installation.signer()
    asked = installation.run("keys", "compromise", kid, "--since", day(0), typed="\n")
    assert asked.status == 130
    assert re.search(r"still valid +0\n", asked.out) and re.search(r"will be refused +1\n", asked.out)
    assert installation.keys()[kid]["state"] == "active"
    said = installation.done("keys", "compromise", kid, "--since", day(0), "--yes")
    assert "licence-qr keys new licence" in said
    refused = installation.run("verify", address)
    assert (refused.status, "[key_compromised]" in refused.err) == (1, True)
    stopped = installation.run("issue", EXAMPLES / "individual.toml")
    assert (stopped.status, "[no_signing_key]" in stopped.err) == (1, True)
    installation.done("keys", "new", "licence")
    assert installation.run("verify", installation.issue("individual.toml")).status == 0


def test_what_was_registered_before_stays_good_offline(installation):
    address = installation.issue("company.toml")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    register = Database(installation.folder / "var" / "register.db")
    tamper(register, "UPDATE codes SET issued_at = ?", values=(yesterday,))
    said = installation.done("keys", "compromise", installation.signer(), "--since", day(0) + "T00:00+08:00", "--yes")
    assert re.search(r"still valid +1\n", said) and re.search(r"will be refused +0\n", said)
    exported = installation.done("keys", "export", installation.folder / "for-others")
    assert {Path(line).name for line in exported.split()} == {"trust-list.cbor", "root.pub.pem", "allow-list.cbor"}
    assert installation.run("verify", address).status == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("retire", "zzzz"), "key_not_listed"),
        (("new", "licence", "--from", "2020-01-01"), "key_first_day_past"),
        (("new", "licence", "--from", "9999-12-31"), "date_out_of_range"),
        (("compromise", "KID", "--since", "0001-01-01", "--yes"), "date_out_of_range"),
        (("compromise", "KID", "--since", "9999-12-31T23:59-12:00", "--yes"), "date_out_of_range"),
        (("compromise", "KID", "--since", "yesterday"), "since_unreadable"),
        (("compromise", "KID", "--since", "2026-11-20T14:30"), "since_unreadable"),
        (("compromise", "KID", "--since", "2100-01-01", "--yes"), "compromise_in_future"),
        (("compromise", "KID", "--since", "2100-01-01"), "compromise_in_future"),  # refused before it asks
        (("compromise", "KID", "--since", "2026-11-20", "--root", "."), "root_key_away"),
        (("new", "licence", "--hsm", "some-key"), "hsm_not_set"),
        (("rotate", "licence", "--root", "."), "root_key_away"),
    ],
)
def test_what_cannot_be_done_is_told_in_both_languages_and_changes_nothing(arguments, code, installation):
    kid, folder = installation.signer(), installation.folder / "keys"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    ended = installation.run("keys", *(kid if argument == "KID" else argument for argument in arguments))
    assert (ended.status, f"[{code}]" in ended.err) == (1, True)
    assert re.search("[\u4e00-\u9fff]", ended.err)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("arguments", [("new", "seal"), ("rotate", "licence", "--overlap", "400"), ("forget",)])
def test_a_command_that_is_written_wrongly_is_told_in_both_languages(arguments, installation):
    ended = installation.run("keys", *arguments)
    assert ended.status == 2
    assert "命令有误" in ended.err and "Invalid command" in ended.err and arguments[-1] in ended.err


# -- while the service runs --------------------------------------------------------------------------------------------


@pytest.fixture
def serving(installation: Installation) -> Iterator[Installation]:
    """The installation, served by two processes of its own."""
    command, settings = [PROGRAM, "serve"], os.environ | installation.environ
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        said: list[str] = []
        try:
            # Both, so that it is never the same one that answers.
            while sum(" serves" in line for line in said) < 2:
                said.append(server.stdout.readline())
                assert said[-1], f"the server ended: {said}"
            threading.Thread(target=deque, args=(server.stdout, 0), daemon=True).start()  # so that it never waits
            yield installation
        finally:
            server.terminate()
            server.wait()  # before its log is closed: it still says that it stops


class Scanning(threading.Thread):
    """Scans addresses in turn, without a pause, until it is told to stop; counts the answers."""

    def __init__(self, addresses: list[str]) -> None:
        super().__init__(daemon=True)
        self.addresses = addresses
        self.answers: Counter[object] = Counter()
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            for address in tuple(self.addresses):
                try:
                    self.answers[scanned(address)] += 1
                except OSError as error:
                    self.answers[type(error).__name__] += 1


def scanned(address: str) -> int:
    """The status of the page behind ``address``."""
    host, path = re.fullmatch(r"http://([^/]+)(/.*)", address).groups()  # type: ignore[union-attr]
    connection = http.client.HTTPConnection(host, timeout=600)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_running_service_takes_up_new_keys_without_a_failed_scan_and_then_a_compromise(serving):
    addresses = [serving.issue("company.toml")]
    first = serving.signer()
    scans = [Scanning(addresses) for _ in range(3)]
    for each in scans:
        each.start()
    serving.done("keys", "rotate", "licence")
    second = serving.signer()
    addresses.append(serving.issue("individual.toml"))  # signed by the new key: no worker was started after it
    serving.done("keys", "new", "licence")
    serving.done("keys", "retire", first)
    for each in scans:
        each.stop.set()
        each.join()
    answers = sum((each.answers for each in scans), Counter())
    assert set(answers) == {200} and answers[200] > len(scans)
    assert serving.signer() != first
    assert [scanned(address) for address in addresses] == [200, 200]
    serving.done("keys", "compromise", second, "--since", day(0), "--yes")
    of_first, of_second = addresses
    assert {scanned(of_second) for _ in range(10)} == {400}  # by whichever worker
    assert scanned(of_first) == 200
