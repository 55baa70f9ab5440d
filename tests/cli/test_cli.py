"""The commands as a person runs them: what they say, how they end, and never a traceback."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from commands import EXAMPLES, sample
from program import PROGRAM, environ, run_here
from safe import make_safe, root_options

# -- an installation -------------------------------------------------------------------------------------------------


def test_a_demonstration_says_where_to_look_who_signs_in_and_what_to_scan(installed):
    said = (installed / "init.txt").read_text(encoding="utf-8")
    assert re.search(r"填入演示数据 filling (\d+)/\1", said)
    assert "http://127.0.0.1:8000/\n" in said
    assert re.search(r"http://127\.0\.0\.1:8000/c/\d{300,}", said)
    for username in ("clerk-baishiyi", "clerk-bafu", "clerk-jinfeng", "clerk-xiyong", "inspector", "admin"):
        assert re.search(rf"^  {username} +\S{{12,}} ", said, re.MULTILINE), username
    picture = re.search(r"请扫这张图 scan this +(.+)", said)
    assert picture and Path(picture[1]).is_file()


def test_the_passwords_are_kept_for_their_owner_only_and_not_in_the_register(installed):
    path = installed / "var" / "demonstration-accounts.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    passwords = [line.split()[1] for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    register = (installed / "var" / "register.db").read_bytes()
    assert len(passwords) == 14
    assert not any(password.encode() in register for password in passwords)


def test_every_picture_of_the_demonstration_is_listed(installed):
    folder = installed / "var" / "demonstration" / "codes"
    index = (folder / "index.txt").read_text(encoding="utf-8")
    pictures = sorted(path.name for path in folder.glob("*.png"))
    assert pictures == re.findall(r"^(\S+\.png)", index, re.MULTILINE)
    assert any(name.endswith("-older-print-v1.png") for name in pictures)
    assert len(pictures) == 51


def test_a_second_run_keeps_everything_and_prints_the_same_passwords(copied, run):
    first = (copied / "init.txt").read_text(encoding="utf-8")
    keys = {path: path.read_bytes() for path in (copied / "keys").iterdir()}
    before = sample(copied)
    again = run(copied, "init", "--demonstration")
    assert again.status == 0
    assert "filling" not in again.out
    assert sample(copied) == before
    assert {path: path.read_bytes() for path in (copied / "keys").iterdir()} == keys
    accounts = re.compile(r"^  (?:clerk-\w+|inspector|admin) .*$", re.MULTILINE)
    assert accounts.findall(again.out) == accounts.findall(first)


def test_a_real_installation_is_empty_and_refuses_a_demonstration_before_anything_is_changed(tmp_path, run):
    make_safe(tmp_path)
    assert run(tmp_path, "init", *root_options(tmp_path)).status == 0
    assert (again := run(tmp_path, "init")).status == 0 and "demonstration" not in again.out
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    refused = run(tmp_path, "init", "--demonstration")
    assert (refused.status, refused.out) == (1, "")
    assert (
        "[demonstration_only]" in refused.err and "正式库" in refused.err and "cannot hold demonstration" in refused.err
    )
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_person_is_added_with_a_password_that_is_printed_once(copied, run):
    arguments = ("account", "add", "li.si", "--name", "李四", "--office", "bafu", "--role", "clerk")
    added = run(copied, *arguments)
    assert added.status == 0
    assert re.search(r"初始密码 password \S{16}\n", added.out)
    twice = run(copied, *arguments)
    assert (twice.status, "[username_taken] username" in twice.err) == (1, True)
    elsewhere = run(copied, "account", "add", "wang", "--name", "王", "--office", "nowhere", "--role", "clerk")
    assert (elsewhere.status, "[office_unknown]" in elsewhere.err, "baishiyi" in elsewhere.err) == (1, True, True)


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_named_before_anything_is_served(installed, run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(installed, "serve", LICENCE_QR_PORT=str(port))
    assert ended.status == 1
    assert f"[port_in_use]\n  端口 {port} 已被其他程序占用。" in ended.err
    assert f"Port {port} is in use by another program." in ended.err


def test_an_address_that_is_not_this_machines_cannot_be_listened_on(installed, run):
    ended = run(installed, "serve", LICENCE_QR_BIND="192.0.2.1")
    assert (ended.status, "[port_unusable]" in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"LICENCE_QR_PORT": "eighty"}, "setting_not_a_number"),
        ({"LICENCE_QR_ADDRESS": "http://ym.example.gov.cn"}, "setting_address"),
        ({"LICENCE_QR_BIND": "localhost"}, "setting_bind"),
        ({"LICENCE_QR_TRUSTED_PROXIES": "127.0.0.1/33"}, "setting_proxies"),
        ({"LICENCE_QR_TRUSTED_PROXIES": "::/0"}, "setting_proxies_everybody"),
    ],
)
def test_a_wrong_setting_is_named_in_both_languages(settings, code, tmp_path, run):
    make_safe(tmp_path)
    ended = run(tmp_path, "init", *root_options(tmp_path), **settings)
    assert ended.status == 1
    assert f"[{code}]" in ended.err and "请" in ended.err and next(iter(settings)) in ended.err
    assert not (tmp_path / "var").exists()


def test_an_https_address_that_nothing_answers_by_tls_is_not_served(installed, run):
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that nothing would be served in any case
        port = str(taken.getsockname()[1])
        ended = run(installed, "serve", LICENCE_QR_ADDRESS="https://ym.example.gov.cn", LICENCE_QR_PORT=port)
    assert ended.status == 1
    assert "[https_without_tls]" in ended.err and "LICENCE_QR_TRUSTED_PROXIES=127.0.0.1" in ended.err


@pytest.mark.parametrize("command", [("serve",), ("issue", EXAMPLES / "company.toml"), ("notice",)])
def test_without_a_register_every_command_says_how_to_make_one(command, tmp_path, run):
    ended = run(tmp_path, *command)
    assert ended.status == 1
    assert "[register_missing]" in ended.err and "licence-qr init" in ended.err
    assert not (tmp_path / "var" / "register.db").exists()


def test_a_home_that_is_a_file_is_told(tmp_path, run):
    (tmp_path / "var").write_text("not a folder")
    make_safe(tmp_path)
    ended = run(tmp_path, "init", *root_options(tmp_path))
    assert (ended.status, "[register_unreachable]" in ended.err) == (1, True)


def test_a_damaged_register_is_told(copied, run):
    (copied / "var" / "register.db").write_bytes(b"something else " * 1000)
    ended = run(copied, "notice")
    assert (ended.status, "[register_damaged]" in ended.err) == (1, True)


def test_a_missing_key_stops_issuing_and_writes_nothing(copied, run):
    for path in (copied / "keys").glob("licence-*.pem"):
        path.unlink()
    before = (copied / "var" / "register.db").read_bytes()
    ended = run(copied, "issue", EXAMPLES / "company.toml")
    assert (ended.status, "[no_signing_key]" in ended.err) == (1, True)
    assert (copied / "var" / "register.db").read_bytes() == before


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["issue"], ["verify", "--nonsense", "x"], ["account", "add"]]
)
def test_a_command_called_wrongly_ends_with_2_and_says_how(arguments, tmp_path, run):
    ended = run(tmp_path, *arguments)
    assert ended.status == 2
    assert "Usage" in ended.err or "Error" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["life", "show", b"\xff"],
        ["account", "password", b"\xff"],
        ["account", "add", "new", "--name", b"\xff", "--office", "baishiyi", "--role", "clerk"],
        ["issue", EXAMPLES / "company.toml", "--on-behalf-of", b"\xff", "--reason", "x"],
    ],
)
def test_a_word_that_is_no_text_is_told(arguments, copied, run):
    before = (copied / "var" / "register.db").read_bytes()
    ended = run(copied, *(os.fsdecode(argument) for argument in arguments))
    assert ended.status == 2
    assert "命令有误" in ended.err and "The text is not UTF-8" in ended.err
    assert (copied / "var" / "register.db").read_bytes() == before


def test_a_picture_may_have_any_name(installed, tmp_path, run):
    picture = tmp_path / os.fsdecode(b"\xff.png")
    shutil.copy(sample(installed)[0], picture)
    assert run(installed, "verify", picture).status == 0


def test_a_program_that_has_read_a_picture_ends_without_a_word_of_its_libraries(installed):
    picture, _ = sample(installed)
    ended = subprocess.run([PROGRAM, "verify", picture], env=os.environ | environ(installed), capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_the_program_itself_ends_in_words_and_not_in_a_traceback(tmp_path):
    ended = subprocess.run([PROGRAM, "serve"], env=os.environ | environ(tmp_path), capture_output=True, text=True)
    assert ended.returncode == 1
    assert "[trust_list_missing]" in ended.stderr or "[register_missing]" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", [["keys", "list"], ["-h"], ["notice"]])
def test_a_reader_who_has_gone_ends_a_command_without_a_word(arguments, installed):
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [PROGRAM, *arguments], env=os.environ | environ(installed), stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_an_output_that_has_no_room_is_told(installed):
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [PROGRAM, "keys", "list"],
            env=os.environ | environ(installed),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ended.returncode == 2
    assert "[output_not_written]\n  结果无法输出（No space left on device）。" in ended.stderr
    assert "cannot be written (No space left on device)" in ended.stderr and "Traceback" not in ended.stderr


def program_in(encoding, folder, *arguments):
    """How the program ends whose output has this encoding, what it wrote, and what it told of errors."""
    settings = os.environ | environ(folder) | {"PYTHONIOENCODING": encoding}
    ended = subprocess.run([PROGRAM, *arguments], env=settings, capture_output=True)
    return ended.returncode, ended.stdout, ended.stderr.decode()


def here_in(encoding, folder, *arguments):
    """The same without starting it."""
    written = io.TextIOWrapper(io.BytesIO(), encoding)
    ended = run_here(environ(folder), *arguments, output=written)
    written.flush()
    return ended.status, written.buffer.getvalue(), ended.err


@pytest.mark.parametrize(
    ("run_in", "encoding", "arguments"),
    [
        (program_in, "latin-1", ["keys", "list"]),
        (here_in, "gbk", ["keys", "list"]),
        (here_in, "latin-1", ["-h"]),
        (program_in, "gbk", ["-h"]),
    ],
)
def test_an_output_without_our_characters_is_told_all_the_same(run_in, arguments, encoding, installed):
    status, written, wrong = run_in(encoding, installed, *arguments)
    told = written.decode(encoding)
    assert (status, wrong) == (0, "")
    # Letters where the encoding has them; where it has none, nothing is left out.
    assert "licence" in told and ("\\u" in told) == (encoding == "latin-1")


@pytest.mark.parametrize(
    ("run_in", "encoding"), [(here_in, "latin-1"), (program_in, "gbk"), (here_in, "ascii"), (here_in, "utf-8")]
)
def test_a_program_reads_the_object_as_utf_8_in_every_encoding_of_the_output(run_in, encoding, copied):
    name = "José 甲𠮷"  # in Latin-1, in GBK, in neither
    arguments = ["account", "add", "jose", "--name", name, "--office", "baishiyi", "--role", "clerk", "--json"]
    status, written, wrong = run_in(encoding, copied, *arguments)
    assert (status, wrong) == (0, "")
    assert json.loads(written.decode("utf-8"))["display_name"] == name


@pytest.mark.parametrize("command", [["serve"], ["keys", "list"]])
def test_a_library_that_is_too_old_is_named_at_the_start_with_the_version_needed(command, installed, tmp_path):
    found = {"licence_qr-0.1.0": "licence-qr\nRequires-Dist: cbor2<7,>=6.1", "cbor2-5.9.0": "cbor2"}
    for folder, lines in found.items():
        name, _, version = folder.partition("-")
        (tmp_path / f"{folder}.dist-info").mkdir()
        text = f"Metadata-Version: 2.1\nVersion: {version}\nName: {lines}\n"
        (tmp_path / f"{folder}.dist-info" / "METADATA").write_text(text, encoding="utf-8")
    ended = subprocess.run(
        [PROGRAM, *command],
        env=os.environ | environ(installed) | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "[library_too_old]\n  程序库 cbor2 需要 6.1 或更新的版本，现装的是 5.9.0。" in ended.stderr
    assert "The library cbor2 must be version 6.1 or newer; 5.9.0 is installed." in ended.stderr


def test_an_account_gets_a_new_password_and_can_be_closed(copied, run):
    renewed = run(copied, "account", "password", "clerk-bafu")
    assert renewed.status == 0 and "clerk-bafu" in renewed.out
    assert run(copied, "account", "disable", "clerk-bafu").status == 0
    nobody = run(copied, "account", "disable", "nobody")
    assert nobody.status == 1 and "account_unknown" in nobody.err
