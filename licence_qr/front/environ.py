"""A request as the WSGI application is told it (PEP 3333), from what granian's RSGI scope says."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from granian.rsgi import Scope

from licence_qr.process import streams

_NO_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def environ_of(scope: Scope) -> dict[str, Any]:
    """The environ of ``scope``, still without ``wsgi.input``.

    A header with ``_`` in its name is dropped: it would pass for the one with ``-``, which proxies set and clients must
    not (X_Forwarded_For). One whose value is not ASCII is empty, as granian hands none over: it is there all the same.
    """
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method.upper(),  # as Flask reads it: lane and body are of what it will do
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),  # some send it in UTF-8, as it was typed
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": _address(scope.client),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": streams.ERR,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    environ |= {_key(name): "" for name in scope.headers.keys() if "_" not in name}
    for name, value in scope.headers.items():
        if "_" not in name:
            before = environ[key := _key(name)]
            environ[key] = f"{before}{'; ' if name == 'cookie' else ', '}{value}" if before else value
    return environ


@lru_cache(128)  # each of at most head_bytes, if somebody makes them up
def _key(name: str) -> str:
    return _NO_PREFIX.get(name) or "HTTP_" + name.upper().replace("-", "_")


def _address(client: str) -> str:
    """The address of ``client``, without its port. On a socket for both families an IPv4 peer comes as ``::ffff:192.0.2.1``
    (RFC 4291, 2.5.5.2): it is the same peer."""
    host = client.rpartition(":")[0].strip("[]")
    return host.removeprefix("::ffff:") if "." in host else host
