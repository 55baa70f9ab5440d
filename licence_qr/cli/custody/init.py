"""``licence-qr init``: making an installation; for a live one with the ceremony of its keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.copies import options
from licence_qr.cli.custody.passphrases import FOLDER, GivenPassphrase, passphrase_options, root_passphrase_options
from licence_qr.cli.custody.steps import telling
from licence_qr.cli.demonstration import show_demonstration
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import Settings, load_settings
from licence_qr.errors import KeyStoreError
from licence_qr.preparation import demand_opened, exclusive_lock, needs_keys, prepare
from licence_qr.services.keys.making import Custody
from licence_qr.services.keys.root import demand_apart
from licence_qr.services.keys.steps import silent


@click.command(cls=Command, short_help="建登记库和密钥。 Create the register and the keys.")
@click.option(
    "--demonstration",
    is_flag=True,
    help="填入虚构的商户和账号。 Fill an empty register with fictional businesses and accounts.",
)
@click.option(
    "--really-new",
    is_flag=True,
    help="密钥还在而登记库不在时，确认从未发过证。 Keys without a register: confirm that nothing was ever issued.",
)
@click.option(
    "--root-folder",
    type=FOLDER,
    help="存放根密钥的目录，如移动介质；正式系统必填。 "
    "Folder for the root key, for instance of a removable medium; a live installation needs it.",
)
@root_passphrase_options
@passphrase_options
@json_option
def init(
    demonstration: bool,
    really_new: bool,
    root_folder: Path | None,
    root_passphrase: GivenPassphrase,
    passphrase: GivenPassphrase,
    as_json: bool,
) -> None:
    """建立登记库和密钥，或把登记库升级到本程序的版本。已有的一律不覆盖。

    Create the register and the keys, or upgrade the register to this version of the program. Nothing is overwritten.

    正式系统的密钥分两处：签名密钥与服务在一起，口令在 --passphrase-file（默认 LICENCE_QR_PASSPHRASE_FILE）所指的文件中，
    不得放在登记库或密钥目录内；根密钥在 --root-folder 中，另有口令。每一步完成后都有提示，中断后可以重新运行。

    A live installation keeps its keys in two places. The signing keys are with the service; their passphrase is in the file
    of --passphrase-file (default LICENCE_QR_PASSPHRASE_FILE), outside the folders of register and keys. The root key is in
    --root-folder, with a passphrase of its own. Each step is told when it is done; an interrupted run can be repeated.

    有密钥而没有登记库，或登记库是空文件的，说明登记库丢失了，会拒绝：请恢复备份。确实从未发过证的，加 --really-new。

    Keys without a register, or with an empty file, mean that the register was lost, and are refused: restore the backup. Add
    --really-new only where nothing was ever issued.

    演示数据只在加上 --demonstration 时填入和显示；正式库会拒绝。 Demonstration data is filled in and shown only with
    --demonstration; a live register refuses it.
    """
    settings, now = load_settings(), datetime.now(UTC)
    asked = needs_keys(settings) and not demonstration
    custody = _custody(settings, root_folder, root_passphrase, passphrase) if asked else None
    if custody is None:
        demand_opened(settings, now, *passphrase.named(), demonstration=demonstration, really_new=really_new)
    tell, parts = silent if custody is None else telling(as_json=as_json), options.telling()
    prepare(
        settings, now, demonstration=demonstration, really_new=really_new, custody=custody, tell=tell, progress=parts
    )
    services = build(settings.holding_keys())
    services.preparations.note(whoever_runs_this(), now)
    shown = None
    if not as_json:
        click.echo(f"登记库 register  {settings.register_path}")
        click.echo(f"密钥 keys        {settings.keys}")
        if custody is not None:
            _say_what_remains(custody)
    if demonstration:
        services.keys.add_host(settings.host, now)
        with exclusive_lock(settings):
            shown = show_demonstration(services, now, as_json=as_json)
    if as_json:
        say({"register": str(settings.register_path), "keys": str(settings.keys), "demonstration": shown})


def _custody(
    settings: Settings, root_folder: Path | None, root_passphrase: GivenPassphrase, passphrase: GivenPassphrase
) -> Custody:
    """Where the keys of a live installation are to be kept. Raises KeyStoreError."""
    if root_folder is None:
        raise KeyStoreError("root_folder_needed")
    beside = (settings.home, settings.keys)
    demand_apart(root_folder, beside)  # before somebody is asked for a passphrase
    of_keys = passphrase.of_new(beside, settings.passphrase_file)
    return Custody(of_keys, root_folder.resolve(), root_passphrase.of_new_root(beside), whoever_runs_this().username)


def _say_what_remains(custody: Custody) -> None:
    folder = custody.root_folder
    click.echo(
        f"现在请取下 {folder} 所在的介质，与根密钥的口令分开，各自锁好；在纸上记下指纹。\n"
        f"Now take the medium with {folder} away, lock it and the passphrase of the root key in two places,\n"
        "and write the fingerprint down on paper."
    )
