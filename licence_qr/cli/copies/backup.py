"""``licence-qr backup``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from licence_qr.backups import build_backup
from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.copies.options import FILE, FOLDER, private_file_options, telling
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import given_values, load_settings
from licence_qr.config.shown import shown_settings
from licence_qr.services.operation.backup import recipients
from licence_qr.services.operation.private_files import PrivateFile

_KEPT = 300


@click.command(cls=Command, short_help="备份，服务照常运行。 Make a backup while the service runs.")
@click.argument(
    "place", type=FOLDER, help="备份文件夹，最好在另一块磁盘上。 Folder of the backups, best on another disk."
)
@click.option(
    "--recipient",
    "names",
    multiple=True,
    metavar="AGE1…",
    help="age 公钥，只有它的私钥能打开备份；可写多次。 Public age key; only its secret key opens the backup. Repeatable.",
)
@click.option("--recipients-file", type=FILE, help="一行一个公钥的文件。 File with a public key a line.")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=_KEPT,
    show_default=True,
    help="保留最新的几份。 How many backups to keep.",
)
@private_file_options(
    "--with-private-keys", "另把私钥加密写入这个文件。 Also write the private keys, encrypted, to this file."
)
@json_option
def backup(
    place: Path,
    names: tuple[str, ...],
    recipients_file: Path | None,
    keep: int,
    private: PrivateFile | None,
    as_json: bool,
) -> None:
    """备份登记库、照片、信任列表和不含密码的设置，加密给指定的公钥。只写自上次以来变化的部分，可每五分钟运行一次；中断后再
    运行即可接着做。私钥不在其中，只在加 --with-private-keys 时另存。

    Back up the register, photographs, trust list and settings without secrets, encrypted to public keys. Only what has
    changed since the last backup is written, so it may run every five minutes; if it was stopped, run it again. Private
    keys are not in it: --with-private-keys writes them to a file of their own.
    """
    now, by = datetime.now(UTC), whoever_runs_this()
    shown = {each.setting.name: each.value or "" for each in shown_settings(given_values())}
    making, to = build_backup(load_settings(), shown), recipients(names, recipients_file)
    if private is not None:
        making.private_files(private, to, by, now)  # a few KB: where they cannot be written no backup is made either
    made = making.make(place, to, keep, by, now, telling())
    if as_json:
        say({"snapshot": made.snapshot, "objects": made.objects, "new": made.new, "removed": made.removed})
        return
    click.echo(f"备份完成 backup made  {made.snapshot}  共 objects {made.objects}，新写 new {made.new}")
