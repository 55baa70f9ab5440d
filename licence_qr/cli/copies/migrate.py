"""``licence-qr migrate``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from licence_qr.backups import Migration
from licence_qr.bootstrap import build
from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings


@click.command(cls=Command, short_help="升级登记库，先留副本。 Upgrade the register.")
@click.option("--dry-run", is_flag=True, help="只说要做什么。 Only tell what it would do.")
@json_option
def migrate(dry_run: bool, as_json: bool) -> None:
    """把登记库升级到本程序的版本：先说明要做的步骤，在旁边保留一份副本，再升级。副本含全部数据，确认无误后请删除。

    Upgrade the register to this version of the program: tells the steps, keeps a copy beside it, then upgrades. The copy
    holds everything; delete it when all is well.
    """
    settings, now = load_settings(), datetime.now(UTC)
    todo = Migration.of(settings, now)
    copied = str(todo.copy) if todo.steps else None
    if not as_json:
        for step in todo.steps:
            click.echo(step)
    if todo.steps and not dry_run:
        todo.run(now)
        build(settings).preparations.note(whoever_runs_this(), now)
    if as_json:
        say({"steps": list(todo.steps), "copy": copied, "done": not dry_run})
    elif copied is None:
        click.echo("登记库已是本程序的版本。 The register is of this version already.")
    elif dry_run:
        click.echo(f"将先复制到 would first copy to  {copied}")
    else:
        click.echo(f"已升级，副本在 upgraded; the copy is  {copied}")
