"""The command line against people who name the wrong account, files without end, and names no font can print."""

from __future__ import annotations

import json
import re
import resource
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest
from program import Ended, environ, run_here

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.roles import Role
from licence_qr.preparation import prepare

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "company.toml"
WHY = ("--reason", "窗口停电，代为录入")
# Beyond what a process with all libraries holds: enough for the work, and far too little for a file that never ends.
MEMORY = 1 << 30

Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two accounts; for copying only."""
    folder = tmp_path_factory.mktemp("made")
    settings, now = load_settings(environ(folder)), datetime.now(UTC)
    prepare(settings, now, demonstration=True)
    services = build(settings)
    for name, role in (("clerk-xiyong", Role.CLERK), ("watcher", Role.INSPECTOR)):
        services.accounts.create(name, "示例", "xiyong", frozenset({role}), "only-for-these-tests", now)
    services.database.close()
    return folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Run:
    """Runs a command in a copy of it."""
    folder = Path(shutil.copytree(made, tmp_path / "installation"))
    return lambda *arguments: run_here(environ(folder), *arguments)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--on-behalf-of", "watcher", *WHY, "--office", "xiyong"), "role_not_allowed"),
        (("--on-behalf-of", "clerk-xiyong", *WHY), "other_office"),  # the file says jinfeng
        (("--on-behalf-of", "clerk-xiyong", *WHY, "--office", "bafu"), "other_office"),
    ],
)
def test_an_account_issues_as_a_clerk_and_for_its_own_office_only(run, arguments, code):
    ended = run("issue", EXAMPLE, *arguments)
    assert (ended.status, ended.out) == (1, "")
    assert f"[{code}]" in ended.err
    allowed = run("issue", EXAMPLE, "--on-behalf-of", "clerk-xiyong", *WHY, "--office", "xiyong", "--json")
    assert json.loads(allowed.out)["application_no"].endswith("-000001")


def test_what_no_card_can_show_is_refused_before_anything_is_issued(run, tmp_path):
    text = re.sub(r'(?m)^name = ".*"$', 'name = "\U0003134f示例酒店有限公司"', EXAMPLE.read_text(encoding="utf-8"))
    text = re.sub(r'(?m)^uscc = ".*"$', f'uscc = "{complete_uscc("91500107", "MH000001")}"', text)
    file, out = tmp_path / "rare.toml", tmp_path / "out"
    file.write_text(text, encoding="utf-8")
    ended = run("issue", file, "--out", out, "--json")
    assert ended.status == 1
    assert "[character_not_in_font]" in ended.err and "U+3134F" in ended.err
    assert "permit_no" not in ended.out and not list(out.glob("*"))


def bound_memory() -> None:
    """Let this process take no more than MEMORY beside what it has."""
    pages, _ = Path("/proc/self/statm").read_text(encoding="ascii").split(maxsplit=1)
    most = int(pages) * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def test_a_file_without_end_is_refused_without_being_read_to_it(made):
    asked = {
        ("verify", "/dev/zero"): "file_too_large",
        ("import", "/dev/zero", "/dev/zero"): "import_file_too_large",
        ("issue", "/dev/zero"): "application_file_too_large",
    }
    with ProcessPoolExecutor(1, get_context("fork"), initializer=bound_memory) as pool:
        for arguments, code in asked.items():
            ended = pool.submit(run_here, environ(made), *arguments).result()
            assert (ended.status, f"[{code}]" in ended.err) == (2, True), ended
