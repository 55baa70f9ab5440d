"""Work on many things, written in short transactions, so that those who wait to write get their turn in between.

An import, a sweep and the like write for minutes. Each of their items is whole in one transaction; how many share one is
decided by the clock, which holds on a slow disk and a fast one alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from licence_qr.errors import RegisterError
from licence_qr.store.database.connections import Database, Transaction
from licence_qr.store.database.sqlite import sqlite3

# With the commit, which is not counted, at most about 50 ms for one who waits.
WRITING_SECONDS = 0.03

Item = TypeVar("Item")


def write_each(
    database: Database,
    items: Iterable[Item],
    act: Callable[[Transaction, Item], object],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Do ``act`` for every item, in order, in as many transactions as it takes; a new one after ``WRITING_SECONDS``.

    The items are there before anything is written: to make one costs no other writer any time. What ``act`` raises undoes
    the transaction it was in, and items before it that shared it; raises RegisterError as ``Database.write`` does.
    """
    todo: Sequence[Item] = tuple(items)
    done = 0
    while done < len(todo):
        with database.write() as tx:
            began = clock()
            while done < len(todo):
                act(tx, todo[done])
                done += 1
                if clock() - began >= WRITING_SECONDS:
                    break


def write_each_apart(
    database: Database, items: Iterable[Item], act: Callable[[Transaction, Item], object], stops: type[Exception]
) -> list[tuple[Item, Exception]]:
    """``write_each``, but what ``act`` raises for an item undoes that item alone, and the others are done; return those
    that failed. Raises what is of the type ``stops``, and where the register itself cannot be written."""
    failed: list[tuple[Item, Exception]] = []

    def attempt(tx: Transaction, item: Item) -> None:
        try:
            with tx.part():
                act(tx, item)
        except Exception as error:
            of_register = isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError)
            if of_register or isinstance(error, RegisterError | stops):
                raise
            failed.append((item, error))

    write_each(database, items, attempt)
    return failed
