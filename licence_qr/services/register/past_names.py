"""The names that people had: an old act is told with the name that its account bore then.

Names are changed by one act, which its event tells (``person_changed``), so the name of any day follows from the events. An
account from before such events were written has only the name of today, and that is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from licence_qr.domain.names import name_key, staff_key
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import COMMAND_LINE, DEMONSTRATION, IMPORT, SYSTEM
from licence_qr.store.accounts import accounts, persons
from licence_qr.store.accounts.accounts import User
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import history
from licence_qr.wording.text import Text

_Names = tuple[tuple[datetime, str], ...]  # since when, oldest first


@dataclass(frozen=True, slots=True)
class NameThen:
    """The name of an account at an instant, empty where no event tells it, and its name today."""

    then: str
    today: str

    @property
    def words(self) -> Text:
        """The name of then, and beside it that of today where it is another."""
        if not self.then:
            return Text(f"现名：{self.today}", f"today: {self.today}")
        if self.then == self.today:
            return Text(self.then, self.then)
        return Text(f"{self.then}（现名：{self.today}）", f"{self.then} (today: {self.today})")


# Names of actors that are not people.
PROGRAM_NAMES: Mapping[str, Text] = {
    SYSTEM: Text("系统自动", "the system"),
    IMPORT: Text("批量导入", "the import"),
    COMMAND_LINE: Text("命令行", "the command line"),
    DEMONSTRATION: Text("演示数据", "demonstration data"),
}


@dataclass(frozen=True, slots=True)
class _Told:
    """What an event tells about a person. ``seq`` is its place in the history."""

    seq: int
    at: datetime
    kind: EventKind
    person_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class PastNames:
    """Names within one read transaction; each account is worked out once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._known: dict[str, tuple[str, _Names] | None] = {}

    def of(self, username: str, at: datetime) -> NameThen | None:
        """The name that the account bore at that instant; None for what is no account."""
        if username not in self._known:
            user = accounts.user_by_name(self._tx, username) if username else None
            self._known[username] = (user.actor.display_name, self._names_of(user)) if user else None
        known = self._known[username]
        if known is None:
            return None
        today, names = known
        borne = [name for since, name in names if since <= at] or [name for _, name in names[:1]]
        return NameThen(borne[-1] if borne else "", today)

    def words(self, username: str, at: datetime) -> Text:
        """``NameThen.words`` of the account, or the name of the program; a system user is told by the user name."""
        name = self.of(username, at)
        return name.words if name else PROGRAM_NAMES.get(username, Text(username, username))

    def people(self, named: str) -> frozenset[int]:
        """Everybody who has, or had, this name or staff number, however wide its letters are; also an entry that was merged
        into another, by which older events go."""
        wanted = {name_key(named), staff_key(named)}
        keys = {each.person_id for each in persons.everybody(self._tx) if wanted & _keys(each.name, each.staff_no)}
        keys |= {told.person_id for told in self._told if wanted & _former_keys(told)}
        for told in self._told:
            merged = told.before.get("merged", {}).get("person_id")
            if told.person_id in keys or merged in keys:
                keys |= {told.person_id, merged} - {None}
        return frozenset(keys)

    def usernames(self, named: str) -> frozenset[str]:
        """The accounts of these people, and those that show this name although their owner has another."""
        people, wanted = self.people(named), name_key(named)
        return frozenset(
            user.actor.username
            for user in accounts.everybody(self._tx)
            if user.actor.person_id in people or name_key(user.actor.display_name) == wanted
        )

    @cached_property
    def _told(self) -> tuple[_Told, ...]:
        kinds = (EventKind.PERSON_CHANGED, EventKind.PERSONS_MERGED)
        rows = sorted((row for kind in kinds for row in history.of_kind(self._tx, kind)), key=lambda row: row["seq"])
        return tuple(map(_told, rows))

    def _names_of(self, user: User) -> _Names:
        """The names of an account since it was opened; none where the events do not lead to the name of today."""
        opened = history.of_kind(self._tx, EventKind.ACCOUNT_OPENED, f"account/{user.actor.user_id}")
        if not opened:
            return ()
        first = _told(opened[0])
        names = [(first.at, str(first.after.get("display_name", "")))]
        for told in reversed(tuple(self._changes_of(user))):
            # Its owner may have had another name than the account (``accounts.move_along``).
            if told.seq > first.seq and told.before.get("name") == names[-1][1]:
                names.append((told.at, str(told.after.get("name"))))
        return tuple(names) if names[-1][1] == user.actor.display_name else ()

    def _changes_of(self, user: User) -> Iterator[_Told]:
        """The changes to whoever owned the account, newest first."""
        owner = user.actor.person_id
        for told in reversed(self._told):
            if told.person_id != owner:
                continue
            if told.kind is EventKind.PERSON_CHANGED:
                yield told
            elif user.actor.username in told.after.get("accounts_moved", ()):
                owner = told.before["merged"]["person_id"]


def _former_keys(told: _Told) -> set[str]:
    entries = (told.before, told.before.get("merged", {}), told.before.get("kept", {}))
    return {key for each in entries for key in _keys(each.get("name", ""), each.get("staff_no", ""))}


def _keys(name: str, staff_no: str) -> set[str]:
    return {name_key(name), staff_key(staff_no)} - {""}


def _told(row: history.EventRow) -> _Told:
    key = row["subject"].partition("/")[2]
    before, after = (json.loads(row[side]) if row[side] else {} for side in ("before", "after"))
    at = datetime.fromisoformat(row["at"])
    return _Told(row["seq"], at, EventKind(row["event"]), int(key), before, after)
