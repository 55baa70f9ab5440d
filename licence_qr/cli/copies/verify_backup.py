"""``licence-qr verify-backup``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from licence_qr.backups import build_verifying
from licence_qr.cli.copies.options import FILE, FOLDER, telling
from licence_qr.cli.errors import as_facts, tell_findings
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings
from licence_qr.services.operation.verifying import VerifiedBackup


@click.command("verify-backup", cls=Command, short_help="核验备份。 Verify a backup.")
@click.argument("place", type=FOLDER, help="备份文件夹。 Folder of the backups.")
@click.option(
    "--identity",
    type=FILE,
    help="age 私钥文件；没有它只能看文件在不在。 File with the secret age key; without it only files are looked for.",
)
@click.option("--snapshot", help="哪一份，默认最新。 Which backup; the newest by default.")
@json_option
def verify_backup(place: Path, identity: Path | None, snapshot: str | None, as_json: bool) -> None:
    """核验一份备份能否恢复：解密并核对每个部分，拼出登记库，检查页和引用，逐个打开文件；什么也不写入，也不需要登记库。说明它
    是何时的、含多少内容。没有私钥时，只看各部分是否齐全。退出状态：0 完好，1 有问题。

    Verify that a backup could be restored: decrypt and compare every part, put the register together, look at its pages and
    references, and open each file. Nothing is written, no register is needed, and what it holds and how old it is is told.
    Without the secret key only whether all parts are there. Exit status: 0 all is well, 1 something was found.
    """
    verified = build_verifying(load_settings(), place, identity).run(snapshot, telling())
    hours = (datetime.now(UTC) - verified.made_at).total_seconds() / 3600
    if as_json:
        say(_facts(verified, hours))
    else:
        _show(verified, hours)
        tell_findings(verified.findings)
    if verified.findings:
        raise click.exceptions.Exit(1)


def _facts(verified: VerifiedBackup, hours: float) -> dict[str, object]:
    return {
        "snapshot": verified.snapshot,
        "made_at": verified.made_at.isoformat(),
        "hours_old": round(hours, 1),
        "objects": verified.objects,
        "opened": verified.opened,
        "program": verified.program,
        "step": verified.step,
        "counts": dict(verified.counts),
        "files": verified.files,
        "findings": [facts for each in verified.findings for facts in as_facts(each)],
    }


def _show(verified: VerifiedBackup, hours: float) -> None:
    click.echo(f"{verified.snapshot}  {hours:.1f} 小时前 hours old  部分 parts {verified.objects}")
    if verified.opened:
        counts = "，".join(f"{table} {many}" for table, many in verified.counts.items())
        click.echo(f"程序 program {verified.program}  {verified.step}  文件 files {verified.files}  {counts}")
    else:
        click.echo("没有私钥，没有解密。 Not decrypted, without the secret key.")
    if not verified.findings:
        click.echo("没有发现问题。 Nothing wrong was found.")
