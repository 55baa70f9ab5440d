"""A lost device: an administrator and a second person take the second factors of somebody else away together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.plain_text import plain_line
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor, Via
from licence_qr.errors import AccessError, InputError, RuleError
from licence_qr.services.accounts.accounts import shut_out
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.second_factor import hands, password_resets
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.register import access
from licence_qr.store.accounts import accounts, factors, passkeys
from licence_qr.store.accounts.accounts import User
from licence_qr.store.database.connections import Transaction

MAX_REASON_CHARS = 500
THIS_MACHINE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Confirmer:
    """Somebody who confirms a reset, and what proves that it is them."""

    username: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class FactorReset:
    """Without factors, somebody who needs one enrols a new one at the next sign-in, with the password alone. So two people
    who are neither each other nor the owner must have made sure who asks."""

    confirming: Confirming

    def demand(self, username: str, administrator: str, second: str, now: datetime) -> tuple[Actor, Actor, Actor]:
        """The owner, the administrator and the second person.

        The second person is another administrator or the supervisor of the owner's office, with an account as ``hands``
        demands. Raises AccessError ``account_unknown``, ``role_not_allowed`` or ``other_office``; RuleError
        ``reset_needs_two_others`` unless they are three people, and as ``hands``.
        """
        with self.confirming.sign_in.database.read() as tx:
            owner, first, other = (_active(tx, name).actor for name in (username, administrator, second))
            self._demand_two(tx, owner, first, other, now)
        return owner, first, other

    def _demand_two(self, tx: Transaction, owner: Actor, first: Actor, other: Actor, now: datetime) -> None:
        access.demand(first, access.MANAGE_PEOPLE)
        if owner.is_same_person(first) or owner.is_same_person(other) or first.is_same_person(other):
            raise RuleError("reset_needs_two_others")
        access.demand(other, access.CONFIRM_RESETS, owner.office)
        hands.demand_settled(tx, other, now)
        hands.demand_two_hands(tx, first, other)
        hands.demand_not_both_of_console(tx, first, other)

    def reset(
        self, username: str, administrator: Confirmer, second: Confirmer, reason: str, by: Actor, now: datetime
    ) -> None:
        """Remove all second factors and recovery codes of an account, end its sessions, and forget its devices.

        ``by``: the system user at whose console both are. Both confirm with their password, and a second factor if they
        have or need one. Raises InputError ``reset_reason_missing``; like ``demand`` and ``Confirming.confirm``.
        """
        reason = plain_line(reason)
        if not reason:
            raise InputError("reset_reason_missing", field="reason")
        owner, first, other = self.demand(username, administrator.username, second.username, now)
        content = ActContent("reset second factors", f"account/{owner.user_id}", reason[:MAX_REASON_CHARS])
        first, other = (each.coming(Via(device=by.username)) for each in (first, other))
        for who, proof in ((first, administrator.proof), (other, second.proof)):
            self.confirming.confirm(who, proof, content, THIS_MACHINE, now, beside=by.username)
        nobodys = self.confirming.sign_in.passwords.of_nobody()
        with self.confirming.sign_in.database.write() as tx:
            take_away(tx, _active(tx, username), (first, other), content.reason, now, nobodys)


def take_away(tx: Transaction, user: User, two: tuple[Actor, Actor], reason: str, now: datetime, nobodys: str) -> None:
    """Remove all second factors of ``user``, in the name of the first of ``two`` people; both have proven who they are.

    With them gone the password opens the account. So one that somebody else may know is replaced by that of the hash
    ``nobodys``, which nobody knows.
    """
    (first, other), user_id = two, user.actor.user_id
    replaced = password_resets.is_known_to_another(tx, user)
    if replaced:
        accounts.set_password(tx, user_id, nobodys, must_change=True)
    factors.remove_totp(tx, user_id)
    passkeys.remove_all(tx, user_id)
    factors.replace_recovery_codes(tx, user_id, (), now)
    shut_out(tx, user, first, now)
    said = {
        "second": other.username,
        "second_person": other.person_id,
        "reason": reason,
        "password_replaced": replaced,
    }
    note(tx, EventKind.FACTORS_RESET, user_id, first, now, said)


def _active(tx: Transaction, username: str) -> User:
    user = accounts.user_by_name(tx, username)
    if user is None or user.disabled:
        raise AccessError("account_unknown", username=username)
    return user
