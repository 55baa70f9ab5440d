"""What holds for any heap of rows, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from department_texts import FIRST, SECOND, THIRD, health, market
from hypothesis import given, settings
from hypothesis import strategies as st

from licence_qr.catalogue.loader import load_catalogue
from licence_qr.domain.importing.conflicts import CHOICES, Decided, Place, SourceRow
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.importing.values import Merged

CATALOGUE = load_catalogue()
CODES = st.sampled_from([FIRST, SECOND, THIRD, FIRST.lower(), "", "91500107M000001A9A"])
NAMES = st.sampled_from(["演示店", "演示 店", "别的店", "", "店" * 61, "=1+1"])
PRINCIPALS = st.sampled_from(["陈样", "林样"])
DAYS = st.sampled_from(["2020-01-01", "2022年5月1日", "44682", "20260430", "", "昨天"])


def licences() -> st.SearchStrategy[SourceRow]:
    cells = {"uscc": CODES, "name": NAMES, "principal": PRINCIPALS, "issued_on": DAYS}
    states = st.sampled_from(["存续", "注销"])
    return st.builds(market, **cells, state=states)


def permits() -> st.SearchStrategy[SourceRow]:
    return st.builds(
        health,
        permit_no=st.sampled_from(["渝高新卫公证字〔2022〕第00001号", "渝高新卫公证字(2022)第00001号", "甲1", "甲2"]),
        uscc=CODES,
        name=NAMES,
        principal=PRINCIPALS,
        items=st.sampled_from(["宾馆", "公园", "足浴、理发店", "飞船"]),
        valid_to=DAYS,
    )


def numbered(rows: list[SourceRow]) -> list[SourceRow]:
    return [
        SourceRow(Place(row.place.source, row.place.sheet, number), row.file, row.cells)
        for number, row in enumerate(rows, start=2)
    ]


HEAPS = st.lists(st.one_of(licences(), permits()), max_size=14).map(numbered)


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
