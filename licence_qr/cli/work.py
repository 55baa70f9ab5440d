"""``licence-qr remind``: write reminders of due tasks, for a daily timer."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

import click

from licence_qr.bootstrap import build
from licence_qr.cli.help import Command
from licence_qr.cli.json_output import json_option, say
from licence_qr.config import load_settings
from licence_qr.domain.work.tasks import DueStep

_STEPS = {
    DueStep.OVERDUE: "已逾期 overdue",
    DueStep.URGENT: "30 天内 urgent",
    DueStep.SOON: "60 天内 soon",
    DueStep.NOTICE: "90 天内 notice",
}


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
    done = services.reminders.run(now)
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
