"""Signing in by the identity service: from the press of the button to a session.

Threats. Somebody could send a victim's browser an answer of their own, so that the victim works in their account: an
answer counts only in the browser that asked, once, within minutes. Somebody could bring an answer made for another service,
another sign-in or another browser: issuer, audience, nonce and the verifier of PKCE are compared. Somebody at a shared
computer could go on as whoever sat there before: the service must ask anew. Whom the service proves is a person of this
register by the staff number, never by a name or an address; and once they have come in, only by the same identity
(``bindings``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from licence_qr.domain.accounts.people import ProvenPerson, ServiceIdentity
from licence_qr.domain.accounts.stages import OpenedBy, SignInStage
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.networks import client_network
from licence_qr.domain.roles import Actor, Via
from licence_qr.errors import AccessError, IdentityServiceError
from licence_qr.services.accounts import sign_in_limits
from licence_qr.services.accounts.identity_service import bindings, numbers
from licence_qr.services.accounts.identity_service.questions import IdentityQuestion, Registration, ServiceAnswer
from licence_qr.services.accounts.identity_service.steps import Steps
from licence_qr.services.accounts.sessions import CameFrom, note_ended
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.services.register import refusals, throttle
from licence_qr.store.accounts import accounts, persons, sessions
from licence_qr.store.accounts.accounts import User
from licence_qr.store.database.connections import Transaction

if TYPE_CHECKING:  # loaded where a service is configured (bootstrap)
    from licence_qr.services.accounts.identity_service.provider import Provider

_NOBODY = 0  # the subject of refusals of people who have no account


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the token of the browser, where it comes from, and the token of the session that the new one replaces."""

    browser: str = field(repr=False)
    came: CameFrom
    instead_of: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has come back from the service, with what the page had given it to ``carry``."""

    asked: IdentityQuestion
    carried: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """Somebody proven has several ``accounts``: ``key`` opens one of them, once, in the same browser."""

    key: str = field(repr=False)
    accounts: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class IdentitySignIn:
    """``name`` is what pages call the service."""

    signing_in: SignIn
    provider: Provider
    steps: Steps
    name: str

    @classmethod
    def by(cls, registered: Registration, signing_in: SignIn, web_secret: bytes) -> IdentitySignIn:
        """Signing in by the service at which ``registered`` is. Who configures none loads none of the libraries for it."""
        from licence_qr.services.accounts.identity_service.provider import Provider

        return cls(signing_in, Provider(registered), Steps(signing_in.database, web_secret), registered.name)

    def begin(self, visitor: Visitor, carried: str, now: datetime) -> str:
        """The address of the service to which the browser is sent, which will bring it back.

        Raises AccessError ``sign_in_throttled``, IdentityServiceError.
        """
        tries = sign_in_limits.of_identity_service(visitor.came.client)
        with self.signing_in.database.read() as tx:
            throttle.demand(tx, tries, now, "sign_in_throttled")
        self.provider.demand_reachable(now)  # a service that cannot be asked costs no try
        asked = IdentityQuestion.anew(now)
        with self.signing_in.database.write() as tx:
            throttle.take(tx, tries, now, "sign_in_throttled")
            state = self.steps.put(tx, visitor.browser, {"asked": asked.remembered(), "carried": carried}, now)
        return self.provider.address_to_ask(asked, state, now)

    def come_back(self, visitor: Visitor, state: str, now: datetime) -> Begun:
        """What this browser had begun, once. Raises AccessError ``identity_service_outdated``."""
        found = self.steps.take(visitor.browser, state, now)
        if found is None or "asked" not in found:
            raise AccessError("identity_service_outdated")
        return Begun(IdentityQuestion.recalled(found["asked"]), found["carried"])

    def enter(self, visitor: Visitor, begun: Begun, answer: ServiceAnswer, now: datetime) -> str | AccountChoice:
        """The token of a new session, or the accounts to choose from.

        Raises IdentityServiceError, AccessError ``identity_service_person_unknown``, ``identity_service_person_disabled``,
        ``identity_service_other_identity`` or ``identity_service_number_new``.
        """
        person = None
        try:
            person = self.provider.person(begun.asked, answer, now)
            with self.signing_in.database.write() as tx:
                return self._entered(tx, person, visitor, begun.carried, now)
        except (IdentityServiceError, AccessError):
            self._note_refusal(visitor, person, now)
            raise

    def _entered(
        self, tx: Transaction, person: ProvenPerson, visitor: Visitor, carried: str, now: datetime
    ) -> str | AccountChoice:
        users = entered_by(tx, person)
        throttle.give_back(tx, sign_in_limits.of_identity_service(visitor.came.client))
        if len(users) == 1:
            return self._open(tx, users[0], visitor, person, now)
        key = self.steps.put(tx, visitor.browser, {"person": asdict(person), "carried": carried}, now)
        return AccountChoice(key, tuple(user.actor for user in users))

    def choose(self, visitor: Visitor, key: str, username: str, now: datetime) -> tuple[str, str]:
        """The token of a new session of that account of the proven person, and what was carried.

        Raises AccessError ``identity_service_outdated`` and as ``enter``.
        """
        found = self.steps.take(visitor.browser, key, now)
        with self.signing_in.database.write() as tx:
            if found is None or "person" not in found:
                raise AccessError("identity_service_outdated")
            # Asked anew: an account may have been closed, or the number given to somebody else, since they were shown.
            proven = found["person"]
            person = ProvenPerson(**proven | {"identity": ServiceIdentity(**proven["identity"])})
            user = next((each for each in entered_by(tx, person) if each.actor.username == username), None)
            if user is None:
                raise AccessError("identity_service_outdated")
            token = self._open(tx, user, visitor, person, now)
        return token, found["carried"]

    def _open(self, tx: Transaction, user: User, visitor: Visitor, person: ProvenPerson, now: datetime) -> str:
        """A session of ``user``. A password that must be changed was not used, so nobody is asked for another one. Whoever
        has begun to sign in with it does not go on (``SignIn.sign_in``).
        """
        opening, factors = self.signing_in.sessions, self.signing_in.factors
        refusals.close(tx, now)
        opening.end_within(tx, visitor.instead_of, now)
        wanted = not person.second_factor and factors.wanted(tx, user.actor)
        came = replace(visitor.came, by=OpenedBy.IDENTITY_SERVICE)
        via = Via(device=came.device, network=client_network(came.client))
        by, begun = user.actor.coming(via), sessions.end_wanting(tx, user.actor.user_id, SignInStage.PASSWORD, now)
        note_ended(tx, user.actor.user_id, by, begun, now)
        bindings.bind(tx, person, by, now)
        return opening.open(tx, user.actor, came, now, wants=SignInStage.SECOND_FACTOR if wanted else None)

    def _note_refusal(self, visitor: Visitor, person: ProvenPerson | None, now: datetime) -> None:
        via = Via(network=client_network(visitor.came.client))
        with self.signing_in.database.write() as tx:
            refusals.note(tx, EventKind.SERVICE_SIGN_IN_REFUSED, _NOBODY, via, now)
            if person:
                bindings.note_refused(tx, person, via, now)


def entered_by(tx: Transaction, person: ProvenPerson) -> tuple[User, ...]:
    """The accounts that the person may open, at least one. Raises AccessError as ``IdentitySignIn.enter``."""
    known = persons.by_staff_no(tx, person.staff_no)
    if known is None:
        raise AccessError("identity_service_person_unknown", staff_no=person.staff_no)
    users = tuple(user for user in accounts.of_person(tx, known.person_id) if not user.disabled)
    if not users:
        raise AccessError("identity_service_person_disabled", staff_no=person.staff_no)
    bound = bindings.demand(tx, person, known.person_id)
    settled = tuple(user for user in users if numbers.counts(tx, user, bound))
    if not settled:
        raise AccessError("identity_service_number_new", staff_no=person.staff_no)
    return settled
