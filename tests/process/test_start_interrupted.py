"""Ctrl-C before a command runs ends the program by that signal and without a word, as any program does."""

from __future__ import annotations

import signal
import subprocess
import sys

# The signal comes while the libraries are looked at, while the command is loaded, or once it runs.
LOOKING = """
import os, signal, sys
from licence_qr import __main__
from licence_qr.cli import main as cli
cli.check_libraries = lambda: os.kill(os.getpid(), signal.SIGINT)
__main__.main()
"""
LOADING = """
import os, signal, sys
from licence_qr import __main__
from licence_qr.cli import late
late.pkgutil.resolve_name = lambda place: os.kill(os.getpid(), signal.SIGINT)
sys.argv = ["licence-qr", "completion", "bash"]
__main__.main()
"""
RUNNING = """
import gc, os, signal, sys
from licence_qr import __main__
from licence_qr.cli import main as cli
def interrupted(**_):
    assert gc.isenabled() and gc.get_freeze_count()
    os.kill(os.getpid(), signal.SIGINT)
cli.commands.commands["completion"].callback = interrupted
sys.argv = ["licence-qr", "completion", "bash"]
__main__.main()
"""
ONE = """
import sys
from licence_qr.cli.main import commands
commands.commands["sign-service"]
print(*(name for name in sys.modules if name.startswith("licence_qr.cli.") or name == "licence_qr.bootstrap"))
"""
ALL = """
import sys
from licence_qr.cli.main import commands
assert len([commands.commands[name].help for name in commands.commands]) > 10
print("licence_qr.bootstrap" in sys.modules)
"""


def ended(program: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return done.returncode, done.stderr


def test_while_the_libraries_are_looked_at():
    assert ended(LOOKING) == (-signal.SIGINT, "")


def test_while_the_command_is_loaded():
    assert ended(LOADING) == (-signal.SIGINT, "")


def test_from_then_on_the_command_is_told():
    status, said = ended(RUNNING)
    assert status == 130 and said.lstrip().startswith("已中断"), said


def test_a_command_is_loaded_without_the_others():
    done = subprocess.run([sys.executable, "-c", ONE], capture_output=True, text=True, check=True)
    assert "licence_qr.cli.serving.sign_service" in done.stdout
    assert not {"licence_qr.bootstrap", "licence_qr.cli.custody.keys"} & set(done.stdout.split())


def test_no_command_loads_the_services_before_it_runs():
    done = subprocess.run([sys.executable, "-c", ALL], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
