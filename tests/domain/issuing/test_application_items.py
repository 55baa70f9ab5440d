"""What an application asks for besides what this office decides."""

from __future__ import annotations

from typed_application import HOTEL, changed, parse, refusals


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
