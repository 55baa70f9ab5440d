"""What the rules of the shipped catalogue ask of a trade, each test named after its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from shipped import CATALOGUE, actions, ask

from licence_qr.domain.catalogue.model import ItemMode, RequirementAction

HERE, SENT, NO = RequirementAction.ISSUED_HERE, RequirementAction.SENT_ON, RequirementAction.NOT_NEEDED
ELSEWHERE, FILE = RequirementAction.APPLY_ELSEWHERE, RequirementAction.FILE_ELSEWHERE
BEFORE_2021_04_29 = date(2021, 4, 28)
SHOP = {"sells_tobacco": False, "sells_drugs": False}


def test_food_safety_law_35_prepacked_food_alone_is_filed() -> None:
    found = ask("supermarket", "shop", area=80, sells_prepacked_food=True, sells_other_food=False, **SHOP)
    assert "food" not in found and found["food_filing"].action is FILE
    assert found["food_filing"].mode is ItemMode.FILING and "第三十五条" in found["food_filing"].reason.zh


@pytest.mark.parametrize("prepacked", [True, False])
def test_food_safety_law_35_whoever_sells_loose_food_too_needs_the_permit_alone(prepacked: bool) -> None:
    found = ask("supermarket", "shop", area=80, sells_prepacked_food=prepacked, sells_other_food=True, **SHOP)
    assert found["food"].action is SENT and "food_filing" not in found
    undecided = ask("supermarket", "shop", area=80, sells_other_food=True, **SHOP)
    assert undecided["food"].depends_on == "", "the permit covers it, whatever else is sold"


def test_food_safety_law_35_before_the_amendment_of_2021_the_permit_covered_both() -> None:
    day = BEFORE_2021_04_29
    found = ask("supermarket", "shop", area=80, day=day, sells_prepacked_food=True, sells_other_food=False, **SHOP)
    assert found["food"].action is ELSEWHERE and found["food"].mode is ItemMode.APPROVAL


def test_food_safety_law_35_who_sells_no_food_needs_neither_and_an_open_question_is_asked() -> None:
    none = ask("supermarket", "shop", area=80, sells_prepacked_food=False, sells_other_food=False, **SHOP)
    assert none["food"].action is NO
    assert ask("supermarket", "shop", area=80, **SHOP)["food"].depends_on == "sells_other_food"
    open_ = ask("supermarket", "shop", area=80, sells_other_food=False, **SHOP)
    assert open_["food_filing"].depends_on == "sells_prepacked_food"


@pytest.mark.parametrize(
    ("kind", "action"),
    [("station_waiting_room", SENT), ("clinic_waiting_room", NO), ("public_transport", NO)],
)
def test_fire_protection_law_73_lists_stations_and_neither_clinics_nor_vehicles(
    kind: str, action: RequirementAction
) -> None:
    assert ask("waiting_room", kind)["fire_check"].action is action
    assert ask("waiting_room")["fire_check"].depends_on == "kinds"


def test_fire_protection_law_73_lists_sports_grounds_whatever_is_answered() -> None:
    assert ask("sports_venue", "stadium", has_pool=False, public_assembly=False)["fire_check"].action is SENT
    assert ask("sports_venue", "park", has_pool=False, public_assembly=False)["fire_check"].action is NO


@pytest.mark.parametrize(
    ("day", "mode"), [(BEFORE_2021_04_29, ItemMode.APPROVAL), (date(2021, 4, 29), ItemMode.COMMITMENT)]
)
def test_fire_protection_law_15_has_commitments_since_the_amendment_of_2021(day: date, mode: ItemMode) -> None:
    trades = {t.id for t in CATALOGUE.trades.values() if any(i.permit_type == "fire_check" for i in t.items)}
    assert {"hotel", "catering", "ktv"} <= trades
    for trade in trades:
        assert ask(trade, *CATALOGUE.trades[trade].kinds[:1], day=day)["fire_check"].mode is mode, trade


@pytest.mark.parametrize(
    ("kinds", "action"),
    [(("dance_hall",), ELSEWHERE), (("amusement_hall",), ELSEWHERE), (("chess_room",), NO)],
)
def test_entertainment_regulation_2_covers_singing_dancing_and_games_and_no_chess_rooms(
    kinds: tuple[str, ...], action: RequirementAction
) -> None:
    found = ask("ktv", *kinds, serves_food=False)["entertainment"]
    assert found.action is action and found.depends_on == ""
    assert ask("ktv", "chess_room", "dance_hall", serves_food=False)["entertainment"].action is ELSEWHERE


def test_medical_aesthetics_needs_the_licence_of_a_medical_institution() -> None:
    found = actions(ask("hair_beauty", "medical_aesthetics"))
    assert (found["medical_institution"], found["hygiene_permit"]) == (ELSEWHERE, NO)
    both = actions(ask("hair_beauty", "medical_aesthetics", "barber"))
    assert (both["medical_institution"], both["hygiene_permit"]) == (ELSEWHERE, HERE)
    assert ask("hair_beauty", "barber")["medical_institution"].action is NO


@pytest.mark.parametrize(
    ("office", "area", "action"),
    [("jinfeng", 199, NO), ("jinfeng", 200, HERE), ("xiyong", 299, NO), ("xiyong", 300, HERE), ("elsewhere", 299, NO)],
)
def test_shops_of_chongqing_need_the_hygiene_permit_from_300_square_metres_and_in_towns_from_200(
    office: str, area: int, action: RequirementAction
) -> None:
    found = ask("supermarket", "shop", area=area, office=office)["hygiene_permit"]
    assert (found.action, found.depends_on) == (action, "")
    least = CATALOGUE.kinds["shop"].min_area_at(office)
    assert str(least) in ask("supermarket", "shop", office=office)["hygiene_permit"].reason.zh


def test_of_two_items_for_one_permit_that_are_both_open_the_permit_is_asked_first() -> None:
    trade = CATALOGUE.trades["supermarket"]
    turned = replace(trade, items=tuple(reversed(trade.items)))
    catalogue = replace(CATALOGUE, trades={"supermarket": turned})
    assert ask("supermarket", "shop", catalogue=catalogue)["food"].depends_on == "sells_other_food"


def test_checklists_name_the_standards_in_force_and_their_parts() -> None:
    named = {item.law.zh for each in CATALOGUE.inspection_rules.checklists for item in each.items}
    assert sum("WS 10013-2023" in law for law in named) == 1, "in force since 2024-05-01 in place of WS 394-2012"
    assert not any("WS 394" in law or "GB 37489-2019" in law for law in named)
    assert {law[:15] for law in named if "37489" in law} == {f"GB 37489.{part}-2019" for part in (3, 4, 5)}
