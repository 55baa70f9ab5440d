"""High-water marks beside the keys: above the mark of a series no number was ever given.

A backup of the register that is put back has forgotten the numbers given since. The marks belong to no backup, so they have
not: ``licence-qr restore`` goes on above them. A mark is on the disk before the transaction that needs it is committed, and
reserves a block ahead, so that most transactions find it high enough and write nothing.

Beside each mark stands what was surely given when it was raised: the last number before that transaction. A register that
has given less is an older one. The mark itself says no such thing, because that transaction may never have been committed.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from licence_qr.errors import KeyStoreError, RegisterError
from licence_qr.store.files import make_folder
from licence_qr.store.keys.key_files import write_file
from licence_qr.store.numbers import code_versions

FILE = "number-marks.json"
BLOCK = 64  # numbers reserved ahead: at most so many are left out after a restore, and one write in so many is paid
_LOCK = ".number-marks.lock"
_SERIES = re.compile(rf"{code_versions.SERIES}|.+ \d+")  # as counters name it
_MOST = 1 << 53  # a number that every program can read


class _Held(NamedTuple):
    """What the file holds: of each series the mark, and what was surely given."""

    marks: Mapping[str, int]
    given: Mapping[str, int]


def read(folder: Path) -> Mapping[str, int] | None:
    """The mark of each series; None if there are none yet. Raises RegisterError ``marks_unreadable``."""
    held = _read(folder)
    return None if held is None else held.marks


def check_usable(folder: Path) -> None:
    """Raise RegisterError ``marks_unreadable`` or ``marks_not_written`` where no number could be given. Writes nothing."""
    _read(folder)
    if folder.exists() and not os.access(folder, os.W_OK):
        raise RegisterError("marks_not_written", path=folder / FILE, because=os.strerror(errno.EACCES))


def surely_given(folder: Path) -> Mapping[str, int]:
    """The highest number of each series that was surely given. Raises RegisterError ``marks_unreadable``."""
    held = _read(folder)
    return {} if held is None else held.given


def _read(folder: Path) -> _Held | None:
    path = folder / FILE
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        # The file of an earlier release holds the marks alone; no series is called by one of these two names.
        return _Held(_numbers(read.get("marks", read)), _numbers(read.get("given", {})))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise RegisterError("marks_unreadable", path=path, because=_told(error)) from error


def _numbers(read: Mapping[str, int]) -> dict[str, int]:
    """Raises ValueError for what is no series or no number that the register can hold."""
    for series, number in read.items():
        if not _SERIES.fullmatch(series) or type(number) is not int or not 0 <= number < _MOST:
            raise ValueError(series)
    return dict(read)


class NumberMarks:
    """The marks in one folder. ``ahead`` are the series of which other than ``BLOCK`` numbers are reserved."""

    def __init__(self, folder: Path, ahead: Mapping[str, int]) -> None:
        self._folder = folder
        self._path = str(folder / FILE)
        self._ahead = ahead
        self._known: tuple[tuple[int, int], Mapping[str, int]] | None = None
        self._alone = threading.Lock()

    def covers(self, reached: Mapping[str, int]) -> bool:
        """Whether the marks are as high as the numbers of ``reached`` already."""
        with self._alone:
            marks = self._current()
            return marks is not None and _cover(marks, reached)

    def exist(self) -> bool:
        """Whether there are marks."""
        return self._stamp() is not None

    def raise_to(self, reached: Mapping[str, int], given: Mapping[str, int]) -> None:
        """Put marks on the disk that are as high as ``reached``, each with a whole block ahead: one write does for all.
        ``given`` are the last numbers that are committed.

        Raises RegisterError ``marks_not_written`` or ``marks_unreadable``: the numbers must not be given then.
        """
        with self._alone, self._writing():
            held = _read(self._folder) or _Held({}, {})
            marks, surely = dict(held.marks), dict(held.given)
            for series, number in reached.items():
                marks[series] = max(marks.get(series, 0), number + self._ahead.get(series, BLOCK))
            for series, number in given.items():
                surely[series] = max(surely.get(series, 0), number)
            text = json.dumps({"marks": marks, "given": surely}, ensure_ascii=False, indent=0, sort_keys=True)
            write_file(self._folder / FILE, text.encode("utf-8"))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            make_folder(self._folder, 0o700)
            lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RegisterError("marks_not_written", path=self._path, because=_told(error)) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        except KeyStoreError as error:
            raise RegisterError("marks_not_written", path=self._path, because=error.facts["because"]) from error
        finally:
            os.close(lock)

    def _current(self) -> Mapping[str, int] | None:
        """The marks as they are on the disk, read anew whenever the file is another one."""
        stamp = self._stamp()
        if stamp is None:
            return None
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, read(self._folder) or {})
        return self._known[1]

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)  # with every number; a Path takes twice as long
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino


def _cover(marks: Mapping[str, int], reached: Mapping[str, int]) -> bool:
    return all(marks.get(series, -1) >= number for series, number in reached.items())


def _told(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
