"""Options for passphrases: read from a file or from a file descriptor, or typed at a terminal, never on the command line."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from licence_qr.cli.console import Command, whoever_runs_this
from licence_qr.config import load_settings
from licence_qr.errors import KeyStoreError
from licence_qr.key_services import build_ceremony
from licence_qr.services.keys import given_passphrases
from licence_qr.services.keys.root import Passphrase
from licence_qr.services.keys.steps import Tell, silent
from licence_qr.services.keys.trust_list_editions import Ceremony

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class GivenPassphrase:
    """Where a passphrase comes from; neither where nothing was given."""

    file: Path | None
    descriptor: int | None

    def sources(self) -> tuple[Passphrase, ...]:
        """What gives the passphrase of a key that exists; read once, at the first use."""
        if self.descriptor is not None:
            return (functools.cache(functools.partial(given_passphrases.of_descriptor, self.descriptor)),)
        if self.file is not None:
            return (functools.partial(given_passphrases.of_file, self.file),)
        return (functools.cache(_asked),) if sys.stdin.isatty() else ()

    def named(self) -> tuple[Passphrase, ...]:
        """The same, of a file or a descriptor alone: nobody is asked."""
        return () if self.descriptor is None and self.file is None else self.sources()

    def of_new_root(self, apart_from: Iterable[Path]) -> bytes:
        """A passphrase for a root key that is made or moved. Raises KeyStoreError ``root_passphrase_missing`` and what a new
        passphrase may not be."""
        if self.descriptor is None and self.file is None:
            if not sys.stdin.isatty():
                raise KeyStoreError("root_passphrase_missing")
            return _asked(twice=True)
        return self.of_new(apart_from)

    def of_new(self, apart_from: Iterable[Path], otherwise: Path | None = None) -> bytes:
        """A passphrase for new keys; ``otherwise`` is the file where none was given."""
        if self.descriptor is not None:
            return given_passphrases.of_descriptor(self.descriptor)
        file = self.file or otherwise
        if file is None:
            raise KeyStoreError("root_passphrase_missing")
        return given_passphrases.of_new_file(file, apart_from)


def _asked(*, twice: bool = False) -> bytes:
    words = "根密钥的口令 passphrase of the root key"
    again = "再输入一次 once more" if twice else False
    typed: str = click.prompt(words, hide_input=True, confirmation_prompt=again, err=True)
    return typed.encode()


def _with_passphrase(command: Command, prefix: str, of_what: tuple[str, str]) -> Command:
    """Add ``--<prefix>passphrase-file`` and ``-fd``; the command gets both as one ``<prefix>passphrase``."""
    name = prefix.replace("-", "_") + "passphrase"

    @functools.wraps(command)
    def run(**given: Any) -> None:
        file, descriptor = given.pop(f"{name}_file"), given.pop(f"{name}_fd")
        if file is not None and descriptor is not None:
            raise click.UsageError(
                f"--{prefix}passphrase-file 和 --{prefix}passphrase-fd 只能写一个。 Give only one of the two."
            )
        command(**{name: GivenPassphrase(file, descriptor)}, **given)

    zh, en = of_what
    for option in (
        click.option(
            f"--{prefix}passphrase-fd",
            type=int,
            metavar="N",
            help="从描述符读该口令。 The same from a descriptor.",
        ),
        click.option(f"--{prefix}passphrase-file", type=FILE, help=f"{zh}文件。 {en} file."),
    ):
        run = option(run)
    return run


def root_passphrase_options(command: Command) -> Command:
    """Add ``--root-passphrase-file`` and ``--root-passphrase-fd``; the command gets ``root_passphrase``."""
    return _with_passphrase(command, "root-", ("根密钥的口令", "Root passphrase"))


def passphrase_options(command: Command) -> Command:
    """Add ``--passphrase-file`` and ``--passphrase-fd``; the command gets ``passphrase``."""
    return _with_passphrase(command, "", ("签名密钥的口令", "Signing passphrase"))


@dataclass(frozen=True, slots=True)
class GivenRoot:
    """Where the root key is: with the other keys where no folder was given."""

    folder: Path | None = None
    passphrase: GivenPassphrase = GivenPassphrase(None, None)

    def ceremony(self, tell: Tell = silent, passphrase: bytes | None = None) -> Ceremony:
        """What changes the keys of this installation; ``tell`` gets the steps. ``passphrase`` may open the root key, too."""
        known = () if passphrase is None else (lambda: passphrase,)
        return build_ceremony(
            load_settings(),
            self.folder,
            whoever_runs_this(),
            *known,
            *self.passphrase.sources(),
            tell=tell,
        )


def former_root_option(command: Command) -> Command:
    """Take ``--root``, as ``--root-folder`` was called, for it."""

    @functools.wraps(command)
    def run(root_folder: Path | None, former_root: Path | None, **given: Any) -> None:
        command(root_folder=root_folder or former_root, **given)

    told = "即 --root-folder。 The same as --root-folder."
    return click.option("--root", "former_root", type=FOLDER, hidden=True, help=told)(run)


def root_options(command: Command) -> Command:
    """Add ``--root-folder`` and the options of its passphrase; the command gets them as ``root_key``."""

    @functools.wraps(command)
    def run(root_folder: Path | None, root_passphrase: GivenPassphrase, **given: Any) -> None:
        command(root_key=GivenRoot(root_folder, root_passphrase), **given)

    told = "root.pem 所在的目录；默认密钥目录。 Folder that holds root.pem; else that of the keys."
    folder = click.option("--root-folder", type=FOLDER, metavar="FOLDER", help=told)
    return folder(former_root_option(root_passphrase_options(run)))
