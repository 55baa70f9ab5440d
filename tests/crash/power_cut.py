"""What a disk may hold after the power was cut, by a recording of what was done to it (``recorded_writes``).

Two disks are made up. ``STRICT`` keeps no more than POSIX promises: of a file what was synced, and of what was written
since any part: every sector of 512 bytes came through or did not, in any order. A name that was made or removed in a
folder since that folder was synced is there or not, each for itself; a renaming is one change, safe once one of its
folders is. ``EXT4`` is the journal of ext4 (data=ordered): names and lengths come through in the order in which they were
changed, a sync of anything takes all earlier names with it, and what lengthens a file is whole; what is written over is
lost by sectors as above. Both assume, as SQLite does, that a sector is written whole or not at all and that a sync that
has returned keeps its word.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from recorded_writes import Step

SECTOR = 512
Found = dict[str, bytes | None]  # by name below the folder; None: a folder
Deaf = Callable[[Step], bool]


class Model(StrEnum):
    """What a disk promises."""

    STRICT = "strict"
    EXT4 = "ext4"


class Cut(NamedTuple):
    """The power is cut after the step with this number; of what was not synced about ``share`` came through."""

    moment: int
    share: float
    model: Model


@dataclass(eq=False)
class _File:
    """What is safe of a file, and what was done to it since."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[Step] = field(default_factory=list)

    def after_cut(self, chance: random.Random, cut: Cut) -> bytes:
        """What is found later. On ext4 the file has the length of some moment since, and is whole up to it."""
        content = bytearray(self.synced)
        grown = _part_of(len(self.since), cut.share, chance) if cut.model is Model.EXT4 else 0
        for number, step in enumerate(self.since):
            if cut.model is Model.STRICT:
                _apply(content, step, chance, cut.share)
            elif number < grown and (step.what == "cut" or step.at + len(step.data) > len(content)):
                _apply(content, step, chance, 1)
            elif step.what == "write" and step.at < len(content):
                within = step._replace(data=step.data[: len(content) - step.at])
                _apply(content, within, chance, cut.share)
        return bytes(content)

    def sync(self) -> None:
        for step in self.since:
            _apply(self.synced, step, random.Random(0), 1)
        self.since.clear()


@dataclass(eq=False)
class _Folder:
    """The names in a folder as they are now, and those that are safe."""

    names: dict[str, _Node] = field(default_factory=dict)
    safe: dict[str, _Node] = field(default_factory=dict)


_Node = _File | _Folder


class _Change(NamedTuple):
    folder: _Folder
    name: str
    node: _Node | None

    def make(self, names: dict[str, _Node]) -> None:
        if self.node is None:
            names.pop(self.name, None)
        else:
            names[self.name] = self.node


def _names_of(group: tuple[_Change, ...]) -> set[tuple[int, str]]:
    return {(id(each.folder), each.name) for each in group}


def _part_of(many: int, share: float, chance: random.Random) -> int:
    """How many of ``many`` in a row came through: none and all of them at the ends of ``share``."""
    return round(many * share) if share in (0, 1) else chance.randint(0, many)


def _apply(content: bytearray, step: Step, chance: random.Random, share: float) -> None:
    if step.what == "cut":
        if chance.random() < share:
            del content[step.at :]
            content.extend(bytes(step.at - len(content)))
        return
    begin, end = step.at, step.at + len(step.data)
    if share == 1:
        content.extend(bytes(max(0, end - len(content))))
        content[begin:end] = step.data
        return
    while begin < end:
        stop = min(end, (begin // SECTOR + 1) * SECTOR)
        if chance.random() < share:
            content.extend(bytes(max(0, stop - len(content))))
            content[begin:stop] = step.data[begin - step.at : stop - step.at]
        begin = stop


class Disk:
    """A folder whose power may be cut. A sync for which ``deaf`` says yes does nothing."""

    def __init__(self, folder: Path, model: Model, deaf: Deaf = lambda step: False) -> None:
        self._root = _taken(folder)
        self._model = model
        self._deaf = deaf
        self._changes: list[tuple[_Change, ...]] = []

    def do(self, step: Step) -> None:
        """Let one recorded step happen."""
        if step.what == "sync":
            if not self._deaf(step):
                self._sync(self._node(step.name))
            return
        folder, name = self._place(step.name)
        if step.what in {"make", "folder"}:
            if name not in folder.names:
                self._change(_Change(folder, name, _File() if step.what == "make" else _Folder()))
        elif step.what == "remove":
            self._change(_Change(folder, name, None))
        elif step.what == "rename":
            there, new = self._place(step.to)
            self._change(_Change(there, new, folder.names[name]), _Change(folder, name, None))
        elif not (step.what == "cut" and step.at == 0 and self._is_empty(step.name)):
            file = folder.names[name]
            assert isinstance(file, _File), step.name
            file.since.append(step)

    def after_cut(self, chance: random.Random, share: float) -> Found:
        """What is found when the power is back."""
        names = self._names_found(chance, share)
        found: Found = {}
        cut = Cut(0, share, self._model)

        def see(folder: _Folder, above: PurePosixPath) -> None:
            for name, node in names.get(id(folder), folder.safe).items():
                path = above / name
                if isinstance(node, _File):
                    found[str(path)] = node.after_cut(chance, cut)
                else:
                    found[str(path)] = None
                    see(node, path)

        see(self._root, PurePosixPath())
        return found

    def _names_found(self, chance: random.Random, share: float) -> dict[int, dict[str, _Node]]:
        """The names of each folder in which any was changed since it was safe."""
        if self._model is Model.EXT4:
            through = [each for group in self._changes[: _part_of(len(self._changes), share, chance)] for each in group]
        else:
            through = self._any_of(chance, share)
        names: dict[int, dict[str, _Node]] = {}
        for each in through:
            each.make(names.setdefault(id(each.folder), dict(each.folder.safe)))
        return names

    def _any_of(self, chance: random.Random, share: float) -> list[_Change]:
        """Some of the changes, each for itself; but none of a name without those that were made to it before."""
        lost: set[tuple[int, str]] = set()
        through = []
        for group in self._changes:
            names = _names_of(group)
            if names & lost or not (share == 1 or chance.random() < share):
                lost |= names
            else:
                through += group
        return through

    def _sync(self, node: _Node) -> None:
        if isinstance(node, _File):
            node.sync()
        if self._model is Model.EXT4 or isinstance(node, _Folder):
            safe, kept, names = [], [], set[tuple[int, str]]()
            for group in reversed(self._changes):  # with a change goes what was done to the same names before it
                here = self._model is Model.EXT4 or any(each.folder is node for each in group)
                if here or names & _names_of(group):
                    safe.append(group)
                    names |= _names_of(group)
                else:
                    kept.append(group)
            for each in (each for group in reversed(safe) for each in group):
                each.make(each.folder.safe)
            self._changes = kept[::-1]

    def _change(self, *changes: _Change) -> None:
        self._changes.append(changes)
        for each in changes:
            each.make(each.folder.names)

    def _node(self, name: str) -> _Node:
        node: _Node = self._root
        for part in PurePosixPath(name).parts:
            assert isinstance(node, _Folder), name
            node = node.names[part]
        return node

    def _place(self, name: str) -> tuple[_Folder, str]:
        path = PurePosixPath(name)
        folder = self._node(str(path.parent))
        assert isinstance(folder, _Folder), name
        return folder, path.name

    def _is_empty(self, name: str) -> bool:
        file = self._node(name)
        return isinstance(file, _File) and not file.synced and not file.since


def _taken(folder: Path) -> _Folder:
    """A folder on the disk with all below it, safe."""
    nodes: dict[str, _Node] = {
        path.name: _taken(path) if path.is_dir() else _File(bytearray(path.read_bytes())) for path in folder.iterdir()
    }
    return _Folder(dict(nodes), dict(nodes))


def moments(steps: Sequence[Step]) -> list[int]:
    """The steps after which most hangs on the power: what comes before a sync, and each line that was said."""
    following = [*(step.what for step in steps[1:]), "sync"]
    return [
        n for n, step in enumerate(steps) if step.what == "said" or (following[n] == "sync" and step.what != "sync")
    ]


def cuts(
    before: Path, steps: Sequence[Step], chosen: Collection[Cut], chance: random.Random, deaf: Deaf = lambda step: False
) -> Iterator[tuple[Cut, list[str], Found]]:
    """For each cut: the lines said by then, and what is found."""
    for model in Model:
        due: dict[int, list[Cut]] = {}
        for cut in chosen:
            if cut.model is model:
                due.setdefault(cut.moment, []).append(cut)
        if not due:
            continue
        disk, said = Disk(before, model, deaf), b""
        for number, step in enumerate(steps[: max(due) + 1]):
            if step.what == "said":
                said += step.data
            else:
                disk.do(step)
            for cut in due.get(number, ()):
                yield cut, said.decode().splitlines(), disk.after_cut(chance, cut.share)


def lay_out(found: Found, folder: Path) -> None:
    """Make the files and folders that were found."""
    folder.mkdir(parents=True)
    for name, content in found.items():
        path = folder / name
        if content is None:
            path.mkdir(mode=0o700)
        else:
            path.write_bytes(content)
            path.chmod(0o600)
