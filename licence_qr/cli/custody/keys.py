"""``licence-qr keys``: list and change the signing keys. Every change is signed by the root key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from licence_qr.cli.custody.passphrases import GivenRoot, root_options
from licence_qr.cli.help import Group
from licence_qr.cli.json_output import json_option, say
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.written_dates import day_in_range
from licence_qr.errors import InputError
from licence_qr.services.keys.trust_list_editions import OVERLAP_DAYS, Ceremony, KeyPurpose, KeyState, TrustedKey

Command = Callable[..., None]
_STATES = {
    KeyState.ACTIVE: "在用 active",
    KeyState.RETIRED: "退役 retired",
    KeyState.COMPROMISED: "泄露 compromised",
}
_PLACES = {"file": "文件 file", "hsm": "密码模块 hsm", "elsewhere": "不在此处 elsewhere"}


@click.group(cls=Group, short_help="签名密钥。 Signing keys.")
def keys() -> None:
    """本单位的密钥。改动需要根密钥，它可以放在移动介质上（--root-folder）。

    The keys of this installation. Changes need the root key, which can be on a removable medium (--root-folder)."""


def _hsm_option(command: Command) -> Command:
    told = "用密码模块中此名称的密钥，没有则在其中生成。 "
    told += "Use the key of this name in the hardware module; it is made there when there is none."
    return click.option("--hsm", "hsm_label", default="", metavar="LABEL", help=told)(command)


_purpose_argument = click.argument(
    "purpose",
    type=click.Choice([purpose.value for purpose in KeyPurpose]),
    metavar="PURPOSE",
    help="用途。 What the key is for: " + ", ".join(purpose.value for purpose in KeyPurpose),
)
_kid_argument = click.argument("kid", help="密钥编号，四位十六进制。 Key id, four hexadecimal digits.")
_yes_option = click.option("--yes", is_flag=True, help="不再询问，直接办理。 Do not ask for confirmation.")


def say_edition(ceremony: Ceremony, facts: dict[str, Any], as_json: bool, *, changed: bool = True) -> None:
    """Say which edition of the trust list is in force, or all ``facts`` as JSON."""
    edition = ceremony.keys.trust_list().sequence
    if as_json:
        say(facts | {"edition": edition, "changed": changed})
    elif changed:
        click.echo(f"信任列表已发布第 {edition} 期。 Trust list: edition {edition} is in force.")
    else:
        click.echo(f"此前已办理，没有改动（信任列表第 {edition} 期）。 Already done; nothing was changed.")


def _facts(ceremony: Ceremony, key: TrustedKey, today: date) -> dict[str, Any]:
    signing = ceremony.keys.trust_list().signing_keys(key.purpose, today)[:1]
    return {
        "kid": key.kid.hex(),
        "purpose": key.purpose.value,
        "state": key.state.value,
        "not_before": key.not_before.isoformat(),
        "sign_until": key.sign_until.isoformat(),
        "verify_until": key.verify_until.isoformat(),
        "private_key": ceremony.keys.place(key).value,
        "signs_today": key in signing,
    }


@keys.command("list", short_help="列出密钥。 List the keys.")
@json_option
def list_keys(as_json: bool) -> None:
    """列出现行信任列表中的每一把密钥：用途、状态、起止日期，以及私钥在哪里。

    List every key in the current trust list: purpose, status, dates and where its private key is."""
    ceremony = GivenRoot().ceremony()
    trust_list, today = ceremony.keys.trust_list(), local_date(datetime.now(UTC))
    rows = [_facts(ceremony, key, today) for key in trust_list.keys]
    if as_json:
        edition = {"sequence": trust_list.sequence, "issued_at": trust_list.issued_at.isoformat()}
        say(edition | {"hosts": trust_list.hosts, "keys": rows})
        return
    click.echo(f"信任列表 trust list  第 {trust_list.sequence} 期 edition {trust_list.sequence}")
    click.echo("   kid   purpose  signs from   signs until  verifies until")
    for row in rows:
        mark = "*" if row["signs_today"] else " "
        days = f"{row['not_before']}   {row['sign_until']}   {row['verify_until']}"
        place = _PLACES[row["private_key"]]
        click.echo(f" {mark} {row['kid']}  {row['purpose']:<8} {days}   {_STATES[row['state']]}，{place}")
    click.echo(" * 今天签名的密钥 signs today")


@keys.command(short_help="添加密钥。 Add a key.")
@_purpose_argument
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="首日，如 2026-11-20；默认今天。 First day, for example 2026-11-20; default today.",
)
@_hsm_option
@root_options
@json_option
def new(purpose: str, first: datetime | None, hsm_label: str, root_key: GivenRoot, as_json: bool) -> None:
    """为用途 PURPOSE 添加一把密钥。今天可以签名的密钥中，由最新的一把签名。

    Add a key for PURPOSE. Of the keys that may sign today, the newest is used."""
    ceremony = root_key.ceremony()
    made = ceremony.new(KeyPurpose(purpose), first and first.date(), datetime.now(UTC), hsm_label=hsm_label)
    if not as_json:
        click.echo(f"新密钥 new key  {made.kid.hex()}  {purpose}  {made.not_before} – {made.sign_until}")
    days = {"not_before": made.not_before.isoformat(), "sign_until": made.sign_until.isoformat()}
    say_edition(ceremony, {"kid": made.kid.hex(), "purpose": purpose} | days, as_json)


@keys.command(short_help="换新密钥签名。 Sign with a new key.")
@_purpose_argument
@click.option(
    "--overlap",
    type=click.IntRange(0, 366),
    default=OVERLAP_DAYS,
    show_default=True,
    help="新密钥文件未送达之处，原密钥还可签名的天数。 "
    "Days for which the former key may still sign where the new key file has not arrived.",
)
@_hsm_option
@root_options
@json_option
def rotate(purpose: str, overlap: int, hsm_label: str, root_key: GivenRoot, as_json: bool) -> None:
    """从今天起由新密钥为用途 PURPOSE 签名。服务会自行启用；已经印出的二维码仍然有效。

    Sign with a new key for PURPOSE from today. The service starts using it automatically. Printed codes remain valid."""
    ceremony = root_key.ceremony()
    rotation = ceremony.rotate(KeyPurpose(purpose), overlap, datetime.now(UTC), hsm_label=hsm_label)
    former = [{"kid": key.kid.hex(), "sign_until": key.sign_until.isoformat()} for key in rotation.former]
    if not as_json:
        click.echo(f"今起签名 signs from today  {rotation.new.kid.hex()}")
        for key in former:
            click.echo(f"原密钥 former key          {key['kid']}  签名至 signs until {key['sign_until']}")
    facts = {"kid": rotation.new.kid.hex(), "purpose": purpose, "former": former}
    say_edition(ceremony, facts, as_json, changed=rotation.changed)


@keys.command(short_help="让密钥退役。 Retire a key.")
@_kid_argument
@_yes_option
@root_options
@json_option
def retire(kid: str, yes: bool, root_key: GivenRoot, as_json: bool) -> None:
    """密钥 KID 今天起不再签名。它签过的仍然有效。

    Stop signing with key KID from today. What it has signed remains valid."""
    ceremony, now = root_key.ceremony(), datetime.now(UTC)
    key = ceremony.find(kid)
    if ceremony.is_last_signer(key, now):
        click.echo(
            f"这是 {key.purpose.value} 的最后一把可签名密钥，退役后将不能签发，直到 keys new {key.purpose.value}。\n"
            f"This is the last key that can sign for {key.purpose.value}. After this, nothing can be signed until keys new.",
            err=as_json,
        )
        _confirm(yes, as_json)
    say_edition(ceremony, {"kid": key.kid.hex()}, as_json, changed=ceremony.retire(key, now))


@keys.command(short_help="宣布密钥泄露。 Declare a key compromised.")
@_kid_argument
@click.option(
    "--since",
    required=True,
    metavar="DATE",
    help="在此之前确信安全：某日，或带时区的时刻。 Date, or time with UTC offset, up to which the key is known to be safe.",
)
@_yes_option
@root_options
@json_option
def compromise(kid: str, since: str, yes: bool, root_key: GivenRoot, as_json: bool) -> None:
    """宣布自 DATE 起他人可能持有密钥 KID。此事不能撤回。在 DATE 之前已登记的二维码仍然有效：联网时以登记库为准，离线时
    以准许名单为准。该密钥的其他二维码一律拒绝，须重新制作。

    Declare that somebody else may have had key KID since DATE. This cannot be undone.

    Codes registered before DATE remain valid: online by the register, offline by the allow-list. All other codes
    signed by this key are refused and have to be issued again.
    """
    ceremony, instant = root_key.ceremony(), _instant(since)
    key = ceremony.find(kid)
    would, registered = ceremony.would_compromise(key, instant, datetime.now(UTC)), ceremony.registered(key, instant)
    stays, gone = len(registered.before), registered.refused
    facts = {"kid": key.kid.hex(), "since": instant.isoformat(), "stay_good": stays, "refused": gone}
    if not would:
        say_edition(ceremony, facts, as_json, changed=False)
        return
    click.echo(f"密钥 key {kid}（{key.purpose.value}），自 since {instant.isoformat()}", err=as_json)
    click.echo(f"  仍有效 still valid       {stays}", err=as_json)
    click.echo(f"  将被拒绝 will be refused  {gone}", err=as_json)
    _confirm(yes, as_json)
    last = ceremony.is_last_signer(key, datetime.now(UTC))
    say_edition(ceremony, facts, as_json, changed=ceremony.compromise(key, instant, datetime.now(UTC)))
    if last:
        purpose = key.purpose.value
        told = f"现在没有可签名的密钥：请运行 No key can sign now. Run  licence-qr keys new {purpose}"
        click.echo(told, err=as_json)


@keys.command(short_help="导出核验所需的文件。 Export the files verifiers need.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), help="写到哪个目录。 Where to write.")
@json_option
def export(folder: Path, as_json: bool) -> None:
    """把其他核验方需要的文件写到 FOLDER：信任列表、根公钥、准许名单。绝不含私钥。

    Write the files other verifiers need to FOLDER: trust list, root public key, allow-list. Never a private key."""
    files = [str(path) for path in GivenRoot().ceremony().export(folder, datetime.now(UTC))]
    if as_json:
        say({"files": files})
    else:
        click.echo("\n".join(files))


def _confirm(yes: bool, as_json: bool) -> None:
    if not yes:
        click.confirm("继续？ Continue?", abort=True, err=as_json)


def _instant(text: str) -> datetime:
    """Read a day (midnight in Asia/Shanghai) or an instant, which must have an offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("since_unreadable", field="since", found=text) from None
    if instant.tzinfo is None and len(text) > len("2026-11-20"):
        raise InputError("since_unreadable", field="since", found=text)
    day_in_range(instant.date(), "since")  # the first and last days of the calendar have no instant in some zones
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=SHANGHAI).astimezone(UTC)
