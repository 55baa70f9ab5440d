"""Which numbers the register has given, compared with the marks beside the keys (``store.numbers.number_marks``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from licence_qr.store.database.connections import Transaction
from licence_qr.store.numbers import code_versions
from licence_qr.store.numbers.number_marks import NumberMarks
from licence_qr.store.register import codes, counters

# The highest version of any code rises seldom, so it needs no block ahead. Status entries rise twice as fast as permit
# numbers, and nobody sees that some are left out: their marks are not to be what a pair waits for.
AHEAD: Mapping[str, int] = {code_versions.SERIES: 0, counters.name_of(codes.STATUS_SERIES, 0): 1024}


def given(tx: Transaction) -> Mapping[str, int]:
    """The last number of every series, and the highest version of any code."""
    return {**counters.everything(tx), code_versions.SERIES: code_versions.highest(tx)}


def secure(marks: NumberMarks, tx: Transaction) -> None:
    """Make sure that the marks are as high as what ``tx`` has given; it may be committed then. Raises RegisterError."""
    if not marks.covers(tx.reached):
        marks.raise_to(tx.reached if marks.exist() else _of_every_series(tx), tx.given_before)


def _of_every_series(tx: Transaction) -> Mapping[str, int]:
    """For a folder of an earlier release. The version given just now may be lower than that of another code."""
    held = given(tx)
    return {series: max(held.get(series, 0), tx.reached.get(series, 0)) for series in held.keys() | tx.reached.keys()}


@dataclass(frozen=True, slots=True)
class Given:
    """Numbers of one series that the register does not know and may have given: above ``last``, up to ``mark``."""

    series: str
    last: int
    mark: int

    @property
    def count(self) -> int:
        """At most how many."""
        return self.mark - self.last


def behind(tx: Transaction, marks: Mapping[str, int]) -> tuple[Given, ...]:
    """The series whose last number in the register is below the mark, by name."""
    last = given(tx)
    found = (Given(series, last.get(series, 0), mark) for series, mark in sorted(marks.items()))
    return tuple(each for each in found if each.count > 0)


def lost(tx: Transaction, surely_given: Mapping[str, int]) -> tuple[Given, ...]:
    """The series of which the register has forgotten numbers that it had surely given (``NumberMarks``), by name.

    A mark alone does not tell: it is on the disk before the transaction that needs it is committed, and stays where that
    one was cut short.
    """
    last = given(tx)
    found = (Given(series, last.get(series, 0), number) for series, number in sorted(surely_given.items()))
    return tuple(each for each in found if each.count > 0)


def go_on_above(tx: Transaction, marks: Mapping[str, int]) -> tuple[Given, ...]:
    """Let every series, and the versions of codes, go on above its mark; return what may have been given before."""
    found = behind(tx, marks)
    for each in found:
        if each.series == code_versions.SERIES:
            code_versions.go_on_above(tx, each.mark)
        else:
            series, year = counters.of_name(each.series)
            counters.raise_to(tx, series, year, each.mark)
    return found
