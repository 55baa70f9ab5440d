"""Registers as earlier states of this program made them, for tests/upgrade: ``python tools/old_registers.py``.

A register's shape is made by the files of the schema. For each state that they had in the history, the last commit with
that state is taken out of git, and its own program makes a demonstration: businesses taken over, and pairs issued.
Kept under tests/data/registers/, one ``.tar.xz`` each: the register, the keys and ``cards.json`` with what was printed
and what that program's own page said of it at that instant. What is there already is left as it is.

The rule: every step of the schema but the newest stands in a register kept here. Whoever adds a step runs this once the
step is written and before it is committed: then the state before it is that of the newest commit, and is kept. The newest
step needs none, because it is what the program of today makes itself.
tests/upgrade/ holds the rule and scans every old card after the upgrade.

Passed over: states in which no program could start yet (before ``_FIRST``), and a state whose register has the same shape
as that of the state before it.
"""

from __future__ import annotations

import io
import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "tests" / "data" / "registers"
STORE = "licence_qr/store"
# Where the schema stands, and where it stood before the store was sorted into rooms.
SCHEMA = (
    f"{STORE}/database/migrations.py",
    f"{STORE}/database/early_steps.py",
    f"{STORE}/database/*schema*.py",
    f"{STORE}/database/*tables*.py",
    f"{STORE}/database/tables/*.py",
    f"{STORE}/migrations.py",
    f"{STORE}/imports.py",
    f"{STORE}/*schema*.py",
    f"{STORE}/*tables*.py",
)
_FIRST = "76e7033"  # the first state of the schema whose program could make and fill a register
# The commands were one module before they were a room.
_PROGRAM = """
from importlib import import_module
cli = import_module("licence_qr.cli")
try:
    cli = import_module("licence_qr.cli.main")
except ModuleNotFoundError:
    pass
cli.main()
"""
# Under the old program: every printed address, and what its page said first. The register is closed before it is kept.
_SCAN = """
import json, re, sys
from datetime import UTC, datetime
from licence_qr.bootstrap import build
from licence_qr.config import load_settings
now = datetime.now(UTC)
services = build(load_settings())
cards = {}
for line in open(sys.argv[1], encoding="utf-8"):
    name, address = line.split()
    page = services.lookup.scan(address.rsplit("/", 1)[1], now)
    cards[name] = {"digits": address.rsplit("/", 1)[1], "verdict": page.verdict.value}
services.database.close()
print(json.dumps({"at": now.isoformat(), "cards": cards}))
"""


def git(*arguments: str) -> bytes:
    """What git says in this repository."""
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout  # noqa: S603, S607


def states() -> list[str]:
    """The last commit of each state of the schema before the present one, the oldest first.

    While a new step is being written, the newest commit has the state before it.
    """
    changing = git("log", "--reverse", "--format=%h", f"{_FIRST}..HEAD", "--", *SCHEMA).decode().split()
    before = [git("rev-parse", "--short", f"{commit}~1").decode().strip() for commit in changing]
    if git("status", "--porcelain", "--", *SCHEMA):
        before.append(git("rev-parse", "--short", "HEAD").decode().strip())
    return before


def run(source: Path, home: Path, *arguments: str) -> str:
    """Run Python on the old program over the installation in ``home``."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LICENCE_QR_")} | {
        "PYTHONPATH": str(source),
        "LICENCE_QR_HOME": str(home / "var"),
        "LICENCE_QR_KEYS": str(home / "keys"),
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True, env=environ, cwd=source
    ).stdout


def make(commit: str, work: Path) -> Path:
    """The installation that the program of ``commit`` makes, in a folder of ``work``."""
    source, home = work / "source", work / "home"
    source.mkdir()
    packed = work / "source.tar"
    packed.write_bytes(git("archive", commit, "licence_qr"))
    shutil.unpack_archive(packed, source)
    run(source, home, "-c", _PROGRAM, "init", "--demonstration")
    lines = (home / "var" / "demonstration" / "codes" / "index.txt").read_text(encoding="utf-8").splitlines()
    printed = [
        f"{name.split()[0][3:-4]} {address.strip()}" for name, address in zip(lines[::2], lines[1::2], strict=True)
    ]
    listed = work / "printed.txt"
    listed.write_text("\n".join(printed), encoding="utf-8")
    (home / "cards.json").write_text(run(source, home, "-c", _SCAN, str(listed)), encoding="utf-8")
    return home


def compact(register: Path) -> None:
    """As small as it gets."""
    db = sqlite3.connect(register, isolation_level=None)
    db.execute("PRAGMA journal_mode=DELETE")
    db.execute("VACUUM")
    db.close()


def shape(register: Path) -> list[tuple[str, ...]]:
    """Its tables, indexes and triggers, and the steps it knows."""
    db = sqlite3.connect(register)
    made = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    ).fetchall()
    made += db.execute("SELECT name FROM _sqlite_migrations ORDER BY 1").fetchall()
    db.close()
    return made


def keep(home: Path, path: Path) -> None:
    """Register, keys and cards of the installation in ``home``, packed at ``path``."""
    members = [home / "cards.json", home / "var" / "register.db", home / "var" / "key-passphrase"]
    members += sorted(file for file in (home / "keys").iterdir() if file.suffix in {".pem", ".cbor"})
    members += [file for file in (home / "var" / "web-secret",) if file.exists()]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for member in members:
            entry = archive.gettarinfo(str(member), str(member.relative_to(home)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            with member.open("rb") as content:
                archive.addfile(entry, content)
    path.write_bytes(lzma.compress(packed.getvalue(), preset=9 | lzma.PRESET_EXTREME))


def main() -> None:
    """Make what is missing, and say what was kept."""
    KEPT.mkdir(parents=True, exist_ok=True)
    before: list[tuple[str, ...]] = []
    for number, commit in enumerate(states(), start=1):
        kept = next(KEPT.glob(f"{number:02d}-*.tar.xz"), None)
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            if kept is None:
                home = make(commit, Path(folder))
                compact(home / "var" / "register.db")
            else:
                shutil.unpack_archive(kept, home)
            made = shape(home / "var" / "register.db")
            if kept is None and made != before:
                path = KEPT / f"{number:02d}-{commit}.tar.xz"
                keep(home, path)
                print(f"{path.name}  {path.stat().st_size:,} bytes")
            before = made


if __name__ == "__main__":
    main()
