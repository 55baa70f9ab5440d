"""The card of a business says what its trade still needs, as true on the day of printing; and is asked before issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hotel_case import officer

from licence_qr.domain.cases.certificate import parse_certificate
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.entity import LicenceState
from licence_qr.errors import InvalidApplication
from licence_qr.services.register import record

UNPRINTABLE = "\U0003f000"  # no font has it


def test_a_card_names_what_was_decided_here_what_waits_and_what_is_not_recorded(hotel_case, clerk):
    services, at = hotel_case.services, hotel_case.at
    card = services.prints.card(clerk, hotel_case.uscc, at)
    assert [(permit.name.zh, permit.state) for permit in card.permits] == [("公共场所卫生许可证", None)]
    assert {(each.name.en, each.words.en, each.authority) for each in card.items} == {
        ("Special trade permit (lodging)", "being decided", "重庆市公安局高新区分局"),
        ("Fire check before a public assembly place opens", "being decided", "重庆高新区消防救援机构"),
        ("Food business permit", "being decided", "重庆市市场监督管理局高新区分局"),
        ("High-risk sport permit", "not recorded here", "重庆高新区公共服务局（体育）"),
    }
    assert (card.version, card.version_on, card.printed_on) == (1, local_date(at), local_date(at))


def test_a_card_printed_later_says_what_is_true_then_of_the_same_version(hotel_case, clerk):
    services, later = hotel_case.services, hotel_case.at + timedelta(days=9)
    services.officers.refuse(officer("lodging"), hotel_case.item_id("special_trade"), "没有监控设备", later)
    card = services.prints.card(clerk, hotel_case.uscc, later)
    assert (card.version_on, card.printed_on) == (local_date(hotel_case.at), local_date(later))
    words = {each.name.en: each.words.en for each in card.items}
    assert words["Special trade permit (lodging)"] == "not recorded here", "that it was refused concerns the applicant"


def test_a_certificate_that_was_shown_is_a_permit_on_the_card_and_says_so(hotel_case, typed_certificate, clerk):
    services, at = hotel_case.services, hotel_case.at
    certificate = parse_certificate(typed_certificate, local_date(at))
    services.shown_certificates.record(clerk, hotel_case.item_id("high_risk_sport"), certificate, at)
    card = services.prints.card(clerk, hotel_case.uscc, at)
    shown = next(permit for permit in card.permits if permit.number == certificate.permit_no)
    assert shown.state is not None and shown.state.en == "as shown, not decided here"
    assert len(card.items) == 3


def test_an_item_that_no_card_can_name_is_refused_before_anything_is_issued(
    services, whole_application, clerk, now, all_rows, hotel_case
):
    """No form takes its name: it is of the catalogue of an installation, whose words may lack a glyph."""
    types = dict(services.catalogue.permit_types)
    fire = types["fire_check"]
    types["fire_check"] = replace(fire, name=replace(fire.name, zh=f"消防{UNPRINTABLE}检查"))
    coding = replace(services.coding, catalogue=replace(services.catalogue, permit_types=types))
    issuance, room = replace(services.issuance, coding=coding), coding.room
    before = all_rows(services.database)
    with pytest.raises(InvalidApplication) as refused:
        issuance.issue(whole_application(2), clerk, "second", now)
    (problem,) = refused.value.problems
    assert (problem.code, problem.facts["codepoint"]) == ("character_not_in_font", "U+3F000")
    assert all_rows(services.database) == before
    with services.database.read() as tx:
        business = record.load(tx, hotel_case.uscc)
        # As an import asks, whose record may lack premises that an item is at.
        assert [each.code for each in room.faults(tx, business.record, LicenceState.ACTIVE, now)] == [problem.code]
        elsewhere = replace(business.record, premises=())
        assert room.faults(tx, replace(elsewhere, permits=()), LicenceState.ACTIVE, now) == ()
