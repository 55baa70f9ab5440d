"""Changing one's own password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from licence_qr.domain.accounts.stages import Holder
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import AccessError, InputError
from licence_qr.services.accounts.accounts import shut_out
from licence_qr.services.accounts.notes import note
from licence_qr.services.accounts.sessions import CameFrom
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.store.accounts import accounts


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What somebody types who changes their password."""

    present: str
    new: str
    repeated: str


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """Changing the password of the account that one has signed in to."""

    signing_in: SignIn

    def change(self, holder: Holder, typed: NewPassword, client: str, now: datetime) -> str:
        """Set the new password; return the token of a new session, which takes the place of the holder's.

        All other sessions, all known devices and the address of the calendar end: somebody who knew the old password may
        have them. Raises InputError ``password_missing``, ``password_not_repeated``, ``password_unchanged`` or as
        ``passwords.demand`` does, AccessError ``password_wrong`` or ``password_throttled``; nothing is changed then.
        """
        actor = holder.actor
        if not typed.present:
            raise InputError("password_missing", field="password")
        if typed.new == typed.present:
            raise InputError("password_unchanged", field="new_password")
        if typed.new != typed.repeated:
            raise InputError("password_not_repeated", field="repeated_password")
        before = self.signing_in.confirm_password(actor, typed.present, client, now)
        hashed = self.signing_in.passwords.hash(typed.new, actor)
        with self.signing_in.database.write() as tx:
            user = accounts.user_by_id(tx, actor.user_id)
            if user is None or user.disabled or user.password_hash != before.password_hash:
                raise AccessError("password_wrong")  # somebody has set another one meanwhile
            accounts.set_password(tx, actor.user_id, hashed, must_change=False)
            note(tx, EventKind.PASSWORD_SET, actor.user_id, actor, now)
            shut_out(tx, user, actor, now)
            wants = self.signing_in.after_password(tx, user.actor) if holder.wants else None
            return self.signing_in.sessions.open(tx, user.actor, CameFrom(client, actor.via.device), now, wants=wants)
