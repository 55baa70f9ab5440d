"""Whether two people are two: whose hand opened an account, or knew its password before anything else proved its owner.

One administrator can make up a person, open an account for it and sign in to it. So wherever two must agree, neither may be
of the other's making, nor both of a third's. It is read from the history, which nobody can change at the desk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from licence_qr.domain.accounts.factor_resets import SETTLED_DAYS
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.errors import RuleError
from licence_qr.store.accounts import accounts
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history

_GIVEN = frozenset(
    {EventKind.ACCOUNT_OPENED, EventKind.ACCOUNT_REOPENED, EventKind.ROLES_CHANGED, EventKind.PASSWORD_SET}
)
# Facts of a password that somebody else has set, by which it opened nothing alone, or not by one person's will.
FACTOR_ASKED, CONFIRMED_BY = "second_factor", "confirmed_by"


def demand_settled(tx: Transaction, second: Actor, now: datetime) -> None:
    """Raise RuleError ``reset_second_too_new`` if somebody else has opened the account within ``SETTLED_DAYS``, opened it
    again, given it roles or a password, or moved its person to another office."""
    since = now - timedelta(days=SETTLED_DAYS)
    given = (*_given(tx, second, _GIVEN), *_moved(tx, second))
    if any(datetime.fromisoformat(row["at"]) > since for row in given):
        raise RuleError("reset_second_too_new", days=SETTLED_DAYS)


def demand_two_hands(tx: Transaction, first: Actor, second: Actor) -> None:
    """Raise RuleError ``reset_one_hand`` if one account is of the making of the other person, or both of a third's."""
    if _people_behind(tx, first) & _people_behind(tx, second):
        raise RuleError("reset_one_hand")


def demand_not_both_of_console(tx: Transaction, first: Actor, second: Actor) -> None:
    """Raise RuleError ``reset_console_hand`` if both were made at the console: whoever sits there could have made both."""
    if all(_of_console(tx, each) for each in (first, second)):
        raise RuleError("reset_console_hand")


def _people_behind(tx: Transaction, account: Actor) -> frozenset[int]:
    """Its person, those who made it, and those who made their accounts. The console is nobody."""
    seen, waiting = {account.user_id: account.person_id}, [account]
    while waiting:
        for username in _makers(tx, waiting.pop()):
            maker = accounts.user_by_name(tx, username)
            if maker and maker.actor.user_id not in seen:
                seen[maker.actor.user_id] = maker.actor.person_id
                waiting.append(maker.actor)
    return frozenset(seen.values())


def _of_console(tx: Transaction, account: Actor) -> bool:
    return any(accounts.user_by_name(tx, username) is None for username in _makers(tx, account))


def _makers(tx: Transaction, account: Actor) -> Iterator[str]:
    """Who opened the account, or gave it a password that opened it alone."""
    for row in _given(tx, account, frozenset({EventKind.ACCOUNT_OPENED, EventKind.PASSWORD_SET})):
        said = json.loads(row["after"] or "{}")
        if not said.get(FACTOR_ASKED) and not said.get(CONFIRMED_BY):
            yield row["actor"]


def _moved(tx: Transaction, account: Actor) -> Iterator[history.EventRow]:
    """Whatever brought its person to another office."""
    for row in history.of_subject(tx, f"person/{account.person_id}", {EventKind.PERSON_CHANGED}):
        before, after = json.loads(row["before"]), json.loads(row["after"])
        if before["office"] != after["office"]:
            yield row


def _given(tx: Transaction, account: Actor, kinds: frozenset[EventKind]) -> Iterator[history.EventRow]:
    """What others have given to an account."""
    rows = history.of_subject(tx, f"account/{account.user_id}", kinds)
    return (row for row in rows if row["actor"] not in account.others | {account.username})
