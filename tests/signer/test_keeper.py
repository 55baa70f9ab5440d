"""The signer that a server keeps for itself."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from program import environ, signers

from licence_qr.errors import KeyStoreError
from licence_qr.signer.client import ANSWER_SECONDS, SignerClient
from licence_qr.signer.keeper import SignerKeeper, clear_up
from licence_qr.signer.messages import Ask, SignerRequest


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(services, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignerKeeper]:
    """That of a real signer, which begins meanwhile."""
    for name, value in environ(services.settings.home.parent).items():
        monkeypatch.setenv(name, value)
    made = SignerKeeper(tmp_path / "socket", clock)
    yield made
    made.stop()


def the_signer() -> int:
    """Its process. It has ended, or stands still, for who waits for that."""
    (found,) = signers(os.getpid())
    return found


def status_list(keeper: SignerKeeper) -> object:
    """What the signer answers, however long it takes to start on this machine."""
    asked = SignerClient(keeper.path)._ask(SignerRequest(ask=Ask.SIGN_LIST), answer_seconds=300)
    return asked.status_list


def test_who_asks_while_the_signer_begins_waits_for_it(keeper):
    assert status_list(keeper)
    keeper.await_answer()


def test_a_signer_that_hangs_is_replaced_and_who_asked_it_is_answered(keeper, clock, caplog):
    keeper.await_answer()
    keeper.look()
    hung = the_signer()
    os.kill(hung, signal.SIGSTOP)
    os.waitid(os.P_PID, hung, os.WSTOPPED)
    lists: list[object] = []
    asking = threading.Thread(target=lambda: lists.append(status_list(keeper)))
    asking.start()
    keeper.look()
    clock.seconds += ANSWER_SECONDS - 0.1
    keeper.look()
    assert the_signer() == hung, "it has time left"
    clock.seconds += ANSWER_SECONDS
    keeper.look()
    os.waitid(os.P_PID, hung, os.WEXITED | os.WNOWAIT)
    keeper.look()
    keeper.await_answer()
    assert the_signer() != hung
    asking.join()
    assert all(lists) and len(lists) == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_signer_that_answers_is_left_alone_and_one_that_has_ended_is_replaced(keeper, clock):
    keeper.await_answer()  # a process that has just been started may have no command line yet
    first = the_signer()
    for _ in range(5):
        keeper.await_answer()
        clock.seconds += ANSWER_SECONDS - 0.1
        keeper.look()
    assert the_signer() == first
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    keeper.look()
    keeper.await_answer()
    assert the_signer() != first


def test_a_signer_that_cannot_begin_is_told_at_once(services, tmp_path, monkeypatch):
    for name, value in environ(services.settings.home.parent).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LICENCE_QR_KEYS", str(tmp_path / "none"))
    made = SignerKeeper(tmp_path / "socket")
    try:
        with pytest.raises(KeyStoreError) as refused:
            made.await_answer()
        assert (refused.value.code, refused.value.facts["because"]) == ("signer_unreachable", "start")
    finally:
        made.stop()


def test_the_sockets_of_servers_that_were_killed_are_removed_and_no_others(tmp_path: Path) -> None:
    gone = os.fork()
    if gone == 0:
        os._exit(0)
    os.waitpid(gone, 0)
    for name in (f"licence-qr-signer-{gone}-a", f"licence-qr-signer-{os.getpid()}-b", "licence-qr-signer-x", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / f"licence-qr-signer-{gone}-a" / "socket").touch()
    clear_up(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {
        f"licence-qr-signer-{os.getpid()}-b",
        "licence-qr-signer-x",
        "other",
    }
