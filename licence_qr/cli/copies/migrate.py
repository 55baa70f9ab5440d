"""``licence-qr migrate``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from licence_qr.backups import Migration
from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.copies.options import telling
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.services.files.taking_over import TakenOver


@click.command(cls=Command, short_help="升级登记库，先留副本。 Upgrade the register.")
@click.option("--dry-run", is_flag=True, help="只说要做什么。 Only tell what it would do.")
@json_option
def migrate(dry_run: bool, as_json: bool) -> None:
    """把登记库升级到本程序的版本：先说明要做的步骤，在旁边保留一份副本，再升级；以前的照片逐张加密，全部完成后删除明文文件。中断
    后再运行即可接着做；某一步失败的，登记库保持原样。副本只有登记库，没有照片，请先运行 licence-qr backup；确认无误后请删除
    副本。

    Upgrade the register to this version of the program: tells the steps, keeps a copy beside it, then upgrades. Photographs
    from before are encrypted one by one, and the plain files removed once all are. If it was stopped, run it again; if a
    step fails the register is as it was. The copy holds the register and no photographs, so make a licence-qr backup first;
    delete the copy when all is well.
    """
    settings, now = load_settings(), datetime.now(UTC)
    todo = Migration.of(settings, now)
    copied, taken = str(todo.copy) if todo.steps else None, TakenOver()
    if not as_json:
        _tell(todo)
    if not dry_run and (todo.steps or todo.photographs):
        click.echo("正在升级，大的登记库需要几分钟。 Upgrading; a large register takes some minutes.", err=True)
        taken = todo.run(now, telling())
        build(settings).preparations.note(whoever_runs_this(), now)
    if as_json:
        counts = {"photographs": todo.photographs, "encrypted": taken.photographs, "lost": taken.lost}
        say({"steps": list(todo.steps), "copy": copied, **counts, "done": not dry_run})
        return
    if taken.lost:
        click.echo(
            f"缺失或已损坏，未能加密，见 licence-qr check  missing or damaged, see licence-qr check  {taken.lost}"
        )
    if copied is None:
        click.echo("登记库已是本程序的版本。 The register is of this version already.")
    elif dry_run:
        click.echo(f"将先复制到 would first copy to  {copied}")
    else:
        click.echo(f"已升级，副本在 upgraded; the copy is  {copied}")


def _tell(todo: Migration) -> None:
    """The steps, one a line, and how many photographs are to be encrypted."""
    for step in todo.steps:
        click.echo(step)
    if todo.photographs:
        click.echo(f"加密照片 encrypting photographs  {todo.photographs}")
