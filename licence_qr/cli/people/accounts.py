"""``licence-qr account roles``, ``enable`` and ``service-only``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.help import Command, Group
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.cli.people.confirmers import NamedTwo, NewRoles, two_for, two_options
from licence_qr.config import load_settings
from licence_qr.domain.roles import Role
from licence_qr.errors import ConfigError

_username = click.argument("username", help="用户名。 User name.")


@click.command("roles", cls=Command, short_help="变更角色。 Change the roles.")
@_username
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    type=click.Choice([role.value for role in Role]),
    help="今后的角色，可写多次。 The roles from now on; may be given more than once.",
)
@two_options
@json_option
def change_roles(username: str, roles: tuple[str, ...], named: NamedTwo, as_json: bool) -> None:
    """变更账号的角色，立即生效，已登录的也一样。不能由同一人担任的角色，不予变更。

    Change the roles of an account, at once, also where it is signed in. Roles that one person must not have together are
    refused.

    增加审批、监督、目录、管理或审计角色的，人员管理员和第二人在本机各自输入密码和验证码；还没有这样两个人时除外。

    A role that decides, inspects, keeps rules, manages people or audits takes an administrator and a second person, who each
    enter password and code here, as soon as there are two who could."""
    services, now = build(load_settings()), datetime.now(UTC)
    staff, chosen = services.staff, frozenset(Role(role) for role in roles)
    user_id = staff.account(username)
    gained = chosen - staff.roles_of(user_id)
    two = two_for(services, NewRoles(username, chosen, gained), named, now)
    by, asked_by = (two[1], two[0].username) if two else (whoever_runs_this(), "")
    staff.set_roles(user_id, chosen, by, now, asked_by=asked_by)
    if as_json:
        say({"username": username, "roles": sorted(chosen)})
        return
    click.echo(f"角色 roles  {username}  {', '.join(sorted(chosen))}")


@click.command("enable", cls=Command, short_help="恢复账号。 Enable a disabled account.")
@_username
@two_options
@json_option
def enable_account(username: str, named: NamedTwo, as_json: bool) -> None:
    """恢复停用的账号，角色和密码与停用前相同。有的角色须两人，见 account roles。

    Enable a disabled account again, with the roles and the password it had. Some roles take two people: see account
    roles."""
    services, now = build(load_settings()), datetime.now(UTC)
    user_id = services.staff.account(username)
    roles = services.staff.roles_of(user_id)
    two = two_for(services, NewRoles(username, roles, roles), named, now)
    by, asked_by = (two[1], two[0].username) if two else (whoever_runs_this(), "")
    services.staff.reopen(user_id, by, now, asked_by=asked_by)
    if as_json:
        say({"username": username, "disabled": False})
        return
    click.echo(f"已恢复 enabled    {username}")


@click.group("service-only", cls=Group, short_help="密码能否登录。 Whether the password signs in.")
def service_only() -> None:
    """账号是否只由统一身份认证平台打开；密码仍用于确认重要事项。

    Whether only the identity service opens an account; its password still confirms serious acts.
    """


@service_only.command("set", cls=Command, short_help="只由统一身份认证登录。 Identity service only.")
@_username
@json_option
def set_service_only(username: str, as_json: bool) -> None:
    """密码不再能登录，已有的登录全部结束。

    Let the password sign nobody in any more; all sessions end."""
    if load_settings().identity_service is None:
        raise ConfigError("service_only_without_service")
    _say_way(username, only=True, as_json=as_json)


@service_only.command("lift", cls=Command, short_help="恢复密码登录。 The password too.")
@_username
@json_option
def lift_service_only(username: str, as_json: bool) -> None:
    """恢复密码登录，统一身份认证仍可使用。

    Let the password sign in again; the identity service still does."""
    _say_way(username, only=False, as_json=as_json)


def _say_way(username: str, *, only: bool, as_json: bool) -> None:
    accounts = build(load_settings()).accounts.acting(whoever_runs_this())
    accounts.set_service_only(username, datetime.now(UTC), only=only)
    if as_json:
        say({"username": username, "service_only": only})
        return
    click.echo(f"{'只由统一身份认证登录 service only' if only else '密码可登录 password too'}  {username}")
