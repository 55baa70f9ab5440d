"""The command line against people who name the wrong account, files without end, and names no font can print."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from licence_qr.bootstrap import build, prepare
from licence_qr.config import load_settings
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.roles import Role

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "company.toml"
PROGRAM = Path(sys.executable).with_name("licence-qr")
# Enough for the program with all its libraries, and far too little for a file that never ends.
MEMORY = 1 << 31

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the program in an installation with two accounts, in a process of its own with bounded memory."""
    places = {"LICENCE_QR_HOME": str(tmp_path / "var"), "LICENCE_QR_KEYS": str(tmp_path / "keys")}
    settings, now = load_settings(places), datetime.now(UTC)
    prepare(settings, now, demonstration=True)
    services = build(settings)
    for name, role in (("clerk-xiyong", Role.CLERK), ("watcher", Role.INSPECTOR)):
        services.accounts.create(name, "示例", "xiyong", frozenset({role}), "only-for-these-tests", now)
    services.database.close()

    def run_it(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAM), *map(str, arguments)],
            env=os.environ | places,
            capture_output=True,
            text=True,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        )

    return run_it


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--as", "watcher", "--office", "xiyong"), "role_not_allowed"),
        (("--as", "clerk-xiyong"), "other_office"),  # the file says jinfeng
        (("--as", "clerk-xiyong", "--office", "bafu"), "other_office"),
    ],
)
def test_an_account_issues_as_a_clerk_and_for_its_own_office_only(run, arguments, code):
    ended = run("issue", EXAMPLE, *arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"[{code}]" in ended.stderr
    allowed = run("issue", EXAMPLE, "--as", "clerk-xiyong", "--office", "xiyong", "--json")
    assert json.loads(allowed.stdout)["application_no"].endswith("-000001")


def test_what_was_issued_is_told_also_when_its_card_cannot_be_set(run, tmp_path):
    text = re.sub(r'(?m)^name = ".*"$', 'name = "\U0003134f示例酒店有限公司"', EXAMPLE.read_text(encoding="utf-8"))
    text = re.sub(r'(?m)^uscc = ".*"$', f'uscc = "{complete_uscc("91500107", "MH000001")}"', text)
    file, out = tmp_path / "rare.toml", tmp_path / "out"
    file.write_text(text, encoding="utf-8")
    ended = run("issue", file, "--out", out, "--json")
    assert ended.returncode == 1
    assert "[character_not_in_font]" in ended.stderr
    told = json.loads(ended.stdout)
    assert told["permits"][0]["permit_no"]
    assert {Path(name).suffix for name in told["files"]} == {".png", ".svg"} == {p.suffix for p in out.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("verify", "/dev/zero"), "file_too_large"),
        (("import", "/dev/zero", "/dev/zero"), "import_file_too_large"),
        (("issue", "/dev/zero"), "application_file_too_large"),
    ],
)
def test_a_file_without_end_is_refused_without_being_read_to_it(run, arguments, code):
    ended = run(*arguments)
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert f"[{code}]" in ended.stderr
