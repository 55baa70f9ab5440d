"""Deleting what citizens left and wrote once it has been kept for its time: a little at once, so that nobody waits long."""

from __future__ import annotations

from collections.abc import Callable

from licence_qr.domain.feedback.retention import PURGED_AT_ONCE, Deleted
from licence_qr.store.database.connections import Database, Transaction


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
