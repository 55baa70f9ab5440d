"""``licence-qr check`` finds an item that was edited or taken away past the program."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hotel_case import officer

from licence_qr.domain.cases.certificate import parse_certificate
from licence_qr.domain.dates import local_date


@pytest.fixture
def faults(hotel_case):
    """What the check says of the register."""

    def found():
        whole = hotel_case.services.check.whole(hotel_case.at + timedelta(minutes=1), lambda *_: None)
        return [fault.code for fault in whole if fault.code == "check_history"]

    return found


def edited(services, sql):
    with services.database.write() as tx:
        for trigger in tx.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            tx.run(f"DROP TRIGGER {trigger['name']}")
        tx.run(sql)


def test_items_that_went_their_way_are_no_fault(hotel_case, faults, typed_certificate, clerk):
    services, at = hotel_case.services, hotel_case.at
    assert faults() == []
    services.officers.take(officer("lodging"), hotel_case.item_id("special_trade"), at)
    services.officers.refuse(officer("marketpermits"), hotel_case.item_id("food"), "缺平面图", at)
    certificate = parse_certificate(typed_certificate, local_date(at))
    services.shown_certificates.record(clerk, hotel_case.item_id("high_risk_sport"), certificate, at)
    assert faults() == []


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM case_items WHERE permit_type = 'fire_check'",
        "UPDATE case_items SET state = 'not_needed', action = 'not_needed' WHERE permit_type = 'high_risk_sport'",
        "UPDATE case_items SET permit_type = 'hygiene_filing' WHERE permit_type = 'food'",
    ],
)
def test_an_edited_item_is_found(hotel_case, faults, sql):
    edited(hotel_case.services, sql)
    assert faults() == ["check_history"]
