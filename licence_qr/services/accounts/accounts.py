"""Accounts of people: opened, given a new password, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from licence_qr.domain.accounts.people import MOST_USERNAME, written_name, written_staff_no
from licence_qr.domain.names import username_keys
from licence_qr.domain.plain_text import demand_length
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE, NOT_PEOPLE, Actor, Role
from licence_qr.errors import AccessError, ConflictError, InputError
from licence_qr.services.accounts.identity_service import numbers
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.passwords import Passwords
from licence_qr.services.accounts.role_rules import demand_another_administrator, demand_apart, demand_number
from licence_qr.services.accounts.sessions import note_ended
from licence_qr.store.accounts import accounts, identity_bindings, persons, sessions
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.requests import GRANTS, RESETS
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.work import calendar_feeds
from licence_qr.wording.terms import term


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """An account as listed on the command line. ``service_only``: its password signs nobody in."""

    actor: Actor
    disabled: bool
    service_only: bool


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of an installation, opened and closed in the name of ``by``."""

    database: Database
    passwords: Passwords
    by: Actor = AT_THE_MACHINE

    def acting(self, by: Actor) -> Accounts:
        """The same, in the name of somebody else."""
        return replace(self, by=by)

    def create(
        self,
        username: str,
        display_name: str,
        office: str,
        roles: frozenset[Role],
        password: str,
        now: datetime,
        *,
        staff_no: str = "",
        must_change: bool = False,
    ) -> int:
        """Add an account and return its key.

        ``staff_no`` says whose it is; without one, or with a new one, it is of a person who has none yet.
        ``must_change``: whoever opens it knows the password too, so it is good for choosing another one only.

        Raises InputError as ``passwords.demand``, ``written_name`` and ``written_staff_no`` do, ``staff_no_of_other_name``,
        and as ``open_within``.
        """
        display_name, staff_no = written_name(display_name), written_staff_no(staff_no)
        hashed = self.passwords.hash(password, Actor(0, username, display_name, office, roles))
        with self.database.write() as tx:
            person_id = _person(tx, staff_no, display_name, office, now)
            account = Actor(0, username, display_name, office, roles, person_id=person_id)
            return open_within(tx, account, hashed, self.by, now, must_change=must_change)

    def set_password(
        self,
        username: str,
        password: str,
        now: datetime,
        *,
        must_change: bool = True,
    ) -> None:
        """Set a new password, which its owner must change when signing in; end all sessions of the account.

        Its calendar address goes too: somebody who knew the old password may have copied it, and it needs no password.

        Raises InputError as ``passwords.demand`` does, AccessError ``account_unknown``.
        """
        with self.database.read() as tx:
            owner = _known(tx, username)
        hashed = self.passwords.hash(password, owner.actor)
        with self.database.write() as tx:
            self.set_password_within(tx, _known(tx, username), hashed, now, must_change=must_change)

    def set_password_within(
        self,
        tx: Transaction,
        user: User,
        hashed: str,
        now: datetime,
        *,
        must_change: bool = True,
        said: Mapping[str, object] | None = None,
    ) -> None:
        """``set_password`` in the caller's transaction, of a password already hashed. ``said``: what the event tells."""
        accounts.set_password(tx, user.actor.user_id, hashed, must_change=must_change)
        shut_out(tx, user, self.by, now)
        note(tx, EventKind.PASSWORD_SET, user.actor.user_id, self.by, now, said)

    def disable(self, username: str, now: datetime) -> None:
        """Disable an account and end all its sessions.

        Raises AccessError ``account_unknown``, ConflictError ``last_administrator``.
        """
        with self.database.write() as tx:
            self.disable_within(tx, _known(tx, username), now)

    def disable_within(self, tx: Transaction, user: User, now: datetime) -> None:
        """``disable`` in the caller's transaction."""
        demand_another_administrator(tx, user.actor)
        accounts.disable_user(tx, user.actor.user_id, now)
        for requests in (GRANTS, RESETS):
            requests.end_about(tx, user.actor.user_id, now)
            requests.end_asked_by(tx, user.actor.user_id, now)
        shut_out(tx, user, self.by, now)
        note(tx, EventKind.ACCOUNT_CLOSED, user.actor.user_id, self.by, now)

    def set_service_only(self, username: str, now: datetime, *, only: bool) -> None:
        """``set_service_only_within`` in a transaction of its own. Raises AccessError ``account_unknown`` too."""
        with self.database.write() as tx:
            self.set_service_only_within(tx, _known(tx, username), now, only=only)

    def set_service_only_within(self, tx: Transaction, user: User, now: datetime, *, only: bool) -> None:
        """Let nothing but the identity service open an account, and end what its password has opened; or let its password
        open it again. The password goes on proving its owner before grave acts.

        Raises InputError ``service_only_without_number`` or ``service_only_number_waits`` where the service could not open
        it either, ConflictError ``person_changed_meanwhile`` where it is so already.
        """
        if user.service_only is only:
            raise ConflictError("person_changed_meanwhile")
        person = persons.get(tx, user.actor.person_id)
        if only and not (person and person.staff_no):
            raise InputError("service_only_without_number", username=user.actor.username)
        if only and not numbers.counts(tx, user, identity_bindings.of_person(tx, user.actor.person_id)):
            raise InputError("service_only_number_waits", username=user.actor.username)
        accounts.set_service_only(tx, user.actor.user_id, only=only)
        if only:
            shut_out(tx, user, self.by, now)
        before, after = {"service_only": user.service_only}, {"service_only": only}
        note(tx, EventKind.SIGN_IN_WAY_CHANGED, user.actor.user_id, self.by, now, after, before=before)

    def user(self, username: str) -> Actor | None:
        """The account with this user name, for commands run on the machine itself."""
        with self.database.read() as tx:
            user = accounts.user_by_name(tx, username)
        return user.actor if user and not user.disabled else None

    def everybody(self) -> tuple[AccountHolder, ...]:
        """All accounts by user name, including disabled ones."""
        with self.database.read() as tx:
            return tuple(AccountHolder(user.actor, user.disabled, user.service_only) for user in accounts.everybody(tx))


def open_within(
    tx: Transaction, account: Actor, password_hash: str, by: Actor, now: datetime, *, must_change: bool
) -> int:
    """Add ``account``, whose ``user_id`` is ignored, in the caller's transaction, and return its key. ``by`` is who does it.

    Raises InputError ``username_taken`` (also for a name that looks like another, and for names of actors that are not
    people, so that a history is unambiguous), ``text_too_long``, ``username_form``, ``roles_apart`` or, where a person
    opens the account, ``staff_no_needed``.
    """
    username = account.username
    demand_length(username, MOST_USERNAME, "username", term("field.user_name"))
    if not (username.isascii() and username.replace("-", "").replace(".", "").isalnum()):
        raise InputError("username_form", field="username", found=username)
    if any(username_keys(username) & username_keys(each) for each in (*NOT_PEOPLE, *accounts.usernames(tx))):
        raise InputError("username_taken", field="username", found=username)
    demand_apart(tx, account.person_id, account.roles)
    if by.username not in NOT_PEOPLE:
        demand_number(tx, account.person_id, account.roles)
    user_id = accounts.add_user(tx, account, password_hash, now, must_change=must_change)
    told = {"username": username, "display_name": account.display_name, "office": account.office}
    note(tx, EventKind.ACCOUNT_OPENED, user_id, by, now, told | {"roles": sorted(account.roles)})
    return user_id


def _person(tx: Transaction, staff_no: str, name: str, office: str, now: datetime) -> int:
    known = persons.by_staff_no(tx, staff_no)
    if known is None:
        return persons.add(tx, staff_no, name, office, now)
    if known.name != name:
        raise InputError("staff_no_of_other_name", field="staff_no", found=staff_no, name=known.name)
    return known.person_id


def shut_out(tx: Transaction, user: User, by: Actor, now: datetime) -> None:
    """End everything that gives access without the password, and all known devices, in the caller's transaction."""
    note_ended(tx, user.actor.user_id, by, sessions.end_all(tx, user.actor.user_id, now), now)
    accounts.forget_devices(tx, user.actor.user_id)
    calendar_feeds.remove(tx, user.actor.user_id)


def _known(tx: Transaction, username: str) -> User:
    user = accounts.user_by_name(tx, username)
    if user is None:
        raise AccessError("account_unknown", username=username)
    return user
