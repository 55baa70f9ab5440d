"""Which permits a trade needs on a day, from whom, why, and what is still open."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import ASKED_ON, CATALOGUE, actions, ask

from licence_qr.domain.catalogue.model import ItemMode, RequirementAction
from licence_qr.domain.catalogue.requirements import KnownFacts, requirements
from licence_qr.errors import InputError

BEFORE_FILING = date(2025, 1, 19)
HERE, ELSEWHERE = RequirementAction.ISSUED_HERE, RequirementAction.APPLY_ELSEWHERE
FILE, NO = RequirementAction.FILE_ELSEWHERE, RequirementAction.NOT_NEEDED
FILED, SENT = RequirementAction.FILED_HERE, RequirementAction.SENT_ON


def test_a_hotel_with_a_pool_needs_six_permits_and_two_are_issued_here() -> None:
    found = ask("hotel", "hotel", serves_food=True, has_pool=True)
    assert actions(found) == {
        "business_licence": HERE,
        "hygiene_permit": HERE,
        "special_trade": SENT,
        "fire_check": SENT,
        "food": SENT,
        "high_risk_sport": ELSEWHERE,
    }
    assert next(iter(found)) == "business_licence"
    assert found["hygiene_permit"].mode is ItemMode.COMMITMENT
    assert found["hygiene_permit"].authority.name.zh == "重庆高新区公共服务局"
    assert "第四条" in found["hygiene_permit"].reason.zh and "article" in found["hygiene_permit"].reason.en


def test_what_is_issued_here_names_the_delegation_and_the_rest_has_none() -> None:
    for requirement in ask("hotel", "hotel").values():
        assert (requirement.delegation is not None) == (requirement.action is HERE)
        if requirement.delegation:
            assert requirement.delegation.notice_no in requirement.reason.zh
            assert requirement.delegation.authority == requirement.authority.id


def test_a_question_answered_no_takes_the_item_away_and_says_so() -> None:
    found = ask("hotel", "hotel", serves_food=False, has_pool=False)
    assert found["food"].action is NO and found["high_risk_sport"].action is NO
    assert "游泳池" in found["high_risk_sport"].reason.zh and "pool" in found["high_risk_sport"].reason.en


def test_an_open_question_is_named() -> None:
    found = ask("hotel", "hotel")
    assert found["food"].depends_on == "serves_food"
    assert found["hygiene_permit"].depends_on == ""


@pytest.mark.parametrize("kind", ["restaurant", "coffee_house", "bar", "teahouse"])
def test_catering_needs_no_hygiene_permit_and_is_told_the_decision_of_2016(kind: str) -> None:
    found = ask("catering", kind)
    assert found["hygiene_permit"].action is NO
    assert "国发〔2016〕12号" in found["hygiene_permit"].reason.zh and "2016" in found["hygiene_permit"].reason.en
    assert found["food"].action is SENT


def test_a_bookshop_was_licensed_until_2025_01_19_and_files_since() -> None:
    assert ask("bookshop", "bookshop", day=BEFORE_FILING)["hygiene_permit"].action is HERE
    since = ask("bookshop", "bookshop")["hygiene_filing"]
    assert (since.action, since.mode) == (FILED, ItemMode.FILING)
    assert since.delegation is not None and since.delegation.notice_no in since.reason.zh
    assert "797" in since.reason.zh and "797" in since.reason.en


def test_a_filing_that_the_window_may_not_take_is_made_with_the_authority() -> None:
    windows = dataclasses.replace(
        CATALOGUE, delegations=tuple(d for d in CATALOGUE.delegations if d.permit_type != "hygiene_filing")
    )
    found = ask("bookshop", "bookshop", catalogue=windows)["hygiene_filing"]
    assert (found.action, found.delegation) == (FILE, None)


def test_an_item_is_sent_on_from_the_day_on_which_the_authority_decides_here() -> None:
    eve = date(2025, 12, 31)
    assert actions(ask("hotel", "hotel", day=eve))["fire_check"] is ELSEWHERE
    assert actions(ask("hotel", "hotel", day=date(2026, 1, 1)))["fire_check"] is SENT
    assert CATALOGUE.decides("firechecks", "fire_check", eve) == ""
    assert CATALOGUE.decides("firechecks", "fire_check", ASKED_ON) == "cq_gxq_fire"
    assert CATALOGUE.decides("firechecks", "food", ASKED_ON) == CATALOGUE.decides("jinfeng", "food", ASKED_ON) == ""


def test_a_gym_needs_the_hygiene_permit_only_for_its_pool() -> None:
    assert ask("gym", "gym", has_pool=False)["hygiene_permit"].action is NO
    assert ask("gym", "swimming_pool", has_pool=True)["hygiene_permit"].action is HERE
    assert ask("gym", "gym")["hygiene_permit"].depends_on == "has_pool"
    # A pool is said to be there, but only the gym was chosen: which kind the permit is for remains open.
    assert ask("gym", "gym", has_pool=True)["hygiene_permit"].depends_on == "kinds"


def test_a_chosen_pool_counts_more_than_a_forgotten_answer() -> None:
    assert ask("gym", "swimming_pool", has_pool=False)["hygiene_permit"].action is HERE


@pytest.mark.parametrize(("area", "action"), [(299, NO), (300, SENT)])
def test_an_item_may_hang_on_the_area_alone(area: int, action: RequirementAction) -> None:
    trade = CATALOGUE.trades["supermarket"]
    items = tuple(dataclasses.replace(i, condition="area>=300") if i.permit_type == "food" else i for i in trade.items)
    catalogue = dataclasses.replace(CATALOGUE, trades={"supermarket": dataclasses.replace(trade, items=items)})
    found = ask("supermarket", "shop", area=area, catalogue=catalogue)["food"]
    assert (found.action, found.depends_on) == (action, "")
    assert str(area) in found.reason.zh
    assert ask("supermarket", "shop", catalogue=catalogue)["food"].depends_on == "area_m2"


def test_an_unknown_area_is_named_as_what_it_depends_on() -> None:
    assert ask("supermarket", "shop")["hygiene_permit"].depends_on == "area_m2"


def test_before_a_kind_is_chosen_the_choice_is_what_it_depends_on() -> None:
    assert ask("hair_beauty")["hygiene_permit"].depends_on == "kinds"
    assert ask("hotel")["hygiene_permit"].depends_on == ""  # every kind of this trade is licensed


def test_nail_bars_are_told_that_they_are_not_among_the_28() -> None:
    found = ask("hair_beauty", "nail_bar")["hygiene_permit"]
    assert found.action is NO and "28" in found.reason.zh


def test_one_licensed_kind_among_others_is_enough() -> None:
    assert ask("hair_beauty", "nail_bar", "beauty_salon")["hygiene_permit"].action is HERE


def test_without_a_delegation_in_force_nothing_is_issued_here() -> None:
    ended = ask("hotel", "hotel", day=date(2031, 1, 1))
    assert HERE not in actions(ended).values()
    assert ended["hygiene_permit"].action is ELSEWHERE
    one_permit_only = tuple(d for d in CATALOGUE.delegations if d.permit_type == "business_licence")
    found = ask("hotel", "hotel", catalogue=dataclasses.replace(CATALOGUE, delegations=one_permit_only))
    assert (found["business_licence"].action, found["hygiene_permit"].action) == (HERE, ELSEWHERE)
    assert "未受委托" in found["hygiene_permit"].reason.zh


def test_without_a_notice_there_is_no_promise_to_make() -> None:
    found = ask("hotel", "hotel", catalogue=dataclasses.replace(CATALOGUE, notices=()))
    assert (found["hygiene_permit"].action, found["hygiene_permit"].mode) == (HERE, ItemMode.APPROVAL)


def test_unknown_ids_are_refused() -> None:
    with pytest.raises(InputError) as trade:
        ask("casino")
    with pytest.raises(InputError) as kind:
        ask("hotel", "casino")
    assert (trade.value.code, kind.value.code) == ("trade_unknown", "kind_unknown")


@given(
    st.sampled_from(sorted(CATALOGUE.trades)),
    st.data(),
    st.none() | st.integers(1, 1000),
    st.dates(date(2021, 1, 1), date(2035, 12, 31)),
)
def test_every_line_has_a_reason_in_both_languages_and_the_licence_comes_first(
    trade_id: str, data: st.DataObject, area: int | None, day: date
) -> None:
    trade = CATALOGUE.trades[trade_id]
    kinds = data.draw(st.lists(st.sampled_from(trade.kinds), unique=True)) if trade.kinds else []
    questions = [question.id for question in trade.questions]
    answers = data.draw(st.dictionaries(st.sampled_from(questions), st.booleans())) if questions else {}
    found = requirements(CATALOGUE, trade_id, "bafu", KnownFacts(kinds, answers, area), day)
    assert [r.permit_type.id for r in found].index("business_licence") == 0
    assert len({r.permit_type.id for r in found}) == len(found)
    for requirement in found:
        assert requirement.reason.zh.endswith("。") and requirement.reason.en.endswith(".")
        assert "？" not in requirement.reason.zh and "?" not in requirement.reason.en  # no question within a sentence
        assert requirement.depends_on in {"", "kinds", "area_m2", *questions}
        if requirement.action is HERE:
            assert CATALOGUE.delegation("bafu", requirement.permit_type.id, day) is not None
