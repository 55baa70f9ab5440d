"""Whether the libraries that were found are new enough for this program.

The bounds are those of the package's own metadata (``dependencies`` in pyproject.toml), so they are written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.version import Version

from licence_qr.errors import ConfigError

_PACKAGE = "licence-qr"


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
    """Library, version needed and version found of each of the ``wanted`` (PEP 508) that is older than its bound.

    What belongs to an extra is asked for where it is used; a newer library than was tested is not refused.
    """
    old = []
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version_of(requirement.name)
        except metadata.PackageNotFoundError:
            continue
        old += [
            (requirement.name, bound.version, found)
            for bound in requirement.specifier
            if bound.operator in {">=", "~=", "=="} and not _reaches(bound, found)
        ]
    return old


def _reaches(bound: Specifier, found: str) -> bool:
    """Whether a version is at least the bound's; one before a release counts as the release it leads to."""
    return Version(Version(found).base_version) >= Version(bound.version)
