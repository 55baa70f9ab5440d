"""Who holds which role, since when, and who gave it, from the events of the accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.role_grants import RoleFilter
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.register import access, events
from licence_qr.services.register.access import CONFIRM_ROLES
from licence_qr.services.register.events import NewEvent
from licence_qr.services.register.past_names import PROGRAM_NAMES, PastNames
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.register import history
from licence_qr.wording.text import Text

PAGE_HOLDERS = 50
_GIVING = frozenset({EventKind.ACCOUNT_OPENED, EventKind.ROLES_CHANGED})


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gave a role: the user name (empty for programs), and the name of then (None for system users)."""

    username: str
    name: Text | None


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """An account that can sign in and has ``role``. ``since`` and ``given_by`` are None and empty where no event tells;
    ``given_by`` are one person or two."""

    role: Role
    account: Actor
    since: datetime | None
    given_by: tuple[Giver, ...]


@dataclass(frozen=True, slots=True)
class HolderPage:
    """One page of them; ``page`` counts from 1."""

    lines: tuple[RoleHolder, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class RoleHolders:
    """The roles of all accounts that can sign in, for administrators and auditors."""

    database: Database

    def list(self, actor: Actor, wanted: RoleFilter, page: int) -> HolderPage:
        """One page, by role, office and user name. Raises AccessError."""
        access.demand(actor, CONFIRM_ROLES)
        with self.database.read() as tx:
            found = _holding(tx, wanted)
            pages = max(1, -(-len(found) // PAGE_HOLDERS))
            page = min(max(1, page), pages)
            part = found[(page - 1) * PAGE_HOLDERS : page * PAGE_HOLDERS]
            return HolderPage(tuple(_told(tx, part)), len(found), page, pages)

    def export(self, actor: Actor, wanted: RoleFilter, now: datetime) -> Iterator[RoleHolder]:
        """All of them; who exports how many is recorded first. Raises AccessError, RegisterError."""
        access.demand(actor, CONFIRM_ROLES)
        with self.database.read() as tx:
            found = tuple(_told(tx, _holding(tx, wanted)))
        after = {"lines": len(found)}
        taken = NewEvent(kind=EventKind.EXPORTED, subject="export/roles.csv", at=now, by=actor, after=after)
        events.write_of_reader(self.database, taken)
        return iter(found)


def _holding(tx: Transaction, wanted: RoleFilter) -> list[tuple[Role, Actor]]:
    roles = (wanted.role,) if wanted.role else tuple(Role)
    holding = ((role, each) for role in roles for each in accounts.active_with(tx, role))
    of_office = [(role, each) for role, each in holding if wanted.office in {"", each.office}]
    return sorted(of_office, key=lambda pair: (roles.index(pair[0]), pair[1].office, pair[1].username))


def _told(tx: Transaction, part: list[tuple[Role, Actor]]) -> Iterator[RoleHolder]:
    names = PastNames(tx)
    for role, account in part:
        row = _given(tx, role, account)
        if row is None:
            yield RoleHolder(role, account, None, ())
            continue
        at = datetime.fromisoformat(row["at"])
        who = [each for each in (row["proposed_by"], row["actor"]) if each]
        yield RoleHolder(role, account, at, tuple(_giver(names, each, at) for each in who))


def _giver(names: PastNames, username: str, at: datetime) -> Giver:
    if username in PROGRAM_NAMES:
        return Giver("", PROGRAM_NAMES[username])
    name = names.of(username, at)
    return Giver(username, name.words if name else None)


def _given(tx: Transaction, role: Role, account: Actor) -> history.EventRow | None:
    """The last event by which the account got the role that it has."""
    given = None
    for row in history.of_subject(tx, f"account/{account.user_id}", _GIVING):
        before, after = (json.loads(row[side] or "{}").get("roles", ()) for side in ("before", "after"))
        if role in after and role not in before:
            given = row
    return given
