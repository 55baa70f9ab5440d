"""Looks for known faults of what the project is pinned to: python -m tools.audit SOURCE [SOURCE ...]

A source is a folder or a ZIP of advisories in the OSV format (https://ossf.github.io/osv-schema/), such as the exports of
osv.dev for PyPI and npm: it is brought along, so that a machine without a network can be asked too. Ends with 0 when nothing
is known, 1 when something is, 2 when it could not be looked at.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[1]
PYPI, NPM = "PyPI", "npm"
_PINNED = re.compile(r"^([\w.\[\]-]+)==([^\s;\\]+)", re.MULTILINE)
_VENDORED = re.compile(r"From the npm package `([^`]+)` (\d[\w.-]*\w)")


class Part(NamedTuple):
    """What the project is pinned to, and the file that says so."""

    ecosystem: str
    name: str
    version: str
    file: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An advisory that names a part, and whether the version is among those it names: None where that cannot be told."""

    part: Part
    advisory: str
    summary: str
    affected: bool | None


class NoAdvisories(Exception):
    """A source that cannot be read, or holds no advisory of an ecosystem that the project uses."""


def parts(root: Path = ROOT) -> list[Part]:
    """All that is pinned: the locks of Python packages, that of npm, and the libraries kept in ``static/vendor``."""
    found = []
    for lock in [*root.glob("requirements*.lock"), *root.glob("tests/**/*.lock")]:
        for name, version in _PINNED.findall(lock.read_text(encoding="utf-8")):
            found.append(Part(PYPI, canonicalize_name(name.partition("[")[0]), version, str(lock.relative_to(root))))
    locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, package in locked.items():
        if place:
            found.append(Part(NPM, place.rpartition("node_modules/")[2], package["version"], "package-lock.json"))
    for readme in root.glob("static/vendor/*/README.md"):
        for name, version in _VENDORED.findall(readme.read_text(encoding="utf-8")):
            found.append(Part(NPM, name, version, str(readme.relative_to(root))))
    return sorted(set(found))


def findings(pinned: Iterable[Part], advisories: Iterable[dict[str, Any]]) -> list[Finding]:
    """What the advisories say of the parts. Raises NoAdvisories where none is of an ecosystem that is asked for."""
    by_name: dict[tuple[str, str], list[Part]] = {}
    for part in pinned:
        by_name.setdefault((part.ecosystem, part.name), []).append(part)
    wanted, seen, found = {ecosystem for ecosystem, _ in by_name}, set(), []
    for advisory in advisories:
        if advisory.get("withdrawn"):
            continue
        for affected in advisory.get("affected", ()):
            package = affected.get("package", {})
            ecosystem, name = package.get("ecosystem"), package.get("name", "")
            seen.add(ecosystem)
            for part in by_name.get((ecosystem, canonicalize_name(name) if ecosystem == PYPI else name), ()):
                if (hit := _names(affected, part.version)) is not False:
                    found.append(Finding(part, advisory["id"], advisory.get("summary", ""), hit))
    if missing := wanted - seen:
        raise NoAdvisories(f"no advisory for {', '.join(sorted(missing))}")
    return sorted(set(found), key=lambda each: (each.part, each.advisory))


def _names(affected: dict[str, Any], version: str) -> bool | None:
    """Whether this version is named, by itself or by a range; None when its range cannot be compared."""
    if version in affected.get("versions", ()):
        return True
    ranges = [each for each in affected.get("ranges", ()) if each.get("type") in ("ECOSYSTEM", "SEMVER")]
    try:
        return any(_within(each["events"], Version(version)) for each in ranges)
    except InvalidVersion:
        return None


def _within(events: list[dict[str, str]], version: Version) -> bool:
    """Whether a version lies in a range: events in the order of the versions, each begins or ends what is affected."""
    inside = False
    for event in sorted(events, key=_at):
        (kind, _), at = next(iter(event.items())), _at(event)
        if kind == "introduced" and at <= version:
            inside = True
        elif (kind == "fixed" and at <= version) or (kind == "last_affected" and at < version):
            inside = False
    return inside


def _at(event: dict[str, str]) -> Version:
    return Version(next(iter(event.values())))


def read(source: Path) -> Iterator[dict[str, Any]]:
    """The advisories of a folder or a ZIP. Raises NoAdvisories where it cannot be read or holds something else."""
    try:
        for name, text in _files(source):
            advisory = json.loads(text)
            if not isinstance(advisory, dict) or not isinstance(advisory.get("id"), str):
                raise NoAdvisories(f"{source}: {name} is no advisory")
            yield advisory
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise NoAdvisories(f"{source}: {error}") from error


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    if source.is_dir():
        for file in sorted(source.rglob("*.json")):
            yield file.name, file.read_bytes()
        return
    with zipfile.ZipFile(source) as packed:
        for name in packed.namelist():
            if name.endswith(".json"):
                yield name, packed.read(name)


def main(sources: list[str]) -> int:
    """Print what is known of each part, and how many parts were compared."""
    if not sources:
        print(
            "未给出漏洞数据，未作比较。 No advisories were given, so nothing was compared. Give exports in the OSV format:\n"
            "  make audit ADVISORIES='PyPI.zip npm.zip'"
        )
        return 2
    pinned = parts()
    try:
        found = findings(pinned, (each for source in sources for each in read(Path(source))))
    except NoAdvisories as error:
        print(f"漏洞数据无法使用。 The advisories cannot be used: {error}")
        return 2
    for each in found:
        sure = "" if each.affected else "（版本无法比较 versions cannot be compared）"
        print(f"{each.part.name} {each.part.version} ({each.part.file}): {each.advisory} {each.summary}{sure}")
    print(f"{len(pinned)} 个组件，{len(found)} 条已知漏洞。 {len(pinned)} parts, {len(found)} known faults.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
