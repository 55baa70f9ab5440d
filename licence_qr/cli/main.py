"""``licence-qr``: the entry point. Each command has its own module, which is loaded when the command is asked for: most of
a second goes into loading all of them."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from contextlib import suppress

import click

from licence_qr import __version__
from licence_qr.cli.errors import tell, unusable
from licence_qr.cli.help import Group
from licence_qr.cli.late import LateCommands
from licence_qr.config import set_variable
from licence_qr.config.table import FILE
from licence_qr.errors import LicenceQRError
from licence_qr.process.libraries import check_libraries

# Name → where the command is, and what a group has from other modules; in the order of the manual.
COMMANDS = {
    "init": ("custody.init:init",),
    "serve": ("serving.serve:serve",),
    "sign-service": ("serving.sign_service:sign_service",),
    "account": (
        "installation:account",
        "people.accounts:change_roles",
        "people.accounts:enable_account",
        "people.accounts:service_only",
    ),
    "person": ("people.persons:person", "people.absences:absence"),
    "issue": ("issuing:issue",),
    "notice": ("issuing:notice",),
    "import": ("importing:import_command",),
    "case-results": ("cases.results:case_results",),
    "verify": ("verify:verify",),
    "keys": ("custody.keys:keys", "custody.root:adopt_key", "custody.root:root"),
    "remind": ("lifecycle:remind",),
    "life": ("lifecycle:life",),
    "settings": ("installation:show_settings",),
    "doctor": ("doctor:doctor",),
    "check": ("doctor:check",),
    "backup": ("copies.backup:backup",),
    "verify-backup": ("copies.verify_backup:verify_backup",),
    "restore": ("copies.restore:restore",),
    "migrate": ("copies.migrate:migrate",),
    "completion": ("help:completion",),
}


@click.group(cls=Group, commands=LateCommands("licence_qr.cli", COMMANDS))
@click.version_option(__version__, help="显示版本号。 Show the version.")
@click.option(
    "--settings",
    "file",
    metavar="FILE",
    help="设置文件（TOML），写在命令之前。 Settings file (TOML); stands before COMMAND.",
)
@click.pass_context
def commands(context: click.Context, file: str | None) -> None:
    """一码通行：一次申请，同发两证，一个签名二维码，一页看全。设置用环境变量（LICENCE_QR_…）或一个文件，见
    docs/running/settings.md。

    One application, two permits, one signed code, one page. Settings are environment variables (LICENCE_QR_…) or one file,
    see docs/running/settings.md.
    """
    _now_it_runs()  # click has loaded the command
    if file is not None:
        context.call_on_close(set_variable(FILE, file))


def _now_it_runs() -> None:
    """Undo what ``licence_qr.__main__`` set for the time of loading: the command is told of Ctrl-C, and what was loaded is
    no garbage."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def main() -> None:
    """Entry point. Exit status: 0 done, 1 refused, 2 cannot tell or invalid command; see the help of each command.

    If the reader of a pipe closes early (``licence-qr keys list | head -1``), it ends silently with 1.
    """
    _let_everything_be_written()
    try:
        check_libraries()
        # A command with its own exit status returns it here; others return None.
        sys.exit(commands.main(standalone_mode=False))
    except LicenceQRError as error:
        tell(error)
        sys.exit(error.exit_status)
    except OSError as error:
        refusal = unusable(error)
        tell(refusal)
        if refusal.code == "output_not_written":
            _discard_output()
        sys.exit(refusal.exit_status)
    except click.ClickException as error:
        click.echo("命令有误，没有执行任何操作；用法见 -h。 Invalid command; nothing was changed. See -h.", err=True)
        error.show()  # what is wrong and where, in Click's words
        sys.exit(2)
    except click.Abort:
        click.echo("已中断，没有写入未完成的内容。 Stopped. Nothing unfinished was saved.", err=True)
        sys.exit(130)


def _let_everything_be_written() -> None:
    """Write characters that the encoding of the output lacks as ``\\uXXXX``, as standard error does.

    In Latin-1 that is all Chinese. Output must not fail on them: it may be a password that is shown only once.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # None if the command was started without standard output
        sys.stdout.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Discard buffered output, which would fail again when the interpreter ends, with status 120."""
    with suppress(io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
