"""What a demonstration prints at start-up: what to open, who can sign in, and what to scan."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from licence_qr.cli.help import columns
from licence_qr.services.accounts.passwords import made_password
from licence_qr.services.demonstration import accounts_file

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services
    from licence_qr.services.demonstration.register import DemonstrationAccount, DemonstrationCode

_LABEL_WIDTH = 22
_SAMPLES = ("in-force", "suspended", "older-print-v1")


def show_demonstration(services: Services, now: datetime, *, as_json: bool = False) -> dict[str, Any]:
    """Fill the register on the first call, then print what to open, who can sign in and which picture to scan.

    With ``as_json`` only progress is printed, on standard error; the caller prints the returned facts.
    """
    register = services.demonstration_register
    passwords = _passwords(services)
    register.open_accounts(passwords, now)
    if not register.filled():
        _fill(services, now, as_json)
    services.demonstration_since.perform(now)
    codes = register.codes()
    folder = services.settings.home / "demonstration" / "codes"
    pictures = _write_pictures(codes, folder)
    if not as_json:
        _say_all(services, passwords, codes, pictures)
    return {
        "address": services.settings.address,
        "accounts": [
            {"username": a.username, "password": passwords.get(a.username), "display_name": a.display_name}
            for a in register.wanted_accounts()
        ],
        "codes": [
            {"picture": str(pictures[c.name]), "address": c.address, "shows": {"zh": c.shows.zh, "en": c.shows.en}}
            for c in codes
        ],
    }


def _say_all(
    services: Services, passwords: dict[str, str], codes: tuple[DemonstrationCode, ...], pictures: dict[str, Path]
) -> None:
    click.echo()
    _say("首页 home", services.settings.address + "/")
    _say("窗口 desk", services.settings.address + "/desk/")
    _say("核验页 verify", services.settings.address + "/verify")
    for sample in (code for name in _SAMPLES for code in codes if code.name == name):
        _say("扫码页 scan page", f"{sample.shows.zh} {sample.shows.en}")
        click.echo(f"  {sample.address}")
    _say("请扫这张图 scan this", str(pictures["in-force"]))
    _say("全部图片 all pictures", str(pictures["in-force"].with_name("index.txt")))
    _say_accounts(services.demonstration_register.wanted_accounts(), passwords)
    if lacking := services.demonstration_register.lacking():
        click.echo(
            f"本演示登记库由较早的版本填入，缺新版的 {lacking} 户；原有的保持不变，与缺的有关的已略过。"
            "要看全部，请另设 LICENCE_QR_HOME 与 LICENCE_QR_KEYS 再运行一次。\n"
            f"This demonstration register was filled by an earlier release: {lacking} of today's businesses"
            " are not in it. Existing data is kept; anything that needs the missing businesses is skipped. To see"
            " everything, run the command with another LICENCE_QR_HOME and LICENCE_QR_KEYS."
        )
    click.echo("以上均为虚构的演示数据。 All of this is fictional demonstration data.")


def _fill(services: Services, now: datetime, as_json: bool) -> None:
    """Fill the register, with a progress bar on a terminal, else with a line for every ten businesses."""
    words = "填入演示数据 filling"
    stream = sys.stderr if as_json else sys.stdout
    if stream.isatty():
        with click.progressbar(length=services.demonstration_register.size, label=words, file=stream) as bar:
            services.demonstration_register.fill(now, lambda done, total: bar.update(1))
        return

    def tell(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            click.echo(f"{words} {done}/{total}", file=stream)

    services.demonstration_register.fill(now, tell)


def _passwords(services: Services) -> dict[str, str]:
    """The passwords of the demonstration accounts, created once and stored so that every run can print them.

    An account whose line was removed from the file is not added again: only its owner knows the password.
    """
    known = accounts_file.read(services.settings.home)
    names = (account.username for account in services.demonstration_register.wanted_accounts())
    missing = [name for name in names if name not in known and services.accounts.user(name) is None]
    if missing:
        known |= {name: made_password() for name in missing}
        # Written before the accounts are added, so that no password is lost in between.
        accounts_file.write(services.settings.home, known)
    return known


def _write_pictures(codes: tuple[DemonstrationCode, ...], folder: Path) -> dict[str, Path]:
    """Write a PNG for each code, and a list of them. Each time anew, as the address may have changed."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures, lines = {}, []
    for number, code in enumerate(codes, start=1):
        path = folder / f"{number:02d}-{code.name}.png"
        path.write_bytes(code.png)
        pictures[code.name] = path
        old = "（旧亮证牌 old card）" if code.verdict in ("old_print", "void_print") else ""
        lines += [f"{path.name}  {code.shows.zh} {code.shows.en}{old}", f"    {code.address}"]
    (folder / "index.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return pictures


def _say_accounts(accounts: tuple[DemonstrationAccount, ...], passwords: dict[str, str]) -> None:
    _say("账号 accounts", "用户名 user / 密码 password")
    for account in accounts:
        password = passwords.get(account.username, "（另行保管）")
        click.echo(f"  {_padded(account.username, 18)}{_padded(password, 20)}{account.display_name}")


def _say(label: str, text: str) -> None:
    click.echo(f"{_padded(label, _LABEL_WIDTH)}{text}")


def _padded(text: str, width: int) -> str:
    """``text`` padded to ``width`` columns of a terminal, where a Chinese character takes two."""
    return text + " " * max(1, width - columns(text))
