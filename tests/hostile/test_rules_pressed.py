"""The rules of issuing, pressed where they meet: another office, the turn of the year, numbers that came from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import RuleError
from licence_qr.services.issuing.issue import number_series
from licence_qr.store.register import counters, history, permits

JINFENG = Actor(2, "clerk-jinfeng", "金凤镇窗口", "jinfeng", frozenset({Role.CLERK}))


def serial(pair) -> tuple[int, int]:
    year, rest = pair.permits[0].permit_no.split("〔")[1].split("〕第")
    return int(year), int(rest.removesuffix("号"))


def test_another_office_cannot_grant_again_what_one_office_has_granted(services, clerk, make_application, now):
    services.issuance.issue(make_application(1), clerk, "one", now)
    with pytest.raises(RuleError) as refusal:
        services.issuance.issue(make_application(1, office="jinfeng"), JINFENG, "two", now)
    assert refusal.value.code == "permit_already_in_force"


def test_an_application_refused_leaves_neither_number_nor_history(services, clerk, make_application, now):
    first = services.issuance.issue(make_application(1), clerk, "one", now)
    with services.database.read() as tx:
        before = len(history.everything(tx))
    promised = make_application(2).permits[0].commitment
    assert promised is not None
    forged = replace(promised, notice_sha256="0" * 64)
    with pytest.raises(RuleError):
        services.issuance.issue(make_application(2, permit={"commitment": forged}), clerk, "two", now)
    with services.database.read() as tx:
        assert len(history.everything(tx)) == before
    assert serial(services.issuance.issue(make_application(3), clerk, "three", now))[1] == serial(first)[1] + 1


def test_the_year_of_a_number_turns_at_midnight_in_shanghai(services, clerk, make_application):
    last_minute = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    old = services.issuance.issue(make_application(1, at=last_minute), clerk, "old", last_minute)
    midnight = last_minute + timedelta(minutes=1)
    new = services.issuance.issue(make_application(2, at=midnight), clerk, "new", midnight)
    assert (serial(old), serial(new)) == ((2026, 1), (2027, 1))


def test_a_number_taken_over_from_elsewhere_is_not_given_again(services, clerk, make_application, now):
    first = services.issuance.issue(make_application(1), clerk, "one", now)
    with services.database.write() as tx:
        (held,) = permits.of_business(tx, first.uscc)
        counters.raise_to(tx, number_series("hygiene_permit", held.permit.issuing_authority), 2026, 41)
    assert serial(services.issuance.issue(make_application(2), clerk, "two", now)) == (2026, 42)


def test_a_number_that_a_ledger_brought_in_under_another_name_is_passed_over(services, clerk, make_application, now):
    first = services.issuance.issue(make_application(1), clerk, "one", now)
    with services.database.write() as tx:
        (held,) = permits.of_business(tx, first.uscc)
        number = held.permit.permit_no.replace("第00001号", "第00002号")
        permits.add(tx, first.uscc, replace(held.permit, permit_no=number, issuing_authority="another"))
    assert serial(services.issuance.issue(make_application(2), clerk, "two", now)) == (2026, 3)


def test_a_pending_permit_is_not_overtaken_by_a_promise(services, clerk, make_application, now):
    general = {"mode": GrantMode.GENERAL, "commitment": None}
    services.issuance.issue(make_application(1, permit=general), clerk, "general", now)
    with pytest.raises(RuleError) as refusal:
        services.issuance.issue(make_application(1), clerk, "promise", now)
    assert refusal.value.code == "permit_already_pending"
