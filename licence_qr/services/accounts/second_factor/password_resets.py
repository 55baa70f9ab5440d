"""When an administrator may set a new password alone: where it opens nothing that its owner has had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from licence_qr.domain.accounts.factor_resets import RESET_HOURS
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import RuleError
from licence_qr.services.accounts.second_factor.checking import FactorChecks
from licence_qr.services.accounts.second_factor.hands import CONFIRMED_BY, FACTOR_ASKED
from licence_qr.store.accounts import accounts, sessions
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.requests import RESETS, StoredReset
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history, traces


def demand_allowed(
    tx: Transaction, checks: FactorChecks, by: Actor, user: User, now: datetime
) -> Mapping[str, object] | None:
    """What the event of a new password says, set by ``by``.

    It may be set where the second factor is asked for all the same; where its owner has never had it; and
    for ``RESET_HOURS`` after a second person has confirmed the reset that ``by`` asked for. Else raises RuleError
    ``password_needs_two``: the password is all that proves the owner.
    """
    if checks.enrolled(tx, user.actor.user_id):
        return {FACTOR_ASKED: True}
    if _never_used(tx, user):
        return None
    granted = RESETS.last_done(tx, user.actor.user_id, by.user_id)
    if granted is None or not _counts_still(tx, granted, now):
        raise RuleError("password_needs_two", hours=RESET_HOURS)
    second = accounts.user_by_id(tx, granted.settled_by)
    return {CONFIRMED_BY: second.actor.username if second else ""}


def is_known_to_another(tx: Transaction, user: User) -> bool:
    """Whether somebody else has set the password, and its owner has not come in with it and the second factor since: whoever
    set it may know it, also where another one was chosen in the name of the owner."""
    rows = history.of_subject(tx, f"account/{user.actor.user_id}", frozenset({EventKind.PASSWORD_SET}))
    given = [row for row in rows if not user.actor.is_among({row["actor"]})]
    return bool(given) and not sessions.any_finished(tx, user.actor.user_id, datetime.fromisoformat(given[-1]["at"]))


def _never_used(tx: Transaction, user: User) -> bool:
    """Whether nobody has come in by the account, nor chosen a password or added a factor, since it was opened."""
    own = {EventKind.PASSWORD_SET, EventKind.FACTOR_ENROLLED}
    subject = f"account/{user.actor.user_id}"
    rows = history.of_subject(tx, subject, own)
    chosen = not user.must_change or any(row["actor"] == user.actor.username for row in rows)
    # Registers from before the last session was kept have traces of it.
    entered = sessions.last_of(tx, user.actor.user_id) is not None or traces.any_of(tx, EventKind.SIGNED_IN, subject)
    return not (chosen or entered)


def _counts_still(tx: Transaction, granted: StoredReset, now: datetime) -> bool:
    """Until its time is over, the password is set, or the owner signs in."""
    settled = granted.settled_at
    if settled is None or now >= settled + timedelta(hours=RESET_HOURS):
        return False
    last = sessions.last_of(tx, granted.user_id)
    rows = history.of_subject(tx, f"account/{granted.user_id}", frozenset({EventKind.PASSWORD_SET}))
    used = any(datetime.fromisoformat(row["at"]) >= settled for row in rows)
    return not used and (last is None or last < settled)
