"""Every attack at the same time, on the whole service: scans, the right clerk and the workers come through it."""

from __future__ import annotations

import select
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from program import workers as workers_of

from bench.bulk import issue_batch, scanned_paths
from bench.hostile import attacks, scan, sign_in
from bench.installation import NOW, OFFICE, environment, installation
from bench.load import SITE, free_port, p99, served
from licence_qr.domain.roles import Role
from licence_qr.process.service_manager import answers

PASSWORD = "only-for-these-tests"
SESSION = "session"
SLOWER = 5  # p99 of the scans, against that in quiet


def sockets(process: int) -> int:
    """How many a process has open."""
    found = 0
    for each in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found += each.readlink().name.startswith("socket:")
    return found


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_scans_the_right_clerk_and_the_workers_come_through_all_attacks_at_once(
    tmp_path: Path, rounds: Callable[[int, int], int], pytestconfig: pytest.Config
) -> None:
    services = installation(tmp_path)
    issue_batch(services)
    paths = scanned_paths(services)
    services.accounts.create("clerk", "示例", OFFICE, frozenset({Role.CLERK}), PASSWORD, NOW)
    settings = replace(services.settings, port=(port := free_port()))
    quiet: list[float] = []
    attacked: list[float] = []
    with served(SITE, port, environment(settings)) as server:
        while not answers(("127.0.0.1", port), tls=False):
            pass
        (worker,) = workers = workers_of(server.pid)
        before = sockets(worker)
        status, cookies = sign_in(port, "clerk", PASSWORD, "127.0.3.1")
        own_device = {name: value for name, value in cookies.items() if SESSION not in name}
        assert status == 303 and own_device and own_device != cookies
        scans = rounds(50, 400)
        for _ in range(rounds(1, 10)):
            quiet += scan(port, paths, scans)[0]
            with ExitStack() as at_once:
                for attack in attacks(port).values():
                    at_once.enter_context(attack(port))
                taken, failed = scan(port, paths, scans)
                assert failed == 0
                assert sign_in(port, "clerk", PASSWORD, "127.0.3.1", own_device)[0] == 303
            attacked += taken
        assert workers_of(server.pid) == workers
        while sockets(worker) > before:  # in the end nothing is held
            select.select([], [], [], 0.05)
    told = f"p99 {p99(attacked):.0f} ms against {p99(quiet):.0f} ms in quiet, {len(attacked)} scans"
    if pytestconfig.getoption("--campaign"):  # the short form may run beside anything
        assert p99(attacked) <= SLOWER * p99(quiet), told
