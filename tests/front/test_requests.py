"""What of a request is let through, and how the application is told of it."""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Iterable
from pathlib import Path

import pytest
from fronted import Front, Fronted
from peers import Peer
from prometheus_client.parser import text_string_to_metric_families


def environ(server: Fronted, head: bytes) -> dict[str, str]:
    peer = server.peer()
    peer.send(head)
    status, _, body = peer.answer()
    assert status == 200
    told: dict[str, str] = json.loads(body)
    return told


def test_address_query_and_headers_are_those_of_pep_3333(front: Front) -> None:
    told = environ(
        front(),
        b"GET /%65nviron?q=%E4%BD%A0 HTTP/1.1\r\nHost: h:1\r\nAccept: a\r\nAccept: b\r\nCookie: x=1\r\nCookie: y=2\r\n"
        b"Content-Type: text/plain\r\n\r\n",
    )
    assert told["PATH_INFO"] == "/environ" and told["QUERY_STRING"] == "q=%E4%BD%A0"
    assert (told["HTTP_ACCEPT"], told["HTTP_COOKIE"], told["CONTENT_TYPE"]) == ("a, b", "x=1; y=2", "text/plain")
    assert (told["REQUEST_METHOD"], told["SERVER_PROTOCOL"], told["wsgi.url_scheme"]) == ("GET", "HTTP/1.1", "http")
    assert told["HTTP_HOST"] == "h:1" and told["REMOTE_ADDR"] == "127.0.0.1"


def test_a_query_may_come_as_it_was_typed(front: Front) -> None:
    told = environ(front(), "GET /environ?q=你 HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert told["QUERY_STRING"] == "q=你".encode().decode("latin-1")


def test_a_method_is_written_as_the_application_reads_it(front: Front) -> None:
    """Flask takes ``post`` for POST: a lane chosen by what was written would be another one than that of the work."""
    told = environ(front(), b"post /environ HTTP/1.1\r\nHost: h\r\n\r\n")
    assert told["REQUEST_METHOD"] == "POST"


def test_a_header_that_cannot_be_read_is_there_and_empty(front: Front) -> None:
    head = "GET /environ HTTP/1.1\r\nHost: h\r\nCookie: city=重庆; x=1\r\nX-Forwarded-For: é, 203.0.113.9\r\nX_B: é\r\n"
    told = environ(front(), f"{head}Accept: é\r\nAccept: a\r\n\r\n".encode())
    assert (told["HTTP_COOKIE"], told["HTTP_X_FORWARDED_FOR"], told["HTTP_ACCEPT"]) == ("", "", "a")
    assert "HTTP_X_B" not in told


@pytest.mark.parametrize("own", ["127.0.0.1", "::1"])
def test_a_peer_has_one_address_whatever_the_socket_listens_for(own: str, front: Front) -> None:
    server = front(bind="::")
    peer = server.peer(host=own)
    peer.begin("GET", "/environ")
    assert json.loads(peer.answer()[2])["REMOTE_ADDR"] == own


def test_a_header_with_an_underscore_cannot_pass_for_one_with_a_hyphen(front: Front) -> None:
    told = environ(front(), b"GET /environ HTTP/1.1\r\nHost: h\r\nX_Forwarded_For: 203.0.113.9\r\n\r\n")
    assert "HTTP_X_FORWARDED_FOR" not in told


@pytest.mark.parametrize("length", [b"", b"Content-Length: 3\r\n"])
def test_a_body_in_chunks_is_refused_with_or_without_a_length(length: bytes, front: Front) -> None:
    peer = front().peer()
    peer.send(
        b"POST /echo HTTP/1.1\r\nHost: h\r\n" + length + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    )
    assert peer.answer()[0] == 411


@pytest.mark.parametrize("size", [0, 1, 300_000, 1024 * 1024])
def test_a_body_is_handed_over_whole(size: int, front: Front) -> None:
    peer = front().peer()
    peer.begin("POST", "/echo", {"Content-Length": str(size)})
    peer.send(b"a" * size)
    assert peer.answer()[2] == str(size).encode()


def test_who_sends_too_much_sees_why(front: Front) -> None:
    server = front()
    for size in (1024 * 1024 + 1, 12 * 1024 * 1024):
        assert server.peer().post("/echo", b"a" * size) == 413


def test_what_is_not_wanted_is_answered_as_if_nothing_had_been_sent(front: Front) -> None:
    server = front()
    for size in (1, 100_000, 12 * 1024 * 1024):
        peer = server.peer()
        peer.begin("POST", "/scan", {"Content-Length": str(size)})
        peer.send(b"a" * size)
        assert peer.answer()[::2] == (200, b"ok")


def test_a_length_that_is_no_number_is_refused(front: Front) -> None:
    peer = front().peer()
    peer.send(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc")
    assert peer.answer()[0] in {200, 400}


def begin_bodies(server: Fronted, names: Iterable[str], announced: int = 5, cookie: str = "") -> list[Peer]:
    """Peers that have announced a body, which the server has begun to read (RFC 9110, 10.1.1), and sent none of it."""
    headers = {"Content-Length": str(announced), "Expect": "100-continue"} | ({"Cookie": cookie} if cookie else {})
    peers = [server.peer(name) for name in names]
    for peer in peers:
        peer.begin("POST", "/echo", headers)
        assert peer.answer()[0] == 100
    return peers


def test_one_network_sends_few_bodies_at_once_and_is_answered_what_needs_none(front: Front) -> None:
    server = front(bodies_of_one=3)
    held = begin_bodies(server, ["2001:db8:0:7::1", "2001:db8:0:7::2", "2001:db8:0:7:8::"])
    assert server.peer("2001:db8:0:7::9").post("/echo", b"12345") == 503
    assert {server.peer("2001:db8:0:7::9").get("/scan") for _ in range(80)} == {200}
    assert server.peer("2001:db8:0:8::1").post("/echo", b"12345") == 200
    for peer in held:
        peer.send(b"12345")
    assert [peer.answer()[2] for peer in held] == [b"5"] * 3
    assert server.peer("2001:db8:0:7::9").post("/echo", b"12345") == 200


def test_a_known_device_counts_apart_from_its_network_and_wherever_it_is(front: Front) -> None:
    server = front(bodies_of_one=3)
    held = begin_bodies(server, ["203.0.113.5"] * 3)
    assert server.peer("203.0.113.5").post("/echo", b"12345") == 503
    held += begin_bodies(server, [f"198.51.100.{number}" for number in range(3)], cookie="mine")
    assert server.peer("203.0.113.5").post("/echo", b"12345", {"Cookie": "another"}) == 200
    assert server.peer("192.0.2.9").post("/echo", b"12345", {"Cookie": "mine"}) == 503
    assert server.peer("192.0.2.9").post("/echo", b"12345") == 200
    assert len(held) == 6


def test_large_bodies_share_a_room_that_small_ones_do_not_need(front: Front) -> None:
    server = front(body_bytes_of_one=150_000, body_bytes_of_all=250_000)
    held = begin_bodies(server, ["203.0.113.5"] * 2, 100_000)  # the second goes beyond what one may hold
    assert server.peer("203.0.113.5").post("/echo", b"a" * 100_000) == 503
    held += begin_bodies(server, ["203.0.113.6"], 100_000)
    assert server.peer("203.0.113.7").post("/echo", b"a" * 100_000) == 503  # of all there is no more
    assert server.peer("203.0.113.5").post("/echo", b"a" * 64_000) == 200
    assert len(held) == 3


def test_long_answers_share_a_room_that_short_ones_do_not_need(front: Front) -> None:
    server = front(answer_bytes_of_one=1, part_seconds=600.0)
    held = Peer(server.port, "203.0.113.5", receive_buffer=4096)
    held.begin("GET", "/long")
    while (status := server.peer("203.0.113.5").get("/long")) == 200:  # until the one that is not read is being sent
        pass
    assert status == 503
    assert server.peer("203.0.113.5").get("/scan") == 200
    assert server.peer("203.0.113.6").get("/long") == 200


def test_a_full_lane_refuses_and_no_other_lane_notices(front: Front, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    server = front()
    held = [server.peer() for _ in range(3)]  # one works, two wait
    for peer in held:
        peer.begin("GET", f"/hold{pipe}")
    while (status := server.peer().get("/hold/dev/null")) == 200:
        pass
    assert status == 503
    assert {server.peer().get("/scan") for _ in range(5)} == {200}
    for peer in held:
        pipe.write_bytes(b"done")
        assert peer.answer()[2] == b"done"


def in_lane(server: Fronted, lane: str, state: str) -> float:
    """How many requests of a lane are in a state."""
    peer = server.peer()
    peer.begin("GET", "/lanes")
    families = text_string_to_metric_families(peer.answer()[2].decode())
    found = (each for family in families for each in family.samples)
    return sum(each.value for each in found if each.labels == {"lane": lane, "state": state})


def test_who_goes_while_waiting_leaves_the_place_to_another(front: Front, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    server = front()
    works = server.peer()
    works.begin("GET", f"/hold{pipe}")
    for _ in range(3):
        waiting = [server.peer() for _ in range(2)]
        for peer in waiting:
            assert peer.get("/scan") == 200  # of a kept connection, too
            peer.begin("GET", f"/hold{pipe}")
        while in_lane(server, "hold", "waiting") < 2:
            pass
        assert server.peer().get("/hold/dev/null") == 503
        for peer in waiting:
            peer.close()
        while in_lane(server, "hold", "waiting"):
            pass
    assert in_lane(server, "hold", "running") == 1
    pipe.write_bytes(b"done")
    assert works.answer()[2] == b"done"
    assert server.peer().get("/hold/dev/null") == 200
    assert in_lane(server, "hold", "running") == 0


def test_who_waits_too_long_is_told_so_although_no_thread_comes_back(front: Front, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    server = front()
    works = server.peer()
    works.begin("GET", f"/soon{pipe}")
    while not in_lane(server, "soon", "running"):
        pass
    assert server.peer().get("/soon/dev/null") == 503
    assert in_lane(server, "soon", "waiting") == 0
    pipe.write_bytes(b"done")
    assert works.answer()[2] == b"done"
    assert server.peer().get("/soon/dev/null") == 200


def test_a_fault_is_answered_and_noted_without_what_it_says(front: Front) -> None:
    server = front()
    assert server.peer().get("/fault") == 500
    line = server.read_until('"error": "LookupError"')
    assert "front_server.py" in line and "a name" not in line
    assert server.peer().get("/scan") == 200


def test_one_network_leaves_places_of_a_lane_to_others(front: Front, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    server = front()
    own = {peer.socket: peer for peer in (server.peer("203.0.113.5") for _ in range(8))}
    for peer in own.values():
        peer.begin("GET", f"/wide{pipe}")
    refused = [next_answer(own) for _ in range(3)]  # its share is one that works and four that wait
    assert refused == [503] * 3
    other = server.peer("203.0.113.6")
    other.begin("GET", f"/wide{pipe}")
    waiting = own | {other.socket: other}
    for _ in range(6):
        pipe.write_bytes(b"done")
        assert next_answer(waiting) == 200
    assert not waiting


def next_answer(peers: dict[socket.socket, Peer]) -> int:
    """The status of whichever is answered next, and is then none of them."""
    ready, _, _ = select.select(list(peers), [], [])
    return peers.pop(ready[0]).answer()[0]
