"""Rows on their way into the register: what has to do with each other stays together, and the rest is let apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial

import pytest
from department_heaps import HEAPS, NAMES, numbered
from department_texts import FIRST, SECOND, THIRD, health, market
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.importing.conflicts import Decided, SourceRow
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.importing.ties import code_in, ties_of_registered
from licence_qr.domain.importing.values import Known, Merged
from licence_qr.store.importing import staging as module
from licence_qr.store.importing.staging import Batch, Staging


@contextmanager
def staged(rows: list[SourceRow], registered: Mapping[str, Known] | None = None) -> Iterator[Staging]:
    """The rows, with the ties of what the register knows, as an import makes them."""
    with closing(Staging()) as staging:
        staging.add(rows)
        for codes in staging.codes(2):
            for entity, _ in (registered[code] for code in codes if registered and code in registered):
                staging.tie_code(entity.uscc, ties_of_registered(entity))
        yield staging


def batches(rows: list[SourceRow], most_rows: int = 1) -> list[Batch]:
    """What they come out as."""
    with staged(rows) as staging:
        return list(staging.batches(most_rows))


def places(found: list[Batch]) -> list[list[int]]:
    """The numbers of the rows of each batch."""
    return [[row.place.number for row in batch.rows] for batch in found]


def known_to(rows: tuple[SourceRow, ...], registered: Mapping[str, Known]) -> dict[str, Known]:
    """What the register says of the businesses that these rows name."""
    return {code: registered[code] for row in rows if (code := code_in(row)) in registered}


def in_the_register(name: str) -> Mapping[str, Known]:
    """A register with the third business alone, under this name."""
    business = merge([market(uscc=THIRD, name=name)], CATALOGUE).businesses.get(THIRD)
    return {THIRD: (business.record.entity, business.state)} if business else {}


@given(HEAPS, NAMES.map(in_the_register), st.integers(1, 5), st.data())
@settings(deadline=None)
def test_merged_in_batches_rows_come_to_the_same_as_merged_at_once(
    rows: list[SourceRow], registered: Mapping[str, Known], most_rows: int, data: st.DataObject
) -> None:
    known = known_to(tuple(rows), registered)
    questions = merge(rows, CATALOGUE, known).conflicts
    decided = {
        key: Decided(data.draw(st.sampled_from(question.choices)), "核对原件")
        for key, question in questions.items()
        if data.draw(st.booleans())
    }
    at_once = merge(rows, CATALOGUE, known, decided)
    with staged(rows, registered) as staging:
        assert len(staging) == len(rows)
        found = [
            merge(batch.rows, CATALOGUE, known_to(batch.rows, registered), decided)
            for batch in staging.batches(most_rows)
        ]
    assert together(found) == together([at_once])


def together(parts: list[Merged]) -> tuple[object, ...]:
    """All that came of the parts, whatever their order; nothing may come of two."""
    businesses = [each for part in parts for each in part.businesses.items()]
    questions = [each for part in parts for each in part.conflicts.items()]
    verdicts = [(verdict.row.place, verdict) for part in parts for verdict in part.verdicts]
    assert len(dict(businesses)) == len(businesses)
    return dict(businesses), dict(questions), dict(verdicts), len(verdicts)


def test_rows_are_tied_by_code_by_number_and_a_permit_without_code_by_name_and_address():
    elsewhere = partial(market, name="别的店", address="别处")
    rows = numbered(
        [
            elsewhere(uscc=FIRST),
            elsewhere(uscc=SECOND),
            market(uscc=THIRD),
            health(uscc=SECOND, permit_no="甲1"),
            health(uscc="", permit_no="甲2"),
            health(uscc=FIRST, permit_no="甲 1"),
            market(uscc="not a code", name="谁", address="哪里"),
        ]
    )
    assert places(batches(rows)) == [[2, 3, 5, 7], [4, 6], [8]]


def test_a_permit_without_code_is_tied_to_who_names_a_business_that_only_the_register_knows():
    rows = numbered([health(uscc=THIRD, permit_no="甲1", name="另外"), health(uscc="", permit_no="甲2", name="演示店")])
    for name, expected in (("演示店", [[2, 3]]), ("别的店", [[2], [3]])):
        with staged(rows, in_the_register(name)) as staging:
            assert places(list(staging.batches(1))) == expected


def test_licences_of_one_name_at_one_address_are_no_business_of_each_other_without_such_a_permit():
    assert places(batches(numbered([market(uscc=FIRST), market(uscc=SECOND), health(uscc=FIRST)]))) == [[2, 4], [3]]


def test_as_many_as_wanted_come_at_once_and_what_is_tied_is_never_parted():
    rows = numbered([market(uscc=code) for code in (FIRST, SECOND, THIRD, FIRST, FIRST)])
    assert places(batches(rows, 4)) == [[2, 5, 6, 3], [4]]
    assert places(batches(rows, 2)) == [[2, 5, 6], [3, 4]]


def test_long_rows_come_in_smaller_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BATCH_CHARS", 1_000)
    rows = numbered([market(uscc="", business_scope="营" * 600), market(uscc="", business_scope="业" * 600)])
    assert places(batches(rows, 100)) == [[2], [3]]


@pytest.mark.parametrize("limit", [{"MOST_TIED_ROWS": 3}, {"MOST_TIED_CHARS": 1_500, "BATCH_CHARS": 600}])
def test_too_many_tied_rows_come_in_parts_and_are_marked(monkeypatch: pytest.MonkeyPatch, limit: dict[str, int]):
    for name, value in limit.items():
        monkeypatch.setattr(module, name, value)
    rows = numbered([market(uscc=FIRST)] * 5 + [market(uscc=SECOND)])
    found = batches(rows, 2)
    assert sorted(sum(places(found), [])) == [2, 3, 4, 5, 6, 7]
    assert [batch.too_many for batch in found if 7 in places([batch])[0]] == [False]
    assert all(batch.too_many and len(batch.rows) <= 2 for batch in found if 7 not in places([batch])[0])


def test_rows_are_found_in_their_order_and_never_sorted(monkeypatch: pytest.MonkeyPatch):
    """What is sorted is held in memory: all rows that are tied to each other, and they may be a whole file."""
    monkeypatch.setattr(module, "MOST_TIED_ROWS", 3)
    rows = numbered([market(uscc=FIRST)] * 5 + [market(uscc=SECOND), market(uscc=THIRD)])
    asked: list[str] = []
    with staged(rows) as staging:
        staging._db.set_trace_callback(asked.append)
        assert [batch.too_many for batch in staging.batches(2)] == [True, True, True, False]
        staging._db.set_trace_callback(None)
        read = {each for each in asked if each.startswith("SELECT")}
        plans = {step[3] for each in read for step in staging._db.execute(f"EXPLAIN QUERY PLAN {each}")}
    assert len(read) > 3 and not [step for step in plans if "TEMP B-TREE" in step]


def test_rows_come_out_as_they_went_in():
    rows = numbered([market(name="𠅤店\n", address='"'), health(permit_no="", note="=1+1")])
    assert [row for batch in batches(rows, 9) for row in batch.rows] == rows


def test_it_knows_which_questions_are_asked():
    with closing(Staging()) as staging:
        staging.note_asked(["one", "two"])
        staging.note_asked(["two"])
        assert [staging.asks(each) for each in ("one", "two", "three")] == [True, True, False]
