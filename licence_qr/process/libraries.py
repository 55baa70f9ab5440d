"""Whether the libraries that were found are new enough for this program.

The bounds are those of the package's own metadata (``dependencies`` in pyproject.toml), so they are written once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import metadata

from licence_qr.errors import ConfigError

_PACKAGE = "licence-qr"
# "cbor2<7,>=6.1; python_version > '3'" → cbor2, 6.1. What belongs to an extra is asked for where it is used.
_NAME = re.compile(r"\s*([A-Za-z0-9._-]+)")
_AT_LEAST = re.compile(r"(?:>=|~=|==)\s*([0-9][0-9.]*)")


def check_libraries() -> None:
    """Raise ConfigError ``library_too_old`` unless every library is at least as new as this package asks for.

    Nothing is asked where the package runs without being installed, nor of libraries whose version is not told.
    """
    try:
        wanted = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return
    for name, needed, found in too_old(wanted, metadata.version):
        raise ConfigError("library_too_old", library=name, needed=needed, found=found)


def too_old(wanted: Iterable[str], version_of: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """Library, version needed and version found of each of the ``wanted`` (PEP 508) that is older than its bound."""
    old = []
    for line in wanted:
        requirement, _, marker = line.partition(";")
        name, bound = _NAME.match(requirement), _AT_LEAST.search(requirement)
        if name is None or bound is None or "extra" in marker:
            continue
        try:
            found = version_of(name[1])
        except metadata.PackageNotFoundError:
            continue  # a marker may say that it is not needed here
        if _release(found) < _release(bound[1]):
            old.append((name[1], bound[1], found))
    return old


def _release(version: str) -> tuple[int, ...]:
    """The numbers a version begins with, without closing zeros: 6.0.0rc1 → 6; it counts as the release it leads to."""
    numbers = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    parts = [int(part) for part in numbers[0].split(".")] if numbers else [0]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
