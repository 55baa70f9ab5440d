"""Every item of a trade stands somewhere, from the application to the permit that joins the code."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hotel_case import officer

from licence_qr.bootstrap import build
from licence_qr.domain.cases.case import ItemStanding, ItemState
from licence_qr.domain.cases.certificate import parse_certificate
from licence_qr.domain.catalogue.model import NumberTemplate, RequirementAction
from licence_qr.domain.dates import local_date
from licence_qr.domain.register.permit import GrantMode
from licence_qr.errors import AccessError, InvalidApplication, NotFoundError, RuleError
from licence_qr.store.register import codes, history, permits

FIRE = officer("firechecks")


def test_every_item_of_a_hotel_stands_where_it_truly_stands(hotel_case):
    assert {name: item.state for name, item in hotel_case.items().items()} == {
        "hygiene_permit": ItemState.ON_REGISTER,
        "special_trade": ItemState.SENT,
        "fire_check": ItemState.SENT,
        "food": ItemState.SENT,
        "high_risk_sport": ItemState.OPEN,
    }
    assert {item.permit_type.zh: item.standing for item in hotel_case.page().items} == {
        "公共场所卫生许可证": ItemStanding.IN_FORCE,
        "特种行业许可证（旅馆业）": ItemStanding.BEING_DECIDED,
        "公众聚集场所投入使用、营业前消防安全检查": ItemStanding.BEING_DECIDED,
        "食品经营许可证": ItemStanding.BEING_DECIDED,
        "高危险性体育项目经营许可证": ItemStanding.NOT_RECORDED,
    }


def test_what_is_not_needed_is_kept_with_its_reason_and_not_shown_to_the_public(
    services, whole_application, clerk, now
):
    application = whole_application(answers={"serves_food": False, "has_pool": False})
    pair = services.issuance.issue(application, clerk, "key", now)
    with services.database.read() as tx:
        row = tx.one("SELECT state, reason_zh FROM case_items WHERE permit_type = 'food'")
    assert row is not None and row["state"] == "not_needed" and "餐饮" in row["reason_zh"]
    shown = services.lookup.scan(pair.code.address.rpartition("/")[2], now).items
    assert "食品经营许可证" not in [item.permit_type.zh for item in shown]


def test_a_result_of_the_authority_joins_the_record_and_makes_the_next_version(hotel_case, typed_certificate):
    services, at = hotel_case.services, hotel_case.at
    item_id = hotel_case.item_id("fire_check")
    services.officers.take(FIRE, item_id, at)
    assert hotel_case.items()["fire_check"].assignee == FIRE.username
    hotel_case.visited("fire_check", FIRE)
    certificate = parse_certificate(typed_certificate, local_date(at))
    services.officers.grant(FIRE, item_id, certificate, at)
    with services.database.read() as tx:
        newest = codes.newest_of_business(tx, hotel_case.uscc)
    assert newest is not None and newest.version == 2
    page = services.lookup.scan(services.coding.issued(newest).address.rpartition("/")[2], at)
    permit = next(each for each in page.permits if each.permit_no == typed_certificate["permit_no"])
    assert permit.authority.zh == "重庆高新区消防救援机构" and permit.mode is GrantMode.GENERAL
    standing = {item.permit_no: item.standing for item in page.items}
    assert standing[typed_certificate["permit_no"]] is ItemStanding.IN_FORCE


def test_a_certificate_that_is_shown_is_recorded_as_shown_and_not_as_decided(hotel_case, typed_certificate, clerk):
    services, at = hotel_case.services, hotel_case.at
    certificate = parse_certificate(typed_certificate, local_date(at))
    services.shown_certificates.record(clerk, hotel_case.item_id("high_risk_sport"), certificate, at)
    with services.database.read() as tx:
        held = permits.by_number(tx, certificate.permit_no)
        events = [row["event"] for row in history.of_business(tx, hotel_case.uscc)]
        newest = codes.newest_of_business(tx, hotel_case.uscc)
    assert held is not None and held.permit.mode is GrantMode.SHOWN
    assert events[-3:] == ["permit_shown", "item_changed", "code_issued"]
    assert newest is not None and newest.version == 2


def test_what_was_asked_of_the_applicant_is_not_public(hotel_case):
    services, at, item_id = hotel_case.services, hotel_case.at, hotel_case.item_id("food")
    market = officer("marketpermits")
    services.officers.ask_more(market, item_id, "缺厨房平面图", at)
    assert hotel_case.items()["food"].state is ItemState.MORE_ASKED
    with services.database.read() as tx:
        [event] = [row for row in history.of_business(tx, hotel_case.uscc) if row["event"] == "item_changed"]
        public = tx.one("SELECT after FROM history WHERE event = 'item_changed'")
    assert event["reason"] == "缺厨房平面图"
    assert public is not None and "note" not in json.loads(public["after"]) and "assignee" not in public["after"]
    assert "厨房" not in str(hotel_case.page())
    services.officers.go_on(market, item_id, at)
    assert hotel_case.items()["food"].note == ""


def test_a_refused_item_is_for_the_public_one_that_is_not_recorded(hotel_case):
    services, item_id = hotel_case.services, hotel_case.item_id("special_trade")
    services.officers.refuse(officer("lodging"), item_id, "没有监控设备", hotel_case.at)
    assert hotel_case.items()["special_trade"].state is ItemState.REFUSED
    shown = {item.permit_type.zh: item.standing for item in hotel_case.page().items}
    assert shown["特种行业许可证（旅馆业）"] is ItemStanding.NOT_RECORDED


def test_officers_reach_the_items_of_their_authority_alone(hotel_case, clerk):
    services, at = hotel_case.services, hotel_case.at
    for item in ("special_trade", "food"):
        with pytest.raises(AccessError) as refused:
            services.officers.take(FIRE, hotel_case.item_id(item), at)
        assert refused.value.code == "other_office"
    assert [each.item.permit_type for each in services.officers.waiting(FIRE, hotel_case.at)] == ["fire_check"]
    with pytest.raises(AccessError):
        services.officers.take(clerk, hotel_case.item_id("fire_check"), at)
    with pytest.raises(RuleError) as elsewhere:
        services.officers.take(FIRE, hotel_case.item_id("high_risk_sport"), at)
    assert elsewhere.value.code == "item_decided_elsewhere"
    with pytest.raises(NotFoundError):
        services.officers.take(FIRE, 10_000, at)


def test_a_closed_item_takes_no_second_result(hotel_case, typed_certificate):
    services, at, item_id = hotel_case.services, hotel_case.at, hotel_case.item_id("fire_check")
    certificate = parse_certificate(typed_certificate, local_date(at))
    hotel_case.visited("fire_check", FIRE)
    services.officers.grant(FIRE, item_id, certificate, at)
    for again in (
        lambda: services.officers.grant(FIRE, item_id, replace(certificate, permit_no="另一号"), at),
        lambda: services.officers.refuse(FIRE, item_id, "迟到的结果", at),
        lambda: services.officers.take(FIRE, item_id, at),
    ):
        with pytest.raises(RuleError) as refused:
            again()
        assert refused.value.code == "item_not_waiting"


def test_a_colleague_takes_an_item_over_before_deciding_it(hotel_case, typed_certificate):
    services, at, item_id = hotel_case.services, hotel_case.at, hotel_case.item_id("fire_check")
    other = officer("firechecks", "officer-2")
    services.officers.take(other, item_id, at)
    with pytest.raises(RuleError) as refused:
        services.officers.refuse(FIRE, item_id, "不合格", at)
    assert (refused.value.code, refused.value.facts["assignee"]) == ("item_taken_by_another", "officer-2")
    services.officers.take(FIRE, item_id, at)
    hotel_case.visited("fire_check", FIRE)
    services.officers.grant(FIRE, item_id, parse_certificate(typed_certificate, local_date(at)), at)


def test_what_was_issued_before_the_authority_decided_here_is_refused_before_anything_is_written(
    hotel_case, typed_certificate, all_rows
):
    services, at = hotel_case.services, hotel_case.at
    early = parse_certificate({**typed_certificate, "issued_on": "2025-12-31"}, local_date(at))
    first = parse_certificate({**typed_certificate, "issued_on": "2026-01-01"}, local_date(at))
    hotel_case.visited("fire_check", FIRE)
    item_id, before = hotel_case.item_id("fire_check"), all_rows(services.database)
    for asked in (services.officers.check, services.officers.grant):
        with pytest.raises(InvalidApplication) as refused:
            asked(FIRE, item_id, early, at)
        assert [(each.field, each.code) for each in refused.value.problems] == [
            ("issued_on", "certificate_before_office")
        ]
    assert all_rows(services.database) == before
    services.officers.grant(FIRE, item_id, first, at)
    assert hotel_case.items()["fire_check"].state is ItemState.ON_REGISTER


def test_an_authority_numbers_its_permits_itself_also_where_windows_have_a_template(hotel_case, typed_certificate):
    catalogue = hotel_case.services.catalogue
    template = NumberTemplate(9, "fire_check", "cq_gxq_fire", "渝演消〔{year}〕第{serial:05d}号")
    numbered = replace(catalogue, number_templates=(*catalogue.number_templates, template))
    services, at = build(hotel_case.services.settings, catalogue=numbered), hotel_case.at
    certificate = parse_certificate(typed_certificate, local_date(at))
    hotel_case.visited("fire_check", FIRE)
    services.officers.grant(FIRE, hotel_case.item_id("fire_check"), certificate, at)
    with services.database.read() as tx:
        newest = codes.newest_of_business(tx, hotel_case.uscc)
    assert newest is not None and newest.version == 2


def test_a_number_that_another_permit_has_is_refused_and_nothing_is_written(
    hotel_case, typed_certificate, clerk, all_rows
):
    services, at = hotel_case.services, hotel_case.at
    certificate = parse_certificate(typed_certificate, local_date(at))
    hotel_case.visited("fire_check", FIRE)
    services.officers.grant(FIRE, hotel_case.item_id("fire_check"), certificate, at)
    before = all_rows(services.database)
    with pytest.raises(RuleError) as refused:
        services.shown_certificates.record(clerk, hotel_case.item_id("high_risk_sport"), certificate, at)
    assert refused.value.code == "permit_no_taken"
    assert all_rows(services.database) == before


@pytest.mark.parametrize("field", ["permit_no", "permitted_items"])
def test_what_no_card_can_show_is_refused_at_its_field_before_it_is_entered(
    hotel_case, typed_certificate, clerk, field
):
    services, at = hotel_case.services, hotel_case.at
    certificate = parse_certificate({**typed_certificate, field: "演😀"}, local_date(at))
    fire, pool = hotel_case.item_id("fire_check"), hotel_case.item_id("high_risk_sport")
    for act in (
        lambda: services.officers.check(FIRE, fire, certificate, at),
        lambda: services.officers.grant(FIRE, fire, certificate, at),
        lambda: services.shown_certificates.check(clerk, pool, certificate, at),
        lambda: services.shown_certificates.record(clerk, pool, certificate, at),
    ):
        with pytest.raises(InvalidApplication) as refused:
            act()
        assert [(fault.code, fault.field) for fault in refused.value.problems] == [("character_not_in_font", field)]


def test_a_later_application_does_not_ask_twice_for_what_is_being_decided(hotel_case, whole_application, clerk, now):
    services = hotel_case.services
    again = whole_application(permits=())
    services.issuance.issue(again, clerk, "key-2", now)
    with services.database.read() as tx:
        rows = tx.all("SELECT permit_type, count(*) AS many FROM case_items GROUP BY permit_type")
    assert {row["permit_type"]: row["many"] for row in rows} == dict.fromkeys(hotel_case.items(), 1)


def test_an_item_that_is_needed_now_takes_the_place_of_one_that_was_not(services, whole_application, clerk, now):
    first = whole_application(answers={"serves_food": False, "has_pool": True})
    services.issuance.issue(first, clerk, "key", now)
    services.issuance.issue(whole_application(permits=()), clerk, "key-2", now)
    with services.database.read() as tx:
        states = [row["state"] for row in tx.all("SELECT state FROM case_items WHERE permit_type = 'food'")]
    assert states == ["not_needed", "sent"]


def test_a_filing_is_recorded_with_its_number_and_is_part_of_the_code(services, whole_application, clerk, now):
    application = whole_application()
    filing = replace(
        application.permits[0],
        permit_type="hygiene_filing",
        kinds=("bookshop",),
        mode=GrantMode.FILING,
        commitment=None,
    )
    asked = replace(application.items[0], permit_type="hygiene_filing", action=RequirementAction.FILED_HERE)
    application = replace(application, trade="bookshop", permits=(filing,), items=(asked,))
    pair = services.issuance.issue(application, clerk, "key", now)
    assert [p.permit_no for p in pair.permits] == ["渝高新卫公备字〔2026〕第00001号"]
    page = services.lookup.scan(pair.code.address.rpartition("/")[2], now)
    assert [(item.standing, item.permit_no) for item in page.items] == [
        (ItemStanding.FILED, "渝高新卫公备字〔2026〕第00001号")
    ]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"permit_no": ""}, [("permit_no", "field_missing")]),
        ({"permit_no": "1" * 41}, [("permit_no", "text_too_long")]),
        ({"issued_on": "2099-01-01", "valid_to": ""}, [("issued_on", "date_in_future")]),
        ({"issued_on": "2024-01-01", "valid_to": "2026-11-22"}, [("valid_to", "certificate_ended")]),
        ({"valid_from": "2030-01-01"}, [("valid_to", "certificate_ends_before_start")]),
        ({"valid_from": "1969-12-31"}, [("valid_from", "certificate_too_early")]),
        ({"issued_on": "1969-12-31"}, [("issued_on", "certificate_too_early")]),
        (
            {"issued_on": "昨天", "valid_to": "?"},
            [("issued_on", "application_date_unreadable"), ("valid_to", "application_date_unreadable")],
        ),
    ],
)
def test_a_certificate_that_cannot_be_is_refused_at_its_fields(typed_certificate, now, changes, refused):
    with pytest.raises(InvalidApplication) as invalid:
        parse_certificate({**typed_certificate, **changes}, local_date(now))
    assert [(problem.field, problem.code) for problem in invalid.value.problems] == refused


def test_a_certificate_without_an_end_holds_for_good(typed_certificate, now):
    without = parse_certificate({**typed_certificate, "valid_to": "长期"}, local_date(now))
    assert without.period.last is None
    from_later = {**typed_certificate, "valid_from": (local_date(now) + timedelta(days=5)).isoformat()}
    assert parse_certificate(from_later, local_date(now)).period.first > local_date(now)


# State → what each step leads to; what is not named is refused, and leaves the item as it is.
STEPS = {
    "sent": {"take": "taken", "ask": "more_asked", "refuse": "refused", "grant": "on_register"},
    "taken": {"take": "taken", "ask": "more_asked", "refuse": "refused", "grant": "on_register"},
    "more_asked": {
        "take": "more_asked",
        "ask": "more_asked",
        "go on": "taken",
        "refuse": "refused",
        "grant": "on_register",
    },
    "refused": {},
    "on_register": {},
}


WAY = {"sent": [], "taken": ["take"], "more_asked": ["ask"], "refused": ["refuse"], "on_register": ["grant"]}
FURTHER = [(state, step) for state, steps in STEPS.items() for step in steps]


@pytest.fixture
def step(hotel_case, typed_certificate):
    """Takes one step of the fire check, by its name."""
    services, at, item_id = hotel_case.services, hotel_case.at, hotel_case.item_id("fire_check")
    certificate = parse_certificate(typed_certificate, local_date(at))
    hotel_case.visited("fire_check", FIRE)
    steps = {
        "take": lambda: services.officers.take(FIRE, item_id, at),
        "ask": lambda: services.officers.ask_more(FIRE, item_id, "缺图纸", at),
        "go on": lambda: services.officers.go_on(FIRE, item_id, at),
        "refuse": lambda: services.officers.refuse(FIRE, item_id, "不合格", at),
        "grant": lambda: services.officers.grant(FIRE, item_id, certificate, at),
    }
    return lambda name: steps[name]()


@pytest.mark.parametrize("state", STEPS)
def test_a_step_that_a_state_does_not_know_is_refused_and_changes_nothing(hotel_case, step, all_rows, state):
    for before in WAY[state]:
        step(before)
    rows = all_rows(hotel_case.services.database)
    for other in {name for steps in STEPS.values() for name in steps} - STEPS[state].keys():
        with pytest.raises(RuleError) as refused:
            step(other)
        assert refused.value.code == "item_not_waiting"
        assert all_rows(hotel_case.services.database) == rows


@pytest.mark.parametrize(("state", "name"), FURTHER)
def test_a_step_leads_where_the_table_says(hotel_case, step, state, name):
    for before in WAY[state]:
        step(before)
    step(name)
    assert hotel_case.items()["fire_check"].state == STEPS[state][name]
