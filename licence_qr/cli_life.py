"""The lives of licences and permits from the command line: the daily sweep, and the state on a past day."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.written_dates import read_date
from licence_qr.errors import NotFoundError

if TYPE_CHECKING:
    from licence_qr.services.life_past import PastState


@click.group()
def life() -> None:
    """What happens to licences and permits after they were issued (生命周期)."""


@life.command()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
def sweep(as_json: bool) -> None:
    """Take note of what the calendar has done; run it once a day, for instance from cron.

    Renewals that were applied for in time and not decided before the end count as granted: they get their new last day and
    a new version of the code. Marks and rests whose time is over are closed in the history. What citizens left and wrote is
    deleted once it has been kept for its time. Photographs that were half written when the server was killed go away. Run
    again, it finds nothing.
    """
    services, now = build(load_settings()), datetime.now(UTC)
    cases = services.reports.sweep(now), services.ratings.sweep(now)
    swept = services.life_sweep.run(now)  # last: a key that is missing for a new print keeps nothing from being deleted
    contacts, words = sum(case.contacts for case in cases), sum(case.words for case in cases)
    if as_json:
        click.echo(json.dumps({**asdict(swept), "contacts_deleted": contacts, "words_deleted": words}))
        return
    click.echo(f"视为准予延续 deemed renewed: {swept.renewals}")
    click.echo(f"歇业期满 rests over: {swept.rests}")
    click.echo(f"名录、标记期满 marks over: {swept.marks}")
    click.echo(f"未写完的照片 half-written photographs removed: {swept.photo_parts}")
    click.echo(f"群众反映和评价：删除联系方式和照片 contacts and photos deleted: {contacts}")
    click.echo(f"群众反映和评价：删除文字 words deleted: {words}")


@life.command()
@click.argument("uscc")
@click.option("--on", "on_day", help="The day, for instance 2026-11-23; today without it.")
@click.option("--known", help="As the register knew it at the end of that day; as known today without it.")
def show(uscc: str, on_day: str | None, known: str | None) -> None:
    """Print what a licence and its permits were on a day, as one JSON object, folded from the history."""
    now = datetime.now(UTC)
    day = read_date(on_day, "on") if on_day else local_date(now)
    state = build(load_settings()).life.state_on(uscc, day, _end_of(read_date(known, "known")) if known else None)
    if state.entity is None:
        raise NotFoundError("business_not_known_then", uscc=uscc, day=day.isoformat())
    click.echo(json.dumps(_as_json(state), ensure_ascii=False, indent=2))


def _end_of(day: date) -> datetime:
    """The last instant of a day in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC) - timedelta(microseconds=1)


def _as_json(state: PastState) -> dict[str, Any]:
    """The state in plain values. Why a mark was set is internal and stays out."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(state), default=str))
    for mark in plain["marks"].values():
        del mark["reason"]
    return plain
