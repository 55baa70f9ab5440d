"""How long what citizens left and wrote is kept, and its deletion: a little at once, so that nobody waits long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.feedback.retention import PURGED_AT_ONCE, Deleted, closed_before, is_kept
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.feedback import letting_go
from licence_qr.store.feedback.letting_go import Cases


class Case(Protocol):
    """A report or a rating. ``closed_on`` is None while it is open, ``words_deleted_on`` while its texts are stored."""

    @property
    def closed_on(self) -> date | None: ...

    @property
    def words_deleted_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long the contact and the texts of a case may be read. Their deletion may come later, with the next write."""

    catalogue: Catalogue

    def days(self, day: date) -> tuple[int, int]:
        """Days for which contacts (with photo) and texts are kept after a case is closed, by the rules of ``day``."""
        return self.catalogue.life_rules_on(day).citizen_kept_days

    def keeps_contact(self, case: Case, today: date) -> bool:
        """Whether contact and photo may still be read."""
        return is_kept(case.closed_on, self.days(today)[0], today)

    def keeps_words(self, case: Case, today: date) -> bool:
        """Whether texts may still be read."""
        return case.words_deleted_on is None and is_kept(case.closed_on, self.days(today)[1], today)

    def purge(self, tx: Transaction, cases: Cases, today: date) -> Deleted:
        """Delete what is no longer kept, of at most ``PURGED_AT_ONCE`` cases."""
        contact_days, words_days = self.days(today)
        return Deleted(
            contacts=letting_go.sweep_private(tx, cases, closed_before(contact_days, today), today),
            words=letting_go.sweep_words(tx, cases, closed_before(words_days, today), today),
        )


def purge_all(database: Database, purge: Callable[[Transaction], Deleted]) -> Deleted:
    """Let ``purge``, which deletes of at most ``PURGED_AT_ONCE`` cases, run in transactions of its own until nothing is
    left. Raises RegisterError."""
    deleted = Deleted()
    while True:
        with database.write() as tx:
            part = purge(tx)
        deleted += part
        if max(part.contacts, part.words) < PURGED_AT_ONCE:
            return deleted
