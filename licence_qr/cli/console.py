"""Who runs a command: a system user, never an account of the desk, perhaps on behalf of a person."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from licence_qr.domain.plain_text import plain_line
from licence_qr.domain.roles import Actor, Behalf, at_console
from licence_qr.errors import ConfigError
from licence_qr.process.system_user import system_user
from licence_qr.services.audit.readings import ShownData

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

Command = Callable[..., None]


def whoever_runs_this() -> Actor:
    """The system user at the console, under whose name everything that a command does is recorded."""
    return at_console(system_user())


def shows_people(services: Services) -> None:
    """Leave a trace before the names of all people are printed. Raises RegisterError: then nothing is."""
    seen = ShownData("list/people", ("name", "staff_no"))
    services.readings.seen(whoever_runs_this(), seen, datetime.now(UTC))


def behalf_options(command: Command) -> Command:
    """Add ``--on-behalf-of`` and ``--reason`` to a command, which gets both as ``behalf``, or None without them.

    ``--as``, which recorded another person as the one who acted, is refused and told what there is instead. Raises
    ConfigError ``behalf_incomplete`` and ``option_as_gone``.
    """

    @functools.wraps(command)
    def run(username: str | None, reason: str | None, former_as: str | None, **given: Any) -> None:
        if former_as is not None:
            raise ConfigError("option_as_gone")
        command(behalf=_behalf((username or "").strip(), reason or ""), **given)

    for option in (
        click.option("--as", "former_as", hidden=True, help="已取消，见 --on-behalf-of。 Removed: see --on-behalf-of."),
        click.option(
            "--reason",
            help="为何代办，记入历史；须同时写 --on-behalf-of。"
            " Why it is done for them, for the history; needs --on-behalf-of.",
        ),
        click.option(
            "--on-behalf-of",
            "username",
            metavar="USERNAME",
            help="受谁委托，写其窗口账号；须同时写 --reason。"
            " Account of the person for whom this is done; needs --reason.",
        ),
    ):
        run = option(run)
    return run


def _behalf(username: str, reason: str) -> Behalf | None:
    reason = plain_line(reason)
    if bool(username) is not bool(reason):
        raise ConfigError("behalf_incomplete")
    return Behalf(username, reason) if username else None
