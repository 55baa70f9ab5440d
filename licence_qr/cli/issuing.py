"""``licence-qr issue`` and ``licence-qr notice``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from licence_qr.cli.console import behalf_options, whoever_runs_this
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.domain.characters.former_private_use import replacements, standardised
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.form import parse_application
from licence_qr.domain.publishing.sayings import standing
from licence_qr.domain.roles import Actor, Behalf, Role
from licence_qr.errors import AccessError, ConfigError
from licence_qr.services.issuing.application_file import fields_from_toml, read_application_file
from licence_qr.services.publishing.display_cards import CodeForm
from licence_qr.services.register import access

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services
    from licence_qr.domain.issuing.issued import IssuedPair
    from licence_qr.services.cases.counter import ItemLine
    from licence_qr.services.register.look_alikes import LookAlike


@click.command(cls=Command, short_help="按申请文件发证。 Issue from an application file.")
@click.argument("application", type=click.Path(path_type=Path), help="申请文件 (TOML)。 The application file (TOML).")
@click.option("--office", help="发证窗口，也可写在文件里。 Office that issues; can also be given in the file.")
@behalf_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="存放 PNG、SVG 和 PDF 的目录；PDF 需要字体 fonts-noto-cjk。 Folder for the PNG, SVG and PDF files; PDFs need "
    "the fonts of fonts-noto-cjk.",
)
@json_option
def issue(application: Path, office: str | None, behalf: Behalf | None, out: Path | None, as_json: bool) -> None:
    """按申请文件 APPLICATION（TOML）发营业执照和许可证。同一文件再次运行，结果相同，不会重复发证。文件格式见
    docs/using/application-file.md。历史中记为系统用户（console:…）所办；受人委托的，一并写明。

    Issue the licence and permits requested in APPLICATION (TOML).

    Running the same file again gives the same result; nothing is issued twice. For the file format see
    docs/using/application-file.md. The history names the system user (console:…) and, where given, the person on whose
    behalf it was done.
    """
    services = build(load_settings())
    data = read_application_file(application)
    fields = _standard(fields_from_toml(data, application.name))
    actor = _actor(services, office or fields.get("office", ""), behalf)
    fields.pop("office", None)
    now = datetime.now(UTC)
    parsed = parse_application(fields, services.catalogue, actor.office, local_date(now), services.demonstration)
    if out:
        _demand_usable(out)  # before issuing: the numbers would be given
    services.check.before_issuing()
    for other in services.issuance.look_alikes(parsed.entity):
        click.echo(_look_alike(other), err=True)
    key = "file:" + hashlib.sha256(data).hexdigest()
    pair = services.issuance.issue(parsed, actor, key, now)
    files: list[str] = []
    try:
        if out:
            for name, content in _prints(services, actor, pair, now):
                (out / name).write_bytes(content)
                files.append(str(out / name))
    finally:
        # Also when a print fails: the permits are issued, and their numbers must be known.
        result = _result(pair, services.counter_items.of_business(actor, pair.uscc, now), files)
        if as_json:
            say(result)
        else:
            click.echo(_as_text(result))


def _standard(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with the standard characters in place of former private-use code points, which is told."""
    for name, text in fields.items():
        if told := replacements(text):
            click.echo(
                f"{name}: 旧码位已换成标准字 former code points replaced by standard characters: {told}", err=True
            )
    return {name: standardised(text) for name, text in fields.items()}


def _look_alike(other: LookAlike) -> str:
    zh, en = ("名称相同", "the same name") if other.same else ("名称形似", "a name that looks alike")
    said = f"注意：登记库里已有{zh}的经营主体 {other.uscc}，请核对。"
    return f"{said} Note: {other.uscc} in the register has {en}: {other.name}"


def _demand_usable(folder: Path) -> None:
    """Make a folder where there is none, and write into it once. Raises OSError that names it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(b"-")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error


def _actor(services: Services, office: str, behalf: Behalf | None) -> Actor:
    """The system user as a clerk of the office; on behalf of somebody, only where that person may issue."""
    actor = replace(whoever_runs_this(), office=office, roles=frozenset({Role.CLERK}))
    if behalf:
        person = services.accounts.user(behalf.username)
        if person is None:
            raise AccessError("account_unknown", username=behalf.username)
        access.demand(person, access.TAKE_APPLICATIONS)
        access.demand(person, access.TAKE_APPLICATIONS, office or person.office)
        return replace(actor, office=person.office).on_behalf_of(person, behalf.reason)
    if office not in services.catalogue.windows:
        raise ConfigError("office_unknown", office=office, known="、".join(services.catalogue.windows))
    return actor


def _prints(services: Services, actor: Actor, pair: IssuedPair, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, one after the other: if a card cannot be printed, the symbol is still written."""
    stem, prints = f"{pair.uscc}-v{pair.code.version}", services.prints
    forms: tuple[CodeForm, ...] = ("png", "svg")
    for form in forms:
        yield f"{stem}.{form}", prints.code_file(actor, pair.uscc, form, now)
    for size in ("A4", "A5"):
        yield f"{stem}-{size}.pdf", prints.card_pdf(actor, pair.uscc, size, now)


def _result(pair: IssuedPair, items: tuple[ItemLine, ...], files: list[str]) -> dict[str, Any]:
    return {
        "application_no": pair.application_no,
        "uscc": pair.uscc,
        "holder_name": pair.holder_name,
        "permits": [
            {"permit_type": p.permit_type, "permit_no": p.permit_no or None, "pending": p.pending} for p in pair.permits
        ],
        "items": [_item(line) for line in items],
        "code_number": pair.code.code_id.number,
        "version": pair.code.version,
        "address": pair.code.address,
        "repeated": pair.repeated,
        "files": files,
    }


def _item(line: ItemLine) -> dict[str, Any]:
    """Where one item of the business stands now, also when the same file is run again later."""
    words = standing(line.standing)
    return {
        "permit_type": line.item.permit_type,
        "name": {"zh": line.permit_type.zh, "en": line.permit_type.en},
        "authority": {"zh": line.authority.zh, "en": line.authority.en},
        "action": line.item.action.value,
        "reason": {"zh": line.item.reason.zh, "en": line.item.reason.en},
        "standing": line.standing.value,
        "zh": words.zh,
        "en": words.en,
        "permit_no": (line.permit.permit_no if line.permit else "") or None,
    }


def _as_text(result: dict[str, Any]) -> str:
    lines = [
        f"受理号 application  {result['application_no']}" + ("  (已发证 issued before)" if result["repeated"] else ""),
        f"营业执照 licence    {result['uscc']}  {result['holder_name']}",
    ]
    for permit in result["permits"]:
        lines.append(f"许可证 permit      {permit['permit_no'] or '受理中 pending'}  ({permit['permit_type']})")
    lines += [
        f"事项 item          {item['name']['zh']} {item['name']['en']}: {item['zh']} {item['en']}"
        f" ({item['authority']['zh']})"
        for item in result["items"]
    ]
    lines += [
        f"编号 code number   {result['code_number']}  v{result['version']}",
        f"地址 address       {result['address']}",
    ]
    lines += [f"文件 file          {name}" for name in result["files"]]
    return "\n".join(lines)


@click.command(cls=Command, short_help="打印告知承诺书。 Print the notice in force today.")
@click.option(
    "--permit-type",
    help="许可种类，按目录中的 id；只有一种有告知承诺书时可不写。"
    " Type of permit, by its id in the catalogue; not needed while only one has a notice.",
)
@json_option
def notice(permit_type: str | None, as_json: bool) -> None:
    """打印今天有效的告知承诺书，附版本号和哈希值。

    Print the notify and commit notice (告知承诺书) in force today, with its version and hash."""
    services = build(load_settings())
    today = local_date(datetime.now(UTC))
    wanted = [permit_type] if permit_type else list(services.catalogue.permit_types)
    there = [found for each in wanted if (found := services.catalogue.notice(each, today))]
    if len(there) > 1:
        raise ConfigError("notice_of_which_type", known="、".join(each.permit_type for each in there))
    if not there:
        raise ConfigError("notice_none", permit_type=permit_type or "-")
    found = there[0]
    if as_json:
        facts = {"notice_id": found.id, "notice_version": found.version, "notice_sha256": found.sha256}
        say(facts | {"text": found.text})
        return
    click.echo(f"notice_id = {found.id}\nnotice_version = {found.version}\nnotice_sha256 = {found.sha256}\n")
    click.echo(found.text)
