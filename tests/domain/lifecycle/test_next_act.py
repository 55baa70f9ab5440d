"""The next sensible act of a business, and where its page offers every other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from shipped import CATALOGUE

from licence_qr.domain.catalogue.life_rules import LifeRules
from licence_qr.domain.dates import Period
from licence_qr.domain.lifecycle.act_places import ACT_PLACES, ActPlace, placed
from licence_qr.domain.lifecycle.acts import RULES, Act, SubjectKind, allowed
from licence_qr.domain.lifecycle.next_act import (
    BusinessToday,
    NextAct,
    NextKind,
    PermitToday,
    check_is_due,
    next_act,
    review_is_due,
)
from licence_qr.domain.register.permit import Permit, PermitStatus, status_on

DAY = date(2026, 11, 23)


@pytest.fixture
def rules() -> LifeRules:
    return CATALOGUE.life_rules_on(DAY, "hygiene_permit")


def permit(**changes: object) -> Permit:
    given: dict[str, object] = {
        "permit_type": "hygiene_permit",
        "permit_no": "一号",
        "premises_no": 1,
        "kinds": ("hotel",),
        "items": "住宿",
        "issuing_authority": "hygiene",
        "handling_office": "baishiyi",
        "issued_on": DAY,
        "period": Period(DAY, date(2030, 11, 22)),
    }
    return Permit(**(given | changes))  # type: ignore[arg-type]


def test_every_act_has_its_place_and_what_cannot_be_undone_is_an_ending() -> None:
    assert set(ACT_PLACES) == set(Act)
    for rule in RULES:
        assert (ACT_PLACES[rule.act] is ActPlace.ENDING) == rule.final, rule.act
    for place in ActPlace:
        assert all(ACT_PLACES[rule.act] is place for rule in placed(RULES, place))
    assert sum(len(placed(RULES, place)) for place in ActPlace) == len(RULES)


# What is next by the status of the only permit, for whoever may do every act; the calendar adds what is due.
BY_STATUS = {
    PermitStatus.PENDING: NextKind.PENDING,
    PermitStatus.NOT_YET_VALID: None,
    PermitStatus.EFFECTIVE: None,
    PermitStatus.EXPIRING_SOON: NextKind.EXPIRING,
    PermitStatus.EXPIRED: NextKind.EXPIRED,
    PermitStatus.SUSPENDED: None,
    PermitStatus.ANNULLED: NextKind.TO_CANCEL,
    PermitStatus.REVOKED: NextKind.TO_CANCEL,
    PermitStatus.WITHDRAWN: NextKind.TO_CANCEL,
    PermitStatus.CANCELLED: None,
    PermitStatus.REFUSED: None,
}


def acts_in(status: PermitStatus, *, waits: bool) -> frozenset[Act]:
    found = {rule.act for rule in allowed(SubjectKind.PERMIT, status) if rule.roles}
    left_out = {Act.APPLY_RENEWAL} if waits else {Act.RENEW, Act.REFUSE_RENEWAL}
    return frozenset(found - left_out)


def expected(status: PermitStatus, *, waits: bool, check: bool, review: bool) -> NextKind | None:
    if waits and Act.RENEW in acts_in(status, waits=True):
        return NextKind.RENEWAL
    if status is PermitStatus.PENDING:
        return NextKind.PENDING
    if check:
        return NextKind.FOLLOW_UP
    expiring = status is PermitStatus.EXPIRING_SOON and not waits
    if review and not expiring and Act.REVIEW in acts_in(status, waits=waits):
        return NextKind.REVIEW
    return None if waits and status is PermitStatus.EXPIRING_SOON else BY_STATUS[status]


def test_what_is_next_of_one_permit_in_every_state() -> None:
    assert set(BY_STATUS) == set(PermitStatus)
    for status, waits, check, review in product(PermitStatus, *[(False, True)] * 3):
        held = PermitToday(7, status, acts_in(status, waits=waits), check_is_due=check, review_is_due=review)
        found = next_act(BusinessToday(permits=(held,), may_apply=True))
        kind = expected(status, waits=waits, check=check, review=review)
        assert found == (None if kind is None else NextAct(kind, 7)), (status, waits, check, review)


def test_whoever_may_do_nothing_has_no_next_act() -> None:
    for status in PermitStatus:
        assert next_act(BusinessToday(permits=(PermitToday(7, status, frozenset()),))) is None


def test_the_most_pressing_is_next_and_each_gives_way_to_the_one_before() -> None:
    whole = BusinessToday(
        to_decide=(1, 2),
        to_pass_on=(3,),
        orders=(4,),
        to_record=(5,),
        permits=(
            PermitToday(10, PermitStatus.ANNULLED, frozenset({Act.CANCEL})),
            PermitToday(11, PermitStatus.EXPIRED, frozenset()),
            PermitToday(12, PermitStatus.PENDING, frozenset({Act.GRANT})),
        ),
        may_apply=True,
    )
    found = []
    for changes in (
        {},
        {"to_decide": ()},
        {"to_pass_on": ()},
        {"permits": whole.permits[:2]},
        {"orders": ()},
        {"permits": whole.permits[:1]},
        {"to_record": ()},
        {"permits": ()},
    ):
        whole = replace(whole, **changes)  # type: ignore[arg-type]
        found.append(next_act(whole))
    kinds = ("DECIDE", "PASS_ON", "PENDING", "RECTIFICATION", "EXPIRED", "CERTIFICATE", "TO_CANCEL")
    assert found == [
        *(NextAct(NextKind[kind], key) for kind, key in zip(kinds, (1, 3, 12, 4, 11, 5, 10), strict=True)),
        None,
    ]


def test_an_expired_permit_that_has_a_successor_asks_for_nothing() -> None:
    held = PermitToday(7, PermitStatus.EXPIRED, frozenset(), has_successor=True)
    assert next_act(BusinessToday(permits=(held,), may_apply=True)) is None


@pytest.mark.parametrize(("left", "due"), [(-1, True), (0, True), (90, True), (91, False)])
def test_a_check_comes_up_within_the_days_of_notice(rules: LifeRules, left: int, *, due: bool) -> None:
    held = permit(follow_up_due=DAY + timedelta(days=left))
    assert check_is_due(held, status_on(held, DAY), rules, DAY) is due
    checked = replace(held, checked_on=DAY)
    assert not check_is_due(checked, status_on(checked, DAY), rules, DAY)
    assert not check_is_due(held, PermitStatus.REVOKED, rules, DAY)


def test_a_review_comes_up_two_years_after_the_first_day(rules: LifeRules) -> None:
    assert not review_is_due(permit(), rules, DAY)
    assert review_is_due(permit(), rules, date(2028, 11, 23) - timedelta(days=rules.expiring_notice_days))
    assert not review_is_due(permit(), rules, date(2028, 11, 22) - timedelta(days=rules.expiring_notice_days))
