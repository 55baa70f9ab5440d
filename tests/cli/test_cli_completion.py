"""Completion with the Tab key: bash really completes, and zsh and fish get their answers from the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(sys.executable).parent
BEGUN = {
    "zsh": {"COMP_WORDS": "licence-qr keys ro", "COMP_CWORD": "2"},
    "fish": {"COMP_WORDS": "licence-qr keys ro", "COMP_CWORD": "ro"},
}
FIRST_WORDS = {
    "bash": "_licence_qr_completion()",
    "zsh": "#compdef licence-qr",
    "fish": "function _licence_qr_completion",
}


@pytest.mark.parametrize("shell", FIRST_WORDS)
def test_every_shell_gets_its_script(shell, tmp_path, run):
    ended = run(tmp_path, "completion", shell)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(FIRST_WORDS[shell])


def test_an_unknown_shell_is_refused(tmp_path, run):
    assert run(tmp_path, "completion", "tcsh").status == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("licence-qr", "keys", "ro"), {"root", "rotate"}),
        (("licence-qr", "acc"), {"account"}),
        (("licence-qr", "keys", "new", "st"), {"status"}),
        (("licence-qr", "issue", "--js"), {"--json"}),
    ],
)
def test_bash_completes_commands_arguments_and_options(typed, offered, tmp_path, run):
    script = tmp_path / "completion"
    script.write_text(run(tmp_path, "completion", "bash").out, encoding="utf-8")
    program = f"""
        source {script}
        COMP_WORDS=({" ".join(typed)}); COMP_CWORD={len(typed) - 1}
        _licence_qr_completion licence-qr
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    environ = os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    ended = subprocess.run(["bash", "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert (set(ended.stdout.split()), ended.stderr) == (offered, "")


@pytest.mark.parametrize("shell", BEGUN)
def test_other_shells_are_answered_with_the_command_and_its_words(shell):
    environ = os.environ | {"_LICENCE_QR_COMPLETE": f"{shell}_complete"} | BEGUN[shell]
    ended = subprocess.run([PROGRAMS / "licence-qr"], env=environ, capture_output=True, text=True, check=True)
    assert "rotate" in ended.stdout and "retire" not in ended.stdout
    assert "Sign with a new key." in ended.stdout
