"""Changing one's own password."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from licence_qr.domain.accounts.act_content import ActContent
from licence_qr.domain.accounts.stages import Holder, SignInStage
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import AccessError, InputError
from licence_qr.services.accounts.accounts import shut_out
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.sessions import CameFrom, demand_not_ended
from licence_qr.store.accounts import accounts, sessions

CHANGING = ActContent("change own password", "")


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What somebody types who changes their password; ``proof`` has the present one."""

    proof: Proof
    new: str = field(repr=False)
    repeated: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """Changing the password of the account that one has signed in to."""

    confirming: Confirming

    def change(self, holder: Holder, typed: NewPassword, client: str, now: datetime) -> str:
        """Set the new password; return the token of a new session, which takes the place of the holder's.

        All other sessions, all known devices and the address of the calendar end: somebody who knew the old password may
        have them. Raises InputError ``password_missing``, ``password_not_repeated``, ``password_unchanged`` or as
        ``passwords.demand`` does, AccessError as ``Confirming.confirm_own``; nothing is changed then.
        """
        actor, signing_in = holder.actor, self.confirming.sign_in
        if not typed.proof.password:
            raise InputError("password_missing", field="password")
        if typed.new == typed.proof.password:
            raise InputError("password_unchanged", field="new_password")
        if typed.new != typed.repeated:
            raise InputError("password_not_repeated", field="repeated_password")
        first = holder.wants is SignInStage.PASSWORD
        before = self.confirming.confirm_own(actor, typed.proof, CHANGING, client, now, factor_follows=first)
        hashed = signing_in.passwords.hash(typed.new, actor)
        with signing_in.database.write() as tx:
            user = accounts.user_by_id(tx, actor.user_id)
            if user is None or user.disabled or user.password_hash != before.password_hash:
                raise AccessError("password_wrong")  # somebody has set another one meanwhile
            demand_not_ended(tx, actor)
            accounts.set_password(tx, actor.user_id, hashed, must_change=False)
            note(tx, EventKind.PASSWORD_SET, actor.user_id, actor, now)
            shut_out(tx, user, actor, now)
            wants = signing_in.after_password(tx, user.actor) if holder.wants else None
            came = CameFrom(client, actor.via.device, sessions.opened_by(tx, actor.via.session))
            return signing_in.sessions.open(tx, user.actor, came, now, wants=wants)
