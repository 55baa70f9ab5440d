"""What an authority asks, and why it refuses, is told in the history to it and to the window alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hotel_case import officer

from licence_qr.domain.cases.certificate import parse_certificate
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import Actor, Role

LODGING, FIRE = officer("lodging"), officer("firechecks")
ELSEWHERE = Actor(77, "clerk-bafu", "巴福镇窗口", "bafu", frozenset({Role.CLERK}))


@pytest.fixture
def told(hotel_case, typed_certificate):
    """What a reader is told of the items, and by whom, after one authority has refused and another has granted."""
    services, at = hotel_case.services, hotel_case.at
    services.officers.refuse(LODGING, hotel_case.item_id("special_trade"), "没有监控设备", at)
    certificate = parse_certificate(typed_certificate, local_date(at))
    hotel_case.visited("fire_check", FIRE)
    services.officers.grant(FIRE, hotel_case.item_id("fire_check"), certificate, at)

    def read(actor):
        events = services.timeline.read(actor, hotel_case.uscc).events
        return {
            event.about.zh: (event.reason, event.by is not None)
            for event in events
            if event.kind.value == "item_changed"
        }

    return read


SPECIAL, CHECK = "特种行业许可证（旅馆业）", "公众聚集场所投入使用、营业前消防安全检查"


def test_whoever_has_decided_on_one_permit_is_not_told_why_another_was_refused(told):
    assert told(FIRE) == {SPECIAL: ("", False), CHECK: ("", True)}


def test_the_authority_itself_and_the_window_are_told(told, clerk):
    assert told(LODGING)[SPECIAL] == ("", False)  # it has no permit of this business, and so sees what others see
    assert told(clerk) == {SPECIAL: ("没有监控设备", True), CHECK: ("", True)}
    auditor = replace(ELSEWHERE, roles=frozenset({Role.AUDITOR}))
    assert told(auditor)[SPECIAL] == ("没有监控设备", True)


def test_other_offices_are_told_neither(told):
    assert told(ELSEWHERE) == {SPECIAL: ("", False), CHECK: ("", False)}
