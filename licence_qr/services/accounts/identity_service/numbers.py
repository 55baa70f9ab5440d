"""Whether a staff number may open an account by the identity service.

One administrator alone can write the number of somebody else beside a name, or merge an entry that has one. Whoever has that
number at the service would then come in as the person of the account. So a number that an account got after it was opened
counts there only once its owner has come in without the service, seen the number and agreed to it (``own_number``). Nothing
else that the owner does says so: a new password is chosen without a thought of the number. For whoever is bound to their
identity (``bindings``), the service itself has said that the number changed: the person is the same. After two entries
became one it says so of one of the two only, and nobody knows of which.
"""

from __future__ import annotations

import json
from datetime import datetime

from licence_qr.domain.names import staff_key
from licence_qr.domain.register.events import EventKind
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.identity_bindings import Binding
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history
from licence_qr.store.register.history import EventRow

_GIVEN = frozenset({EventKind.PERSON_CHANGED, EventKind.PERSONS_MERGED})
_SETTLED = frozenset({EventKind.ACCOUNT_OPENED, EventKind.STAFF_NO_AGREED})


def counts(tx: Transaction, user: User, bound: Binding | None = None) -> bool:
    """Whether the staff number of its person opens the account ``user``, to whoever is ``bound`` or to anybody."""
    account, person = f"account/{user.actor.user_id}", f"person/{user.actor.person_id}"
    changes = history.of_subject(tx, person, _GIVEN)
    if bound and vouches(tx, user.actor.person_id, bound):
        changes = [row for row in changes if not _is_after(bound, row)]
    given = (row for row in changes if _gives(row, user.actor.username))
    last = max((row["seq"] for row in given), default=0)
    return not last or any(row["seq"] > last for row in history.of_subject(tx, account, _SETTLED))


def vouches(tx: Transaction, person_id: int, bound: Binding | None) -> bool:
    """Whether the identity to which somebody is ``bound`` says for a number recorded since that it is theirs."""
    changes = history.of_subject(tx, f"person/{person_id}", _GIVEN)
    return bound is not None and not any(_merged_after(bound, row) for row in changes)


def _gives(row: EventRow, username: str) -> bool:
    """Whether the account got another number by this event. One that was moved from another entry did, whatever it had
    there before."""
    before, after = json.loads(row["before"]), json.loads(row["after"])
    if row["event"] == EventKind.PERSONS_MERGED and username in after["accounts_moved"]:
        return True
    had = before["kept"] if row["event"] == EventKind.PERSONS_MERGED else before
    return staff_key(had["staff_no"]) != staff_key(after["staff_no"])


def _merged_after(bound: Binding, row: EventRow) -> bool:
    """Whether the person became one with another entry since, whose accounts or whose identity these may be."""
    return row["event"] == EventKind.PERSONS_MERGED and _is_after(bound, row)


def _is_after(bound: Binding, row: EventRow) -> bool:
    return datetime.fromisoformat(row["at"]) > bound.bound_at
