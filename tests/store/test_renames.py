"""A rename is on the disk once its folder is: everything in the program that renames does it by one function."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path

import pytest
from sources import files_with, nodes

from licence_qr.store import files
from licence_qr.store.files import make_folder, put_in_place

ROOT = Path(__file__).parents[2]
# Counts of one run of the server, in memory: they end with it.
IN_MEMORY = {"licence_qr/process/ended_workers.py", "licence_qr/process/metrics_folder.py"}
# A socket has no content that a cut could take, and who listens on it ends with the cut.
SOCKETS = {"licence_qr/signer/listening.py"}
RENAMES = {"rename", "renames", "move"}


def renames(call: ast.AST) -> bool:
    """Whether a node renames a file: text and dates take two arguments, or named ones, for their ``replace``."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    of_system = isinstance(call.func.value, ast.Name) and call.func.value.id in {"os", "shutil"}
    if call.func.attr == "replace":
        return of_system or (len(call.args) == 1 and not call.keywords)
    return call.func.attr in RENAMES


def where_renamed() -> set[str]:
    return {str(path.relative_to(ROOT)) for path in files_with("replace", *RENAMES) if any(map(renames, nodes(path)))}


def test_nothing_renames_but_the_one_function():
    assert where_renamed() == IN_MEMORY | SOCKETS | {"licence_qr/store/files/__init__.py"}


@pytest.mark.parametrize("text", ["os.replace(a, b)", "a.replace(b)", "a.rename(b)", "shutil.move(a, b)"])
def test_every_way_of_renaming_is_seen(text):
    assert renames(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize("text", ["text.replace(a, b)", "now.replace(microsecond=0)", "replace(key, state=a)"])
def test_nothing_else_is(text):
    assert not renames(ast.parse(text, mode="eval").body)


@pytest.fixture
def synced(monkeypatch):
    """The folders that are put on the disk, in their order; they are put there all the same."""
    done: list[Path] = []
    to_disk = os.fsync

    def noted(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            done.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        to_disk(descriptor)

    monkeypatch.setattr(files.os, "fsync", noted)
    return done


def test_a_rename_puts_both_folders_on_the_disk(synced, tmp_path):
    (source := tmp_path / "from").mkdir()
    (target := tmp_path / "to").mkdir()
    (source / "a").write_text("a")
    put_in_place(source / "a", target / "b")
    assert (target / "b").read_text() == "a" and synced == [target, source]


def test_a_new_folder_is_named_on_the_disk_from_above(synced, tmp_path):
    make_folder(tmp_path / "a" / "b", 0o700)
    assert synced == [tmp_path, tmp_path / "a"]
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    make_folder(tmp_path / "a" / "b")
    assert len(synced) == 2
