"""Refused tries as traces. Strangers cause them, so they come in groups: nobody can fill the auditor's list or the disk.

A group is of one kind, one account and one network, and open for ten minutes. Its first refusal is told at once; how many
followed is told as one trace when the group is closed, with the time of the last. While many groups are open, those of
further networks are told together, by account, with the count of each network. The next sign-in, refused or not, closes what
is over, and the daily sweep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import BY_ITSELF, Via
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Transaction
from licence_qr.store.register import refusals
from licence_qr.store.register.refusals import RefusalGroup

GROUP_TIME = timedelta(minutes=10)
MOST_TOLD_AT_ONCE = 50  # open groups whose first refusal has a trace of its own: at most 14,400 traces a day


def note(tx: Transaction, kind: EventKind, user_id: int, via: Via, now: datetime) -> None:
    """Record a refused try on an account, 0 for none, in the name of the program: nobody has proven who they are."""
    close(tx, now)
    subject = f"account/{user_id}"
    if refusals.count_one(tx, kind, subject, via.network, now):
        return
    told = refusals.how_many_told(tx) < MOST_TOLD_AT_ONCE
    if told:
        events.write(tx, NewEvent(kind=kind, subject=subject, at=now, by=BY_ITSELF.coming(via)))
    group = RefusalGroup(
        kind=kind, subject=subject, network=via.network, since=now, last_at=now, times=0 if told else 1, told=told
    )
    refusals.begin(tx, group)


def close(tx: Transaction, now: datetime) -> None:
    """Tell the groups whose time is over, and forget them; also those from before the clock was set back.

    ``now`` may be older than that of another process, which had to wait less.
    """
    over = refusals.take_outside(tx, now - GROUP_TIME, now + GROUP_TIME)
    for new in (*_further(over), *_of_further_networks(over)):
        events.write(tx, new)


def _further(over: Sequence[RefusalGroup]) -> Iterator[NewEvent]:
    for group in over:
        if group.told and group.times:
            said = {"times": group.times, "since": group.since.isoformat()}
            yield _event(group, Via(network=group.network), said)


def _of_further_networks(over: Sequence[RefusalGroup]) -> Iterator[NewEvent]:
    def key(group: RefusalGroup) -> tuple[str, str]:
        return group.kind, group.subject

    for _, alike in groupby(sorted((group for group in over if not group.told), key=key), key=key):
        groups = sorted(alike, key=lambda group: group.last_at)
        said = {
            "times": sum(group.times for group in groups),
            "since": min(group.since for group in groups).isoformat(),
            "networks": {group.network: group.times for group in groups},
        }
        yield _event(groups[-1], Via(), said)


def _event(group: RefusalGroup, via: Via, said: dict[str, object]) -> NewEvent:
    by = BY_ITSELF.coming(via)
    return NewEvent(kind=EventKind(group.kind), subject=group.subject, at=group.last_at, by=by, after=said)
