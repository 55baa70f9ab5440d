"""Making a live installation, and moving its root key away, as a person does it at the command line."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from program import PROGRAM, Ended, environ, run_here
from safe import PASSPHRASE, ROOT_PASSPHRASE, make_safe, passphrase_file, root_options

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    make_safe(tmp_path)
    return tmp_path


def init(folder: Path, *options: object, **settings: str) -> Ended:
    return run_here(environ(folder) | settings, "init", *options)


def test_every_step_is_told_in_both_languages_and_what_remains_to_do(here):
    ended = init(here, *root_options(here))
    assert ended.status == 0, ended.err
    steps = re.findall(r"^(\d)\. (.*)\n((?:   .*\n)+)", ended.out, re.MULTILINE)
    assert [int(number) for number, *_ in steps] == [1, 2, 3, 4, 5]
    assert all(HAN.search(zh) and re.search("[a-z]{3}", en) for _, zh, en in steps)
    record = (here / "keys" / "ceremony-record.txt").read_text(encoding="utf-8")
    fingerprint = re.search(r"指纹 ((?:[0-9a-f]{4} ?){16})", ended.out)
    assert fingerprint and fingerprint[1].strip() in record and "console:" in record
    assert "lock it" in ended.out and PASSPHRASE not in ended.out and ROOT_PASSPHRASE not in ended.out
    assert init(here).status == 0  # no ceremony a second time


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda folder: passphrase_file(folder).chmod(0o644), "passphrase_open"),
        (lambda folder: passphrase_file(folder).write_text(""), "passphrase_missing"),
        (lambda folder: passphrase_file(folder).write_text("20261130"), "passphrase_weak"),
        (lambda folder: (folder / "safe" / "root-passphrase").write_text(PASSPHRASE), "passphrase_same"),
        (lambda folder: (folder / "safe" / "root-passphrase").chmod(0o604), "passphrase_open"),
    ],
)
def test_a_passphrase_that_protects_nothing_is_refused_in_both_languages_and_nothing_is_made(harm, code, here):
    harm(here)
    ended = init(here, *root_options(here))
    assert ended.status == 1 and f"[{code}]" in ended.err and HAN.search(ended.err)
    assert PASSPHRASE not in ended.err and not (here / "var").exists() and not (here / "keys").exists()


def test_keys_that_the_passphrase_does_not_open_are_named_when_it_is_made_over_again(here):
    assert init(here, *root_options(here)).status == 0
    other = here / "other-passphrase"
    other.write_text("quite another long passphrase")
    other.chmod(0o600)
    for again in (init(here, "--passphrase-file", other), init(here, LICENCE_QR_PASSPHRASE_FILE=str(other))):
        assert again.status == 1 and "[key_passphrase]" in again.err
        assert re.search(r"keys/(licence|status)-[0-9a-f]{4}\.pem", again.err) and HAN.search(again.err)
    assert init(here).status == 0
    assert init(here, LICENCE_QR_PASSPHRASE_FILE=str(here / "nowhere")).status == 0  # the service alone may have it
    assert "[passphrase_missing]" in init(here, "--passphrase-file", here / "nowhere").err


def test_a_passphrase_in_the_home_is_refused(here):
    (here / "var").mkdir()
    inside = shutil.copy(passphrase_file(here), here / "var" / "key-passphrase")
    for given in ({"LICENCE_QR_PASSPHRASE_FILE": str(inside)}, {}):
        options = root_options(here) if given else (*root_options(here), "--passphrase-file", inside)
        ended = init(here, *options, **given)
        assert ended.status == 1 and "[passphrase_beside]" in ended.err
    assert not (here / "keys").exists()


def test_without_a_folder_or_a_passphrase_for_the_root_key_nothing_is_made(here):
    assert "[root_folder_needed]" in init(here).err
    assert "[root_passphrase_missing]" in init(here, *root_options(here)[:2]).err
    assert not (here / "keys").exists()


def test_passphrases_come_from_descriptors(here):
    reading = [os.open(here / "safe" / name, os.O_RDONLY) for name in ("key-passphrase", "root-passphrase")]
    options = [
        "--root-folder",
        here / "safe" / "root",
        "--passphrase-fd",
        reading[0],
        "--root-passphrase-fd",
        reading[1],
    ]
    made = subprocess.run(
        [PROGRAM, "init", *map(str, options)],
        env=os.environ | environ(here) | {"LICENCE_QR_PASSPHRASE_FILE": str(here / "nowhere")},
        pass_fds=reading,
        capture_output=True,
        text=True,
    )
    for each in reading:
        os.close(each)
    assert made.returncode == 0, made.stderr
    rotated = run_here(environ(here), "keys", "rotate", "licence", *root_options(here))
    assert rotated.status == 0, rotated.err  # the file has what the descriptor had
    refused = init(here / "other", *root_options(here), "--passphrase-fd", 987654)
    assert "[passphrase_descriptor]" in refused.err


def at_terminal(folder: Path, *words: object, answers: tuple[str, ...]) -> Ended:
    """How a command ends at a terminal at which somebody answers each question; what was said is ``out``."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(PROGRAM, ["licence-qr", *map(str, words)], os.environ | environ(folder))  # noqa: S606 - a terminal of its own
    said, left = b"", list(answers)
    with suppress(OSError):  # the other end is gone when the program has ended
        while read := os.read(terminal, 4096):
            said += read
            if left and said.endswith(b": "):
                os.write(terminal, left.pop(0).encode() + b"\n")
    os.close(terminal)
    return Ended(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode(), "")


def test_the_passphrase_of_the_root_is_asked_for_at_a_terminal_and_not_shown(here):
    folder = ("--root-folder", here / "safe" / "root")
    made = at_terminal(here, "init", *folder, answers=(ROOT_PASSPHRASE, ROOT_PASSPHRASE))
    assert made.status == 0 and "根密钥的口令" in made.out and "再输入一次" in made.out, made.out
    changed = at_terminal(here, "keys", "new", "licence", *folder, answers=(ROOT_PASSPHRASE,))
    assert changed.status == 0 and ROOT_PASSPHRASE not in made.out + changed.out
    refused = at_terminal(here, "keys", "new", "licence", *folder, answers=("another",))
    assert refused.status == 1 and ("[root_passphrase]" in refused.out or "[key_damaged]" in refused.out)


def test_systemd_hands_the_passphrase_over_in_its_folder_of_credentials(here, tmp_path):
    assert init(here, *root_options(here)).status == 0
    (credentials := tmp_path / "credentials").mkdir()
    passphrase_file(here).rename(credentials / "key-passphrase")
    settings = environ(here) | {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert "LICENCE_QR_PASSPHRASE_FILE" not in settings
    assert run_here(settings, "life", "sweep").status == 0  # which signs the status list
    shown = run_here(settings, "settings").out
    assert str(credentials / "key-passphrase") in shown and "systemd" in shown


def test_a_root_key_beside_the_service_is_not_served_until_it_is_moved(here):
    assert init(here, *root_options(here)).status == 0
    away = shutil.move(here / "safe" / "root" / "root.pem", here / "keys" / "root.pem")
    (medium := here / "medium").mkdir()
    refused = run_here(environ(here), "serve")
    assert refused.status == 1 and "[root_key_beside]" in refused.err and str(away) in refused.err
    signer = run_here(environ(here) | {"LICENCE_QR_SIGNER_SOCKET": str(here / "socket")}, "sign-service")
    assert signer.status == 1 and "[root_key_beside]" in signer.err and not (here / "socket").exists()
    moved = run_here(environ(here), "keys", "root", "move", medium, *root_options(here)[2:])
    assert moved.status == 0 and not Path(away).exists(), moved.err
    assert "读回" in moved.out and "read back" in moved.out
