"""Two clerks' processes issue at the same time: every number once, and none left out."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Iterator
from typing import Any

from licence_qr.store.register import codes, counters

PAIRS = 40
_FORK = multiprocessing.get_context("fork")


def _issue_many(make_services: Any, folder: Any, applications: list[Any], actor: Any, now: Any, answers: Any) -> None:
    services = make_services(folder)
    for application in applications:
        pair = services.issuance.issue(application, actor, f"key-{application.entity.uscc}", now)
        answers.send((pair.application_no, pair.permits[0].permit_no, pair.code.version))
    answers.close()


def _received(pipe: Any) -> Iterator[tuple[str, str, int]]:
    while True:
        try:
            yield pipe.recv()
        except EOFError:
            return


def test_two_processes_give_no_number_twice_and_leave_none_out(tmp_path, make_services, make_application, clerk, now):
    folder = tmp_path / "installation"
    make_services(folder).database.close()
    workers, pipes = [], []
    for worker in range(2):
        applications = [make_application(worker * 1000 + n) for n in range(PAIRS)]
        ours, theirs = _FORK.Pipe(duplex=False)
        process = _FORK.Process(
            target=_issue_many, args=(make_services, folder, applications, clerk, now, theirs), daemon=True
        )
        process.start()
        theirs.close()
        workers.append(process)
        pipes.append(ours)
    issued = [answer for pipe in pipes for answer in _received(pipe)]
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0, 0]
    serials = sorted(int(re.search(r"第(\d+)号", permit_no)[1]) for _, permit_no, _ in issued)
    assert serials == list(range(1, 2 * PAIRS + 1))
    assert sorted(no for no, _, _ in issued) == [f"BAISHIYI-2026-{n:06d}" for n in range(1, 2 * PAIRS + 1)]
    services = make_services(folder)
    with services.database.read() as tx:
        assert counters.last(tx, "hygiene_permit/cq_gxq_health", 2026) == 2 * PAIRS
        blocks = [(code.status_index, code.entry_count) for code in codes.everything_newest(tx)]
    assert blocks == [(2 * n, 2) for n in range(2 * PAIRS)]


def test_the_same_application_sent_to_two_processes_is_issued_once(
    tmp_path, make_services, make_application, clerk, now
):
    folder = tmp_path / "installation"
    make_services(folder).database.close()
    applications = [make_application(n) for n in range(15)]
    pipes, workers = [], []
    for _ in range(2):
        ours, theirs = _FORK.Pipe(duplex=False)
        args = (make_services, folder, applications, clerk, now, theirs)
        workers.append(_FORK.Process(target=_issue_many, args=args, daemon=True))
        workers[-1].start()
        theirs.close()
        pipes.append(ours)
    first, second = (list(_received(pipe)) for pipe in pipes)
    for process in workers:
        process.join()
    assert first == second
    assert len({permit_no for _, permit_no, _ in first}) == 15
