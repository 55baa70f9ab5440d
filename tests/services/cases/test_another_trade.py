"""A second trade at the same premises does not undo what the first one needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from licence_qr.domain.cases.case import ItemStanding, ItemState, items_asked
from licence_qr.domain.catalogue.requirements import KnownFacts, requirements
from licence_qr.domain.dates import local_date

POOL = "高危险性体育项目经营许可证"


@pytest.fixture
def apply_again(hotel_case, whole_application, clerk):
    """Issues an application of the hotel for a trade, at the same premises and without a permit of this office."""

    def apply(trade, answers):
        services, day = hotel_case.services, local_date(hotel_case.at)
        needs = requirements(services.catalogue, trade, "baishiyi", KnownFacts((), answers, 50), day)
        asked = whole_application(permits=(), trade=trade)
        services.issuance.issue(replace(asked, answers=answers, items=items_asked(needs)), clerk, trade, hotel_case.at)

    return apply


@pytest.mark.parametrize(("trade", "answers"), [("gym", {"has_pool": False}), ("other", {})])
def test_what_another_trade_does_not_need_stays_needed_and_public(hotel_case, apply_again, trade, answers):
    items, shown = hotel_case.items(), [(item.permit_type.zh, item.standing) for item in hotel_case.page().items]
    assert items["high_risk_sport"].state is ItemState.OPEN and (POOL, ItemStanding.NOT_RECORDED) in shown
    apply_again(trade, answers)
    assert hotel_case.items() == items
    assert [(item.permit_type.zh, item.standing) for item in hotel_case.page().items] == shown


def test_the_same_trade_may_give_up_what_it_needed(hotel_case, apply_again):
    apply_again("hotel", {"serves_food": True, "has_pool": False})
    assert hotel_case.items()["high_risk_sport"].state is ItemState.NOT_NEEDED
    assert POOL not in [item.permit_type.zh for item in hotel_case.page().items]
