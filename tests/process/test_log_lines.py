"""The shape of a line, also of what other programs log by the module logging: no exception's message is in it."""

from __future__ import annotations

import json
import logging
import logging.config

from licence_qr.process import log_lines


def test_a_failure_that_the_server_logs_tells_its_type_and_place_but_not_its_message(capsys):
    logging.config.dictConfig(log_lines.server_logging("tests.server"))
    try:
        raise ValueError("张秘密 13800001234")
    except ValueError:
        logging.getLogger("tests.server").exception("worker %s failed", 7)
    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["level"], told["source"], told["error"]) == (
        "worker 7 failed", "error", "server", "ValueError",
    )  # fmt: skip
    assert told["frames"] and "张秘密" not in json.dumps(told, ensure_ascii=False)


def test_a_text_of_several_lines_is_one_line():
    assert "\n" not in log_lines.line("one\ntwo", "start")
    assert json.loads(log_lines.line("一\n二", "start", "warning"))["level"] == "warning"
