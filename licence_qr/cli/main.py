"""``licence-qr``: the entry point. Each command has its own module."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress

import click

from licence_qr import __version__
from licence_qr.cli.copies.backup import backup
from licence_qr.cli.copies.migrate import migrate
from licence_qr.cli.copies.restore import restore
from licence_qr.cli.copies.verify_backup import verify_backup
from licence_qr.cli.custody.init import init
from licence_qr.cli.custody.keys import keys
from licence_qr.cli.custody.root import adopt_key, root
from licence_qr.cli.doctor import check, doctor
from licence_qr.cli.errors import tell, unusable
from licence_qr.cli.help import Group, completion
from licence_qr.cli.importing import import_command
from licence_qr.cli.installation import account, show_settings
from licence_qr.cli.issuing import issue, notice
from licence_qr.cli.lifecycle import life, remind
from licence_qr.cli.people.absences import absence
from licence_qr.cli.people.accounts import change_roles, enable_account, service_only
from licence_qr.cli.people.persons import person
from licence_qr.cli.serving.serve import serve
from licence_qr.cli.serving.sign_service import sign_service
from licence_qr.cli.verify import verify
from licence_qr.config import set_variable
from licence_qr.config.table import FILE
from licence_qr.errors import LicenceQRError
from licence_qr.process.libraries import check_libraries


@click.group(cls=Group)
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
    if file is not None:
        context.call_on_close(set_variable(FILE, file))


COMMANDS = (
    init,
    serve,
    sign_service,
    account,
    person,
    issue,
    notice,
    import_command,
    verify,
    keys,
    remind,
    life,
    show_settings,
    doctor,
    check,
    backup,
    verify_backup,
    restore,
    migrate,
    completion,
)
for command in COMMANDS:
    commands.add_command(command)
for command in (change_roles, enable_account, service_only):
    account.add_command(command)
person.add_command(absence)
for command in (adopt_key, root):
    keys.add_command(command)


def main() -> None:
    """Entry point. Exit status: 0 done, 1 refused, 2 cannot tell or invalid command; see the help of each command.

    If the reader of a pipe closes early (``licence-qr keys list | head -1``), it ends silently with 1.
    """
    _let_everything_be_written()
    try:
        check_libraries()
        if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:  # set by licence_qr.__main__
            signal.signal(signal.SIGINT, signal.default_int_handler)
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
