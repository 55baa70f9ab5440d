"""Standard phrases of a scope, and the trade of a business that needs no special permit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE
from typed_application import HOTEL, parse, problems

from licence_qr.domain.catalogue.model import RequirementAction
from licence_qr.domain.catalogue.requirements import KnownFacts, requirements
from licence_qr.domain.catalogue.scope import find_phrases, of_other_trades, phrases_of
from licence_qr.wording import explain

HARDWARE = {
    **HOTEL,
    "trade": "other",
    "kinds": "",
    "mode": "",
    "area_m2": "",
    "business_scope": "一般项目：五金产品零售；门窗销售。",
}


def test_a_hardware_shop_gets_its_licence_and_nothing_else() -> None:
    application = parse(HARDWARE)
    assert application.permits == ()
    assert {item.action for item in application.items} == {RequirementAction.NOT_NEEDED}
    needs = requirements(CATALOGUE, "other", "jinfeng", KnownFacts((), {}, None), application.applied_on)
    assert [need.permit_type.id for need in needs if need.action is RequirementAction.ISSUED_HERE] == [
        "business_licence"
    ]


@pytest.mark.parametrize("scope", ["餐饮服务", "一般项目：五金产品零售；住宿服务。", "许可项目：烟草制品零售。"])
def test_a_phrase_that_needs_a_permit_leads_to_the_trade_that_has_it(scope: str) -> None:
    (problem,) = problems({**HARDWARE, "business_scope": scope})
    assert (problem.field, problem.code) == ("business_scope", "scope_needs_trade")
    assert CATALOGUE.trades["other"].name.zh not in explain(problem).todo


def test_a_trade_with_permits_of_its_own_keeps_the_scope_it_is_given() -> None:
    parse({**HOTEL, "business_scope": "住宿服务；餐饮服务；五金产品零售"})


@pytest.mark.parametrize(
    ("words", "first"),
    [("五金", "五金产品零售"), ("零售 五金", "五金产品零售"), ("ＭＰ３", None), ("   ", None), ("洗车", "洗车服务")],
)
def test_phrases_are_found_by_any_of_their_words(words: str, first: str | None) -> None:
    found = find_phrases(CATALOGUE, words)
    assert (found[0].text if found else None) == first


@given(st.lists(st.sampled_from([phrase.text for phrase in CATALOGUE.scope_phrases]), max_size=6))
def test_a_scope_is_taken_apart_as_it_was_put_together(texts: list[str]) -> None:
    assert list(phrases_of(f"一般项目：{'；'.join(texts)}。")) == texts
    needed = [phrase.text for phrase in of_other_trades(CATALOGUE, "other", "；".join(texts))]
    assert needed == [text for text in texts if any(p.text == text and p.trade for p in CATALOGUE.scope_phrases)]


@given(st.text(max_size=40))
def test_any_words_may_be_searched_for(words: str) -> None:
    assert len(find_phrases(CATALOGUE, words)) <= 12
