"""Ctrl-C before a command runs ends the program by that signal and without a word, as any program does."""

from __future__ import annotations

import signal
import subprocess
import sys

# The signal comes while the libraries are looked at, or once the command runs.
LOOKING = """
import os, signal, sys
from licence_qr import __main__
from licence_qr.cli import main as cli
cli.check_libraries = lambda: os.kill(os.getpid(), signal.SIGINT)
__main__.main()
"""
RUNNING = """
import os, signal, sys
from licence_qr import __main__
from licence_qr.cli import main as cli
cli.commands.main = lambda **_: os.kill(os.getpid(), signal.SIGINT)
try:
    __main__.main()
except KeyboardInterrupt:
    sys.exit("told")
"""


def ended(program: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return done.returncode, done.stderr


def test_while_the_libraries_are_looked_at():
    assert ended(LOOKING) == (-signal.SIGINT, "")


def test_from_then_on_the_command_is_told():
    assert ended(RUNNING) == (1, "told\n")
