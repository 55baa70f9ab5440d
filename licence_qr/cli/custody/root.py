"""``licence-qr keys root move`` and ``keys adopt``: putting right where keys are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from licence_qr.cli.custody.keys import say_edition
from licence_qr.cli.custody.passphrases import (
    FILE,
    FOLDER,
    GivenPassphrase,
    GivenRoot,
    root_options,
    root_passphrase_options,
)
from licence_qr.cli.custody.steps import telling
from licence_qr.cli.help import Command, Group
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings
from licence_qr.services.keys.adopting import adopt
from licence_qr.services.keys.root import demand_apart
from licence_qr.services.keys.root_moving import RootMove


@click.group(cls=Group, short_help="根密钥。 The root key.")
def root() -> None:
    """根密钥：正式系统把它与服务分开存放。

    The root key: a live installation keeps it apart from the service."""


@root.command("move", short_help="移走根密钥。 Move the root key away.")
@click.argument("folder", type=FOLDER, help="目录，如移动介质。 Folder, for instance of a removable medium.")
@root_passphrase_options
@json_option
def move_root(folder: Path, root_passphrase: GivenPassphrase, as_json: bool) -> None:
    """把根密钥从服务所用的目录移到 FOLDER，并换成它自己的口令。先写入、读回核对，然后才删除；中断后可以重新运行。

    Move the root key from the folder that the service uses to FOLDER, under a passphrase of its own. It is written, read
    back and verified before it is removed; an interrupted run can be repeated.

    旧的备份和磁盘副本里仍有根密钥：请一并销毁。 Older backups and copies of the disk still hold the root key: destroy them.
    """
    settings = load_settings()
    apart_from = (settings.home, settings.keys)
    demand_apart(folder, apart_from)  # before somebody is asked for a passphrase
    passphrase = root_passphrase.of_new_root(apart_from)
    ceremony = GivenRoot().ceremony(telling(as_json=as_json), passphrase)
    changed = RootMove(ceremony, folder.resolve(), passphrase, apart_from).run(datetime.now(UTC))
    if as_json:
        say({"folder": str(folder.resolve()), "changed": changed})
    elif not changed:
        click.echo("此前已移走，没有改动。 It was moved before; nothing was changed.")


@click.command("adopt", cls=Command, short_help="收录已有的密钥。 Adopt a key that exists.")
@click.argument("file", type=FILE, help="密钥文件，如 licence-1a2b.pem。 Key file, for example licence-1a2b.pem.")
@root_options
@json_option
def adopt_key(file: Path, root_key: GivenRoot, as_json: bool) -> None:
    """把不在信任列表中的签名密钥 FILE 收录进去，从今天起用它签名：添加密钥时中断，或恢复了密钥目录，就会留下这样的文件。

    Take the signing key FILE, which is in no trust list, into the list; it signs from today. An interrupted change leaves
    such a file, or a keys folder that was restored.
    """
    ceremony = root_key.ceremony(telling(as_json=as_json))
    adopted = adopt(ceremony, file, datetime.now(UTC))
    facts = {"kid": adopted.kid.hex(), "purpose": adopted.purpose.value}
    days = {"not_before": adopted.not_before.isoformat(), "sign_until": adopted.sign_until.isoformat()}
    say_edition(ceremony, facts | days, as_json)
