"""One verdict, and nothing but what the allow-list names."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.domain.dates import Period
from licence_qr.domain.publishing.public_page import (
    FoundBy,
    PublicItem,
    PublicLicence,
    PublicMark,
    PublicPage,
    PublicPermit,
    Verdict,
)
from licence_qr.domain.publishing.publish import (
    FoundCode,
    LicenceLife,
    Print,
    publish,
    shown_permits,
    verdict_of_print,
    verdict_today,
)
from licence_qr.domain.register.entity import Entity, EntityForm, LicenceState, Premises
from licence_qr.domain.register.permit import Permit, PermitState, PermitStatus
from licence_qr.domain.register.record import CombinedRecord

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def permit(
    number: str = "1", *, first: date = date(2025, 1, 1), last: date = date(2028, 12, 31), **changes: object
) -> Permit:
    facts = {"permit_type": "hygiene_permit", "premises_no": 1, "kinds": ("hotel",), "period": Period(first, last)}
    shown = {"items": "", "issuing_authority": "cq_gxq_health", "handling_office": "bafu", "issued_on": first}
    return Permit(permit_no=number, **(facts | shown | changes))


def page(catalogue, permits=(), state=LicenceState.ACTIVE, scanned=1, newest=1):
    entity = Entity(
        "91500107M000001A9R",
        EntityForm.COMPANY,
        "示例宾馆有限公司",
        "有限责任公司",
        "示例甲",
        TODAY,
        TODAY,
        "演示路1号",
        "住宿服务",
        "cq_gxq_market",
    )
    record = CombinedRecord(entity, (Premises(1, "演示路1号"), Premises(2, "演示路2号")), tuple(permits))
    prints = {"scanned": Print(scanned, TODAY), "newest": Print(newest, TODAY)}
    code = FoundCode(number="0000-0000-0000-0000-0", found_by=FoundBy.SYMBOL, **prints)
    return publish(catalogue, record, LicenceLife(state), code, NOW, specimen=True)


@given(state=st.sampled_from(LicenceState), statuses=st.lists(st.sampled_from(PermitStatus), max_size=6))
def test_a_page_is_green_only_when_the_licence_and_every_permit_are_in_force(state, statuses):
    green = verdict_today(state, statuses) is Verdict.ALL_IN_FORCE
    assert green == (state is LicenceState.ACTIVE and bool(statuses) and all(s.in_force for s in statuses))


@given(state=st.sampled_from([s for s in LicenceState if s.ended]), statuses=st.lists(st.sampled_from(PermitStatus)))
def test_an_ended_licence_is_said_before_anything_else(state, statuses):
    assert verdict_today(state, statuses) is Verdict.LICENCE_ENDED


@pytest.mark.parametrize("state", LicenceState)
def test_an_old_print_is_said_first_unless_the_licence_has_ended(state, catalogue):
    old = page(catalogue, [permit()], state, scanned=1, newest=2)
    new = page(catalogue, [permit()], state, scanned=2, newest=2)
    assert old.verdict is (Verdict.LICENCE_ENDED if state.ended else Verdict.OLD_PRINT)
    assert old.today is new.verdict is not Verdict.OLD_PRINT


@pytest.mark.parametrize("void", [True, False])
def test_nobody_is_to_ask_for_the_current_card_of_a_licence_that_has_ended(void):
    """The status list says the same of every print: ended, or void."""
    scanned = Print(1, TODAY, TODAY if void else None)
    assert verdict_of_print(scanned, Print(2, TODAY), Verdict.LICENCE_ENDED, TODAY) is Verdict.LICENCE_ENDED
    said = Verdict.VOID_PRINT if void else Verdict.OLD_PRINT
    for today in set(Verdict) - {Verdict.LICENCE_ENDED, Verdict.VOID_PRINT, Verdict.OLD_PRINT}:
        assert verdict_of_print(scanned, Print(2, TODAY), today, TODAY) is said


def test_an_ended_permit_is_hidden_by_its_successor_and_by_nothing_less():
    expired = permit("old", first=date(2021, 1, 1), last=date(2024, 12, 31))
    shown = lambda *permits: [p.permit_no for p, _ in shown_permits(permits, TODAY)]  # noqa: E731 – one line, read at once
    assert shown(expired) == ["old"]
    assert shown(expired, permit("new")) == ["new"]
    assert shown(expired, permit("new", kinds=("hotel", "barber"))) == ["new"]
    assert shown(expired, permit("new", kinds=("barber",))) == ["old", "new"]
    assert shown(expired, permit("new", premises_no=2)) == ["old", "new"]
    assert shown(expired, permit("new", permit_type="food")) == ["old", "new"]
    assert shown(expired, permit("new", state=PermitState.SUSPENDED)) == ["old", "new"]
    assert shown(permit("one"), permit("two")) == ["one", "two"]


def test_a_revoked_permit_is_not_forgotten_while_no_new_one_is_in_force(catalogue):
    revoked = permit("old", state=PermitState.REVOKED, state_since=TODAY)
    shown = page(catalogue, [revoked])
    assert (shown.verdict, [p.status for p in shown.permits]) == (Verdict.ATTENTION, [PermitStatus.REVOKED])


@pytest.mark.parametrize(("last", "left"), [(TODAY, 0), (date(2026, 11, 24), 1), (date(2026, 11, 22), None)])
def test_days_left_count_to_the_last_day(last, left, catalogue):
    assert page(catalogue, [permit(last=last)]).permits[0].days_left == left


def test_a_permit_is_shown_at_its_own_address_with_both_authorities_named(catalogue):
    shown = page(catalogue, [permit(premises_no=2)]).permits[0]
    assert (shown.address, shown.authority.zh, shown.office.zh) == (
        "演示路2号",
        "重庆高新区公共服务局",
        "巴福镇政务服务中心",
    )


def test_what_the_catalogue_does_not_know_is_shown_as_it_was_written(catalogue):
    shown = page(catalogue, [permit(issuing_authority="某局", handling_office="某大厅", permit_type="某证")]).permits[0]
    assert (shown.authority.zh, shown.office.en, shown.permit_type.zh) == ("某局", "某大厅", "某证")


def test_the_public_sees_these_fields_and_no_others():
    # Whoever adds a field here makes it public: see invariant 6 (personal data never leaves).
    assert {f.name for f in fields(PublicLicence)} == {
        "uscc", "form", "name", "entity_type", "principal", "registered_capital", "established_on", "term_to",
        "domicile", "business_scope", "authority", "issued_on", "state", "state_since", "dormant_until",
    }  # fmt: skip
    assert {f.name for f in fields(PublicPermit)} == {
        "permit_type", "permit_no", "address", "items", "authority", "office", "status", "mode", "valid_from",
        "valid_to", "days_left", "state_since", "grade", "graded_on", "follow_up_due", "checked_on", "deemed_renewed",
        "ended_by", "inspection", "promise", "scale", "suspension",
    }  # fmt: skip
    assert {f.name for f in fields(PublicItem)} == {
        "permit_type", "authority", "address", "standing", "since", "permit_no",
    }  # fmt: skip
    assert {f.name for f in fields(PublicMark)} == {"kind", "name", "since", "until"}
    assert {f.name for f in fields(PublicPage)} == {
        "verdict", "today", "found_by", "licence", "addresses", "permits", "code_number", "version", "printed_on",
        "newest_version", "newest_printed_on", "checked_at", "specimen", "marks", "print_void_since", "items",
    }  # fmt: skip


def test_a_record_is_signed_without_what_is_pending(catalogue):
    pending = permit("", state=PermitState.PENDING, period=None)
    record = CombinedRecord(
        Entity("91500107M000001A9R", EntityForm.COMPANY, "甲", "", "乙", TODAY, TODAY, "", "", ""),
        (Premises(1, "演示路1号"),),
        (permit(), pending),
    )
    assert record.signed_permits == (permit(),)
    assert len(record.to_json()["permits"]) == 1
    assert len(record.digest()) == 16
    assert asdict(record)["permits"][1]["permit_no"] == ""


def test_hygiene_grades_are_for_permits_that_follow_from_the_kind_of_place(catalogue):
    told = page(catalogue, [permit(), permit("2", permit_type="fire_check", kinds=())]).permits
    assert {each.permit_no: each.gradable for each in told} == {"1": True, "2": False}
