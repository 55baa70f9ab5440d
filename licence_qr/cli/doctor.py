"""``licence-qr doctor``: what makes this installation unsafe, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from licence_qr import wording
from licence_qr.bootstrap import build
from licence_qr.cli.errors import as_facts
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings


@click.command(cls=Command, short_help="检查安全隐患。 Look for what makes this installation unsafe.")
@json_option
def doctor(as_json: bool) -> None:
    """逐项检查安全隐患：服务是否正常，根密钥和口令放在哪里，文件权限，密钥何时到期，账号是否有第二重验证。每项说明怎么办。
    退出状态：0 没有隐患，1 有。

    Look for what makes this installation unsafe: whether it is ready, where the root key and the passphrase lie, modes of
    files, when keys end, accounts without a second factor. Each finding says what to do. Exit status: 0 nothing found,
    1 something found.
    """
    found = build(load_settings()).doctor.examine(datetime.now(UTC))
    if as_json:
        say({"findings": [facts for each in found for facts in as_facts(each)]})
    else:
        for each in found:
            click.echo(f"[{each.code}]")
            for language in wording.LANGUAGES:
                click.echo(f"  {wording.explain(each, language)}")
        if not found:
            click.echo("没有发现隐患。 Nothing unsafe was found.")
    if found:
        raise click.exceptions.Exit(1)
