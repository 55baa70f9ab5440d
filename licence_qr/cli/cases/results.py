"""``licence-qr case-results``: results of an authority that come as a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from licence_qr import wording
from licence_qr.cli.console import behalf_options, whoever_runs_this
from licence_qr.cli.errors import as_facts
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.domain.roles import Actor, Behalf, Role
from licence_qr.errors import AccessError, ConfigError, UnreadableError
from licence_qr.services.cases.results_file import MAX_FILE_BYTES, EnteredRow, RowResult, enter_results, read_results
from licence_qr.services.register import access

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

_SAID = {
    RowResult.GRANTED: "准予许可，已并入 granted",
    RowResult.REFUSED: "不予许可，已记录 refused",
    RowResult.ALREADY: "此前已记录，未改动 entered before, nothing changed",
    RowResult.NOT_DONE: "没有记入 not entered",
}


@click.command("case-results", cls=Command, short_help="记入部门的办理结果。 Enter an authority's results.")
@click.argument("file", type=click.Path(path_type=Path), help="结果文件 (CSV)。 The file of results (CSV).")
@click.option("--office", help="作决定的部门。 Office of the authority that decides.")
@behalf_options
@json_option
def case_results(file: Path, office: str | None, behalf: Behalf | None, as_json: bool) -> None:
    """把部门办结的结果文件 FILE（CSV，首行为表头）逐行记入。每行一个结论，写不进的行不影响其他行。再次运行不会改动任何
    内容。文件格式见 docs/using/cases.md。历史中记为系统用户（console:…）所办；受人委托的，一并写明。

    Enter the results in FILE (CSV, with headings in its first line), which an authority has decided.

    Every row gets a verdict; one that cannot be entered stops no other. Running it again changes nothing. For the file
    format see docs/using/cases.md. The history names the system user (console:…) and, where given, the person on whose
    behalf it was done. Exit status 1 if a row was not entered.
    """
    services = build(load_settings())
    actor = _actor(services, office, behalf)
    rows = read_results(_content(file), file.name)
    services.check.before_issuing()
    told = []
    for verdict in enter_results(services.officers, services.catalogue, actor, rows, datetime.now(UTC)):
        told.append(verdict)
        if not as_json:
            _tell(verdict)
    counts = Counter(each.verdict for each in told)
    if as_json:
        say({"rows": [_facts(each) for each in told], **{each.value: counts[each] for each in RowResult}})
    else:
        click.echo("；".join(f"{words}: {counts[verdict]}" for verdict, words in _SAID.items()))
    if counts[RowResult.NOT_DONE]:
        click.get_current_context().exit(1)


def _actor(services: Services, office: str | None, behalf: Behalf | None) -> Actor:
    """The system user as an officer of the authority; on behalf of somebody, only where that person may decide."""
    actor = replace(whoever_runs_this(), office=office or "", roles=frozenset({Role.DECIDER}))
    if behalf:
        person = services.accounts.user(behalf.username)
        if person is None:
            raise AccessError("account_unknown", username=behalf.username)
        access.demand(person, access.DECIDE_ITEMS)
        access.demand(person, access.DECIDE_ITEMS, office or person.office)
        actor = replace(actor, office=person.office).on_behalf_of(person, behalf.reason)
    known = [each.id for each in services.catalogue.offices.values() if each.authority]
    if actor.office not in known:
        raise ConfigError("office_unknown", office=actor.office, known="、".join(known))
    return actor


def _content(file: Path) -> bytes:
    """The file, and one byte more where it is larger than is accepted."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE_BYTES + 1)
    except OSError:
        raise UnreadableError("file_unreadable", name=file) from None


def _tell(told: EnteredRow) -> None:
    row = told.row
    click.echo(f"{row.line}  {row.cell('application_no')}  {row.cell('permit_type')}: {_SAID[told.verdict]}")
    for problem in told.error.parts or (told.error,) if told.error else ():
        for language in wording.LANGUAGES:
            click.echo(f"   {wording.explain(problem, language)}")


def _facts(told: EnteredRow) -> dict[str, Any]:
    row = told.row
    return {
        "line": row.line,
        "application_no": row.cell("application_no"),
        "permit_type": row.cell("permit_type"),
        "verdict": told.verdict.value,
        "errors": as_facts(told.error) if told.error else [],
    }
