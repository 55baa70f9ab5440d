"""``licence-qr restore``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from licence_qr.backups import build_restore
from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.copies.options import FILE, FOLDER, private_file_options, telling
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings
from licence_qr.errors import ConfigError
from licence_qr.services.operation.private_files import PrivateFile
from licence_qr.services.operation.restore import Restored, Wanted

_HERE, _WITHOUT_MARKS = "here", "without marks"


@click.command(cls=Command, short_help="从备份恢复。 Restore a backup.")
@click.argument("place", type=FOLDER, required=False, help="备份文件夹。 Folder of the backups.")
@click.option("--identity", type=FILE, help="age 私钥文件。 File with the secret age key.")
@click.option("--snapshot", help="用哪一份，默认最新。 Which backup; the newest by default.")
@click.option(
    "--without-marks",
    "how",
    flag_value=_WITHOUT_MARKS,
    help="编号上限文件也丢失时，每个编号跳过一千个。 Where the marks are lost too: leave a thousand numbers out.",
)
@click.option(
    "--here",
    "how",
    flag_value=_HERE,
    help="登记库已用别的办法放回：编号从上限之后继续，登录全部结束。 "
    "For a register that was put back in another way: numbers go on above the marks, and all sessions end.",
)
@private_file_options("--private-keys", "另存的私钥文件，一并放回。 File of private keys to put back.")
@json_option
def restore(
    place: Path | None,
    identity: Path | None,
    snapshot: str | None,
    how: str | None,
    private: PrivateFile | None,
    as_json: bool,
) -> None:
    """把备份恢复到没有登记库的文件夹：先全部核对，再写入；编号、状态项和版本从上限之后继续，不会重复；并列出备份之后可能已经
    发出的编号，由窗口逐一补办。恢复后请运行 licence-qr check。

    Restore a backup where there is no register. All of it is verified before anything is written. Numbers, status entries
    and versions go on above the marks, so none is repeated, and what may have been given after the backup is listed for
    the office to make good. Run licence-qr check afterwards.
    """
    now, by, restoring = datetime.now(UTC), whoever_runs_this(), build_restore(load_settings())
    if how == _HERE and not any((place, identity, snapshot, private)):
        done = restoring.here(by, now)
    elif how == _HERE or place is None or identity is None:
        raise ConfigError("restore_from_where")
    else:
        wanted = Wanted(place, identity, snapshot, without_marks=how == _WITHOUT_MARKS, private=private)
        done = restoring.from_backup(wanted, by, now, telling())
    if as_json:
        say(_facts(done) | {"private_files": list(done.private)})
    else:
        _show(done)


def _facts(done: Restored) -> dict[str, Any]:
    given = [
        {"series": each.series, "above": each.last, "up_to": each.mark, "at_most": each.count}
        for each in done.gone.given
    ]
    ended = {"sessions_ended": done.gone.sessions, "calendars_ended": done.gone.calendars}
    return {
        "snapshot": done.snapshot,
        "made_at": done.made_at,
        "given_since": given,
        "files_deleted": done.gone.files,
    } | ended


def _show(done: Restored) -> None:
    if done.snapshot:
        click.echo(f"已恢复 restored  {done.snapshot}  ({done.made_at})")
    click.echo(f"备份之后已删除的照片，再次删除 photographs deleted again  {done.gone.files}")
    click.echo(f"已结束的登录 sessions ended  {done.gone.sessions}，日历地址 calendar addresses  {done.gone.calendars}")
    click.echo("密码、恢复码、角色和停用情况是备份时的：此后改过、用过、停用的，请由人员管理员重新办理。")
    click.echo(
        "Passwords, recovery codes, roles and closed accounts are those of the copy: an administrator changes, replaces"
    )
    click.echo("or closes again what was changed, used or closed since.")
    if not done.gone.given:
        click.echo("备份之后没有发出编号。 No number was given after the backup.")
        return
    click.echo("备份之后可能已经发出，请窗口按纸质材料补办：")
    click.echo("May have been given after the backup; the office makes good what it has on paper:")
    for each in done.gone.given:
        click.echo(f"  {_name(each.series)}  {each.last + 1}–{each.mark}  (至多 at most {each.count})")
    click.echo("同一时间的其他办理（状态变更、检查、群众反映、账号）不在备份中，也请补办。")
    click.echo("Other acts of that time (changes of status, inspections, reports, accounts) are missing too.")


def _name(series: str) -> str:
    return {"version": "码的版本 versions of codes", "status 0": "状态项 status entries"}.get(series, series)
