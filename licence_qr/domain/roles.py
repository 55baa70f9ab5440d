"""Roles and actors. A route or command without a role is closed (deny by default)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """Roles of signed-in people."""

    CLERK = "clerk"  # 窗口人员: takes applications and issues
    INSPECTOR = "inspector"  # 卫生监督员: verifies and visits
    DECIDER = "decider"  # 审批人员: decides what another person has proposed (four eyes)
    SUPERVISOR = "supervisor"  # 窗口负责人: reads what the office does, and passes on what is with the wrong office
    CATALOGUE = "catalogue"  # 目录管理员: rules and figures, never cases
    AUDITOR = "auditor"  # 审计人员: reads everything, changes nothing
    ADMIN = "admin"  # 管理员: people and their accounts, never cases


# Actors in histories that are not accounts: the calendar, an import, the command line, demonstration data, citizens who
# report or rate. Older events name the command line; those since name the system user at the console.
SYSTEM, IMPORT, COMMAND_LINE, DEMONSTRATION, CITIZEN = "system", "import", "command-line", "demonstration", "citizen"
NOT_PEOPLE = frozenset({SYSTEM, IMPORT, COMMAND_LINE, DEMONSTRATION, CITIZEN})
# Before the name of a system user; the colon can be in no user name of an account.
CONSOLE = "console:"


@dataclass(frozen=True, slots=True)
class Via:
    """Through what somebody acts: the session, a few words for the device, and the network (an IPv4 address, or the /64 of
    an IPv6 address). Empty for what the program or the command line does."""

    session: str = ""
    device: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class Behalf:
    """For whom somebody acts, a system user at the console or a substitute: the user name of that account, and why."""

    username: str
    reason: str


@dataclass(frozen=True, slots=True)
class StandsFor:
    """An absent person for whom somebody stands in: their name, the user names of their accounts, and the last day."""

    person_id: int
    name: str
    usernames: frozenset[str]
    until: date


@dataclass(frozen=True, slots=True)
class Away:
    """That a person is recorded as absent: the last day, and the name of who stands in, empty where nobody can."""

    until: date
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """For whom a person stands in on one day, and whether they are absent themselves: then they stand in for nobody.

    ``stood_in_for`` are the user names of those for whom they stand in or, until something was recorded that day, did.
    """

    stands_for: tuple[StandsFor, ...] = ()
    away: Away | None = None
    stood_in_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """An account that acts, of a person. ``office`` limits its access.

    ``person_id`` is 0 for actors that are not people. ``others`` are the user names of the person's other accounts: whoever
    must be somebody else is compared with all of them. ``behalf``: a system user acts for somebody, whose accounts are then
    among ``others``; or a substitute acts for somebody absent, whose accounts are not: a substitute is another person.
    ``cover`` is that of the day of the request; it is empty for an account that was only looked up.
    """

    user_id: int
    username: str
    display_name: str
    office: str
    roles: frozenset[Role]
    person_id: int = 0
    others: frozenset[str] = frozenset()
    via: Via = field(default=Via(), compare=False)
    behalf: Behalf | None = None
    cover: Cover = field(default=Cover(), compare=False)

    @property
    def usernames(self) -> frozenset[str]:
        """The user names of all accounts of the person."""
        return self.others | {self.username}

    def is_among(self, usernames: Iterable[str]) -> bool:
        """Whether one of these accounts is of the same person."""
        return not self.usernames.isdisjoint(usernames)

    def coming(self, via: Via) -> Actor:
        """The same, who acts through ``via``."""
        return replace(self, via=via)

    def on_behalf_of(self, person: Actor, reason: str) -> Actor:
        """The same, who acts for ``person``: whoever must be somebody else must be another than that person too."""
        return replace(self, others=person.others | {person.username}, behalf=Behalf(person.username, reason))

    def on_duty(self, cover: Cover) -> Actor:
        """The same, on a day with this ``cover``."""
        return replace(self, cover=cover)

    def stands_in_for(self, usernames: Iterable[str]) -> StandsFor | None:
        """The absent person among these accounts for whom they stand in; None also where one of the accounts is their
        own."""
        named = frozenset(usernames)
        found = (each for each in self.cover.stands_for if each.usernames & named)
        return None if self.is_among(named) else next(found, None)

    def for_absent(self, usernames: Iterable[str]) -> Actor:
        """The same, acting for the absent person among these accounts for whom they stand in; unchanged without one."""
        named = frozenset(usernames)
        absent = self.stands_in_for(named)
        return replace(self, behalf=Behalf(min(absent.usernames & named), "")) if absent else self

    def is_involved(self, usernames: Iterable[str]) -> bool:
        """Whether one of these accounts is of the same person, or of somebody for whom they stand in or stood in that day.

        Whoever must decide with other eyes is neither.
        """
        named = frozenset(usernames)
        return self.is_among(named) or not self.cover.stood_in_for.isdisjoint(named)

    def is_same_person(self, other: Actor) -> bool:
        """Whether ``other`` is the same person, perhaps by another account."""
        return self.is_among({other.username})


def program(name: str) -> Actor:
    """An actor that is not a person, one of ``NOT_PEOPLE``."""
    return Actor(0, name, "", "", frozenset())


def at_console(system_user: str) -> Actor:
    """Whoever runs a command, by the name of the system user."""
    return program(CONSOLE + system_user)


def console_user(username: str) -> str | None:
    """The system user whom an actor's name says, or None for any other actor."""
    return username.removeprefix(CONSOLE) if username.startswith(CONSOLE) else None


BY_ITSELF = program(SYSTEM)
AT_THE_MACHINE = program(COMMAND_LINE)
