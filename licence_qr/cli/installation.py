"""Show the settings of an installation, and manage its accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from licence_qr.cli.console import shows_people, whoever_runs_this
from licence_qr.cli.help import Command, Group
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.cli.people.confirmers import NamedTwo, NewRoles, confirmer, two_for, two_options
from licence_qr.config import given_values, load_settings
from licence_qr.config.shown import ShownSetting, shown_settings
from licence_qr.domain.accounts.role_grants import TAKES_TWO
from licence_qr.domain.roles import Role
from licence_qr.errors import ConfigError
from licence_qr.services.accounts.passwords import made_password

if TYPE_CHECKING:
    from licence_qr.services.accounts.accounts import AccountHolder, Accounts

_SOURCES = {
    "default": "默认 default",
    "environment": "环境变量 environment",
    "credential": "systemd 凭据 credential of systemd",
}
_HIDDEN = "（不显示：没有这个文件，写的可能是密码本身 hidden: no such file, it may be the secret itself）"


@click.command("settings", cls=Command, short_help="显示设置及其来源。 Show each setting and where it comes from.")
@json_option
def show_settings(as_json: bool) -> None:
    """显示每项设置的值，以及它来自默认、设置文件的哪一行，还是环境变量。口令、PIN 和密码不显示。

    Show the value of each setting, and whether it is a default, from a line of the settings file, or from the environment.
    Passphrases, PINs and passwords are not shown.

    设置有误时，指出所有错误后以 1 退出，可在启动服务前检查。 If settings are wrong, all faults are listed and the exit
    status is 1, so this checks them before the service is started.
    """
    values = given_values()
    shown = shown_settings(values)
    if as_json:
        say(
            {
                "file": None if values.file is None else str(values.file),
                "settings": [_setting_facts(each) for each in shown],
            }
        )
        return
    for each in shown:
        value = _HIDDEN if each.value is None else each.value or "（空 empty）"
        click.echo(f"{each.setting.name} = {value}")
        click.echo(f"    {each.setting.meaning.zh} {each.setting.meaning.en.replace('`', '')}")
        click.echo(f"    来自 from: {_SOURCES.get(each.source, each.source)}")


def _setting_facts(shown: ShownSetting) -> dict[str, Any]:
    return {"name": shown.setting.name, "key": shown.setting.key, "value": shown.value, "source": shown.source}


@click.group(cls=Group, short_help="登录窗口的账号。 Accounts for signing in at the desk.")
def account() -> None:
    """登录窗口的账号。

    Accounts for signing in at the desk.
    """


_username = click.argument("username", help="用户名。 User name.")


def _accounts() -> Accounts:
    return build(load_settings()).accounts.acting(whoever_runs_this())


@account.command("add", short_help="添加账号。 Add an account.")
@_username
@click.option("--name", "display_name", required=True, help="窗口显示的姓名。 Name shown at the desk.")
@click.option(
    "--office",
    required=True,
    help="窗口编号，即目录 offices.toml 中的 id。 Office id, as in offices.toml of the catalogue.",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    type=click.Choice([role.value for role in Role]),
    help="角色，可写多次。 Role; may be given more than once: " + ", ".join(role.value for role in Role),
)
@click.option(
    "--staff-no",
    default="",
    help="工号；同一工号就是同一人。 Staff number; accounts with one number are of one person.",
)
@two_options
@json_option
def add_account(
    username: str,
    display_name: str,
    office: str,
    roles: tuple[str, ...],
    staff_no: str,
    *,
    named: NamedTwo,
    as_json: bool,
) -> None:
    """添加账号；初始密码只显示这一次，不存放在任何地方，首次登录时必须修改。

    Add an account. The initial password is shown once, not stored anywhere, and must be changed at the first sign-in.

    审批、监督、目录、管理和审计角色须两人，见 account roles。
    Roles that decide, inspect, keep rules, manage people or audit take two people: see account roles."""
    services, now, wanted = build(load_settings()), datetime.now(UTC), frozenset(Role(role) for role in roles)
    if office not in services.catalogue.offices:
        raise ConfigError("office_unknown", office=office, known="、".join(services.catalogue.offices))
    two = two_for(services, NewRoles(username, wanted, wanted, staff_no), named, now)
    password, alone = made_password(), wanted - TAKES_TWO if two else wanted
    user_id = services.accounts.acting(whoever_runs_this()).create(
        username, display_name, office, alone, password, now, must_change=True, staff_no=staff_no
    )
    if two:
        services.staff.set_roles(user_id, wanted, two[1], now, asked_by=two[0].username)
    if as_json:
        person = {"username": username, "display_name": display_name, "office": office, "roles": sorted(set(roles))}
        say(person | {"password": password})
        return
    click.echo(f"用户名 user      {username}")
    click.echo(f"初始密码 password {password}")


@account.command("password", short_help="换新密码。 Set a new password.")
@_username
@json_option
def new_password(username: str, as_json: bool) -> None:
    """换新密码，只显示这一次，登录时必须修改；该账号的所有登录随即失效。

    Set a new password, shown once, which must be changed when signing in. All sessions of the account end."""
    password = made_password()
    _accounts().set_password(username, password, datetime.now(UTC))
    if as_json:
        say({"username": username, "password": password})
        return
    click.echo(f"用户名 user      {username}")
    click.echo(f"新密码 password  {password}")


@account.command("disable", short_help="停用账号。 Disable an account.")
@_username
@json_option
def disable_account(username: str, as_json: bool) -> None:
    """停用账号，所有登录随即失效；办过的事留在历史里。

    Disable an account and end all its sessions. What was done with it stays in the history."""
    _accounts().disable(username, datetime.now(UTC))
    if as_json:
        say({"username": username, "disabled": True})
        return
    click.echo(f"已停用 disabled   {username}")


@account.command("reset-second-factor", short_help="两人重设第二重验证。 Reset second factors.")
@_username
@click.option("--administrator", required=True, help="管理员的用户名。 User name of the administrator.")
@click.option("--second", required=True, help="另一人的用户名。 User name of the second person.")
@click.option("--reason", required=True, help="原因，以及怎样核实了本人。 Why, and how the owner was recognised.")
@json_option
def reset_second_factor(username: str, administrator: str, second: str, reason: str, as_json: bool) -> None:
    """移除账号的全部第二重验证和恢复码，所有登录随即失效。用于手机和恢复码都丢失时。

    Remove all second factors and recovery codes of an account, and end its sessions. For somebody who has lost both phone
    and recovery codes.

    管理员和另一人各自输入密码；有第二重验证的，还要输入验证码。两人都不能是账号本人。 The administrator and the second
    person each enter their password, and a code if they have a second factor. Neither may be the owner of the account.

    第二人须是另一位人员管理员或本窗口负责人；两人的账号不得都在本机开通。 The second person is another administrator or the
    supervisor of the office. Not both accounts may have been opened on this machine.
    """
    services = build(load_settings())
    _, *both = services.factor_reset.demand(username, administrator, second, datetime.now(UTC))
    first, other = (confirmer(services, each) for each in both)
    services.factor_reset.reset(username, first, other, reason, whoever_runs_this(), datetime.now(UTC))
    if as_json:
        say({"username": username, "reset": True})
        return
    click.echo(f"已重设 reset      {username}")


@account.command("list", short_help="列出账号。 List the accounts.")
@json_option
def list_accounts(as_json: bool) -> None:
    """列出所有账号：用户名、窗口、角色、是否停用、密码能否登录。不显示密码。

    List all accounts: user name, office, roles, whether disabled, whether the password signs in. Passwords are not shown.
    """
    services = build(load_settings())
    people = services.accounts.everybody()
    shows_people(services)
    if as_json:
        say({"accounts": [_person(person) for person in people]})
        return
    for person in people:
        roles = ", ".join(sorted(person.actor.roles))
        closed = "  已停用 disabled" if person.disabled else ""
        by_service = "  只由统一身份认证登录 service only" if person.service_only else ""
        shown = (f"{person.actor.username:<18}", f"{person.actor.office:<12}", f"{roles or '–'} ")
        click.echo(f"{' '.join(shown)} {person.actor.display_name}{closed}{by_service}")


def _person(person: AccountHolder) -> dict[str, Any]:
    return {
        "username": person.actor.username,
        "display_name": person.actor.display_name,
        "office": person.actor.office,
        "roles": sorted(person.actor.roles),
        "disabled": person.disabled,
        "service_only": person.service_only,
    }
