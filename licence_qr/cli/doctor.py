"""``licence-qr doctor`` and ``licence-qr check``: what is unsafe, and whether everything is there."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.errors import as_facts, tell_findings
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.errors import LicenceQRError


@click.command(cls=Command, short_help="检查安全隐患。 Look for what makes this installation unsafe.")
@click.option(
    "--confirm-clock",
    is_flag=True,
    help="确认本机时钟现在是准的（以前快了）。 Say that this machine's clock is right now, and was ahead before.",
)
@json_option
def doctor(confirm_clock: bool, as_json: bool) -> None:
    """逐项检查安全隐患：服务是否正常，根密钥和口令放在哪里，文件权限，密钥何时到期，账号是否有第二重验证，字体是否齐全。
    每项说明怎么办。退出状态：0 没有隐患，1 有。

    Look for what makes this installation unsafe: whether it is ready, where the root key and the passphrase lie, modes of
    files, when keys end, accounts without a second factor, fonts that are missing. Each finding says what to do. Exit
    status: 0 nothing found, 1 something found.
    """
    services, now = build(load_settings()), datetime.now(UTC)
    if confirm_clock:
        services.preparations.confirm_clock(whoever_runs_this(), now)
    _tell(services.doctor.examine(now), "没有发现隐患。 Nothing unsafe was found.", as_json=as_json)


@click.command(cls=Command, short_help="检查登记库是否完整。 Check that everything is still there.")
@click.option("--quick", is_flag=True, help="只查文件和计数。 Only the file and its counters.")
@json_option
def check(quick: bool, as_json: bool) -> None:
    """检查登记库：文件、编号计数、每个码的签名和内容、状态项、历史、照片。只读，服务可以照常运行。
    退出状态：0 完好，1 有问题。

    Check the register: its file, its counters, the signature and content of every code, status entries, history and
    photographs. Nothing is changed, and the service may run. Exit status: 0 all is there, 1 something was found.
    """
    looking = build(load_settings()).check
    found = list(looking.quick() if quick else looking.whole(datetime.now(UTC), _progress))
    _tell(found, "登记库完好。 Everything is there.", as_json=as_json)


def _progress(done: int, total: int) -> None:
    click.echo(f"已检查 checked  {done} / {total}", err=True)


def _tell(found: list[LicenceQRError], nothing: str, *, as_json: bool) -> None:
    if as_json:
        say({"findings": [facts for each in found for facts in as_facts(each)]})
    else:
        tell_findings(found)
        if not found:
            click.echo(nothing)
    if found:
        raise click.exceptions.Exit(1)
