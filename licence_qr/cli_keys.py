"""``licence-qr keys``: which keys sign, and what happens to them. Every change is signed by the root key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from licence_qr.bootstrap import build_ceremony
from licence_qr.config import load_settings
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.errors import InputError
from licence_qr.services.keys_ceremony import OVERLAP_DAYS, Ceremony, Purpose, TrustedKey

Command = Callable[..., None]
_PURPOSE = click.Choice([purpose.value for purpose in Purpose])
_STATES = {"active": "在用 active", "retired": "退役 retired", "compromised": "泄露 compromised"}
_PLACES = {"file": "文件 file", "hsm": "密码模块 hsm", "elsewhere": "不在此处 elsewhere"}


@click.group()
def keys() -> None:
    """The keys of this installation. Changes need the root key, which may lie on a removable medium (--root)."""


def _root_option(command: Command) -> Command:
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    told = "Folder that holds root.pem, for instance of a removable medium; else LICENCE_QR_KEYS."
    return click.option("--root", "root_folder", type=folder, help=told)(command)


def _hsm_option(command: Command) -> Command:
    told = "Use the key of this name in the hardware module; it is made there when there is none."
    return click.option("--hsm", "hsm_label", default="", metavar="LABEL", help=told)(command)


_yes_option = click.option("--yes", is_flag=True, help="Do not ask whether to go on.")


def _ceremony(root_folder: Path | None = None) -> Ceremony:
    return build_ceremony(load_settings(), root_folder)


def _say_edition(ceremony: Ceremony, *, changed: bool = True) -> None:
    edition = ceremony.keys.trust_list().sequence
    if changed:
        click.echo(f"信任列表已发布第 {edition} 期。 Trust list: edition {edition} is in force.")
    else:
        click.echo(f"此前已办理，没有改动（信任列表第 {edition} 期）。 Done before; nothing was changed.")


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


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_keys(as_json: bool) -> None:
    """Show every key of the trust list in force: purpose, state, days, and where its private key is."""
    ceremony = _ceremony()
    trust_list, today = ceremony.keys.trust_list(), local_date(datetime.now(UTC))
    rows = [_facts(ceremony, key, today) for key in trust_list.keys]
    if as_json:
        edition = {"sequence": trust_list.sequence, "issued_at": trust_list.issued_at.isoformat()}
        click.echo(json.dumps(edition | {"hosts": trust_list.hosts, "keys": rows}, ensure_ascii=False, indent=2))
        return
    click.echo(f"信任列表 trust list  第 {trust_list.sequence} 期 edition {trust_list.sequence}")
    click.echo("   kid   purpose  signs from   signs until  verifies until")
    for row in rows:
        mark = "*" if row["signs_today"] else " "
        days = f"{row['not_before']}   {row['sign_until']}   {row['verify_until']}"
        place = _PLACES[row["private_key"]]
        click.echo(f" {mark} {row['kid']}  {row['purpose']:<8} {days}   {_STATES[row['state']]}，{place}")
    click.echo(" * 今天签名的密钥 signs today")


@keys.command()
@click.argument("purpose", type=_PURPOSE)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; today when it is not given.")
@_hsm_option
@_root_option
def new(purpose: str, first: datetime | None, hsm_label: str, root_folder: Path | None) -> None:
    """Add a key for PURPOSE. The newest key that may sign today signs."""
    ceremony = _ceremony(root_folder)
    made = ceremony.new(Purpose(purpose), first and first.date(), datetime.now(UTC), hsm_label=hsm_label)
    click.echo(f"新密钥 new key  {made.kid.hex()}  {purpose}  {made.not_before} – {made.sign_until}")
    _say_edition(ceremony)


@keys.command()
@click.argument("purpose", type=_PURPOSE)
@click.option(
    "--overlap",
    type=click.IntRange(0, 366),
    default=OVERLAP_DAYS,
    show_default=True,
    help="Days that the former key may still sign, where the new one's file is not yet.",
)
@_hsm_option
@_root_option
def rotate(purpose: str, overlap: int, hsm_label: str, root_folder: Path | None) -> None:
    """Let a new key sign for PURPOSE from today. The service takes it up by itself; codes already printed stay good."""
    ceremony = _ceremony(root_folder)
    rotation = ceremony.rotate(Purpose(purpose), overlap, datetime.now(UTC), hsm_label=hsm_label)
    click.echo(f"今起签名 signs from today  {rotation.new.kid.hex()}")
    for former in rotation.former:
        click.echo(f"原密钥 former key          {former.kid.hex()}  签名至 signs until {former.sign_until}")
    _say_edition(ceremony, changed=rotation.changed)


@keys.command()
@click.argument("kid")
@_yes_option
@_root_option
def retire(kid: str, yes: bool, root_folder: Path | None) -> None:
    """End signing by key KID today. What it signed stays good."""
    ceremony, now = _ceremony(root_folder), datetime.now(UTC)
    key = ceremony.find(kid)
    if ceremony.is_last_signer(key, now):
        click.echo(
            f"这是 {key.purpose.value} 的最后一把可签名密钥，退役后将不能签发，直到 keys new {key.purpose.value}。\n"
            f"It is the last key that signs for {key.purpose.value}: nothing can be signed until keys new."
        )
        _confirm(yes)
    _say_edition(ceremony, changed=ceremony.retire(key, now))


@keys.command()
@click.argument("kid")
@click.option("--since", required=True, metavar="DATE", help="Day, or instant with offset, up to which it was safe.")
@_yes_option
@_root_option
def compromise(kid: str, since: str, yes: bool, root_folder: Path | None) -> None:
    """Declare that somebody else may hold key KID since DATE. It cannot be taken back.

    Codes that the register held before DATE stay good: by the register on-line, by the allow-list off-line. All others
    of this key are refused and have to be made anew.
    """
    ceremony, instant = _ceremony(root_folder), _instant(since)
    key = ceremony.find(kid)
    if not ceremony.would_compromise(key, instant, datetime.now(UTC)):
        _say_edition(ceremony, changed=False)
        return
    registered = ceremony.registered(key, instant)
    stays, gone = len(registered.before), registered.refused
    click.echo(f"密钥 key {kid}（{key.purpose.value}），自 since {instant.isoformat()}")
    click.echo(f"  仍有效 stay good       {stays}")
    click.echo(f"  将被拒绝 will be refused  {gone}")
    _confirm(yes)
    last = ceremony.is_last_signer(key, datetime.now(UTC))
    _say_edition(ceremony, changed=ceremony.compromise(key, instant, datetime.now(UTC)))
    if last:
        purpose = key.purpose.value
        click.echo(f"现在没有可签名的密钥：请运行 No key can sign now; run  licence-qr keys new {purpose}")


@keys.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write what other verifiers need into FOLDER: trust list, root's public key, allow-list. Never a private key."""
    for path in _ceremony().export(folder):
        click.echo(str(path))


def _confirm(yes: bool) -> None:
    if not yes:
        click.confirm("继续？ Go on?", abort=True)


def _instant(text: str) -> datetime:
    """A day begins at midnight in Shanghai; an instant needs its offset, so that nobody has to guess."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("since_unreadable", field="since", found=text) from None
    if instant.tzinfo is None and len(text) > len("2026-11-20"):
        raise InputError("since_unreadable", field="since", found=text)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=SHANGHAI).astimezone(UTC)
