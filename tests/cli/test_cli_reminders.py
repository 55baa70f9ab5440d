"""``licence-qr remind`` as a timer calls it: what it says, how it ends, and that a second call changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from program import Run


def written(said: str) -> int:
    found = re.search(r"written +(\d+)", said)
    assert found
    return int(found[1])


def test_the_demonstration_has_something_to_remind_of_and_says_it_once(copied: Path, run: Run) -> None:
    outbox = copied / "var" / "outbox"
    foretold = run(copied, "remind", "--dry-run")
    count = sum(int(number) for number in re.findall(r"^ +(\d+) ", foretold.out, re.MULTILINE))
    assert foretold.status == 0 and count > 0 and not outbox.exists()
    first, second = run(copied, "remind"), run(copied, "remind")
    assert (first.status, written(first.out), written(second.out)) == (0, count, 0)
    assert len(list(outbox.glob("*.eml"))) == count and str(outbox) in first.out


def test_a_mail_server_out_of_reach_is_named_and_nothing_is_lost(copied: Path, run: Run) -> None:
    settings = {"LICENCE_QR_SMTP_HOST": "127.0.0.1", "LICENCE_QR_SMTP_PORT": "1"}
    ended = run(copied, "remind", **settings)
    assert (ended.status, ended.out) == (1, "")
    assert "[smtp_unreachable]" in ended.err and "127.0.0.1:1" in ended.err and "Traceback" not in ended.err
    assert list((copied / "var" / "outbox").glob("*.eml"))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("LICENCE_QR_MAIL_TO", "nobody", "setting_mailbox"),
        ("LICENCE_QR_MAIL_FROM", "a@b, c@d", "setting_mailbox"),
        ("LICENCE_QR_SMTP_SECURITY", "ssl", "setting_not_one_of"),
        ("LICENCE_QR_SMTP_PORT", "smtp", "setting_not_a_number"),
        ("LICENCE_QR_WORKING_DAYS", "/nowhere/days.toml", "catalogue_file_missing"),
    ],
)
def test_a_wrong_setting_is_named(copied: Path, run: Run, name: str, value: str, code: str) -> None:
    ended = run(copied, "remind", **{name: value})
    assert ended.status == 1 and f"[{code}]" in ended.err and "Traceback" not in ended.err


def test_an_outbox_that_cannot_be_used_is_named(copied: Path, run: Run) -> None:
    (copied / "file").write_text("")
    ended = run(copied, "remind", LICENCE_QR_OUTBOX=str(copied / "file"))
    assert ended.status == 1 and "[outbox_not_written]" in ended.err
