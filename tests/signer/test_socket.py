"""The signer's socket with real clients: what may be asked, by whom, and that nobody who sends nonsense stops anybody."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import select
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.errors import AccessError, ConfigError, KeyStoreError
from licence_qr.services.publishing.status_list import StatusPublishing
from licence_qr.services.signing.signer import MOST
from licence_qr.signer import client as signer_client
from licence_qr.signer import service as signer_service
from licence_qr.signer.acts import SignerActs
from licence_qr.signer.client import SignerClient
from licence_qr.signer.listening import listening as listening_at
from licence_qr.signer.messages import MOST_REQUEST_BYTES, Ask, SignerAnswer, SignerRequest, ToldList
from licence_qr.signer.service import SignService
from licence_qr.store.signing import unsigned_codes

SEED = 20261130
EVERYBODY = frozenset({os.getuid()})


@contextlib.contextmanager
def listening(path: Path, act, users=EVERYBODY) -> Iterator[SignerClient]:
    """A signer in a thread of its own until the block ends."""
    begun, running = threading.Event(), []

    async def serve() -> None:
        running.append((asyncio.get_running_loop(), asyncio.current_task()))
        await SignService(listening_at(path), act, users).serve(begun.set)

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    begun.wait()
    [(loop, task)] = running
    try:
        yield SignerClient(path)
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


@pytest.fixture
def acts(services, now) -> SignerActs:
    return SignerActs(services.keys, services.coding.signer, services.status_publishing.signer, lambda: now)


@pytest.fixture
def client(tmp_path, acts) -> Iterator[SignerClient]:
    with listening(tmp_path / "socket", acts) as made:
        yield made


def sent(path: Path, line: bytes, *, end: bool = True) -> dict[str, object]:
    """What a signer answers to these very bytes; empty where it hangs up."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        with contextlib.suppress(BrokenPipeError):
            connection.sendall(line)
            if end:
                connection.shutdown(socket.SHUT_WR)
        told = connection.makefile("rb").read()
    return json.loads(told) if told else {}


def test_a_pair_is_issued_by_who_holds_no_key(services, client, make_application, clerk, now):
    keyless = replace(services.coding, signer=client)
    pair = replace(services.issuance, coding=keyless).issue(make_application(), clerk, "key", now)
    assert services.lookup.scan(pair.code.address.rpartition("/")[2], now).newest_version == 1


def test_a_status_list_comes_as_it_was_signed(services, client, now):
    made = StatusPublishing(services.database, client, services.keys.trust_list).publish(now)
    assert services.status_publishing.publish(now).signed == made.signed
    assert StatusPublishing(services.database, client, services.keys.trust_list).publish(now).signed == made.signed


def test_what_is_wrong_is_said_in_the_words_of_the_signer(services, client, now):
    for path in services.settings.keys.glob("*.pem"):
        path.unlink()
    for act in (lambda: client.check_key(KeyPurpose.STATUS, now), lambda: client.check_codes(now)):
        with pytest.raises(KeyStoreError) as refused:
            act()
        assert refused.value.code == "no_signing_key"


def test_of_a_code_that_does_not_wait_nothing_is_signed(services, client, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    assert client.sign_codes([(pair.code.code_id, 1), (pair.code.code_id, 2)], now) == ()


def test_another_user_is_refused_whatever_it_asks(tmp_path, acts, now, caplog, monkeypatch):
    monkeypatch.setattr(signer_service, "_user_of", lambda connection: 54321)
    with listening(tmp_path / "socket", acts) as client, pytest.raises(AccessError) as refused:
        client.check_codes(now)
    assert (refused.value.code, refused.value.facts["user"]) == ("signer_not_for_you", 54321)
    assert [record.getMessage() for record in caplog.records] == ["refused: user 54321 may not ask"]


def test_a_file_in_place_of_the_socket_is_not_touched(tmp_path):
    """The setting may name any file by mistake, the register too."""
    (tmp_path / "register.db").write_bytes(b"all that there is")
    with pytest.raises(ConfigError) as refused:
        listening_at(tmp_path / "register.db")
    assert refused.value.code == "signer_socket_taken"
    assert (tmp_path / "register.db").read_bytes() == b"all that there is"


def test_a_second_signer_does_not_take_the_socket_of_the_first(tmp_path, client, now):
    with pytest.raises(ConfigError) as refused:
        listening_at(tmp_path / "socket")
    assert refused.value.code == "signer_socket_taken"
    client.check_codes(now)


def test_the_socket_of_a_signer_that_was_killed_is_replaced(tmp_path, acts, now):
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(tmp_path / "socket"))
    with listening(tmp_path / "socket", acts) as client:
        client.check_codes(now)


@pytest.mark.parametrize("where", ["missing/socket", "x" * 120])
def test_a_socket_that_cannot_be_made_is_told_with_its_path(tmp_path, where):
    with pytest.raises(ConfigError) as refused:
        listening_at(tmp_path / where)
    assert (refused.value.code, refused.value.facts["path"]) == ("signer_socket_unusable", tmp_path / where)


def test_the_kernel_says_who_asks(tmp_path):
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert signer_service._user_of(one) == os.getuid()


def test_only_the_user_and_group_of_the_folder_get_to_the_socket(client):
    assert client.path.stat().st_mode & 0o777 == 0o660


MALFORMED = {
    "nothing": b"",
    "no JSON": b"sign everything\n",
    "no object": b'["sign codes"]\n',
    "an unknown act": b'{"ask": "sign these bytes"}\n',
    "bytes to be signed": b'{"ask": "sign codes", "codes": [], "payload": "aGVsbG8="}\n',
    "a text for a number": b'{"ask": "sign codes", "codes": [{"code": "%s", "version": "1"}]}\n' % (b"0" * 20),
    "no code": b'{"ask": "sign codes", "codes": [{"code": "../../root", "version": 1}]}\n',
    "version 0": b'{"ask": "sign codes", "codes": [{"code": "%s", "version": 0}]}\n' % (b"0" * 20),
    "a number without end": b'{"ask": "sign codes", "codes": [{"code": "%s", "version": 1e999}]}\n' % (b"0" * 20),
    "deep": b"[" * 8000 + b"\n",
    "no purpose": b'{"ask": "check key", "purpose": "root"}\n',
    "no text": b"\xff\xfe\x00\n",
    "too long": b'{"ask": "' + b"x" * MOST_REQUEST_BYTES + b'"}\n',
    "without end": b'{"ask": "check codes"}',
}


@pytest.mark.parametrize("line", MALFORMED.values(), ids=MALFORMED)
def test_nonsense_is_answered_and_not_done(client, acts, line, now, caplog):
    problem = sent(client.path, line).get("problem")
    assert problem is None or (problem["code"], problem["facts"]) == ("signer_failed", {"because": "request"})
    assert "Traceback" not in caplog.text
    client.check_codes(now)


def test_more_versions_than_are_signed_at_a_time_are_refused(client):
    one = {"code": "0" * 20, "version": 1}
    line = json.dumps({"ask": "sign codes", "codes": [one] * (MOST + 1)}).encode() + b"\n"
    assert sent(client.path, line)["problem"]["code"] == "signer_failed"
    assert sent(client.path, json.dumps({"ask": "sign codes", "codes": [one] * MOST}).encode() + b"\n")["codes"] == []


def test_a_thousand_requests_that_chance_has_changed_break_nothing(client, now, caplog):
    chance = random.Random(SEED)
    whole = [each.line() for each in (SignerRequest(ask=ask) for ask in Ask)]
    for _ in range(1000):
        line = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            line[chance.randrange(len(line))] = chance.randrange(256)
        cut = line[: chance.randint(1, len(line))]
        answer = sent(client.path, bytes(cut))
        assert not answer or SignerAnswer.model_validate_json(json.dumps(answer))
    assert "Traceback" not in caplog.text
    client.check_codes(now)


def test_who_sends_nothing_keeps_nobody_else_waiting(client, now):
    """More than the signer has threads; each is given up in time by itself."""
    silent = [socket.socket(socket.AF_UNIX) for _ in range(50)]
    try:
        for number, each in enumerate(silent):
            each.connect(str(client.path))
            each.sendall(b'{"ask": "sign' if number % 2 else b"")
        for _ in range(20):
            client.check_codes(now)
    finally:
        for each in silent:
            each.close()


def test_who_sends_nothing_is_given_up(tmp_path, acts, monkeypatch):
    monkeypatch.setattr(signer_service, "REQUEST_SECONDS", 0.05)
    with listening(tmp_path / "socket", acts) as client:
        assert sent(client.path, b'{"ask": "check', end=False) == {}


def test_a_request_that_comes_in_parts_is_answered(client):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(client.path))
        for part in (b'{"ask": "check', b' codes"', b"}\n"):
            connection.sendall(part)
        answer = SignerAnswer.model_validate_json(connection.makefile("rb").read())
    assert answer.problem is None


def test_an_answer_that_is_not_taken_at_once_comes_whole_and_keeps_nobody_else_waiting(tmp_path, acts, now):
    made = ToldList(
        change=1, count=1, subject="s", kid=b"kk", issued_at=now, signed=bytes(3_000_000), contradictions=()
    )
    answer, request = SignerAnswer(status_list=made), SignerRequest(ask=Ask.SIGN_LIST)

    def act(asked: SignerRequest) -> SignerAnswer:
        return answer if asked.ask is Ask.SIGN_LIST else acts(asked)

    with listening(tmp_path / "socket", act) as client, contextlib.ExitStack() as held:
        slow = [held.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(10)]  # more than there are threads
        for each in slow:
            each.connect(str(client.path))
            each.sendall(request.line())
        client.check_key(KeyPurpose.STATUS, now)
        assert slow[-1].makefile("rb").readline() == answer.line()
        assert client.next_list(now).signed == made.signed


def test_a_fault_of_the_program_is_told_in_the_log_and_answered(tmp_path, now, caplog):
    def broken(request):
        raise ZeroDivisionError

    with listening(tmp_path / "socket", broken) as client, pytest.raises(KeyStoreError) as refused:
        client.check_codes(now)
    assert refused.value.facts == {"because": "ZeroDivisionError"}
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_where_nobody_listens_it_is_said_and_what_was_committed_stays(
    services, tmp_path, make_application, clerk, now, acts
):
    gone = SignerClient(tmp_path / "nobody")
    with pytest.raises(KeyStoreError) as refused:
        gone.check_codes(now)
    assert refused.value.code == "signer_unreachable"

    coding = replace(services.coding, signer=gone)
    gone._checked[:] = [time.monotonic()]  # it was there a moment ago
    with pytest.raises(KeyStoreError) as waits:
        replace(services.issuance, coding=coding).issue(make_application(), clerk, "key", now)
    assert waits.value.code == "code_being_signed"
    with listening(tmp_path / "nobody", acts) as back:
        replace(services.coding, signer=back).finishing.finish_waiting(now)
    with services.database.read() as tx:
        assert unsigned_codes.everything(tx) == ()


def test_who_asks_only_whether_it_could_sign_does_not_wait_for_a_signature(client, now, monkeypatch):
    monkeypatch.setattr(signer_client, "CHECK_SECONDS", 0.0)
    for check in (lambda: client.check_key(KeyPurpose.STATUS, now), lambda: client.check_codes(now)):
        with pytest.raises(KeyStoreError) as refused:
            check()
        assert refused.value.code == "signer_unreachable"


@contextlib.contextmanager
def answering(path: Path, *lines: bytes) -> Iterator[None]:
    """What is no signer: it takes as many calls, and hangs up after each of these lines."""

    def answer() -> None:
        with contextlib.suppress(OSError):  # nobody calls any more
            for line in lines:
                connection, _ = fake.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(line)

    with listening_at(path) as fake:
        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield
        finally:
            fake.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_an_answer_that_is_none_is_said_to_be_none(tmp_path, now):
    with answering(tmp_path / "socket", b'{"codes": "all of them"}\n'), pytest.raises(KeyStoreError) as refused:
        SignerClient(tmp_path / "socket").check_codes(now)
    assert refused.value.code == "signer_unreachable"


def test_a_signer_that_ends_while_it_is_asked_is_asked_once_more(tmp_path, now):
    with answering(tmp_path / "socket", b"", SignerAnswer().line()):
        SignerClient(tmp_path / "socket").check_codes(now)
    with answering(tmp_path / "socket", b"", b'{"half'), pytest.raises(KeyStoreError) as refused:
        SignerClient(tmp_path / "socket").check_codes(now)
    assert refused.value.code == "signer_unreachable"


def test_a_ping_waits_its_turn(tmp_path, now):
    """Where no thread gets on with anything it has no answer either, which is how the keeper finds out."""
    begun, go_on = threading.Semaphore(0), threading.Event()

    def act(request: SignerRequest) -> SignerAnswer:
        if request.ask is not Ask.PING:
            begun.release()
            go_on.wait()
        return SignerAnswer()

    def ask(request: SignerRequest) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(tmp_path / "socket"))
        connection.sendall(request.line())
        return connection

    with listening(tmp_path / "socket", act):
        asked = [ask(SignerRequest(ask=Ask.CHECK_CODES)) for _ in range(4)]
        for _ in asked:
            begun.acquire()
        asked.append(ask(SignerRequest(ask=Ask.PING)))
        assert select.select(asked, [], [], 0)[0] == []
        go_on.set()
        for each in asked:
            assert each.recv(1000) == SignerAnswer().line()
            each.close()
