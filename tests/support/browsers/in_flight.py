"""Requests that are being worked off, which outlive both their browser and their server's port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any


class InFlight:
    """Knows of the requests that are being worked off; waits for them ``patience`` seconds at most."""

    def __init__(self, patience: float) -> None:
        self._changed, self._running, self._patience = threading.Condition(), 0, patience

    def over(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """``app``, each of whose requests is known of until its answer is made."""

        def counted(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            self._count(1)
            try:
                return app(environ, start_response)  # what an answer is made of is read and written by then
            finally:
                self._count(-1)

        return counted

    def _count(self, step: int) -> None:
        with self._changed:
            self._running += step
            self._changed.notify_all()

    def wait(self) -> None:
        """Until there is none."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._running, self._patience), "a request that never ends"
