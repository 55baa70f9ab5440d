"""The program as others get it: built, installed into a clean environment, and run outside the tree.

The clean environment sees the libraries of this one by a path, so that nothing is downloaded, but not its licence_qr.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "company.toml"
PRINT_FONT = "fonts-noto-cjk"
# What is looked for at the top of a checkout and inside an installed package.
MOVED = {"templates": "licence_qr/templates", "static": "licence_qr/static"}
# Its version is a year and its newest edition the right one: there is nothing that a later one could break.
DATA_ALONE = {"tzdata"}

pytestmark = pytest.mark.xdist_group("installed")


class Built(NamedTuple):
    """What was built of this tree, and the wheel that was built of the sdist alone."""

    wheel: Path
    sdist: Path
    wheel_of_sdist: Path


class Installed(NamedTuple):
    """A clean environment with the wheel in it, and a working folder elsewhere."""

    environment: Path
    folder: Path
    environ: dict[str, str]

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the folder; it has to succeed."""
        words = [str(self.environment / "bin" / str(command[0])), *map(str, command[1:])]
        done = subprocess.run(words, cwd=self.folder, env=self.environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done


def build(tree: Path, out: Path, *kinds: str) -> list[Path]:
    """Build with the backend itself: no network, no environment of its own."""
    targets = [word for kind in kinds for word in ("-t", kind)]
    command = [sys.executable, "-m", "hatchling", "build", "-d", out, *targets]
    subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True)
    return sorted(out.iterdir())


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    wheel, sdist = build(ROOT, folder / "dist", "wheel", "sdist")
    shutil.unpack_archive(sdist, folder / "unpacked")
    (tree,) = (folder / "unpacked").iterdir()
    (again,) = build(tree, folder / "again", "wheel")
    return Built(wheel, sdist, again)


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    environment, work = folder / "environment", folder / "work"
    work.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    # Folders named in a .pth file are not searched for further .pth files, so the editable install stays out of sight.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", environment, "install", "-qq"]
    subprocess.run([*pip, "--no-index", "--no-deps", "--ignore-installed", built.wheel], check=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {
        "LICENCE_QR_HOME": str(work / "home"),
        "LICENCE_QR_KEYS": str(work / "keys"),
        "LICENCE_QR_PORT": str(port),
        "LICENCE_QR_WORKERS": "1",
    }
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return Installed(environment, work, inherited | settings)


@pytest.fixture(scope="session")
def demonstration(installed: Installed) -> dict[str, Any]:
    """What ``init --demonstration --json`` says of the installation it has made."""
    made: dict[str, Any] = json.loads(installed.run("licence-qr", "init", "--demonstration", "--json").stdout)
    return made


@pytest.fixture
def served(installed: Installed, demonstration: dict[str, Any]) -> Iterator[str]:
    """The address of the running service."""
    program = installed.environment / "bin" / "licence-qr"
    environ = installed.environ | {"PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        [program, "serve"],
        cwd=installed.folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert any(" serves" in line for line in server.stdout), "the server ended"
        yield demonstration["demonstration"]["address"]
    finally:
        server.terminate()
        server.communicate()


def read(address: str) -> bytes:
    """What stands at an address; anything but 200 fails."""
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - an address of the service started here
        assert answer.status == 200, address
        body: bytes = answer.read()
        return body


def contents(wheel: Path) -> dict[str, str]:
    """File → sha256, without the record and what else is about the package and not of it."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if ".dist-info/" not in name
        }


def expected() -> dict[str, str]:
    """What the tree has for the wheel: place in the wheel → sha256. Compiled files are nobody's."""
    found = {}
    for folder in ("licence_qr", "templates", "static"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                place = path.relative_to(ROOT).as_posix()
                found[place.replace(folder, MOVED.get(folder, folder), 1)] = hashlib.sha256(
                    path.read_bytes()
                ).hexdigest()
    return found


def test_the_wheel_holds_the_package_its_templates_and_its_static_files_and_nothing_else(built):
    assert contents(built.wheel) == expected()
    assert {"licence_qr/templates/base.html", "licence_qr/static/ui/site.css"} < set(contents(built.wheel))


def test_a_wheel_made_of_the_source_archive_is_the_same(built):
    assert contents(built.wheel_of_sdist) == contents(built.wheel)
    assert built.wheel_of_sdist.read_bytes() == built.wheel.read_bytes()


def test_the_source_archive_carries_whatever_is_tracked(built):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a checkout")
    with tarfile.open(built.sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    tracked = {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}
    assert sorted(name for name in tracked - packed if not name.startswith(".ci/")) == []


def test_every_dependency_has_a_version_that_was_tested_below_and_the_next_major_above():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for wanted in [*project["dependencies"], *extras["hsm"], *extras["dev"]]:
        name, least, most = re.fullmatch(r"([a-z0-9-]+)>=([\d.]+)(?:,<([\d.]+))?", wanted.partition(";")[0]).groups()
        if name in DATA_ALONE:
            assert most is None
            continue
        major, minor = map(int, least.split(".")[:2])
        # Before 1.0 a minor version may change what others use, as a major one does later.
        assert most in {str(major + 1)} | ({f"0.{minor + 1}"} if major == 0 else set()), wanted


def test_the_package_says_what_printing_needs_besides(built):
    with zipfile.ZipFile(built.wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    assert f"apt-get install {PRINT_FONT}" in metadata
    assert re.search(r"^Requires-Dist: cbor2<\d+,>=\d", metadata, re.MULTILINE)


def test_the_clean_environment_runs_its_own_copy_by_either_name(installed):
    where = installed.run("python", "-c", "import licence_qr; print(licence_qr.__file__)").stdout.strip()
    assert Path(where).is_relative_to(installed.environment)
    by_module = installed.run("python", "-m", "licence_qr", "--version").stdout
    assert by_module.split()[-1] == installed.run("licence-qr", "--version").stdout.split()[-1]


def test_the_demonstration_tells_programs_who_signs_in_and_what_to_scan(demonstration, installed):
    assert set(demonstration) == {"register", "keys", "demonstration"}
    shown = demonstration["demonstration"]
    assert set(shown) == {"address", "accounts", "codes"}
    assert all(account["password"] for account in shown["accounts"])
    assert all(Path(code["picture"]).is_file() and code["address"].startswith("http") for code in shown["codes"])
    assert {path.name for path in installed.folder.iterdir()} == {"home", "keys"}


def test_the_service_shows_its_pages_and_static_files(served, demonstration):
    scanned = demonstration["demonstration"]["codes"][0]["address"]
    pages = {address: read(address) for address in (served + "/", served + "/verify", scanned, served + "/trust-list")}
    sheet = re.search(rb'href="(/static/[^"]+\.css)"', pages[served + "/"])
    assert sheet and b"{" in read(served + sheet[1].decode())


def test_a_pair_is_issued_and_its_card_made(installed, demonstration):
    application = Path(shutil.copy(EXAMPLE, installed.folder.parent / "application.toml"))
    cards = installed.folder.parent / "cards"
    issued = json.loads(installed.run("licence-qr", "issue", application, "--out", cards, "--json").stdout)
    assert issued["permits"][0]["permit_no"]
    assert {Path(file).suffix for file in issued["files"]} == {".png", ".svg", ".pdf"}
    (a4,) = (file for file in issued["files"] if file.endswith("-A4.pdf"))
    verified = json.loads(installed.run("licence-qr", "verify", a4, "--json").stdout)
    assert (verified["genuine"], verified["uscc"]) == (True, issued["uscc"])
