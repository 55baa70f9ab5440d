"""What runs once a day, ``licence-qr life sweep`` and ``licence-qr remind``; and the state on a past day."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from licence_qr.cli.console import whoever_runs_this
from licence_qr.cli.errors import tell
from licence_qr.cli.help import Command, Group
from licence_qr.cli.json_output import json_option, say
from licence_qr.cli.late import build
from licence_qr.config import load_settings
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.work.tasks import DueStep
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import NotFoundError, RuleError
from licence_qr.services.audit.readings import ShownData

if TYPE_CHECKING:
    from licence_qr.services.lifecycle.sweep import Swept
    from licence_qr.services.register.state_on_day import PastState

_STEPS = {
    DueStep.OVERDUE: "已逾期 overdue",
    DueStep.URGENT: "30 天内 urgent",
    DueStep.SOON: "60 天内 soon",
    DueStep.NOTICE: "90 天内 notice",
}


@click.group(cls=Group, short_help="发证以后的事。 After issuing.")
def life() -> None:
    """执照和许可证发出以后的事（生命周期）。

    What happens to licences and permits after they are issued."""


@life.command(short_help="每日整理，每天运行一次。 Daily sweep; run it once a day.")
@json_option
def sweep(as_json: bool) -> None:
    """每日整理：把日历已经决定的事记入登记库，每天运行一次（如用 cron）。按时申请而期满未决的延续视为准予，换发新版二维码；
    到期的标记和歇业记入历史；群众留下的内容、久未填写的申请和查看、登录等记录满期删除；服务器中断时留下的照片文件一并清除；已登记未签名的
    二维码补签；状态列表重新签发。再次运行不会重复。

    Daily sweep: record what the calendar has decided. Run it once a day, for example from cron.

    Renewals applied for in time and not decided before expiry are deemed granted: they get a new expiry date and
    a new version of the code. Marks and dormancies that have ended are recorded in the history. What the public wrote is
    deleted when its retention period ends, and so are applications that nobody went on with and the records of who viewed
    what and signed in. Photo files left behind
    when the server was interrupted are removed. Codes that wait for a signature get it, and the status list is signed anew.
    Running it again changes nothing.
    """
    services, now = build(load_settings()), datetime.now(UTC)
    cases = services.reports.sweep(now), services.ratings.sweep(now)
    drafts = services.applications.sweep(now)
    swept = services.life_sweep.run(now)  # late: a missing signing key must not stop deletions
    by = whoever_runs_this()
    traces = services.trace_keeping.sweep(by, now)
    services.coding.finishing.finish_waiting(now, again=True)
    services.status_publishing.publish(now)
    contacts, words = sum(case.contacts for case in cases), sum(case.words for case in cases)
    deleted = {"contacts_deleted": contacts, "words_deleted": words, "drafts_deleted": drafts, "traces_deleted": traces}
    counts = asdict(swept) | deleted
    services.trace_keeping.note_sweep(by, now, counts)
    if as_json:
        say(counts)
    else:
        _say_swept(swept, deleted)
    if swept.unswept:
        tell(RuleError("sweep_incomplete", count=len(swept.unswept), businesses="、".join(swept.unswept)))
        raise click.exceptions.Exit(1)


def _say_swept(swept: Swept, deleted: Mapping[str, int]) -> None:
    click.echo(f"视为准予延续 deemed renewed: {swept.renewals}")
    click.echo(f"歇业期满 dormancies ended: {swept.rests}")
    click.echo(f"名录、标记期满 marks ended: {swept.marks}")
    click.echo(f"残留的照片文件 leftover photo files removed: {swept.files_removed}")
    click.echo(f"群众反映和评价：删除联系方式和照片 contacts and photos deleted: {deleted['contacts_deleted']}")
    click.echo(f"群众反映和评价：删除文字 text deleted: {deleted['words_deleted']}")
    click.echo(f"久未填写的申请删除 untouched applications deleted: {deleted['drafts_deleted']}")
    click.echo(f"查看、登录等记录期满删除 access records deleted: {deleted['traces_deleted']}")


@life.command(short_help="某一天的状态。 Status on a given day.")
@click.argument("uscc", help="统一社会信用代码。 Unified social credit code.")
@click.option(
    "--on", "on_day", help="哪一天，如 2026-11-23；默认今天。 The day, for example 2026-11-23; default today."
)
@click.option(
    "--known",
    help="按登记库当日终了时所知；默认按今天所知。 As the register knew it at the end of that day; default as known today.",
)
@json_option
def show(uscc: str, on_day: str | None, known: str | None, as_json: bool) -> None:
    """打印执照和许可证在某一天的状态，由历史推算；总是输出一个 JSON 对象，有无 --json 都一样。

    Print the status of a licence and its permits on a given day, worked out from the history. Always one JSON object, with
    or without --json.
    """
    now = datetime.now(UTC)
    day = read_date(on_day, "on") if on_day else local_date(now)
    services = build(load_settings())
    state = services.life.state_on(uscc, day, _end_of(read_date(known, "known")) if known else None)
    if state.entity is None:
        raise NotFoundError("business_not_known_then", uscc=uscc, day=day.isoformat())
    seen = ShownData(f"history/{uscc}", ("name", "principal", "domicile", "address"), uscc)
    services.readings.seen(whoever_runs_this(), seen, now)
    say(_as_json(state))


def _end_of(day: date) -> datetime:
    """The last instant of a day in Asia/Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC) - timedelta(microseconds=1)


def _as_json(state: PastState) -> dict[str, Any]:
    """The state as JSON values, without the reasons of marks, which are internal."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(state), default=str))
    for mark in plain["marks"].values():
        del mark["reason"]
    return plain


@click.command(cls=Command, short_help="写提醒邮件，每天运行一次。 Write reminder emails, daily.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="只说会写多少封，不写也不发。 Only say how many reminders would be written; write and send nothing.",
)
@json_option
def remind(dry_run: bool, as_json: bool) -> None:
    """为每件到期前 90、60、30 天或已逾期的事写一封提醒，每步只写一次。写入 LICENCE_QR_OUTBOX（.eml 文件）；设了
    LICENCE_QR_SMTP_HOST 的，交邮件服务器发出。供每日定时运行；中断的由下一次续完。

    Write one reminder for every task that is due in 90, 60 or 30 days or is overdue.

    Reminders go to LICENCE_QR_OUTBOX as .eml files, and to the mail server if LICENCE_QR_SMTP_HOST is set. Meant for
    a daily timer. If a run is stopped, the next one finishes it.
    """
    services, now = build(load_settings()), datetime.now(UTC)
    if dry_run:
        counts = Counter(due.step for due in services.reminders.due(now))
        if as_json:
            say({"would_write": {step.value: counts[step] for step in _STEPS}})
            return
        for step, words in _STEPS.items():
            click.echo(f"{counts[step]:>6}  {words}")
        return
    done = services.reminders.run(whoever_runs_this(), now)
    if as_json:
        say(asdict(done) | {"outbox": str(services.settings.mail.outbox)})
        return
    click.echo(f"写入 written   {done.written}")
    if done.finished:
        click.echo(f"续完 finished  {done.finished}（上次中断留下的 left by an interrupted run）")
    if done.sent or done.refused:
        click.echo(f"发出 sent      {done.sent}")
    if done.refused:
        click.echo(f"拒收 refused   {done.refused}（见发件夹中的 refused  see refused in the outbox）")
    click.echo(f"待取 waiting   {done.waiting}  {services.settings.mail.outbox}")
    if done.silent:
        names = ", ".join(done.silent)
        click.echo(f"没有邮箱的窗口 offices without a mailbox: {names}（offices.toml, LICENCE_QR_MAIL_TO）")
