"""Reading requests that a second person answers, of either kind: one, a page of them, and all as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

from licence_qr.domain.accounts.requests import RequestFilter, RequestState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Actor
from licence_qr.services.accounts import staff
from licence_qr.services.register import access, events, things
from licence_qr.services.register.access import MANAGE_PEOPLE
from licence_qr.services.register.events import NewEvent
from licence_qr.store.accounts import accounts
from licence_qr.store.accounts.accounts import User
from licence_qr.store.accounts.requests import Requests, Stored
from licence_qr.store.database.connections import Database, Transaction

PAGE_REQUESTS = 50


@dataclass(frozen=True, slots=True)
class RequestView(Generic[Stored]):
    """A request as its reader sees it. ``until``: how long it can be confirmed; ``may_answer``: by the reader, as the second
    person; ``asked_it``: the reader asked, and may retract it. ``staff_no`` is the owner's, and ``shown`` what the form of
    an answer carries about the owner."""

    request: Stored
    owner: Actor
    asked_by: Actor
    settled_by: Actor | None
    state: RequestState
    until: datetime
    may_answer: bool
    asked_it: bool
    staff_no: str
    shown: str


@dataclass(frozen=True, slots=True)
class RequestPage(Generic[Stored]):
    """One page of requests; ``page`` counts from 1."""

    lines: tuple[RequestView[Stored], ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class RequestRules(Generic[Stored]):
    """What is said of one kind of request. ``until``: how long it stands; ``stands``: whether what was asked about is as it
    was; ``may_confirm``: whether somebody has the right for an owner, whoever asked."""

    until: Callable[[Stored], datetime]
    stands: Callable[[Transaction, Stored, User], bool]
    may_confirm: Callable[[Actor, Actor], bool]

    def state(self, tx: Transaction, request: Stored, now: datetime) -> RequestState:
        """The state of a request: one that is open may not stand any more."""
        if request.state is not RequestState.OPEN:
            return request.state
        if now >= self.until(request):
            return RequestState.LAPSED
        owner, asked_by = account(tx, request.user_id), account(tx, request.asked_by)
        may = not asked_by.disabled and access.may(asked_by.actor, MANAGE_PEOPLE)
        stands = may and not owner.disabled and self.stands(tx, request, owner)
        return RequestState.OPEN if stands else RequestState.VOID

    def view(self, tx: Transaction, reader: Actor, request: Stored, now: datetime) -> RequestView[Stored]:
        """The request as ``reader`` sees it."""
        user = account(tx, request.user_id)
        owner, asked_by = user.actor, account(tx, request.asked_by).actor
        state = self.state(tx, request, now)
        answerable = state is RequestState.OPEN and are_three(owner, asked_by, reader)
        return RequestView(
            request=request,
            owner=owner,
            asked_by=asked_by,
            settled_by=account(tx, request.settled_by).actor if request.settled_by else None,
            state=state,
            until=self.until(request),
            may_answer=answerable and self.may_confirm(reader, owner),
            asked_it=reader.is_same_person(asked_by),
            staff_no=staff.known(tx, owner.person_id).staff_no,
            shown=staff.account_state(tx, user),
        )


@dataclass(frozen=True, slots=True)
class RequestReading(Generic[Stored]):
    """Whoever calls has asked whether the reader may. ``file`` is the name of an export."""

    database: Database
    requests: Requests[Stored]
    rules: RequestRules[Stored]
    file: str

    def one(self, tx: Transaction, reader: Actor, key: int, now: datetime) -> RequestView[Stored]:
        """One request. Raises NotFoundError ``thing_not_found``."""
        found = self.requests.get(tx, key)
        if found is None:
            raise things.not_found(things.ACCOUNT)
        return self.rules.view(tx, reader, found, now)

    def page(self, reader: Actor, wanted: RequestFilter, page: int, now: datetime) -> RequestPage[Stored]:
        """One page of what ``wanted`` selects, newest first; a page beyond the last gives the last."""
        with self.database.read() as tx:
            total = self.requests.count(tx, wanted)
            pages = max(1, -(-total // PAGE_REQUESTS))
            page = min(max(1, page), pages)
            found = self.requests.page(tx, wanted, PAGE_REQUESTS, (page - 1) * PAGE_REQUESTS)
            lines = tuple(self.rules.view(tx, reader, each, now) for each in found)
        return RequestPage(lines, total, page, pages)

    def export(self, reader: Actor, wanted: RequestFilter, now: datetime) -> Iterator[RequestView[Stored]]:
        """All that ``wanted`` selects, read in parts; who exports how many is recorded first. Raises RegisterError."""
        with self.database.read() as tx:
            many = self.requests.count(tx, wanted)
        subject = f"export/{self.file}.csv"
        taken = NewEvent(kind=EventKind.EXPORTED, subject=subject, at=now, by=reader, after={"lines": many})
        events.write_of_reader(self.database, taken)
        return self._parts(reader, wanted, many, now)

    def _parts(self, reader: Actor, wanted: RequestFilter, many: int, now: datetime) -> Iterator[RequestView[Stored]]:
        for offset in range(0, many, PAGE_REQUESTS):
            with self.database.read() as tx:
                found = self.requests.page(tx, wanted, PAGE_REQUESTS, offset)
                part = [self.rules.view(tx, reader, each, now) for each in found]
            yield from part


def are_three(owner: Actor, first: Actor, other: Actor) -> bool:
    """Whether they are three people."""
    return not (owner.is_same_person(first) or owner.is_same_person(other) or first.is_same_person(other))


def account(tx: Transaction, user_id: int) -> User:
    """An account that a request names."""
    user = accounts.user_by_id(tx, user_id)
    if user is None:
        raise AssertionError("accounts are never deleted")
    return user
