"""The counts of workers that have ended, all in one file: a worker that dies leaves nothing that fills the memory.

prometheus-client lets go only of their gauges and keeps a file for each of them, as a total must never go down. Here the
server adds up what they counted and removes their files, while nobody reads: whoever reads between the two would count
twice. The server alone does this. It has just seen which process ended, and forks the next one itself, so that no number
of a process means another one.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path

from licence_qr.process.metrics_folder import reserved

_ENDED = "ended"
_LIVE = "gauge_live"


def take_in_ended(folder: Path, living: Collection[int]) -> None:
    """Add up the counts of workers that are not among ``living`` and remove their files; their gauges are let go.

    Nothing is done while somebody reads or where there is no room: it is for the next time.
    """
    files = (path for pattern in ("*.db", "*.new") for path in folder.glob(pattern))
    gone = sorted(path for path in files if (pid := _pid(path)) is not None and pid not in living)
    if not gone:
        return
    with suppress(OSError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
        for kind, each in groupby(gone, _kind):
            _take_in(folder, kind, list(each))


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Within it no file of a worker that has ended is taken in."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _kind(path: Path) -> str:
    return path.stem.rpartition("_")[0]


def _pid(path: Path) -> int | None:
    number = path.stem.rpartition("_")[2]
    return int(number) if number.isdigit() else None


def _take_in(folder: Path, kind: str, files: list[Path]) -> None:
    if not kind.startswith(_LIVE):
        # Imported when it is needed: the server itself counts nothing.
        from prometheus_client.mmap_dict import MmapedDict

        together = folder / f"{kind}_{_ENDED}.db"
        total = _sums([*files, together] if together.exists() else files)
        unfinished = together.with_suffix(".part")
        with suppress(FileNotFoundError):
            unfinished.unlink()
        reserved(unfinished)
        values = MmapedDict(str(unfinished))  # type: ignore[no-untyped-call]
        for key, value in total.items():
            values.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
        values.close()  # type: ignore[no-untyped-call]
        unfinished.rename(together)
    for path in files:
        path.unlink()


def _sums(files: list[Path]) -> Counter[str]:
    """What the files count, by key. One that its worker had no time to begin counts nothing."""
    from prometheus_client.mmap_dict import MmapedDict

    total: Counter[str] = Counter()
    for path in files:
        with suppress(struct.error, RuntimeError, UnicodeDecodeError):
            for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]
                total[key] += value
    return total
