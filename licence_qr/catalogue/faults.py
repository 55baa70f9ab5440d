"""Faults of the catalogue: each names file, line and what to write; all are raised together."""

from __future__ import annotations

from collections.abc import Sequence

from licence_qr.errors import CatalogueError, LicenceQRError


class InvalidCatalogue(CatalogueError):
    """One or more faults. ``code`` and ``facts`` are those of the first, with ``more`` for how many follow it."""

    def __init__(self, faults: Sequence[CatalogueError]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(first.code, **{**first.facts, "more": len(self.faults) - 1})

    @property
    def parts(self) -> tuple[LicenceQRError, ...]:
        """The faults."""
        return self.faults


class Faults:
    """Collects faults, so that one run reports all of them."""

    def __init__(self) -> None:
        self.found: list[CatalogueError] = []

    def add(self, code: str, file: str, line: int, **facts: object) -> None:
        """Add one fault. ``line`` counts from 1."""
        self.found.append(CatalogueError(code, file=file, line=line, **facts))

    def error(self) -> InvalidCatalogue:
        """The error with all faults by file and line. There must be at least one fault."""
        return InvalidCatalogue(sorted(self.found, key=lambda fault: (fault.facts["file"], fault.facts["line"])))
