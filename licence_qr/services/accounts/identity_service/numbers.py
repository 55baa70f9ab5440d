"""Whether a staff number may open an account by the identity service.

One administrator alone can write the number of somebody else beside a name, or merge an entry that has one. Whoever has that
number at the service would then come in as the person of the account. So a number that an account got after it was opened
counts there only once its owner has come in without the service and changed the password or added a second factor.
"""

from __future__ import annotations

import json

from licence_qr.domain.names import staff_key
from licence_qr.domain.register.events import EventKind
from licence_qr.services.accounts.own_password import BEFORE_FACTOR
from licence_qr.store.accounts.accounts import User
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history
from licence_qr.store.register.history import EventRow

_GIVEN = frozenset({EventKind.PERSON_CHANGED, EventKind.PERSONS_MERGED})
_OPENED = frozenset({EventKind.ACCOUNT_OPENED})
_BY_OWNER = frozenset({EventKind.PASSWORD_SET, EventKind.FACTOR_ENROLLED})


def counts(tx: Transaction, user: User) -> bool:
    """Whether the staff number of its person opens the account ``user``."""
    account, person = f"account/{user.actor.user_id}", f"person/{user.actor.person_id}"
    given = (row for row in history.of_subject(tx, person, _GIVEN) if _gives(row, user.actor.username))
    last = max((row["seq"] for row in given), default=0)
    opened = history.of_subject(tx, account, _OPENED)
    own = (row for row in history.of_subject(tx, account, _BY_OWNER) if row["actor"] == user.actor.username)
    # Whoever has just reset a password can choose one too; a factor is asked for after that.
    proven = (row for row in own if not json.loads(row["after"] or "{}").get(BEFORE_FACTOR))
    return not last or any(row["seq"] > last for row in (*opened, *proven))


def _gives(row: EventRow, username: str) -> bool:
    """Whether the account got another number by this event. One that was moved from another entry did, whatever it had
    there before."""
    before, after = json.loads(row["before"]), json.loads(row["after"])
    if row["event"] == EventKind.PERSONS_MERGED and username in after["accounts_moved"]:
        return True
    had = before["kept"] if row["event"] == EventKind.PERSONS_MERGED else before
    return staff_key(had["staff_no"]) != staff_key(after["staff_no"])
