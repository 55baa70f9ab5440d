"""Who holds how much of what is scarce: nobody can take all of it alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from licence_qr.front.answer import Refused


class Shares:
    """``of_one`` is what one network, or one known device, may hold; ``of_all`` what all together may. In any unit."""

    def __init__(self, of_one: int, of_all: int) -> None:
        self._of_one, self._of_all = of_one, of_all
        self._held: Counter[str] = Counter()
        self._of_everybody = 0

    @contextmanager
    def held(self, whose: str, size: int = 1) -> Iterator[None]:
        """Hold ``size`` more within the block; nothing more is never refused.

        Raises Refused 503 when a limit is reached already: one that is larger than what is left goes beyond it once.
        """
        if size and (self._held[whose] >= self._of_one or self._of_everybody >= self._of_all):
            raise Refused(503)
        self._held[whose] += size
        self._of_everybody += size
        try:
            yield
        finally:
            self._of_everybody -= size
            self._held[whose] -= size
            if not self._held[whose]:
                del self._held[whose]
