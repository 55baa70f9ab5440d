"""A log that nobody reads, or reads any more, or that has no room, stops neither the service nor an answer."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress

import pytest

# A page that is not public, so that its answer is logged; and one that is.
LOGGED, PUBLIC = "/desk/", "/"


def test_a_reader_who_leaves_after_the_first_line_stops_nothing(start):
    served = start()
    served.read_until("serving")
    served.process.stdout.close()
    assert [served.wait_until_answered(), served.asked(LOGGED), served.asked(PUBLIC)] == [200, 303, 200]
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    log = served.err.read_text(encoding="utf-8")
    assert '"route": "/desk/"' in log and "Traceback" not in log and "log_not_written" not in log


def test_a_reader_of_both_streams_who_leaves_stops_nothing(start):
    reading, writing = os.pipe()
    served = start(out=writing, err=writing)
    os.close(writing)
    assert os.read(reading, 1)
    os.close(reading)
    assert [served.wait_until_answered(), served.asked(LOGGED), served.asked(PUBLIC)] == [200, 303, 200]
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0


def test_a_reader_of_both_streams_who_stands_still_stops_nothing(start):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * select.PIPE_BUF)
    os.set_blocking(writing, True)
    served = start(out=writing, err=writing)
    os.close(writing)
    assert [served.wait_until_answered(), served.asked(LOGGED), served.asked(PUBLIC)] == [200, 303, 200]
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    os.close(reading)


def test_a_full_disk_under_the_log_is_told_once_by_each_process_and_people_are_answered(start):
    with open("/dev/full", "w") as full:
        served = start(out=full)
    assert [served.wait_until_answered(), served.asked(LOGGED)] == [200, 303]
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait() == 0
    told = served.err.read_text(encoding="utf-8")
    assert told.count("[log_not_written]") == 2  # by the server, and by the signer that it starts
    assert "日志（stdout）无法写入（No space left on device）" in told
    assert "The log (stdout) cannot be written (No space left on device)" in told
    assert '"route": "/desk/"' in told and "Traceback" not in told and "Logging error" not in told


@pytest.mark.campaign
def test_a_full_disk_under_the_log_of_requests_costs_no_answer(start, rounds):
    """With that of the server on a full disk too in the long form; the test before has that one alone."""
    for both in (False, True)[: rounds(1, 2)]:
        with open("/dev/full", "w") as full:
            served = start(out=full if both else None, err=full)
        assert [served.wait_until_answered(), served.asked(LOGGED)] == [200, 303]
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait() == 0
        if not both:
            said = served.said()
            assert "日志（stderr）无法写入" in said and "Traceback" not in said
