"""``licence-qr person``: the people of an installation, on the machine itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from licence_qr.cli.console import shows_people, whoever_runs_this
from licence_qr.cli.help import Group
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.domain.dates import SHANGHAI
from licence_qr.services.accounts.sessions import SessionLine
from licence_qr.services.accounts.staff import KnownPerson, PersonDetails
from licence_qr.services.audit.readings import ShownData

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

_OFFICE_HELP = "窗口编号，即目录 offices.toml 中的 id。 Office id, as in offices.toml of the catalogue."
_STAFF_NO_HELP = "工号，单位名册中的编号。 Staff number, as on the staff list."
_key = click.argument("key", type=int, help="人员编号，见 person list。 Key of the person, see person list.")
_other = click.argument("other", type=int, help="并入的人员编号。 Key of the entry that is merged into it and goes.")


@click.group(cls=Group, short_help="人员：账号是谁的。 People, to whom accounts belong.")
def person() -> None:
    """人员：账号是谁的。凡须由另一人办理的，比的是人员，不是账号。

    People, to whom accounts belong. Wherever another person is needed, people are compared, not accounts.
    """


@person.command("list", short_help="列出人员。 List the people.")
@json_option
def list_people(as_json: bool) -> None:
    """列出所有人员和账号，以及请核对的地方。

    List all people with their accounts, and what should be looked at."""
    services = build(load_settings())
    people = services.staff.everybody()
    shows_people(services)
    if as_json:
        say({"people": [_facts(each) for each in people]})
        return
    for each in people:
        known = each.person
        usernames = ", ".join(account.username for account in each.accounts) or "–"
        click.echo(f"{known.person_id:>5}  {known.staff_no or '–':<12} {known.office:<12} {known.name}  {usernames}")
        for told in each.told:
            click.echo(f"       ! {told.zh} {told.en}")


@person.command("add", short_help="登记人员。 Add a person.")
@click.option("--name", required=True, help="姓名。 Name.")
@click.option("--office", required=True, help=_OFFICE_HELP)
@click.option("--staff-no", default="", help=_STAFF_NO_HELP)
@json_option
def add_person(name: str, office: str, staff_no: str, as_json: bool) -> None:
    """登记一个还没有账号的人员。

    Add a person who has no account yet."""
    services = build(load_settings())
    key = services.staff.add(PersonDetails(staff_no, name, office), whoever_runs_this(), datetime.now(UTC))
    _tell(_shown(services, key), as_json)


@person.command("change", short_help="更正人员信息。 Change the details of a person.")
@_key
@click.option("--name", help="姓名。 Name.")
@click.option("--office", help=_OFFICE_HELP)
@click.option("--staff-no", help=_STAFF_NO_HELP)
@json_option
def change_person(key: int, name: str | None, office: str | None, staff_no: str | None, as_json: bool) -> None:
    """更正工号、姓名或所在窗口，没有写的不变。账号显示的姓名和所属窗口，与原来相同的一并更改。

    Change staff number, name or office; what is not given stays. Accounts that had the old name or office get the new
    one.

    审批、监督角色不随人转到另一窗口，须用 account roles 重新授予。
    Roles that decide or inspect do not move to another office: give them anew with account roles."""
    services = build(load_settings())
    known = services.staff.one(key).person
    details = PersonDetails(
        staff_no=known.staff_no if staff_no is None else staff_no,
        name=known.name if name is None else name,
        office=known.office if office is None else office,
    )
    lost = services.staff.change(key, details, whoever_runs_this(), datetime.now(UTC))
    shown = _shown(services, key)
    if as_json:
        say({**_facts(shown), "roles_to_give": {each.username: sorted(each.roles) for each in lost}})
        return
    _tell(shown, as_json)
    for each in lost:
        click.echo(f"角色须重新授予 give these roles anew  {each.username}  {', '.join(sorted(each.roles))}")


@person.command("merge", short_help="两条记录是同一人。 Two entries are one person.")
@_key
@_other
@json_option
def merge_people(key: int, other: int, as_json: bool) -> None:
    """登记两条记录是同一人：OTHER 的账号归到 KEY，OTHER 不再保留。不能撤销。

    Record that two entries are one person: KEY gets the accounts of OTHER, which goes. It cannot be undone."""
    services = build(load_settings())
    of_both = services.staff.merge(key, other, whoever_runs_this(), datetime.now(UTC))
    shown = _shown(services, key)
    if as_json:
        say({**_facts(shown), "acts_of_both": list(of_both)})
        return
    _tell(shown, as_json)
    for subject in of_both:
        click.echo(f"当时按两人办理，请核查 counted as two people, check it  {subject}")


@person.command("unbind", short_help="解除身份绑定。 Unbind from the identity service.")
@_key
@click.option("--reason", required=True, help="原因，写明核实了什么。 The reason: what was made sure of.")
@json_option
def unbind_person(key: int, reason: str, as_json: bool) -> None:
    """解除人员与统一身份认证平台中一个身份的绑定；下次用其工号登录的身份将与其绑定。

    Unbind a person from an identity of the identity service; whoever next comes with their staff number is bound."""
    services = build(load_settings())
    services.identity_bindings.unbind_by(key, reason, whoever_runs_this(), datetime.now(UTC))
    _tell(_shown(services, key), as_json)


def _shown(services: Services, key: int) -> KnownPerson:
    """The person, whom the command is about to print: it may have changed nothing, and then this is its only trace."""
    seen = ShownData(f"person/{key}", ("name", "staff_no"))
    services.readings.seen(whoever_runs_this(), seen, datetime.now(UTC))
    return services.staff.one(key)


def _tell(known: KnownPerson, as_json: bool) -> None:
    if as_json:
        say(_facts(known))
        return
    click.echo(f"人员编号 person  {known.person.person_id}")
    click.echo(f"账号 accounts    {', '.join(account.username for account in known.accounts) or '–'}")


def _facts(known: KnownPerson) -> dict[str, Any]:
    return {
        "key": known.person.person_id,
        "staff_no": known.person.staff_no,
        "name": known.person.name,
        "office": known.person.office,
        "accounts": [account.username for account in known.accounts],
        "told": [{"zh": told.zh, "en": told.en} for told in known.told],
    }


@person.command("sessions", short_help="列出现有登录。 List the live sessions.")
@_key
@json_option
def list_sessions(key: int, as_json: bool) -> None:
    """列出一人各账号现有的登录：设备、网络、最近使用的时间。

    List the live sessions of a person, of all their accounts: device, network, last use."""
    services, now = build(load_settings()), datetime.now(UTC)
    found = services.staff_sessions.of_person(key, now)
    services.readings.seen(whoever_runs_this(), ShownData(f"person/{key}", ("device", "network")), now)
    if as_json:
        say({"sessions": [_session(each) for each in found]})
        return
    for line in found:
        used = line.session.last_seen_at.astimezone(SHANGHAI).isoformat(timespec="minutes")
        click.echo(f"{line.account.username:<20} {used}  {line.session.network}  {line.session.device or '–'}")


@person.command("sign-out", short_help="结束全部登录。 End all sessions.")
@_key
@json_option
def sign_out(key: int, as_json: bool) -> None:
    """结束一人各账号的全部登录，登录过的设备不再记住。密码不变。

    End all sessions of a person, of all their accounts; no device is known any more. The passwords stay."""
    ended = build(load_settings()).staff_sessions.end_all_of(key, whoever_runs_this(), datetime.now(UTC))
    if as_json:
        say({"ended": ended})
        return
    click.echo(f"已结束登录 sessions ended  {ended}")


def _session(line: SessionLine) -> dict[str, str]:
    return {
        "username": line.account.username,
        "device": line.session.device,
        "network": line.session.network,
        "signed_in_at": line.session.created_at.isoformat(),
        "last_used_at": line.session.last_seen_at.isoformat(),
    }
