"""Names of granian, gunicorn and prometheus-client that are not promised: where one has changed, this says so first."""

from __future__ import annotations

import inspect
import os
import socket
from pathlib import Path

from granian._granian import SocketHolder
from granian.server.embed import Server
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from prometheus_client.mmap_dict import MmapedDict


def test_granian_serves_on_a_socket_that_is_handed_to_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as given:
        held = SocketHolder(os.dup(given.fileno()), False, 128)
        assert held.is_uds() is False and held.get_fd() != given.fileno()
    source = inspect.getsource(Server.startup) + inspect.getsource(Server._spawn_worker)
    assert "self._init_shared_socket()" in source and "(self._ssp, self._shd)" in source
    assert "self._sfd = self._shd.get_fd()" in inspect.getsource(Server._init_shared_socket)


def test_a_file_of_counts_is_read_and_written_by_key(tmp_path: Path) -> None:
    counts = MmapedDict(str(tmp_path / "counts.db"))
    counts.write_value("key", 2.5, 0.0)
    counts.close()
    assert [each[:2] for each in MmapedDict.read_all_values_from_file(str(tmp_path / "counts.db"))] == [("key", 2.5)]


def test_gunicorn_asks_the_methods_that_are_made_anew_here() -> None:
    run = inspect.getsource(Arbiter.run)
    assert "self.manage_workers()" in run and 'getattr(self, "handle_%s" % signame' in run
    assert "self.spawn_worker()" in inspect.getsource(Arbiter.spawn_workers) + inspect.getsource(Arbiter.reload)
    assert "self.reload()" in inspect.getsource(Arbiter.handle_hup)
    assert "self.cfg.pre_exec(self)" in inspect.getsource(Arbiter.reexec)
    assert "self.START_CTX['args']" in inspect.getsource(Arbiter.reexec)
    assert {"WORKERS", "LISTENERS", "START_CTX", "num_workers"} <= set(dir(Arbiter))
    assert "self.load_wsgi()" in inspect.getsource(Worker.init_process)
    assert "self.run()" in inspect.getsource(Worker.init_process)
