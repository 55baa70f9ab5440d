"""Publish the status list, which is signed again whenever it is due.

The signed list is in the register, one for all workers: one of them has it signed (``status_publisher``), or the daily
sweep, and all give it out. So every worker serves the same bytes, and no list is older than one served before. Who fetches
it only reads. A list is verified before it is stored: one that a signer with other keys or another register has made would
take the place of the last good one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from licence_qr.credential.status_list_wire import verify_status_list
from licence_qr.credential.trust_list import TrustList
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import BY_ITSELF
from licence_qr.errors import KeyStoreError, RegisterError, TokenError
from licence_qr.services.publishing.ended_by_history import Contradiction
from licence_qr.services.publishing.noted_times import NotedTimes
from licence_qr.services.publishing.status_signer import LIFETIME, TTL, ListSigner, NextList
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.publishing import status_list as status
from licence_qr.store.publishing.status_list import Issue

_DIGEST_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A signed status list; ``digest`` identifies its bytes.

    After ``fresh_until`` verifiers warn; from ``expires_at`` on they say "unknown".
    """

    issue: Issue
    signed: bytes
    digest: str

    @property
    def issued_at(self) -> datetime:
        """When it was issued."""
        return self.issue.issued_at

    @property
    def fresh_until(self) -> datetime:
        """The end of its ttl."""
        return self.issue.issued_at + TTL

    @property
    def expires_at(self) -> datetime:
        """From then on it must not be used."""
        return self.issue.issued_at + LIFETIME


@dataclass(slots=True)
class StatusPublishing:
    """Has ``signer`` sign the lists of the register of ``database``, by a key of ``trust_list``; ``noted`` takes when each
    was issued."""

    database: Database
    signer: ListSigner
    trust_list: Callable[[], TrustList]
    noted: NotedTimes | None = None
    _kept: PublishedList | None = None
    _told: frozenset[Contradiction] = frozenset()

    def current(self, now: datetime) -> PublishedList:
        """The newest list that was published, for whoever asks. Only reads: nothing is signed, nobody is waited for.

        Raises RegisterError ``offline_list_missing`` before the first one, ``offline_list_too_old`` where it has expired
        at the aware instant ``now``, ``offline_list_older`` where a newer one was given out before the register was put
        back, and when the register cannot be read.
        """
        with self.database.read() as tx:
            newest = self._newest(tx)
        if newest is None:
            raise RegisterError("offline_list_missing")
        if now >= newest.expires_at:
            raise RegisterError("offline_list_too_old", issued_at=newest.issued_at.isoformat())
        noted = self.noted.newest(now) if self.noted else None
        if noted is not None and newest.issued_at < noted:
            raise RegisterError("offline_list_older", issued_at=newest.issued_at.isoformat(), newest=noted.isoformat())
        return newest

    def publish(self, now: datetime) -> PublishedList:
        """Have the next list signed and store it, if one is due at ``now``. Gives the newest list.

        Several processes may do this at the same time: the one that comes second has a list signed after the other's, or
        finds that none is due. Raises RegisterError, and KeyStoreError ``signer_other_keys``, ``no_signing_key`` and those
        of its file.
        """
        while True:
            with self.database.read() as tx:
                before = status.newest_issue(tx)
            made = self.signer.next_list(now)
            if made is None:
                return self._last()
            self._demand_ours(made, now)
            with self.database.write() as tx:
                if status.newest_issue(tx) != before:
                    continue
                if not status.position(tx).follows(made.issue.position):
                    raise KeyStoreError("signer_other_keys", because="register")
                status.publish(tx, made.issue, made.signed)
                for each in made.contradictions:
                    self._tell(tx, each, now)
            self._told = frozenset(made.contradictions)
            kept = self._kept = _published(made.issue, made.signed)
            if self.noted:
                self.noted.note(kept.issued_at)
            return kept

    def _demand_ours(self, made: NextList, now: datetime) -> None:
        try:
            held = verify_status_list(made.signed, self.trust_list(), now)
        except TokenError as error:
            if error.code == "status_list_subject":
                return  # well signed, for an address that no trust list names yet: verifiers say so
            raise KeyStoreError("signer_other_keys", because=str(error.facts.get("because", error.code))) from error
        if (held.subject, held.issued_at) != (made.issue.subject, made.issue.issued_at):
            raise KeyStoreError("signer_other_keys", because="status list")

    def _last(self) -> PublishedList:
        with self.database.read() as tx:
            newest = self._newest(tx)
        if newest is None:
            raise AssertionError("the first list is always due")
        return newest

    def _newest(self, tx: Transaction) -> PublishedList | None:
        """The list of the register; its bytes are read only where it is another than before."""
        stored, kept = status.newest_issue(tx), self._kept
        if stored is None:
            return None
        if kept is None or kept.issue != stored:
            kept = self._kept = _published(stored, status.signed_list(tx))
        return kept

    def _tell(self, tx: Transaction, found: Contradiction, now: datetime) -> None:
        """Once in this process: the signer says so with every list."""
        if found in self._told:
            return
        after = {"version": found.version, "what": "history", "permit_no": found.permit_no}
        refused = NewEvent(
            kind=EventKind.SIGNING_REFUSED,
            subject=f"code/{found.code_number}",
            at=now,
            by=BY_ITSELF,
            uscc=found.uscc,
            after=after,
        )
        events.write(tx, refused)


def _published(issue: Issue, signed: bytes) -> PublishedList:
    return PublishedList(issue, signed, hashlib.sha256(signed).hexdigest()[:_DIGEST_CHARACTERS])
