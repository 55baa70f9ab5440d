"""What an application asks for besides what this office decides."""

from __future__ import annotations

from typed_application import HOTEL, changed, parse, refusals

from licence_qr.domain.catalogue.model import RequirementAction


def test_a_filing_is_no_procedure_that_can_be_chosen() -> None:
    assert refusals(changed(mode="filing")) == refusals(changed(mode="shown")) == [("mode", "choice_unknown")]


def test_every_item_of_the_trade_is_part_of_the_application() -> None:
    items = {item.permit_type: item for item in parse(changed(answer_has_pool="yes")).items}
    assert {name: item.action.value for name, item in items.items()} == {
        "hygiene_permit": "issued_here",
        "special_trade": "sent_on",
        "fire_check": "sent_on",
        "food": "sent_on",
        "high_risk_sport": "apply_elsewhere",
    }
    assert parse(HOTEL).items[-1].action.value == "not_needed"
    assert all(item.reason.zh and item.reason.en for item in items.values())


def test_an_unanswered_question_stops_the_application_whoever_decides() -> None:
    assert refusals(changed(answer_serves_food="")) == [("answer_serves_food", "answer_missing")]


def test_a_kind_of_place_answers_its_question_and_contradicts_a_no() -> None:
    """With a pool among its kinds, a hotel would otherwise be told that it needs no permit for one."""
    pool = {"kinds": "hotel,swimming_pool"}
    assert refusals(changed(**pool, answer_has_pool="no")) == [("answer_has_pool", "answer_contradicts_kind")]
    for answer in ("yes", ""):
        asked = parse(changed(**pool, answer_has_pool=answer))
        assert asked.answers["has_pool"] is True
        [sport] = [item for item in asked.items if item.permit_type == "high_risk_sport"]
        assert sport.action is not RequirementAction.NOT_NEEDED
