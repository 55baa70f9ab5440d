"""The front over an application of a few lines, as a program: ``python -m front_server PORT WORKERS LIMITS BIND``, for https
then a certificate and its key."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from licence_qr.front import supervisor
from licence_qr.front.answer import Answer
from licence_qr.front.lanes import LaneSize, Way
from licence_qr.front.limits import Limits
from licence_qr.process import metrics
from licence_qr.process.log_lines import server_logging

HTML = [("content-type", "text/html")]
LONG = 3 * 1024 * 1024
MEDIUM = b"x" * 512_000
MOST_BYTES = 1024 * 1024


def _parts() -> Iterator[bytes]:
    for _ in range(LONG // 4096):
        yield b"x" * 4096


class Small:
    """``/scan`` answers at once, ``/fault`` raises, ``/echo`` says how many bytes came, and nothing else takes any,
    ``/long`` sends 3 MB, ``/medium`` 512 kB, ``/pid`` names the worker, ``/lanes`` tells who is in them. ``/hold/…/FILE``
    reads the named pipe FILE first. The first word of an address is its lane, where there is one; a cookie names the known
    device."""

    lanes = {
        "scan": LaneSize(1, 200),
        "hold": LaneSize(1, 2),
        "wide": LaneSize(1, 16),
        "soon": LaneSize(1, 2, patience=0.2),
        "hang": LaneSize(1, 2, longest=0.5),
        "other": LaneSize(1, 64),
    }

    def __init__(self) -> None:
        self.kept = self

    def wsgi(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        read = environ["wsgi.input"].read()
        bodies = {"/pid": b"%d" % os.getpid(), "/echo": b"%d" % len(read), "/medium": MEDIUM}
        body = bodies.get(path, b"ok" if not read else b"what is this?")
        if path == "/lanes":
            body = metrics.exposition((), None)
        if path.startswith(("/hold/", "/hang/", "/wide/", "/soon/")):
            with open(path[5:], "rb") as pipe:
                body = pipe.read()
        if path == "/fault":
            raise LookupError("a name that stands in no log")
        if path == "/environ":
            body = json.dumps({name: value for name, value in environ.items() if isinstance(value, str)}).encode()
        start("200 OK", HTML)
        return _parts() if path == "/long" else [body]

    def client_of(self, environ: dict[str, Any]) -> dict[str, Any]:
        """The peer, or who it says it is: every peer of a test is a proxy."""
        return environ | {"REMOTE_ADDR": environ.get("HTTP_X_FORWARDED_FOR", environ["REMOTE_ADDR"])}

    def way_of(self, environ: Mapping[str, Any]) -> Way:
        word = environ["PATH_INFO"].split("/")[1]
        most = MOST_BYTES if word == "echo" else 0
        return Way(word if word in self.lanes else "other", most, environ.get("HTTP_COOKIE", ""))

    def refusal(self, environ: Mapping[str, Any], status: int) -> Answer:
        return Answer(status, HTML, b"refused")

    def ask(self, environ: Mapping[str, Any]) -> None:
        return None


LOG = server_logging("gunicorn.error", "licence_qr.front")

if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:3])
    limits = Limits(**json.loads(sys.argv[3]))
    own = supervisor.listening((sys.argv[4], port), limits)
    certificate = (Path(sys.argv[5]), Path(sys.argv[6])) if sys.argv[5:] else None
    supervisor.serve("front_server:Small", own, workers, certificate, LOG, limits, beside=supervisor.Beside())
