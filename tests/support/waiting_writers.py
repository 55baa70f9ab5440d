"""Writers that wait for their turn, as tests have to see them."""

from __future__ import annotations

import time

from licence_qr.store.database.connections import Database


def until_waiting(database: Database, count: int) -> None:
    """Return once ``count`` wait; the limit of the test ends it where they never do.

    A writer takes its place in a file that other processes see. Nothing tells when it does, so it is asked for again and
    again, with a pause in which it can run.
    """
    while database.writers_waiting() != count:
        time.sleep(0.001)
