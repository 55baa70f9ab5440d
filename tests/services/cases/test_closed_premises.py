"""Items of premises that were closed: nobody misses them, and nothing is granted there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hotel_case import officer

from licence_qr.domain.cases.certificate import parse_certificate
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, ClosingPremises
from licence_qr.errors import RuleError

SECOND = "重庆市九龙坡区白市驿镇第二处2号"
FIRE = officer("firechecks")


@pytest.fixture
def closed(hotel_case, whole_application, clerk):
    """The hotel, whose second premises were closed while their items waited; what it shows of the first."""
    services, at = hotel_case.services, hotel_case.at
    shown = [(item.address, item.standing) for item in hotel_case.page().items]
    again = whole_application()
    services.issuance.issue(replace(again, premises_address=SECOND), clerk, "second", at)
    request = ActRequest(Subject(hotel_case.uscc), Act.CLOSE_PREMISES, Grounds("撤并"), clerk, ClosingPremises(2))
    services.life.perform(clerk, request, at)
    return shown


def test_the_public_page_asks_nothing_for_premises_that_were_closed(hotel_case, closed):
    assert [(item.address, item.standing) for item in hotel_case.page().items] == closed


@pytest.mark.parametrize("way", ["check", "grant", "shown"])
def test_no_permit_is_entered_for_premises_that_were_closed(
    hotel_case, closed, clerk, typed_certificate, all_rows, way
):
    services, at = hotel_case.services, hotel_case.at
    certificate = parse_certificate(typed_certificate, local_date(at))
    fire, pool = hotel_case.item_id("fire_check"), hotel_case.item_id("high_risk_sport")
    enter = {
        "check": lambda: services.officers.check(FIRE, fire, certificate, at),
        "grant": lambda: services.officers.grant(FIRE, fire, certificate, at),
        "shown": lambda: services.shown_certificates.record(clerk, pool, certificate, at),
    }
    before = all_rows(services.database)
    with pytest.raises(RuleError) as refused:
        enter[way]()
    assert (refused.value.code, refused.value.facts["address"]) == ("item_premises_closed", SECOND)
    assert all_rows(services.database) == before
