"""What a program does to the files of one folder, and what it says meanwhile, recorded with strace.

Every write, sync, creation, renaming and removal below the folder becomes a step, and so does each line that the program
writes to its standard output. A call that could change a file and is not understood ends the recording with an error:
what is not recorded could not be lost.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_WRITES = "write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,ftruncate,truncate,fallocate,mmap"
_NAMES = "openat,open,creat,mkdir,mkdirat,unlink,unlinkat,rmdir,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
_CALLS = f"{_WRITES},{_NAMES},fsync,fdatasync,sync_file_range,lseek"
_HEX = r"(?:\\x[0-9a-f]{2})*"
# pid call(arguments) = result; all strings are hexadecimal (-xx), so none holds a quote, a bracket or an angle.
_LINE = re.compile(rf"^(?P<pid>\d+) +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?:<(?P<path>{_HEX})>)?")
_BEGUN = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_STRING = re.compile(rf'"({_HEX})"')
# A path as a call names it: a descriptor or AT_FDCWD with the folder it stands for, and the name below that.
_PLACE = re.compile(rf'(?:(?:AT_FDCWD|\d+)<({_HEX})>, )?"({_HEX})"')
_DESCRIPTOR = re.compile(rf"^(?P<number>\d+)<(?P<path>{_HEX})>")
_GONE = " (deleted)"
# Rebuilt by whoever opens the register first; no part of what is kept.
_NOT_KEPT = "-shm"


class Step(NamedTuple):
    """One thing done: ``write`` and ``cut`` (truncate) a file, ``sync`` a file or folder, ``make`` a file, ``folder``,
    ``rename``, ``remove``; or ``said`` a line. Names are relative to the folder recorded, which is "" itself."""

    what: str
    name: str = ""
    at: int = 0
    data: bytes = b""
    to: str = ""


def recorded(command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> list[Step]:
    """Run ``command`` and return what it did below ``folder`` and said on its standard output, in order."""
    trace = folder.with_name(folder.name + ".trace")
    tracing = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", str(1 << 24), "-e", f"trace={_CALLS}"]
    tracing += ["-e", "signal=none", "-o", str(trace)]
    subprocess.run([*tracing, *command], check=True, stdout=subprocess.DEVNULL, timeout=600, env=environ)
    with trace.open(encoding="ascii") as lines:
        steps = list(_Reader(folder.resolve()).steps(lines))
    trace.unlink()
    return steps


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Lines of calls that ended, those that another thread's call had cut in two joined."""
    begun: dict[str, str] = {}
    for line in lines:
        if half := _BEGUN.match(line.rstrip("\n")):
            begun[half[1]] = half[2]
        elif rest := _RESUMED.match(line):
            yield f"{rest[1]} {begun.pop(rest[1])}{rest[2]}"
        else:
            yield line


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _path(text: str) -> str:
    return _bytes(text).decode(errors="surrogateescape")


class _Reader:
    """Turns lines of a trace into steps; it knows where each open file is written next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next: dict[tuple[str, str], int] = {}

    def steps(self, lines: Iterable[str]) -> Iterator[Step]:
        for line in _whole(lines):
            found = _LINE.match(line)
            if found is None or int(found["result"]) < 0:
                continue
            call, arguments = found["call"], found["arguments"]
            descriptor = _DESCRIPTOR.match(arguments)
            if call == "write" and descriptor and descriptor["number"] == "1":
                text = _STRING.search(arguments)
                yield Step("said", data=_bytes(text[1]) if text else b"")
            elif call in {"open", "openat", "creat"}:
                yield from self._opened(found)
            elif descriptor and not call.endswith("at"):
                yield from self._on_file(call, arguments, descriptor, int(found["result"]))
            else:
                yield from self._on_names(call, arguments)

    def _name(self, path: str) -> str | None:
        """The name below the folder; None for what is elsewhere, was removed, or is not kept."""
        if path.endswith((_GONE, _NOT_KEPT)) or not Path(path).is_relative_to(self._folder):
            return None
        name = Path(path).relative_to(self._folder).as_posix()
        return "" if name == "." else name

    def _opened(self, found: re.Match[str]) -> Iterator[Step]:
        path = _path(found["path"] or "")
        name, flags = self._name(path), found["arguments"]
        self._next[found["result"], path] = 0
        if name and "O_CREAT" in flags:
            yield Step("make", name)
        if name and "O_TRUNC" in flags:
            yield Step("cut", name)

    def _on_file(self, call: str, arguments: str, descriptor: re.Match[str], result: int) -> Iterator[Step]:
        path = _path(descriptor["path"])
        if (name := self._name(path)) is None:
            return
        file = (descriptor["number"], path)
        if call == "lseek":
            self._next[file] = result
        elif call in {"fsync", "fdatasync"}:
            yield Step("sync", name)
        elif call in {"write", "pwrite64"}:
            text = _STRING.search(arguments)
            assert text, "a write without data"
            data = _bytes(text[1])[:result]
            assert len(data) == result, "the recorder cut a write short"
            at = int(arguments.rpartition(", ")[2]) if call == "pwrite64" else self._next[file]
            if call == "write":
                self._next[file] = at + result
            yield Step("write", name, at, data)
        elif call == "ftruncate":
            yield Step("cut", name, int(arguments.rpartition(", ")[2], 0))
        else:
            raise AssertionError(f"{call} on {name}: not known to the recorder")

    def _on_names(self, call: str, arguments: str) -> Iterator[Step]:
        names = [self._name(str(Path(_path(base), _path(name)))) for base, name in _PLACE.findall(arguments)]
        if call == "mmap":
            mapped = re.search(rf"MAP_SHARED.*, \d+<({_HEX})>", arguments)
            assert not (mapped and "PROT_WRITE" in arguments and self._name(_path(mapped[1]))), "a file is mapped"
        elif not any(name is not None for name in names):
            return
        elif call in {"mkdir", "mkdirat"} and names[0]:
            yield Step("folder", names[0])
        elif call in {"unlink", "unlinkat", "rmdir"} and names[0]:
            yield Step("remove", names[0])
        elif call.startswith("rename") and len(names) == 2 and names[0] and names[1]:
            yield Step("rename", names[0], to=names[1])
        else:
            raise AssertionError(f"{call} on {names}: not known to the recorder")
