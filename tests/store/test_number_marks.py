"""Marks beside the keys: high enough before a number is committed, rarely written, and nothing is given without them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from harmed import tamper

from licence_qr.errors import RegisterError
from licence_qr.store.database.connections import Database
from licence_qr.store.numbers import code_versions, given_numbers, number_marks
from licence_qr.store.numbers.number_marks import BLOCK, NumberMarks
from licence_qr.store.register import codes, counters

SERIES = "permit/health 2026"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def marked(database: Database, keys: Path) -> Iterator[Database]:
    """A register with marks."""
    made = with_marks(database.path, keys)
    yield made
    made.close()


def with_marks(register: Path, keys: Path) -> Database:
    return Database(register, None, partial(given_numbers.secure, NumberMarks(keys, given_numbers.AHEAD)))


def take(database: Database, count: int = 1) -> int:
    with database.write() as tx:
        return counters.take(tx, "permit/health", 2026, count)


def mark(keys: Path) -> int:
    return (number_marks.read(keys) or {})[SERIES]


def test_a_mark_is_written_once_in_a_block(marked: Database, keys: Path) -> None:
    seen = []
    for _ in range(2 * BLOCK + 2):
        assert take(marked) <= mark(keys)
        seen.append(mark(keys))
    assert sorted(set(seen)) == [1 + BLOCK, 2 * (1 + BLOCK)]


def test_another_process_raises_it_too(marked: Database, keys: Path) -> None:
    take(marked)
    other = with_marks(marked.path, keys)
    take(other, 5 * BLOCK)
    other.close()
    raised = mark(keys)
    assert take(marked) <= raised == mark(keys)


def test_a_register_of_an_earlier_release_gets_every_mark(database: Database, marked: Database, keys: Path) -> None:
    with database.write() as tx:
        counters.take(tx, "application/bafu", 2025, 7)
    take(marked)
    assert (number_marks.read(keys) or {})["application/bafu 2025"] == 7 + BLOCK


def test_a_register_of_an_earlier_release_gets_the_mark_of_its_highest_version_whichever_code_is_next(
    database: Database, marked: Database, keys: Path
) -> None:
    with database.write() as tx:
        code_versions.go_on_above(tx, 7)
    with marked.write() as tx:
        assert code_versions.take(tx, None) == 1
    assert (number_marks.read(keys) or {})[code_versions.SERIES] == 7


def test_status_entries_cost_a_pair_no_mark_of_their_own(marked: Database, keys: Path) -> None:
    """Each pair takes a permit number, an application number and two status entries: one write of marks in a block."""
    written = set()
    for _ in range(3 * BLOCK):
        with marked.write() as tx:
            counters.take(tx, "permit/health", 2026)
            counters.take(tx, "application/bafu", 2026)
            counters.take(tx, codes.STATUS_SERIES, 0, 2)
        written.add((keys / number_marks.FILE).read_text())
    assert len(written) == 3


def test_the_highest_version_is_marked_without_a_block(marked: Database, keys: Path) -> None:
    with marked.write() as tx:
        assert [code_versions.take(tx, previous) for previous in (None, 1, 4)] == [1, 2, 5]
    assert (number_marks.read(keys) or {})[code_versions.SERIES] == 5


def test_what_is_undone_reaches_nothing(marked: Database, keys: Path) -> None:
    with pytest.raises(ZeroDivisionError), marked.write() as tx:
        counters.take(tx, "permit/health", 2026)
        _ = 1 // 0
    assert number_marks.read(keys) is None


def lost(marked: Database, keys: Path) -> dict[str, tuple[int, int]]:
    with marked.read() as tx:
        return {each.series: (each.last, each.mark) for each in given_numbers.lost(tx, number_marks.surely_given(keys))}


def test_a_transaction_that_was_cut_short_makes_the_register_no_older(marked: Database, keys: Path) -> None:
    """Its marks are on the disk, and however many numbers it took, none was given."""
    take(marked)
    with pytest.raises(ZeroDivisionError), marked.write() as tx:
        counters.take(tx, "permit/health", 2026, 3 * BLOCK)
        given_numbers.secure(NumberMarks(keys, given_numbers.AHEAD), tx)
        _ = 1 // 0
    assert mark(keys) == 1 + 4 * BLOCK
    assert lost(marked, keys) == {}


def test_a_register_that_forgot_what_was_surely_given_is_an_older_one(marked: Database, keys: Path) -> None:
    take(marked, 5)
    take(marked, BLOCK)
    assert lost(marked, keys) == {}
    take(marked)
    tamper(marked, "UPDATE counters SET last = 4")
    assert lost(marked, keys) == {SERIES: (4, 5 + BLOCK)}


def test_the_marks_of_an_earlier_release_are_read(marked: Database, keys: Path) -> None:
    keys.mkdir()
    (keys / number_marks.FILE).write_text(f'{{"{SERIES}": 7}}')
    assert (mark(keys), number_marks.surely_given(keys)) == (7, {})
    take(marked, 8)
    assert (mark(keys), number_marks.surely_given(keys)) == (8 + BLOCK, {SERIES: 0})


def test_nothing_is_given_where_marks_cannot_be_written(marked: Database, keys: Path) -> None:
    keys.write_text("a file where the folder should be")
    with pytest.raises(RegisterError) as refused:
        take(marked)
    assert refused.value.code == "marks_not_written"
    keys.unlink()
    assert take(marked) == 1


def test_nothing_is_given_where_marks_cannot_be_read(marked: Database, keys: Path) -> None:
    take(marked)
    (keys / number_marks.FILE).write_text("[")
    with pytest.raises(RegisterError) as refused:
        take(marked)
    assert refused.value.code == "marks_unreadable"


def test_the_mark_is_on_the_disk_before_the_commit(
    marked: Database, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without_disk:
        without_disk.setattr(os, "fsync", broken)
        with pytest.raises(RegisterError) as refused:
            take(marked)
    assert refused.value.code == "marks_not_written"
    assert take(marked) == 1


def broken(_: int) -> None:
    raise OSError("no such disk")


def test_an_older_register_goes_on_above_the_marks(marked: Database, keys: Path) -> None:
    take(marked, 3)
    with marked.write() as tx:
        counters.take(tx, "permit/health", 2026, 10)
        code_versions.take(tx, 8)
    marks = number_marks.read(keys) or {}
    tamper(marked, "UPDATE counters SET last = 2")
    with marked.write() as tx:
        told = given_numbers.go_on_above(tx, marks)
    assert {each.series: (each.last, each.count) for each in told} == {
        SERIES: (2, marks[SERIES] - 2),
        code_versions.SERIES: (0, 9),
    }
    assert take(marked) == marks[SERIES] + 1
    with marked.write() as tx:
        assert code_versions.take(tx, 3) == 10


@pytest.mark.parametrize(
    "content",
    [
        "[]", "5", '{"marks": []}', '{"marks": {"status 0": 1e999}}', '{"marks": {"status 0": 1e30}}',
        '{"marks": {"status": 5}}', '{"marks": {"status 0": -5}}', '{"marks": {"status 0": "5"}}',
        '{"marks": {"status 0": 9007199254740992}}', '{"marks": {"status 0": 5}, "given": {"version": true}}',
    ],
)  # fmt: skip
def test_marks_that_no_program_has_written_are_told_and_believed_in_nothing(keys: Path, content: str) -> None:
    keys.mkdir()
    (keys / number_marks.FILE).write_text(content)
    for read in (number_marks.read, number_marks.surely_given):
        with pytest.raises(RegisterError) as refused:
            read(keys)
        assert refused.value.code == "marks_unreadable"
