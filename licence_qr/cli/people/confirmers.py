"""Somebody at the machine who confirms, and the roles that take two of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from licence_qr.cli.console import whoever_runs_this
from licence_qr.domain.accounts.role_grants import TAKES_TWO
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.second_factor.resetting import Confirmer

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services


def confirmer(services: Services, actor: Actor) -> Confirmer:
    """Ask somebody at the machine to prove who they are. What is asked goes to the standard error stream."""
    password = click.prompt(f"{actor.username} 的密码 password", hide_input=True, err=True)
    code = ""
    if services.confirming.factors_of(actor):
        code = click.prompt(f"{actor.username} 的验证码 code", hide_input=True, err=True)
    return Confirmer(actor.username, Proof(password, code))


@dataclass(frozen=True, slots=True)
class NamedTwo:
    """The user names of the two who confirm, empty where none is given."""

    administrator: str
    second: str


@dataclass(frozen=True, slots=True)
class NewRoles:
    """The ``roles`` that an account is to have, and those ``gained`` by it. ``staff_no``: of whom, for a new account."""

    username: str
    roles: frozenset[Role]
    gained: frozenset[Role]
    staff_no: str = ""


def two_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--administrator`` and ``--second`` to a command that gives roles, which gets both as ``named``."""

    @functools.wraps(command)
    def run(administrator: str, second: str, **given: Any) -> None:
        command(named=NamedTwo(administrator, second), **given)

    for name, help_text in (
        ("--second", "另一管理员或审计人员。 Another one or an auditor."),
        ("--administrator", "人员管理员的用户名。 User name of the administrator."),
    ):
        run = click.option(name, default="", metavar="USERNAME", help=help_text)(run)
    return run


def two_for(services: Services, new: NewRoles, named: NamedTwo, now: datetime) -> tuple[Actor, Actor] | None:
    """The two who have confirmed new roles; None where they take one person, or nobody could confirm yet.

    Raises as ``RolesAtConsole.demand`` and ``confirm``.
    """
    console, owner = services.role_grants.at_console, {"staff_no": new.staff_no, "username": new.username}
    names_some = bool(named.administrator or named.second)
    if not new.gained & TAKES_TWO or not (names_some or console.are_demanded(**owner)):
        return None
    two = console.demand(named.administrator, named.second, **owner)
    first, other = (confirmer(services, each) for each in two)
    return console.confirm(new.username, new.roles, two, (first, other), whoever_runs_this(), now)
