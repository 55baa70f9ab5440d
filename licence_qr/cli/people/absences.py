"""``licence-qr person absence``: absences and substitutes, on the machine itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from licence_qr.cli.console import behalf_options, whoever_runs_this
from licence_qr.cli.help import Group
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.domain.accounts.absences import Absence, AbsenceDetails, AbsenceKind
from licence_qr.domain.roles import Actor, Behalf
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import AccessError, InputError
from licence_qr.services.audit.readings import ShownData

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

_person = click.argument("person", type=int, help="人员编号，见 person list。 Key of the person, see person list.")
_absence = click.argument("key", type=int, help="登记编号，见 absence list。 Key of the absence, see absence list.")
_KIND_HELP = "事由大类，可不写。 Kind of absence; may be left out."
_NOBODY = "nobody"
_SUBSTITUTE_HELP = "代办人的人员编号；无人代办写 nobody。 Key of the person who stands in; “nobody” if nobody does."
_kind = click.option("--kind", type=click.Choice([kind.value for kind in AbsenceKind]), help=_KIND_HELP)


@click.group(cls=Group, short_help="不在岗和代办。 Absences and substitutes.")
def absence() -> None:
    """不在岗和代办：哪些天、由谁代办。起止两天都算在内。

    Absences and substitutes: on which days, and who stands in. Both days count.
    """


@absence.command("list", short_help="列出一人的登记。 List those of a person.")
@_person
@json_option
def list_absences(person: int, as_json: bool) -> None:
    """列出一人尚未结束的不在岗登记。

    List the absences of a person that are not over."""
    services = build(load_settings())
    found = services.absences.book.of(person, datetime.now(UTC))
    seen = ShownData(f"person/{person}", ("absence",))
    services.readings.seen(whoever_runs_this(), seen, datetime.now(UTC))
    if as_json:
        say({"absences": [_facts(each) for each in found]})
        return
    for each in found:
        _line(each)


@absence.command("enter", short_help="登记不在岗。 Record an absence.")
@_person
@click.option("--from", "first", required=True, help="起始日期，2026-12-01。 First day, 2026-12-01.")
@click.option("--to", "last", required=True, help="截止日期，当天算在内。 Last day, which counts.")
@click.option("--substitute", "named", required=True, help=_SUBSTITUTE_HELP)
@_kind
@behalf_options
@json_option
def enter_absence(
    *,
    person: int,
    first: str,
    last: str,
    named: str,
    kind: str | None,
    behalf: Behalf | None,
    as_json: bool,
) -> None:
    """登记一人哪些天不在岗、由谁代办。

    Record on which days a person is absent, and who stands in."""
    services, now = build(load_settings()), datetime.now(UTC)
    first_day, last_day = read_date(first, "from"), read_date(last, "to")
    details = AbsenceDetails(first_day, last_day, _substitute(named), AbsenceKind(kind) if kind else None)
    key = services.absences.book.enter(person, details, _whoever(services, person, behalf), now)
    _tell(services, key, as_json)


@absence.command("change", short_help="更正登记。 Correct one.")
@_absence
@click.option("--from", "first", help="起始日期。 First day.")
@click.option("--to", "last", help="截止日期。 Last day.")
@click.option("--substitute", "named", help=_SUBSTITUTE_HELP)
@_kind
@behalf_options
@json_option
def change_absence(
    *,
    key: int,
    first: str | None,
    last: str | None,
    named: str | None,
    kind: str | None,
    behalf: Behalf | None,
    as_json: bool,
) -> None:
    """更正日期、代办人或事由，没有写的不变。中途换代办人的，昨天为止记原代办人，今天起另立一条。

    Correct days, substitute or kind; what is not given stays. Where another substitute takes over on the way, the absence
    ends yesterday and another begins today."""
    services, now = build(load_settings()), datetime.now(UTC)
    known = services.absences.book.one(key)
    details = replace(
        known.details,
        first_day=read_date(first, "from") if first else known.details.first_day,
        last_day=read_date(last, "to") if last else known.details.last_day,
        substitute_id=_substitute(named) if named else known.details.substitute_id,
        kind=AbsenceKind(kind) if kind else known.details.kind,
    )
    changed = services.absences.book.change(key, details, _whoever(services, known.person_id, behalf), now)
    _tell(services, changed, as_json)


@absence.command("end", short_help="提前结束。 End one early.")
@_absence
@behalf_options
@json_option
def end_absence(key: int, behalf: Behalf | None, as_json: bool) -> None:
    """提前结束：今天起恢复在岗；尚未开始的，收回登记。

    End an absence early: the person is back from today. One that has not begun is retracted."""
    services = build(load_settings())
    person = services.absences.book.one(key).person_id
    services.absences.book.end(key, _whoever(services, person, behalf), datetime.now(UTC))
    _tell(services, key, as_json)


def _whoever(services: Services, person_id: int, behalf: Behalf | None) -> Actor:
    """The system user; on behalf of somebody, only where that person may record this absence."""
    actor = whoever_runs_this()
    if behalf is None:
        return actor
    wanted = services.accounts.user(behalf.username)
    if wanted is None:
        raise AccessError("account_unknown", username=behalf.username)
    services.absences.plan(wanted, person_id)
    return actor.on_behalf_of(wanted, behalf.reason)


def _substitute(named: str) -> int | None:
    """The key of a substitute, or None for nobody. Raises InputError ``substitute_unknown``."""
    if named == _NOBODY:
        return None
    if not (named.isascii() and named.isdecimal()):
        raise InputError("substitute_unknown", field="substitute")
    return int(named)


def _tell(services: Services, key: int, as_json: bool) -> None:
    known = services.absences.book.one(key)
    if as_json:
        say(_facts(known))
    else:
        _line(known)


def _line(known: Absence) -> None:
    details, ended = known.details, "  （已收回 retracted）" if known.retracted_at else ""
    stands_in = details.substitute_id or "–"
    click.echo(
        f"{known.absence_id:>5}  {known.person_id:>5}  {details.first_day} – {details.last_day}"
        f"  代办人 substitute {stands_in}{ended}"
    )


def _facts(known: Absence) -> dict[str, Any]:
    details = known.details
    return {
        "key": known.absence_id,
        "person": known.person_id,
        "from": details.first_day.isoformat(),
        "to": details.last_day.isoformat(),
        "substitute": details.substitute_id,
        "kind": details.kind.value if details.kind else None,
        "retracted": known.retracted_at is not None,
    }
