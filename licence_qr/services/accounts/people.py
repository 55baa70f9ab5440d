"""People and their accounts at the desk: who may read them, and what administrators do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.people import PeopleFilter
from licence_qr.domain.accounts.role_grants import grave_among
from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError, InputError
from licence_qr.services.accounts import staff
from licence_qr.services.accounts.accounts import Accounts, open_within
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.roles.asking import ask
from licence_qr.services.accounts.second_factor import password_resets
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.staff import PersonDetails, Staff
from licence_qr.services.register import access, events
from licence_qr.services.register.access import MANAGE_PEOPLE, READ_PEOPLE
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import accounts, identity_bindings, persons, sessions
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.identity_bindings import Binding
from licence_qr.store.accounts.persons import Person
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.wording.text import Text

PAGE_PEOPLE = 50
EXPORT_PART = 500
STARTING_PASSWORD_BYTES = 9


class AccountAct(StrEnum):
    """What administrators do to an account that is there."""

    CLOSE = "close"
    REOPEN = "reopen"
    RESET = "password"
    ROLES = "roles"
    SERVICE_ONLY = "service-only"
    PASSWORD_TOO = "password-too"  # noqa: S105 - the name of an act


@dataclass(frozen=True, slots=True)
class ProofFrom:
    """What proves who confirms a grave act, and the remote address of the request."""

    proof: Proof
    client: str

    def demand_password(self) -> None:
        """Raise InputError ``password_missing``: no act is tried without it."""
        if not self.proof.password:
            raise InputError("password_missing", field="password")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be opened. ``was`` is ``staff.state_of`` its person when the form was made, None without a form."""

    username: str
    roles: frozenset[Role]
    was: str | None = None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account of a person. ``signed_in_at``: last, None if never (``sessions.last_of``). ``service_only``: only
    the identity service opens it. ``state`` is carried by the forms that act on it."""

    actor: Actor
    disabled: bool
    signed_in_at: datetime | None
    service_only: bool
    state: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person with their accounts. ``told`` is what an administrator should look at; ``namesakes`` are other entries of
    the same name or staff number. ``state`` is carried by the form that changes the person. ``mine``: the reader is that
    person. ``bound``: the identity by which they come in by the identity service."""

    person: Person
    accounts: tuple[AccountLine, ...]
    namesakes: tuple[Person, ...]
    told: tuple[Text, ...]
    state: str
    mine: bool
    bound: Binding | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people; ``page`` counts from 1."""

    people: tuple[PersonView, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class People:
    """Administrators manage people, and nobody themselves. Auditors read all, supervisors the people of their office.

    Whoever gives access, takes it away, changes who somebody is said to be, or says that two entries are one person
    confirms it (``Confirming.confirm``).
    """

    database: Database
    accounts: Accounts
    staff: Staff
    confirming: Confirming

    def list(self, actor: Actor, wanted: PeopleFilter, page: int) -> PeoplePage:
        """One page of the people that ``wanted`` selects; a page beyond the last gives the last. Raises AccessError."""
        wanted = _bounded(actor, wanted)
        with self.database.read() as tx:
            total = persons.count(tx, wanted)
            pages = max(1, -(-total // PAGE_PEOPLE))
            page = min(max(1, page), pages)
            found = persons.page(tx, wanted, PAGE_PEOPLE, (page - 1) * PAGE_PEOPLE)
            return PeoplePage(tuple(_view(tx, actor, each) for each in found), total, page, pages)

    def export(self, actor: Actor, wanted: PeopleFilter, now: datetime) -> Iterator[PersonView]:
        """All people that ``wanted`` selects, read in parts; who exports how many is recorded first.

        Raises AccessError; RegisterError, also between lines.
        """
        wanted = _bounded(actor, wanted)
        with self.database.read() as tx:
            many = persons.count(tx, wanted)
        taken = NewEvent(kind=EventKind.EXPORTED, subject="export/people.csv", at=now, by=actor, after={"lines": many})
        events.write_of_reader(self.database, taken)
        return self._parts(actor, wanted)

    def get(self, actor: Actor, person_id: int) -> PersonView:
        """One person. Raises AccessError, NotFoundError ``thing_not_found``."""
        access.demand(actor, READ_PEOPLE)
        with self.database.read() as tx:
            person = staff.known(tx, person_id)
            access.demand(actor, READ_PEOPLE, person.office)
            return _view(tx, actor, person)

    def add(self, actor: Actor, details: PersonDetails, now: datetime) -> int:
        """Add a person and return their key. Raises AccessError, and as ``Staff.add``."""
        access.demand(actor, MANAGE_PEOPLE)
        return self.staff.add(details, actor, now)

    def change(
        self, actor: Actor, person_id: int, details: PersonDetails, was: str, proof: ProofFrom, now: datetime
    ) -> tuple[int, ...]:
        """Change what is written down about a person. Roles that do not move along to another office are asked for there;
        return the keys of these requests. Raises AccessError, and as ``Staff.change_within``."""
        self._demand(actor, person_id)
        typed = (("staff_no", details.staff_no), ("name", details.name), ("office", details.office))
        self._confirm(actor, proof, replace(correcting(person_id, was), typed=typed), now)
        with self.database.write() as tx:
            lost = self.staff.change_within(tx, person_id, details, actor, now, was)
            return tuple(ask(tx, staff.known_account(tx, each.user_id), each.roles, actor, now) for each in lost)

    def merge(
        self,
        actor: Actor,
        person_id: int,
        other_id: int,
        proof: ProofFrom,
        now: datetime,
        were: tuple[str, str] | None = None,
    ) -> tuple[str, ...]:
        """Record that two entries are one person; return what ``Staff.merge`` does. Raises AccessError, and as it."""
        self._demand(actor, person_id, other_id)
        self._confirm(actor, proof, merging(person_id, other_id, were), now)
        return self.staff.merge(person_id, other_id, actor, now, were)

    def open_account(
        self,
        actor: Actor,
        person_id: int,
        wanted: NewAccount,
        proof: ProofFrom,
        now: datetime,
    ) -> str:
        """Open an account of a person, in their office; return its starting password.

        Roles that take two people are asked for; until somebody else confirms them, the account has the others, or none.
        Raises AccessError, InputError ``roles_missing``, ConflictError ``person_changed_meanwhile``, and as
        ``open_within`` and ``asking.ask``.
        """
        self._demand(actor, person_id)
        staff.demand_some(wanted.roles)
        typed = (("username", wanted.username), ("roles", _ticked(wanted.roles)))
        self._confirm(actor, proof, replace(opening(person_id, wanted.was), typed=typed), now)
        password = secrets.token_urlsafe(STARTING_PASSWORD_BYTES)
        with self.database.read() as tx:
            person = staff.known(tx, person_id)
        alone = wanted.roles - grave_among(wanted.roles, frozenset())
        account = Actor(0, wanted.username, person.name, person.office, alone, person_id=person_id)
        hashed = self.accounts.passwords.hash(password, account)
        with self.database.write() as tx:
            staff.demand_unchanged(wanted.was, staff.state_of(staff.known(tx, person_id)))
            user_id = open_within(tx, account, hashed, actor, now, must_change=True)
            if alone != wanted.roles:
                ask(tx, staff.known_account(tx, user_id), wanted.roles, actor, now)
        return password

    def set_roles(
        self, actor: Actor, user_id: int, roles: frozenset[Role], was: str | None, proof: ProofFrom, now: datetime
    ) -> int | None:
        """Give an account other roles. Where one of them takes two people, ask for them all instead, and return the key of
        the request.

        ``was``: ``staff.account_state`` when the form was made; None without one. Raises AccessError, ConflictError
        ``person_changed_meanwhile``, and as ``Staff.give_roles`` and ``asking.ask``.
        """
        self._demand_of_another(actor, user_id)
        typed = (("roles", _ticked(roles)),)
        self._confirm(actor, proof, replace(changing(AccountAct.ROLES, user_id, was), typed=typed), now)
        with self.database.write() as tx:
            user = _as_shown(tx, user_id, was)
            if grave_among(roles, user.actor.roles):
                return ask(tx, user, roles, actor, now)
            self.staff.give_roles(tx, user_id, roles, actor, now)
        return None

    def close(self, actor: Actor, user_id: int, proof: ProofFrom, now: datetime, was: str | None = None) -> None:
        """Close an account and end its sessions. ``was`` and what is raised: as for ``set_roles``, and as
        ``Accounts.disable_within``."""
        self._demand_of_another(actor, user_id)
        self._confirm(actor, proof, changing(AccountAct.CLOSE, user_id, was), now)
        with self.database.write() as tx:
            self.accounts.acting(actor).disable_within(tx, _as_shown(tx, user_id, was), now)

    def reopen(self, actor: Actor, user_id: int, proof: ProofFrom, now: datetime, was: str | None = None) -> int | None:
        """Open a closed account again, with those of its roles that take one person. If it had others, ask for all, and
        return the key of the request. ``was`` and what is raised: as for ``set_roles``, and as ``Staff.reopen_with``."""
        self._demand_of_another(actor, user_id)
        self._confirm(actor, proof, changing(AccountAct.REOPEN, user_id, was), now)
        with self.database.write() as tx:
            had = _as_shown(tx, user_id, was).actor.roles
            alone = had - grave_among(had, frozenset())
            self.staff.reopen_with(tx, user_id, alone, actor, now)
            return ask(tx, staff.known_account(tx, user_id), had, actor, now) if alone != had else None

    def set_service_only(
        self, actor: Actor, user_id: int, proof: ProofFrom, now: datetime, was: str | None = None, *, only: bool
    ) -> None:
        """Let nothing but the identity service open an account, or its password too. ``was`` and what is raised: as for
        ``set_roles``, and as ``Accounts.set_service_only_within``."""
        self._demand_of_another(actor, user_id)
        act = AccountAct.SERVICE_ONLY if only else AccountAct.PASSWORD_TOO
        self._confirm(actor, proof, changing(act, user_id, was), now)
        with self.database.write() as tx:
            user = _as_shown(tx, user_id, was)
            self.accounts.acting(actor).set_service_only_within(tx, user, now, only=only)

    def reset_password(
        self, actor: Actor, user_id: int, proof: ProofFrom, now: datetime, was: str | None = None
    ) -> str:
        """Give an account a new starting password, end its sessions, and return the password.

        ``was``: as for ``set_roles``. Raises AccessError, ConflictError ``person_changed_meanwhile``, and RuleError
        ``password_needs_two`` as ``password_resets.demand_allowed``.
        """
        self._demand_of_another(actor, user_id)
        with self.database.read() as tx:
            self._allowed(tx, actor, staff.known_account(tx, user_id), now)
        self._confirm(actor, proof, changing(AccountAct.RESET, user_id, was), now)
        password = secrets.token_urlsafe(STARTING_PASSWORD_BYTES)
        with self.database.read() as tx:
            owner = staff.known_account(tx, user_id).actor
        hashed = self.accounts.passwords.hash(password, owner)
        with self.database.write() as tx:
            user = _as_shown(tx, user_id, was)
            said = self._allowed(tx, actor, user, now)
            self.accounts.acting(actor).set_password_within(tx, user, hashed, now, said=said)
        return password

    def _allowed(self, tx: Transaction, actor: Actor, user: User, now: datetime) -> Mapping[str, object] | None:
        return password_resets.demand_allowed(tx, self.confirming.checks, actor, user, now)

    def _parts(self, actor: Actor, wanted: PeopleFilter) -> Iterator[PersonView]:
        done = 0
        while True:
            with self.database.read() as tx:
                part = [_view(tx, actor, each) for each in persons.page(tx, wanted, EXPORT_PART, done)]
            yield from part
            done += len(part)
            if len(part) < EXPORT_PART:
                return

    def _demand(self, actor: Actor, *person_ids: int) -> None:
        """Raise unless ``actor`` manages people, and is none of these."""
        access.demand(actor, MANAGE_PEOPLE)
        if actor.person_id in person_ids:
            raise AccessError("own_account")

    def _demand_of_another(self, actor: Actor, user_id: int) -> None:
        """``_demand`` of the person whose account it is."""
        access.demand(actor, MANAGE_PEOPLE)
        with self.database.read() as tx:
            account = staff.known_account(tx, user_id).actor
        self._demand(actor, account.person_id)

    def _confirm(self, actor: Actor, given: ProofFrom, content: ActContent, now: datetime) -> None:
        given.demand_password()
        self.confirming.confirm(actor, given.proof, content, given.client, now)


def merging(person_id: int, other_id: int, were: tuple[str, str] | None = None) -> ActContent:
    """What is confirmed when two entries become one person; ``were``: ``state_of`` both when the form was made."""
    return ActContent("merge people", f"person/{person_id} person/{other_id}", canonical_json(were or ()))


def correcting(person_id: int, was: str) -> ActContent:
    """What is confirmed when staff number, name or office change; ``was``: ``state_of`` the person when the form was made.

    By the staff number the identity service finds a person, and by the name others know who acted."""
    return ActContent("change person", f"person/{person_id}", was)


def opening(person_id: int, was: str | None = None) -> ActContent:
    """What is confirmed when an account is opened, but for its name and roles, which are typed; ``was``: as for
    ``correcting``."""
    return ActContent("open account", f"person/{person_id}", was or "")


def changing(act: AccountAct, user_id: int, was: str | None = None) -> ActContent:
    """What is confirmed of an act on an account; ``was``: ``staff.account_state`` when the form was made."""
    return ActContent(f"account: {act}", f"account/{user_id}", was or "")


def _as_shown(tx: Transaction, user_id: int, was: str | None) -> User:
    """The account, of another person's page. Raises ConflictError ``person_changed_meanwhile``."""
    user = staff.known_account(tx, user_id)
    staff.demand_unchanged(was, staff.account_state(tx, user))
    return user


def _ticked(roles: frozenset[Role]) -> str:
    """Roles as a form sends them, in the order of its boxes."""
    return ",".join(role.value for role in Role if role in roles)


def _bounded(actor: Actor, wanted: PeopleFilter) -> PeopleFilter:
    office = access.office_bound(actor, READ_PEOPLE)
    return wanted if office is None else PeopleFilter(wanted.text, office, wanted.role)


def _view(tx: Transaction, actor: Actor, person: Person) -> PersonView:
    users = accounts.of_person(tx, person.person_id)
    alike = {*persons.namesakes(tx, person.name), *persons.numbered_alike(tx, person.staff_no)} - {person}
    namesakes = tuple(sorted(alike, key=lambda each: each.person_id))
    return PersonView(
        person=person,
        accounts=tuple(
            AccountLine(
                actor=user.actor,
                disabled=user.disabled,
                signed_in_at=sessions.last_of(tx, user.actor.user_id),
                service_only=user.service_only,
                state=staff.account_state(tx, user),
            )
            for user in users
        ),
        namesakes=namesakes,
        told=staff.told_of(tx, person, users),
        state=staff.state_of(person),
        mine=person.person_id == actor.person_id,
        bound=identity_bindings.of_person(tx, person.person_id),
    )
