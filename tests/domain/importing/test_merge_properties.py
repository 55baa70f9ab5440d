"""What holds for any heap of rows, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from department_heaps import HEAPS, numbered
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.importing.conflicts import CHOICES, Decided, SourceRow
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.importing.values import Merged


def essence(result: Merged) -> tuple[object, ...]:
    """The outcome without row numbers."""
    counts = Counter((v.row.place.source, v.outcome, v.code.replace("_same_as_row", "")) for v in result.verdicts)
    businesses = {
        uscc: (b.record.canonical(), b.state, {p.key: dict(p.facts) for p in b.parts})
        for uscc, b in result.businesses.items()
    }
    questions = {
        key: (question.left.facts, question.right.facts if question.right else None)
        for key, question in result.conflicts.items()
    }
    return counts, businesses, questions


@given(HEAPS)
@settings(deadline=None)
def test_every_row_gets_one_verdict_and_every_waiting_row_its_question(rows: list[SourceRow]) -> None:
    result = merge(rows, CATALOGUE)
    assert [v.row.place for v in result.verdicts] == sorted(
        (row.place for row in rows), key=lambda p: (p.source.value != "market", p.sheet, p.number)
    )
    for verdict in result.verdicts:
        assert (verdict.conflict in result.conflicts) is (verdict.outcome.value == "waiting")


@given(HEAPS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_rows_does_not_matter(rows: list[SourceRow], random: object) -> None:
    shuffle: Callable[[list[SourceRow]], None] = random.shuffle  # type: ignore[attr-defined]
    shuffled = list(rows)
    shuffle(shuffled)
    assert essence(merge(numbered(shuffled), CATALOGUE)) == essence(merge(rows, CATALOGUE))


@given(HEAPS, st.data())
@settings(deadline=None)
def test_deciding_every_question_comes_to_an_end(rows: list[SourceRow], data: st.DataObject) -> None:
    decided: dict[str, Decided] = {}
    for _ in range(6 * len(rows) + 1):
        result = merge(rows, CATALOGUE, decided=decided)
        if not result.conflicts:
            break
        key, question = next(iter(sorted(result.conflicts.items())))
        assert set(question.choices) <= set(CHOICES[question.kind])
        decided[key] = Decided(data.draw(st.sampled_from(question.choices)), "核对原件")
    assert not merge(rows, CATALOGUE, decided=decided).conflicts


@given(HEAPS)
@settings(deadline=None)
def test_what_is_merged_is_consistent(rows: list[SourceRow]) -> None:
    for uscc, business in merge(rows, CATALOGUE).businesses.items():
        record = business.record
        assert record.entity.uscc == uscc
        assert {p.premises_no for p in record.permits} <= {p.premises_no for p in record.premises}
        assert len({p.permit_no for p in record.permits}) == len(record.permits)
        assert not business.state.ended or all(p.state.value == "cancelled" for p in record.permits)
