"""Rendered scan pages, kept for as long as nothing that decides them has changed.

A page may only be shown again when the register says now what it said then (invariant 5). SQLite answers that question
by itself, in one read of the file's change counter; so a kept page is as live as a fresh one, and a popular code costs a
tenth. Each thread keeps its own pages, because the answer is about that thread's connection.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

MOST_PAGES = 2000


class _Kept(threading.local):
    def __init__(self) -> None:
        self.stamp: Hashable = None
        self.pages: OrderedDict[Hashable, bytes] = OrderedDict()


class PageCache:
    """Pages by key, all of one stamp; a new stamp forgets them all."""

    def __init__(self, most: int = MOST_PAGES) -> None:
        self._most = most
        self._kept = _Kept()

    def get(self, stamp: Hashable, key: Hashable) -> bytes | None:
        """The page kept under ``key`` while the stamp was this one, or None."""
        if self._kept.stamp != stamp:
            self._kept.stamp = stamp
            self._kept.pages.clear()
            return None
        return self._kept.pages.get(key)

    def put(self, stamp: Hashable, key: Hashable, page: bytes) -> None:
        """Keep a page that was made after ``stamp`` was taken; the oldest goes when there are too many."""
        if self._kept.stamp != stamp:
            return
        self._kept.pages[key] = page
        while len(self._kept.pages) > self._most:
            self._kept.pages.popitem(last=False)
