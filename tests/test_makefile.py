"""Every program that the tests, tools and benches call by name is installed by the Makefile, or comes with the machine.

What checks the scripts comes by npm: pinned, by hashes, and from whatever registry a machine is set to.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from licence_qr.printing.fonts import FACES, PACKAGES, SCRIPTS

ROOT = Path(__file__).parents[1]
FOLDERS = ("tests", "tools", "bench", "licence_qr")
# What the README asks for before its two commands: Python, make, git, and the shell that make runs; util-linux is Essential.
COMES_WITH_THE_MACHINE = {"python3", "make", "git", "bash", "unshare"}
MODULES = {"subprocess", "shutil"}
PLACE = re.compile(r"/usr/s?bin/([\w.+-]+)")
# Without one of these words no file calls a program by name, or names its place.
SIGN = re.compile(r"subprocess|shutil|bin/")
STARTERS = {"run", "Popen", "check_call", "check_output", "which"}


def _called(tree: ast.Module) -> Iterator[str]:
    """The programs that are started, or looked for, by a name written in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := PLACE.fullmatch(node.value)):
            yield found[1]
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            raise ValueError(f"line {node.lineno}: write {node.module}.… in full, so that this test sees it")
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute)):
            continue
        if getattr(node.func.value, "id", "") not in MODULES or node.func.attr not in STARTERS:
            continue
        first = node.args[0]
        if isinstance(first, ast.List | ast.Tuple) and first.elts:
            first = first.elts[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and re.fullmatch(r"[\w./+-]+", first.value):
            yield first.value


@cache
def called() -> dict[str, str]:
    """Program → a file that calls it."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            for program in _called(ast.parse(text)) if SIGN.search(text) else ():
                found[program] = path.relative_to(ROOT).as_posix()
    return found


def installed_by_the_makefile() -> set[str]:
    """What the target ``debian`` looks for: ``need PACKAGE command -v PROGRAM``."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"need \S+ command -v (\S+?);", makefile))


def test_programs_called_by_name_are_seen():
    listed = "subprocess.run(['pdffonts', path]); subprocess.run([sys.executable, '-m', 'x']); run('keys')"
    tree = ast.parse(f"{listed}; shutil.which('xvfb-run')")
    assert list(_called(tree)) == ["pdffonts", "xvfb-run"]
    assert {"pdffonts", "softhsm2-util", "chromium"} <= set(called())


def test_every_program_called_is_installed_by_the_makefile():
    missing = {
        program: file
        for program, file in called().items()
        if program not in installed_by_the_makefile() | COMES_WITH_THE_MACHINE
    }
    assert missing == {}


def _values(value: object, key: str) -> Iterator[object]:
    """Every value under that key, at any depth."""
    if isinstance(value, dict):
        yield from (found for name, found in value.items() if name == key)
        for inner in value.values():
            yield from _values(inner, key)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_all_that_its_packages_need(lock):
    """pip with hashes installs nothing at all where one is missing."""
    lines = re.findall(r"^([a-z].*?) \\$", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    pinned = [line for line in map(Requirement, lines) if line.marker is None or line.marker.evaluate()]
    names = {canonicalize_name(each.name) for each in pinned}
    assert len(names) > 30
    needed = {
        canonicalize_name(need.name): each.name
        for each in pinned
        for need in map(Requirement, distribution(each.name).requires or ())
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *each.extras))
    }
    assert {need: name for need, name in needed.items() if need not in names} == {}


def test_the_lock_of_npm_names_hashes_and_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert len(packages) > 2 and all(facts["integrity"].startswith("sha512-") for facts in packages.values())
    assert list(_values(lock, "resolved")) == []
    assert (
        re.findall(r"^\s*(?:@[^:=]+:)?registry\s*=", (ROOT / ".npmrc").read_text(encoding="utf-8"), re.MULTILINE) == []
    )


def test_what_comes_by_npm_is_pinned_to_a_version():
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert "dependencies" not in wanted  # the service needs no node
    versions = wanted["devDependencies"].values()
    assert versions and all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


def test_make_quick_checks_the_scripts():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^quick:.*\n(?:\t.*\n)*\t\$\(MAKE\) .* checked( |$)", makefile, re.MULTILINE)
    assert re.search(r"^checked:.* lint( |$)", makefile, re.MULTILINE)
    assert re.search(
        r"^lint:[^#\n]* node_modules/ready ##.*\n(?:\t.*\n)*\t\$\(NPM\) run --silent lint$", makefile, re.MULTILINE
    )
    checks = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]["lint"]
    assert "biome check" in checks and "tsc" in checks


def test_the_fonts_of_the_sheets_are_installed_wherever_cards_are_printed():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    needed = re.findall(r"need (fonts-\S+) test -e \$\(FONTS\)/(\S+?);", makefile)
    assert {package for package, _ in needed} == set(PACKAGES)
    faces = {*FACES, *(face for script in SCRIPTS for face in script.of_weight(bold=True))}
    for package, file in needed:
        assert (package, Path(file).name) in {(face.package, face.file) for face in faces}
    for page in (
        "docs/deploy.md",
        "docs/running/installing.md",
        "docs/using/printing.md",
        "deploy/container/rootfs.sh",
    ):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert [package for package in PACKAGES if package not in text] == [], page
