"""What is done to people and their accounts, with its event; whoever calls has asked whether they may."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from licence_qr.domain.accounts import combinations
from licence_qr.domain.accounts.people import written_name, written_staff_no
from licence_qr.domain.accounts.role_grants import OF_ONE_OFFICE
from licence_qr.domain.accounts.second_factor import is_required
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.names import staff_key
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError, ConflictError, InputError
from licence_qr.services.accounts.notes import note, note_of_person
from licence_qr.services.accounts.role_rules import (
    NUMBERED,
    demand_another_administrator,
    demand_apart,
    demand_number,
    roles_of_person,
)
from licence_qr.services.register import things
from licence_qr.store.accounts import absences, accounts, identity_bindings, persons, sessions
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.persons import Person
from licence_qr.store.accounts.requests import GRANTS, RESETS
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.inspecting import confirmations
from licence_qr.store.register import history
from licence_qr.wording.text import Text

_NAMESAKES = Text("有同名的人", "same name as another")
_NUMBERED_ALIKE = Text(
    "与他人工号相同，只是写法不同，请合并", "same staff number as another in a different spelling: merge them"
)
_NO_STAFF_NO = Text("没有工号，不能与其他账号核对", "no staff number to compare other accounts by")
_OTHER_IDENTITY = Text("另一身份用此工号登录，已拒绝", "another identity came with this staff number and was refused")


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What is written down about a person. ``staff_no`` may be empty."""

    staff_no: str
    name: str
    office: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person with their accounts; ``told`` is what an administrator should look at."""

    person: Person
    accounts: tuple[Actor, ...]
    told: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of an installation. ``by`` is who acts. A ``demonstration`` demands a second factor of nobody."""

    database: Database
    catalogue: Catalogue
    demonstration: bool

    def everybody(self) -> tuple[KnownPerson, ...]:
        """All people, by key."""
        with self.database.read() as tx:
            return tuple(_known_person(tx, each) for each in persons.everybody(tx))

    def one(self, person_id: int) -> KnownPerson:
        """One person. Raises NotFoundError ``thing_not_found``."""
        with self.database.read() as tx:
            return _known_person(tx, known(tx, person_id))

    def account(self, username: str) -> int:
        """The key of an account, also of a closed one. Raises AccessError ``account_unknown``."""
        with self.database.read() as tx:
            user = accounts.user_by_name(tx, username)
        if user is None:
            raise AccessError("account_unknown", username=username)
        return user.actor.user_id

    def roles_of(self, user_id: int) -> frozenset[Role]:
        """The roles of an account. Raises NotFoundError ``thing_not_found``."""
        with self.database.read() as tx:
            return known_account(tx, user_id).actor.roles

    def add(self, details: PersonDetails, by: Actor, now: datetime) -> int:
        """Add a person and return their key.

        Raises InputError as ``written_name`` and ``written_staff_no``, ``office_unknown``, ``staff_no_taken`` or
        ``staff_no_needed``, where somebody who decides or inspects would have none.
        """
        with self.database.write() as tx:
            wanted = self._checked(tx, details, 0)
            person_id = persons.add(tx, wanted.staff_no, wanted.name, wanted.office, now)
            note_of_person(tx, EventKind.PERSON_ADDED, person_id, by, now, _facts(wanted))
            return person_id

    def change(self, person_id: int, details: PersonDetails, by: Actor, now: datetime) -> tuple[Actor, ...]:
        """``change_within`` in a transaction of its own."""
        with self.database.write() as tx:
            return self.change_within(tx, person_id, details, by, now)

    def change_within(
        self, tx: Transaction, person_id: int, details: PersonDetails, by: Actor, now: datetime, was: str | None = None
    ) -> tuple[Actor, ...]:
        """Change staff number, name and office; the accounts that had the old name or office get the new one.

        Roles that take two people and count in one office only do not move along: one person would give them in another.
        Return the open accounts that lost some, as they were before. ``was`` is ``state_of`` the person when the form was
        made. Raises as ``add``, ConflictError ``person_changed_meanwhile``, NotFoundError ``thing_not_found``.
        """
        person = known(tx, person_id)
        demand_unchanged(was, state_of(person))
        wanted = self._checked(tx, details, person_id)
        if wanted == person:
            return ()
        persons.change(tx, wanted)
        if staff_key(wanted.staff_no) != staff_key(person.staff_no):
            identity_bindings.note_refused(tx, person_id, None)  # of the number that was
        had = {user.actor.user_id: user for user in accounts.of_person(tx, person_id)}
        accounts.move_along(tx, person, wanted)
        note_of_person(tx, EventKind.PERSON_CHANGED, person_id, by, now, before=_facts(person), after=_facts(wanted))
        moved = (user.actor for user in accounts.of_person(tx, person_id))
        lost = [each for each in moved if each.office != had[each.user_id].actor.office and each.roles & OF_ONE_OFFICE]
        for each in lost:
            left = each.roles - OF_ONE_OFFICE
            accounts.set_roles(tx, each.user_id, left)
            GRANTS.end_about(tx, each.user_id, now)
            before, after = {"roles": sorted(each.roles)}, {"roles": sorted(left)}
            note(tx, EventKind.ROLES_CHANGED, each.user_id, by, now, after, before=before)
        return tuple(each for each in lost if not had[each.user_id].disabled)

    def merge(
        self, person_id: int, other_id: int, by: Actor, now: datetime, were: tuple[str, str] | None = None
    ) -> tuple[str, ...]:
        """Record that two entries are one person: ``person_id`` stays and gets the accounts, absences and answers of
        ``other_id``. Return the subjects of acts that counted them as two people, which the event tells too.

        Those acts stand, and somebody has to look at them: what they decided is not undone by itself. A forbidden
        combination of roles that comes to light is told, not refused: that two accounts are of one person is true all the
        same. ``were`` is ``state_of`` both when the form was made. Raises InputError ``persons_same`` or
        ``persons_two_staff_nos``, ConflictError ``person_changed_meanwhile``, NotFoundError ``thing_not_found``.
        """
        with self.database.write() as tx:
            person, other = known(tx, person_id), known(tx, other_id)
            if person == other:
                raise InputError("persons_same", field="other")
            for was, each in zip(were or (None, None), (person, other), strict=True):
                demand_unchanged(was, state_of(each))
            if person.staff_no and other.staff_no and staff_key(person.staff_no) != staff_key(other.staff_no):
                raise InputError("persons_two_staff_nos", field="other", one=person.staff_no, other=other.staff_no)
            kept, moved = (
                [user.actor.username for user in accounts.of_person(tx, each)] for each in (person_id, other_id)
            )
            of_both = history.of_both(tx, kept, moved)
            confirmations.give_to(tx, person_id, other_id)
            accounts.give_to(tx, person_id, other_id)
            absences.give_to(tx, person_id, other_id)
            identity_bindings.give_to(tx, person_id, other_id)
            persons.remove(tx, other_id)
            merged = replace(person, staff_no=person.staff_no or other.staff_no)
            persons.change(tx, merged)
            before = {"kept": _facts(person), "merged": _facts(other) | {"person_id": other_id}}
            after = _facts(merged) | {"accounts_moved": moved, "acts_of_both": list(of_both)}
            note_of_person(tx, EventKind.PERSONS_MERGED, person_id, by, now, before=before, after=after)
            return of_both

    def set_roles(
        self,
        user_id: int,
        roles: frozenset[Role],
        by: Actor,
        now: datetime,
        asked_by: str = "",
    ) -> None:
        """``give_roles`` in a transaction of its own."""
        with self.database.write() as tx:
            self.give_roles(tx, user_id, roles, by, now, asked_by=asked_by)

    def give_roles(
        self,
        tx: Transaction,
        user_id: int,
        roles: frozenset[Role],
        by: Actor,
        now: datetime,
        *,
        asked_by: str = "",
    ) -> None:
        """Give an account other roles, also in its sessions: where only the new ones need a second factor, these want it at
        the next request. ``asked_by``: the user name of whoever asked that ``by`` confirm it.

        Raises InputError ``roles_missing``, ``staff_no_needed`` or ``roles_apart``, ConflictError ``last_administrator``,
        NotFoundError ``thing_not_found``.
        """
        user = known_account(tx, user_id)
        demand_some(roles)
        if roles == user.actor.roles:
            return
        demand_number(tx, user.actor.person_id, roles - user.actor.roles)
        if not user.disabled:
            demand_apart(tx, user.actor.person_id, roles, of_account=user_id)
            if Role.ADMIN not in roles:
                demand_another_administrator(tx, user.actor)
        accounts.set_roles(tx, user_id, roles)
        GRANTS.end_about(tx, user_id, now)
        if Role.ADMIN not in roles:
            for requests in (GRANTS, RESETS):
                requests.end_asked_by(tx, user_id, now)
        if self._needs_factor(roles) and not self._needs_factor(user.actor.roles):
            sessions.want_factor(tx, user_id)
        before, after = {"roles": sorted(user.actor.roles)}, {"roles": sorted(roles)}
        note(tx, EventKind.ROLES_CHANGED, user_id, by, now, after, before=before, asked_by=asked_by)

    def _needs_factor(self, roles: frozenset[Role]) -> bool:
        return is_required(roles, demonstration=self.demonstration)

    def reopen(self, user_id: int, by: Actor, now: datetime, asked_by: str = "") -> None:
        """Open a closed account again with all its roles, in the name of two people or at the machine; ``asked_by`` as for
        ``give_roles``. Raises as ``reopen_with``."""
        with self.database.write() as tx:
            roles = known_account(tx, user_id).actor.roles
            self.reopen_with(tx, user_id, roles, by, now, asked_by=asked_by)

    def reopen_with(
        self, tx: Transaction, user_id: int, roles: frozenset[Role], by: Actor, now: datetime, *, asked_by: str = ""
    ) -> None:
        """Open a closed account again with ``roles`` of those that it had, and its password as it was.

        Raises InputError ``roles_apart`` or ``staff_no_needed``, ConflictError ``person_changed_meanwhile``, NotFoundError
        ``thing_not_found``.
        """
        user = known_account(tx, user_id)
        if not user.disabled:
            raise _changed_meanwhile()
        demand_number(tx, user.actor.person_id, roles)
        demand_apart(tx, user.actor.person_id, roles, of_account=user_id)
        accounts.enable_user(tx, user_id)
        accounts.set_roles(tx, user_id, roles)
        before = {"roles": sorted(user.actor.roles)} if roles != user.actor.roles else None
        after = {"roles": sorted(roles)}
        note(tx, EventKind.ACCOUNT_REOPENED, user_id, by, now, after, before=before, asked_by=asked_by)

    def _checked(self, tx: Transaction, details: PersonDetails, person_id: int) -> Person:
        wanted = Person(person_id, written_staff_no(details.staff_no), written_name(details.name), details.office)
        if wanted.office not in self.catalogue.offices:
            known_offices = "、".join(self.catalogue.offices)
            raise InputError("office_unknown", field="office", office=wanted.office, known=known_offices)
        was = persons.get(tx, person_id)
        if was and was.staff_no and not wanted.staff_no and roles_of_person(tx, person_id) & NUMBERED:
            raise InputError("staff_no_needed", field="staff_no")
        alike = (each for each in persons.numbered_alike(tx, wanted.staff_no) if each.person_id != person_id)
        if (was is None or was.staff_no != wanted.staff_no) and (other := next(alike, None)):
            raise InputError("staff_no_taken", field="staff_no", found=wanted.staff_no, name=other.name)
        return wanted


def known(tx: Transaction, person_id: int) -> Person:
    """The person with this key. Raises NotFoundError ``thing_not_found``."""
    person = persons.get(tx, person_id)
    if person is None:
        raise things.not_found(things.PERSON)
    return person


def known_account(tx: Transaction, user_id: int) -> User:
    """The account with this key. Raises NotFoundError ``thing_not_found``."""
    user = accounts.user_by_id(tx, user_id)
    if user is None:
        raise things.not_found(things.ACCOUNT)
    return user


def told_of(tx: Transaction, person: Person, users: tuple[User, ...]) -> tuple[Text, ...]:
    """What should be looked at: the name of somebody else, no staff number, another identity with that number, roles that
    should be apart."""
    namesakes = len(persons.namesakes(tx, person.name)) > 1
    alike = len(persons.numbered_alike(tx, person.staff_no)) > 1
    unnumbered = bool(users) and not person.staff_no
    roles = frozenset(role for user in users if not user.disabled for role in user.actor.roles)
    bound = identity_bindings.of_person(tx, person.person_id)
    refused = bound is not None and bound.refused_at is not None
    said = (
        (_NAMESAKES, namesakes),
        (_NUMBERED_ALIKE, alike),
        (_NO_STAFF_NO, unnumbered),
        (_OTHER_IDENTITY, refused),
    )
    return (*(text for text, so in said if so), *(apart.why for apart in combinations.met_by(roles)))


def _known_person(tx: Transaction, person: Person) -> KnownPerson:
    users = accounts.of_person(tx, person.person_id)
    return KnownPerson(person, tuple(user.actor for user in users), told_of(tx, person, users))


def demand_some(roles: frozenset[Role]) -> None:
    """Raise InputError ``roles_missing`` if there are none."""
    if not roles:
        raise InputError("roles_missing", field="roles")


def state_of(person: Person) -> str:
    """What can be changed of a person, as one text that a form carries."""
    return "|".join((person.staff_no, person.name, person.office))


def account_state(tx: Transaction, user: User) -> str:
    """What a page shows of an account before somebody acts on it, as one text that the form carries."""
    closed, way = "closed" if user.disabled else "open", "service" if user.service_only else "password"
    shown = (user.actor.username, user.actor.office, roles_in_words(user.actor.roles), closed, way)
    return "|".join((*shown, state_of(known(tx, user.actor.person_id))))


def roles_in_words(roles: frozenset[Role]) -> str:
    """Roles as one text that a form carries."""
    return ",".join(sorted(roles))


def demand_unchanged(was: str | None, is_now: str) -> None:
    """Raise ConflictError ``person_changed_meanwhile`` if a form showed another state than there is; None for no form."""
    if was is not None and was != is_now:
        raise _changed_meanwhile()


def _changed_meanwhile() -> ConflictError:
    return ConflictError("person_changed_meanwhile")


def _facts(person: Person) -> dict[str, object]:
    return {"staff_no": person.staff_no, "name": person.name, "office": person.office}
