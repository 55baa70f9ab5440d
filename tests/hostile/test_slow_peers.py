"""Who is slow, silent or gone holds no thread: others are answered meanwhile, and in the end nothing is held."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from front_server import LONG
from fronted import Front, Fronted
from peers import Peer, connected_to, http_2_posts

from licence_qr.services.keys.lan_certificate import lan_certificate

# THREATS.md V1: these are the attacks that stopped the service, with shorter deadlines.
SHORT = {"first_seconds": 1.0, "head_seconds": 1.0, "part_seconds": 1.0, "unread_seconds": 1.0}
Rounds = Callable[[int, int], int]
ANNOUNCED = {"Content-Length": "100000", "Content-Type": "application/x-www-form-urlencoded"}
HALF_HEADS = 1600  # more than the files that a program may usually have open


def scanned(server: Fronted, times: int = 5) -> set[int]:
    """The statuses of some scans by another peer."""
    return {server.peer("192.0.2.200").get("/scan") for _ in range(times)}


def names(count: int) -> Iterable[str]:
    return (f"198.51.{number // 250}.{number % 250}" for number in range(count))


@pytest.mark.campaign
@pytest.mark.parametrize("count", [8, 64, 500])
def test_silent_posts_are_told_that_they_are_too_slow_and_others_are_answered(
    count: int, front: Front, rounds: Rounds
) -> None:
    server = front(**SHORT)
    for _ in range(rounds(1, 30)):
        peers = [server.peer(name) for name in names(count)]
        for peer in peers:
            peer.begin("POST", "/echo", ANNOUNCED)
            peer.send(b"form=a")
        assert scanned(server) == {200}
        assert {peer.answer()[0] for peer in peers} == {408}
        assert scanned(server) == {200}
        for peer in peers:
            peer.close()


def test_silent_posts_of_one_address_keep_no_citizen_behind_it_out(front: Front) -> None:
    server = front(**SHORT)
    peers = [server.peer("203.0.113.80") for _ in range(64)]
    for peer in peers:
        peer.begin("POST", "/echo", ANNOUNCED)
        peer.send(b"form=a")
    assert {server.peer("203.0.113.80").get("/scan") for _ in range(20)} == {200}
    assert {peer.answer()[0] for peer in peers} == {408, 503}


def test_a_byte_at_a_time_is_too_slow_however_long_it_goes_on(front: Front) -> None:
    server = front(**SHORT)
    peer = server.peer()
    peer.begin("POST", "/echo", ANNOUNCED)
    asked = select.poll()
    asked.register(peer.socket, select.POLLIN)
    while not asked.poll(20):
        peer.send(b"a")
    assert peer.answer()[0] == 408


def test_what_keeps_up_is_read_to_its_end_though_it_takes_longer_than_the_first_deadline(front: Front) -> None:
    server = front(first_seconds=0.5, bytes_a_second=20_000)
    peer = server.peer()
    body = b"a" * 60_000
    peer.begin("POST", "/echo", {"Content-Length": str(len(body))})
    for at in range(0, len(body), 2000):  # a fifth of a second a part would be too slow, a twentieth is not
        peer.send(body[at : at + 2000])
        select.select([], [], [], 0.04)
    assert peer.answer()[2] == str(len(body)).encode()


@pytest.mark.campaign
def test_posts_that_end_before_their_body_leave_nothing_behind(front: Front, rounds: Rounds) -> None:
    server = front(bodies_of_one=4)
    for _ in range(rounds(6, 1000)):
        peers = [server.peer("203.0.113.7") for _ in range(4)]
        for peer in peers:
            peer.begin("POST", "/echo", ANNOUNCED)
            peer.send(b"form=a")
        for peer in peers:
            peer.close()
    # The last of them may not have been noticed yet; in the end all four places are free at the same time.
    while post_at_once(server, 4) != [200] * 4:
        pass


def post_at_once(server: Fronted, count: int) -> list[int]:
    """The statuses of posts of one network of which each is open until the last has begun."""
    peers = [server.peer("203.0.113.7") for _ in range(count)]
    for peer in peers:
        peer.begin("POST", "/echo", {"Content-Length": "1"})
    for peer in peers:
        peer.send(b"a")
    return [peer.answer()[0] for peer in peers]


@pytest.mark.campaign
@pytest.mark.parametrize(("connections", "streams"), [(1, 2), (6, 4)])
def test_posts_by_http_2_that_end_before_their_body_leave_nothing_behind(
    front: Front, rounds: Rounds, connections: int, streams: int
) -> None:
    server = front(bodies_of_one=4)
    for _ in range(rounds(1, 200)):
        peers = [server.peer() for _ in range(connections)]
        for peer in peers:
            peer.send(http_2_posts(streams))
        for peer in peers:
            # HTTP/2 is not spoken: it begins with a frame of settings, of three bytes of length of which the first is 0.
            assert not peer.wait_until_closed().startswith(b"\0\0")
            peer.close()
    assert post_at_once(server, 4) == [200] * 4
    assert scanned(server) == {200}


@pytest.mark.campaign
def test_half_sent_heads_are_ended_and_others_are_answered(front: Front, rounds: Rounds) -> None:
    server = front(**SHORT)
    for _ in range(rounds(1, 30)):
        peers = [server.peer() for _ in range(HALF_HEADS)]
        for peer in peers:
            peer.send(b"GET /scan HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half:")
        assert scanned(server) == {200}
        for peer in peers:
            peer.wait_until_closed()
            peer.close()
        assert scanned(server) == {200}


def test_half_a_tls_handshake_is_ended_and_others_are_answered(front: Front, tmp_path: Path) -> None:
    """granian's listener gives a handshake 10 s; there is no setting for it."""
    server = front(certificate=lan_certificate(tmp_path, ("localhost",), datetime.now(UTC)))
    peers = [server.peer() for _ in range(500)]
    for peer in peers[::2]:
        peer.send(bytes.fromhex("1603010200010001fc"))  # the first bytes of a ClientHello, of others nothing at all
    trusting = ssl._create_unverified_context()  # noqa: S323 - the certificate is of this test
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=trusting)
    connection.request("GET", "/scan")
    assert connection.getresponse().status == 200
    connection.close()
    for peer in peers:
        peer.wait_until_closed()
        peer.close()


@pytest.mark.campaign
@pytest.mark.parametrize("path", ["/long", "/medium"])
def test_readers_that_never_read_are_let_go_and_hold_no_thread(path: str, front: Front, rounds: Rounds) -> None:
    server = front(**SHORT)
    for _ in range(rounds(1, 30)):
        peers = [Peer(server.port, name, receive_buffer=4096) for name in names(50)]
        for peer in peers:
            peer.begin("GET", path)
        assert scanned(server) == {200}
        # The lane that made those answers is free for others too.
        assert server.peer("192.0.2.1").get("/pid") == 200
        # Its own side is told nothing: the system gives a connection up without a word to who does not listen.
        own = {peer.socket.getsockname()[1] for peer in peers}
        while own & connected_to(server.port):
            pass
        for peer in peers:
            peer.close()


def test_a_reader_of_a_byte_now_and_then_is_let_go(front: Front) -> None:
    """The system sees it read; only the time of each part tells that it does not get on."""
    server = front(part_seconds=1.0, unread_seconds=600.0, answer_bytes_of_one=1)
    slow = Peer(server.port, "203.0.113.5", receive_buffer=4096)
    slow.begin("GET", "/medium")
    while server.peer("203.0.113.5").get("/medium") == 200:
        pass  # until the slow one is being sent
    while server.peer("203.0.113.5").get("/medium") == 503:
        slow.socket.recv(1)
    assert scanned(server) == {200}


def test_a_long_answer_arrives_whole_for_who_reads_it(front: Front) -> None:
    peer = front().peer()
    peer.begin("GET", "/long")
    status, headers, body = peer.answer()
    assert (status, headers["content-length"], body) == (200, str(LONG), b"x" * LONG)


def test_a_peer_that_goes_while_its_request_is_answered_stops_nothing(front: Front) -> None:
    server = front()
    for _ in range(20):
        peer = server.peer()
        peer.begin("GET", "/long")
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        peer.close()
    assert scanned(server) == {200}
