"""Issuing one by one, and importing, against the code of a former commit: both take turns in one run.

What is compared is processor time, of a service and its signer together, because the machine is shared: the ratio is the
median of many short turns. That by the clock is told beside it. The former code comes from the history of this repository.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from bench import turns_work

HERE = Path(__file__).parent.parent
TURNS = int(os.environ.get("BENCH_TURNS", "40"))
# A pair was signed in the transaction of its act, by the process that wrote it; the register held no rules of its own.
SIGNED_WITHIN, WITHOUT_RULES = "384cc9aa9f92", "7dc798126baa"


@dataclass(frozen=True, slots=True)
class Side:
    """A tree of the project, and whether a process of its own signs for it."""

    tree: Path
    apart: bool = False


class Turn(NamedTuple):
    """The seconds that one turn took."""

    processor: float
    by_clock: float


@contextmanager
def _working(side: Side) -> Iterator[subprocess.Popen[str]]:
    """The program that works for one side."""
    command = [sys.executable, "-P", turns_work.__file__, "apart" if side.apart else "itself"]
    environment = os.environ | {"PYTHONPATH": str(side.tree)}
    with subprocess.Popen(
        command, cwd=side.tree, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as work:
        _told(work)
        yield work
        if work.stdin:
            work.stdin.close()


def _told(work: subprocess.Popen[str], asked: str = "") -> str:
    if work.stdin is None or work.stdout is None:
        raise AssertionError("started with both")
    if asked:
        work.stdin.write(asked + "\n")
        work.stdin.flush()
    if not (line := work.stdout.readline()):
        raise RuntimeError("the program of one side has ended")
    return line.strip()


def in_turns(what: str, many: int, sides: Sequence[Side]) -> list[list[Turn]]:
    """For each side every turn, in which it does ``what`` ``many`` times."""
    with ExitStack() as running:
        works = [running.enter_context(_working(side)) for side in sides]
        asked = f"{what} {many}"
        for work in works:
            _told(work, asked)  # the first time is slower
        taken: list[list[Turn]] = [[] for _ in sides]
        for turn in range(TURNS):
            for at in range(len(works)) if turn % 2 else reversed(range(len(works))):
                processor, by_clock = _told(works[at], asked).split()
                taken[at].append(Turn(int(processor) / 1e9, int(by_clock) / 1e9))
    return taken


def former(commit: str, folder: Path) -> Side:
    """The tree of a former commit."""
    packed = subprocess.run(["git", "archive", commit], cwd=HERE, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder / commit, filter="data")
    return Side(folder / commit)


def _row(figure: str, goal: float, many: int, before: Sequence[Turn], now: Sequence[Turn]) -> dict[str, str | float]:
    pairs = list(zip(before, now, strict=True))
    ratios = [one.processor / other.processor for one, other in pairs]
    low, _, high = quantiles(ratios, n=4)
    rate = many / median(each.processor for each in now)
    by_clock = median(one.by_clock / other.by_clock for one, other in pairs)
    return {
        "figure": figure,
        "goal": f">= {goal}",
        "measured": f"{rate:.0f} a second of processor time; half of {TURNS} turns {low:.2f} to {high:.2f};"
        f" by the clock {by_clock:.2f}",
        "ratio": f"{median(ratios):.2f}",
    }


def measure() -> list[dict[str, str | float]]:
    """Ratios of rates, new to former. Nothing where the former code is not in the history here, as in a shallow clone."""
    if any(
        subprocess.run(["git", "cat-file", "-e", each], cwd=HERE).returncode for each in (SIGNED_WITHIN, WITHOUT_RULES)
    ):
        return []
    with tempfile.TemporaryDirectory() as made:
        folder, pairs, rows = Path(made), 20, 200
        within, itself, apart = in_turns("issue", pairs, [former(SIGNED_WITHIN, folder), Side(HERE), Side(HERE, True)])
        free, held = in_turns("import", rows, [former(WITHOUT_RULES, folder), Side(HERE)])
    figure = "pairs one by one against those signed in the transaction"
    return [
        _row(f"{figure}, signed by the same process", 0.8, pairs, within, itself),
        _row(f"{figure}, by a signer apart", 0.8, pairs, within, apart),
        _row("import, rows, against a register without rules", 0.95, rows, free, held),
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
