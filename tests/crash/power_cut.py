"""What a disk may hold after the power was cut: a recording of a program's writes, and the states it allows.

``strace`` records every write, sync, creation and removal of files in one folder, and each line that the program said.
A cut at some moment keeps of each file what was synced, and of what was written since any part: every sector of 512
bytes came through or did not, in any order. Names made or removed since the folder was synced are there or not, in the
order in which that was done. It is assumed, as SQLite does, that a sector is written whole or not at all and that a sync
that has returned keeps its word.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
_CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename"
# pid call(arguments) = result; all strings are hexadecimal (-xx), so none holds a quote, a bracket or an angle.
_LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OF_DESCRIPTOR = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>")
# Rebuilt by whoever opens the register first; no part of what is kept.
_NOT_KEPT = "-shm"


class Step(NamedTuple):
    """One thing done: ``write``, ``cut`` (truncate), ``sync``, ``make``, ``remove`` a file, or ``said`` a line."""

    what: str
    name: str = ""
    at: int = 0
    data: bytes = b""


def recorded(command: Sequence[str], folder: Path) -> list[Step]:
    """Run ``command`` and return what it did to the files of ``folder`` and said on its standard output, in order."""
    trace = folder.with_name(folder.name + ".trace")
    tracing = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", str(1 << 24), "-e", f"trace={_CALLS}"]
    subprocess.run(
        [*tracing, "-e", "signal=none", "-o", str(trace), *command], check=True, stdout=subprocess.DEVNULL, timeout=300
    )
    real = folder.resolve()
    with trace.open(encoding="ascii") as lines:
        steps = [step for line in lines if (step := _step(line, real))]
    trace.unlink()
    return steps


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _step(line: str, folder: Path) -> Step | None:
    found = _LINE.match(line)
    if found is None or int(found["result"]) < 0:
        return None
    call, arguments = found["call"], found["arguments"]
    descriptor = _OF_DESCRIPTOR.match(arguments)
    if call == "write" and descriptor and descriptor[1] == "1":
        text = _STRING.search(arguments)
        return Step("said", data=_bytes(text[1])) if text else None
    path = _path(call, arguments, descriptor)
    name = "" if path == folder else path.name if path and path.parent == folder else None
    if name is None or name.endswith(_NOT_KEPT):
        return None
    return _on_file(call, arguments, name)


def _path(call: str, arguments: str, descriptor: re.Match[str] | None) -> Path | None:
    text = _STRING.search(arguments) if call in {"openat", "unlink", "unlinkat"} else None
    raw = text[1] if text else descriptor[2] if descriptor else ""
    return Path(_bytes(raw).decode(errors="replace").removesuffix(" (deleted)")) if raw else None


def _on_file(call: str, arguments: str, name: str) -> Step | None:
    if call in {"fsync", "fdatasync"}:
        return Step("sync", name)
    if call == "pwrite64":
        text = _STRING.search(arguments)
        assert text, "a write without data"
        data = _bytes(text[1])
        length, at = (int(number) for number in arguments[text.end() :].strip(", ").split(", "))
        assert length == len(data), "the recorder cut a write short"
        return Step("write", name, at, data)
    if call == "ftruncate":
        return Step("cut", name, int(arguments.rpartition(", ")[2], 0))
    if call in {"unlink", "unlinkat"}:
        return Step("remove", name)
    if call == "openat":
        return Step("make", name) if "O_CREAT" in arguments else None
    raise AssertionError(f"{call} on {name}: not known to the recorder")


@dataclass
class _File:
    """What is safe of a file, and what was done to it since."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[Step] = field(default_factory=list)

    def after_cut(self, chance: random.Random, share: float) -> bytes:
        """What is found later when each unsynced sector came through with the probability ``share``."""
        content = bytearray(self.synced)
        for step in self.since:
            _apply(content, step, chance, share)
        return bytes(content)

    def sync(self) -> None:
        for step in self.since:
            _apply(self.synced, step, random.Random(0), 1)
        self.since.clear()


def _apply(content: bytearray, step: Step, chance: random.Random, share: float) -> None:
    if step.what == "cut":
        if chance.random() < share:
            del content[step.at :]
            content.extend(bytes(step.at - len(content)))
        return
    begin, end = step.at, step.at + len(step.data)
    while begin < end:
        stop = min(end, (begin // SECTOR + 1) * SECTOR)
        if share == 1 or chance.random() < share:
            content.extend(bytes(max(0, stop - len(content))))
            content[begin:stop] = step.data[begin - step.at : stop - step.at]
        begin = stop


class Disk:
    """A folder whose power may be cut. ``deaf`` names what a sync does nothing for: ``files``, ``folder``."""

    def __init__(self, folder: Path, deaf: frozenset[str] = frozenset()) -> None:
        self._names = {path.name: _File(bytearray(path.read_bytes())) for path in folder.iterdir() if path.is_file()}
        self._safe_names = dict(self._names)
        self._changes: list[tuple[str, _File | None]] = []
        self._deaf = deaf

    def do(self, step: Step) -> None:
        """Let one recorded step happen."""
        if step.what == "make":
            if step.name not in self._names:
                self._rename(step.name, _File())
        elif step.what == "remove":
            self._rename(step.name, None)
        elif step.what == "sync" and not step.name:
            if "folder" not in self._deaf:
                self._safe_names = dict(self._names)
                self._changes.clear()
        elif step.what == "sync":
            if "files" not in self._deaf:
                self._names[step.name].sync()
        elif step.what in {"write", "cut"}:
            self._names[step.name].since.append(step)

    def _rename(self, name: str, file: _File | None) -> None:
        self._changes.append((name, file))
        if file is None:
            del self._names[name]
        else:
            self._names[name] = file

    def after_cut(self, chance: random.Random, share: float) -> dict[str, bytes]:
        """The files found when the power is back."""
        names = dict(self._safe_names)
        for name, file in self._changes[: round(len(self._changes) * (share if share in (0, 1) else chance.random()))]:
            names.pop(name, None)
            if file is not None:
                names[name] = file
        return {name: file.after_cut(chance, share) for name, file in names.items()}


def moments(steps: Sequence[Step]) -> list[int]:
    """The steps after which most hangs on the power: what comes before a sync, and each line that was said."""
    following = [*(step.what for step in steps[1:]), "sync"]
    return [
        n for n, step in enumerate(steps) if step.what == "said" or (following[n] == "sync" and step.what != "sync")
    ]


def cuts(
    before: Path,
    steps: Sequence[Step],
    chosen: Collection[tuple[int, float]],
    chance: random.Random,
    deaf: frozenset[str] = frozenset(),
) -> Iterator[tuple[list[str], dict[str, bytes]]]:
    """For each moment and share of the unsynced that came through: the lines said by then, and the files found."""
    shares: dict[int, list[float]] = {}
    for moment, share in chosen:
        shares.setdefault(moment, []).append(share)
    disk, said = Disk(before, deaf), b""
    for number, step in enumerate(steps):
        if step.what == "said":
            said += step.data
        else:
            disk.do(step)
        for share in shares.get(number, ()):
            yield said.decode().splitlines(), disk.after_cut(chance, share)
