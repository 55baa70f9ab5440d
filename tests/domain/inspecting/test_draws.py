"""A draw is repeated from its list and seed, keeps to the weights, and never sends an officer alone."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licence_qr.domain.inspecting.draws import Candidate, DrawList, below, draw, numbers, parse_seed, sha256_of
from licence_qr.errors import InputError, RuleError

WEIGHTS = {"A": 1, "B": 2, "C": 4, "": 4}


def candidate(serial: int, grade: str = "", **changes: object) -> Candidate:
    number = f"证〔2026〕第{serial:05d}号"
    whole = Candidate(number, f"9150010700000{serial:05d}", f"示例{serial}", f"{serial}号", grade, WEIGHTS[grade])
    return replace(whole, **changes)  # type: ignore[arg-type]


def drawn_from(count: int, places: int, officers: tuple[int, ...] = (2, 3, 5)) -> DrawList:
    grades = itertools.cycle(WEIGHTS)
    return DrawList("baishiyi", "示例抽查", places, officers, tuple(candidate(n, next(grades)) for n in range(count)))


lists = st.builds(
    lambda grades, share, officers, recused: DrawList(
        "baishiyi",
        "示例",
        1 + share * (len(grades) - 1) // 100,
        tuple(officers),
        tuple(candidate(n, g, recused=tuple(sorted(officers)[:recused])) for n, g in enumerate(grades)),
    ),
    st.lists(st.sampled_from(sorted(WEIGHTS)), min_size=1, max_size=30),
    st.integers(0, 100),
    st.sets(st.integers(1, 99), min_size=3, max_size=8),
    st.integers(0, 1),
)
seeds = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(lists, seeds)
@settings(deadline=None)
def test_the_same_list_and_seed_draw_the_same_places_once_each_and_two_fit_officers(drawn_from, seed):
    text = drawn_from.canonical()
    picks = draw(text, seed)
    assert picks == draw(text, seed)
    assert len(picks) == drawn_from.places == len({pick.candidate.permit_no for pick in picks})
    for pick in picks:
        first, second = pick.officers
        assert first != second
        assert {first, second} <= set(drawn_from.officers) - set(pick.candidate.recused)


@given(lists)
def test_the_order_in_which_a_list_was_put_together_does_not_matter(drawn_from):
    turned = replace(
        drawn_from, candidates=drawn_from.candidates[::-1], officers=tuple(sorted(drawn_from.officers, reverse=True))
    )
    assert turned.canonical() == drawn_from.canonical()
    assert DrawList.of_canonical(drawn_from.canonical()).canonical() == drawn_from.canonical()


def test_another_seed_or_another_list_draws_otherwise():
    text, other = drawn_from(200, 20).canonical(), drawn_from(201, 20).canonical()
    assert draw(text, "1") != draw(text, "2")
    assert [p.candidate for p in draw(text, "1")] != [p.candidate for p in draw(other, "1")]


def test_the_stream_is_that_of_the_document():
    text = DrawList("baishiyi", "示例", 1, (2, 3), (candidate(1), candidate(2))).canonical()
    assert sha256_of(text) == "9ed23a99f018db272f5cab0d9cd6ad078632e6eb1c98f98e8a4f5b747bbd2039"
    assert list(itertools.islice(numbers(text, "2026311"), 2)) == [7738835697774182178, 16781463638570606578]


def chi_square(seen: Counter[str], expected: dict[str, float]) -> float:
    return sum((seen[name] - wanted) ** 2 / wanted for name, wanted in expected.items())


def test_a_place_is_drawn_as_often_as_its_weight_says():
    listed = drawn_from(8, 1)
    text, rounds = listed.canonical(), 11_000
    seen = Counter(draw(text, str(seed))[0].candidate.permit_no for seed in range(rounds))
    total = sum(each.weight for each in listed.candidates)
    expected = {each.permit_no: rounds * each.weight / total for each in listed.candidates}
    assert chi_square(seen, expected) < 24.3  # 7 degrees of freedom: one fair draw in a thousand lies above


def test_every_pair_of_officers_comes_equally_often():
    text, rounds = drawn_from(2, 1, (1, 2, 3, 4)).canonical(), 6_000
    seen = Counter(str(draw(text, str(seed))[0].officers) for seed in range(rounds))
    pairs = [str(pair) for pair in itertools.permutations((1, 2, 3, 4), 2)]
    assert set(seen) == set(pairs)
    assert chi_square(seen, dict.fromkeys(pairs, rounds / 12)) < 31.3  # 11 degrees of freedom


def test_without_replacement_all_places_come_in_the_end():
    listed = drawn_from(12, 12)
    assert {pick.candidate for pick in draw(listed.canonical(), "x")} == set(listed.candidates)


def test_numbers_of_the_uneven_rest_are_passed_over():
    assert [below(iter([9, 250, 251, 255, 7]), 10, 256) for _ in range(1)] == [9]
    assert below(iter([250, 255, 7]), 10, 256) == 7
    assert Counter(below(iter([n, 0]), 10, 256) for n in range(250)) == dict.fromkeys(range(10), 25)


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        (drawn_from(3, 0), "draw_places"),
        (drawn_from(3, 4), "draw_places"),
        (drawn_from(600, 501), "draw_places"),
        (drawn_from(3, 1, ()), "draw_officers_few"),
        (drawn_from(3, 1, (2,)), "draw_officers_few"),
        (drawn_from(3, 1, (2, 2)), "draw_officers_few"),
        (replace(drawn_from(1, 1), candidates=(candidate(1, recused=(2, 3)),)), "draw_officers_few"),
    ],
)
def test_a_list_that_cannot_be_drawn_from_is_refused_before_it_is_published(listed, code):
    with pytest.raises(RuleError) as refused:
        listed.canonical()
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["", "  ", "a" * 201, "中奖号码", "1\n2", "1\x002"])
def test_a_seed_that_not_everybody_can_type_is_refused(text):
    with pytest.raises(InputError) as refused:
        parse_seed(text)
    assert (refused.value.code, refused.value.field) == ("draw_seed", "seed")


def test_blank_edges_of_a_seed_do_not_count():
    assert parse_seed(" 05 12 33 \n") == "05 12 33"
