"""Options that several of these commands have, and how they tell how far they are."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from licence_qr.services.operation.private_files import PrivateFile

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
Command = Callable[..., None]


def private_file_options(name: str, told: str) -> Callable[[Command], Command]:
    """Add the option ``name``, a file of private keys, and ``--passphrase-file``; the command gets ``private`` or None."""

    def add(command: Command) -> Command:
        @functools.wraps(command)
        def run(private: Path | None, passphrase_file: Path | None, **given: Any) -> None:
            command(private=None if private is None else PrivateFile(private, passphrase_file), **given)

        for option in (
            click.option(
                "--passphrase-file", type=FILE, help="私钥文件的口令。 Passphrase of the file of private keys."
            ),
            click.option(name, "private", type=FILE, help=told),
        ):
            run = option(run)
        return run

    return add


def telling() -> Callable[[int, int], None]:
    """Tells on standard error how far it is, once for every tenth."""
    told = 0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if (tenth := 10 * done // max(total, 1)) > told:
            told = tenth
            click.echo(f"{done} / {total}", file=sys.stderr)

    return progress
