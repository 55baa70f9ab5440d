"""The life of one permit: granted, renewed, reviewed, suspended, ended; and what its code says of it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from lives import Hotel

from licence_qr.domain.dates import Period
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import Grading, LicenceChange, PermitChange
from licence_qr.domain.register.permit import GrantMode, PermitState, PermitStatus, status_on
from licence_qr.errors import InputError, RuleError

LAST = date(2030, 11, 22)


@pytest.fixture
def hotel(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    return Hotel(services, pair.uscc, clerk, now).after(10)


@pytest.fixture
def applicant(services, make_application, clerk, now):
    """A hotel whose permit was applied for on the standard procedure."""
    asked = make_application(permit={"mode": GrantMode.GENERAL, "commitment": None})
    return Hotel(services, services.issuance.issue(asked, clerk, "key", now).uscc, clerk, now).after(5)


# --- granted or refused ---------------------------------------------------------------------------------------------


def test_a_pending_permit_is_granted_with_its_number_and_a_new_print(applicant):
    assert [c.entry_count for c in applicant.versions()] == [1]
    done = applicant.visited().do(Act.GRANT, permit=0)
    permit = applicant.permit()
    assert permit.permit_no.endswith("00001号") and permit.state is PermitState.EFFECTIVE
    assert (permit.issued_on, permit.period) == (applicant.today, Period.of_months(applicant.today, 48))
    assert done.new_version and applicant.entries() == [[0, 0], [3]]
    assert applicant.page().today == "all_in_force"
    assert (applicant.page(1).verdict, applicant.page(1).today) == ("old_print", "all_in_force")


def test_a_refused_application_has_no_number_no_place_in_the_code_and_none_on_the_page(applicant):
    assert [p.status for p in applicant.page().permits] == ["pending"]
    assert not applicant.do(Act.REFUSE, permit=0).new_version
    assert (applicant.permit().state, applicant.permit().permit_no) == (PermitState.REFUSED, "")
    assert applicant.page().permits == ()
    with pytest.raises(RuleError) as refused:
        applicant.do(Act.GRANT, permit=0)
    assert refused.value.facts["allowed"] == ()


def test_after_a_refusal_the_permit_can_be_applied_for_again(applicant, services, make_application, clerk):
    applicant.do(Act.REFUSE, permit=0)
    again = make_application(at=applicant.now, entity={"established_on": applicant.licence().entity.established_on})
    assert services.issuance.issue(again, clerk, "again", applicant.now).permits[0].permit_no


def test_a_grant_is_of_the_day_and_within_the_power_of_the_office(applicant):
    applicant.visited()
    with pytest.raises(InputError, match="grant_is_of_today"):
        applicant.do(Act.GRANT, permit=0, on=applicant.today - timedelta(days=1))
    applicant.until(date(2031, 1, 2))
    with pytest.raises(RuleError, match="no_delegation_today"):
        applicant.do(Act.GRANT, permit=0)


def test_what_the_rules_of_the_day_do_not_license_is_not_granted(applicant, services):
    with services.database.write() as tx:
        tx.run("UPDATE permits SET kinds = 'bookshop'")
    with pytest.raises(RuleError, match="kind_needs_no_permit_today"):
        applicant.do(Act.GRANT, permit=0)


# --- renewed --------------------------------------------------------------------------------------------------------


def test_a_renewal_begins_on_the_day_after_the_old_end_and_makes_a_new_print(hotel):
    before = hotel.permit()
    hotel.years_on(date(2030, 9, 1)).do(Act.APPLY_RENEWAL, permit=0)
    assert [c.version for c in hotel.versions()] == [1], "an application changes nothing that was signed"
    done = hotel.after(20).do(Act.RENEW, permit=0)
    after = hotel.permit()
    assert (after.permit_no, after.period) == (before.permit_no, Period(before.period.first, date(2034, 11, 22)))
    assert after.renewal_applied_on is None and not after.renewal_in_time
    assert done.new_version and hotel.entries() == [[0, 0], [3, 0]]
    assert status_on(after, hotel.today) is PermitStatus.EFFECTIVE, "in force without a break"


def test_silence_is_consent_on_the_very_day_and_the_sweep_takes_note(hotel):
    hotel.years_on(date(2030, 10, 23)).do(Act.APPLY_RENEWAL, permit=0)
    assert hotel.permit().renewal_in_time
    page = hotel.until(LAST).page().permits[0]
    assert (page.status, page.deemed_renewed) == ("expiring_soon", False)
    page = hotel.after(1).page().permits[0]
    assert (page.status, page.deemed_renewed) == ("effective", True)
    assert hotel.after(3).services.life_sweep.run(hotel.now).renewals == 1
    permit, event = hotel.permit(), hotel.events("permit_deemed_renewed")[0]
    assert permit.period.last == date(2034, 11, 22)
    assert (event["actor"], event["effective_on"]) == ("system", "2030-11-23")
    assert "第50条" in event["legal_basis"]
    assert (hotel.page().permits[0].valid_to, hotel.page().permits[0].deemed_renewed) == (permit.period.last, False)
    assert hotel.entries() == [[0, 0], [3, 0]]
    assert hotel.services.life_sweep.run(hotel.now).renewals == 0


def test_the_sweep_counts_no_renewal_of_a_permit_that_was_revoked_meanwhile(hotel):
    hotel.years_on(date(2030, 9, 1)).do(Act.APPLY_RENEWAL, permit=0)
    hotel.decide(Act.REVOKE, permit=0)
    assert hotel.until(LAST).after(2).services.life_sweep.run(hotel.now).renewals == 0


def test_who_applies_later_is_heard_but_silence_is_then_no_consent(hotel):
    hotel.until(date(2030, 10, 24)).do(Act.APPLY_RENEWAL, permit=0)
    assert not hotel.permit().renewal_in_time
    assert hotel.until(LAST).after(1).page().permits[0].status == "expired"
    assert hotel.services.life_sweep.run(hotel.now).renewals == 0
    with pytest.raises(RuleError, match="act_not_allowed"):
        hotel.do(Act.RENEW, permit=0)


def test_an_act_after_the_silence_finds_it_noted(hotel):
    hotel.years_on(date(2030, 9, 1)).do(Act.APPLY_RENEWAL, permit=0)
    hotel.until(LAST).after(2)
    with pytest.raises(InputError, match="renewal_not_applied"):
        hotel.do(Act.REFUSE_RENEWAL, permit=0)
    assert hotel.events("permit_deemed_renewed") == [], "what is refused leaves nothing behind"
    assert hotel.decide(Act.SUSPEND, permit=0).new_version
    assert [e["event"] for e in hotel.events()][-3:] == ["permit_deemed_renewed", "permit_state_changed", "code_issued"]
    assert hotel.entries() == [[0, 2], [3, 2]]


def test_a_refused_renewal_lets_the_permit_run_out(hotel):
    hotel.years_on(date(2030, 9, 1)).do(Act.APPLY_RENEWAL, permit=0)
    hotel.do(Act.REFUSE_RENEWAL, permit=0)
    assert hotel.until(LAST).after(1).page().permits[0].status == "expired"


def test_a_renewal_needs_its_application_and_its_day(hotel):
    with pytest.raises(InputError, match="renewal_not_applied") as missing:
        hotel.do(Act.RENEW, permit=0)
    assert missing.value.field == "renewal_applied_on"
    hotel.years_on(date(2030, 9, 1)).do(Act.APPLY_RENEWAL, permit=0)
    with pytest.raises(RuleError, match="renewal_already_applied"):
        hotel.do(Act.APPLY_RENEWAL, permit=0)
    with pytest.raises(InputError, match="effective_too_early"):
        hotel.do(Act.RENEW, permit=0, on=hotel.today - timedelta(days=1))


def test_the_calendar_alone_deems_and_only_on_its_day(hotel):
    hotel.years_on(date(2030, 9, 1)).do(Act.APPLY_RENEWAL, permit=0)
    with pytest.raises(InputError, match="renewal_not_applied"):
        hotel.decide(Act.DEEM_RENEWED, permit=0)


def test_a_permit_of_another_authority_is_not_renewed_here(hotel, services):
    hotel.years_on(date(2030, 9, 1)).do(Act.APPLY_RENEWAL, permit=0)
    with services.database.write() as tx:
        tx.run("UPDATE permits SET issuing_authority = 'cq_gxq_market'")
    with pytest.raises(RuleError, match="delegation_of_other_authority"):
        hotel.do(Act.RENEW, permit=0)


# --- supervised -----------------------------------------------------------------------------------------------------


def test_review_check_and_grade_are_dated_and_print_nothing_new(hotel):
    hotel.do(Act.REVIEW, permit=0, on=hotel.today - timedelta(days=2))
    hotel.do(Act.CHECK, permit=0, on=hotel.today - timedelta(days=1))
    assert not hotel.do(Act.GRADE, Grading("B"), permit=0).new_version
    permit, page = hotel.permit(), hotel.page().permits[0]
    assert (hotel.today - permit.reviewed_on).days == 2
    assert (page.grade, page.graded_on, page.checked_on) == ("B", hotel.today, hotel.today - timedelta(days=1))
    with pytest.raises(InputError, match="grade_unknown"):
        hotel.do(Act.GRADE, Grading("D"), permit=0)


@pytest.mark.parametrize(("act", "details"), [(Act.REVIEW, None), (Act.GRADE, Grading("C")), (Act.CHECK, None)])
def test_what_is_entered_late_does_not_undo_what_came_after_it(hotel, act, details):
    hotel.do(act, details, permit=0)
    permit = hotel.permit()
    with pytest.raises(InputError, match="effective_too_early"):
        hotel.do(act, details, permit=0, on=hotel.today - timedelta(days=1))
    assert hotel.permit() == permit
    assert not hotel.do(act, details, permit=0).new_version


def test_a_status_turns_at_once_in_every_print_that_bears_the_permit(hotel):
    hotel.do(Act.CHANGE, LicenceChange(business_scope="许可项目：住宿服务；餐饮服务。"))
    hotel.after(1).decide(Act.SUSPEND, permit=0)
    assert hotel.entries() == [[0, 2], [3, 2]]
    page = hotel.page(1).permits[0]
    assert (page.status, page.state_since) == ("suspended", hotel.today)
    hotel.after(1).decide(Act.REINSTATE, permit=0)
    assert hotel.entries() == [[0, 0], [3, 0]]
    assert hotel.page().today == "all_in_force"


# --- ended ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "state"),
    [(Act.REVOKE, PermitState.REVOKED), (Act.WITHDRAW, PermitState.WITHDRAWN), (Act.ANNUL, PermitState.ANNULLED)],
)
def test_an_end_and_its_closing_both_stay(hotel, act, state):
    hotel.decide(act, permit=0)
    assert hotel.entries() == [[0, 1]]
    hotel.after(5).do(Act.CANCEL, permit=0)
    page = hotel.page().permits[0]
    assert (page.status, page.ended_by) == ("cancelled", state.value)
    turned = [json.loads(e["after"])["state"] for e in hotel.events("permit_state_changed")]
    assert turned == [state.value, "cancelled"]
    assert hotel.licence().state == "active", "a permit's end does not end the licence"
    assert len(hotel.versions()) == 1


def test_annulling_is_void_from_the_grant_and_revoking_from_the_day_named(hotel):
    granted, day = hotel.permit().period.first, hotel.today - timedelta(days=2)
    hotel.decide(Act.ANNUL, permit=0, on=day)
    event = hotel.events("permit_state_changed")[0]
    assert (event["effective_on"], hotel.permit().state_since) == (granted.isoformat(), day)
    assert hotel.services.life.state_on(hotel.uscc, granted).permits[hotel.stored().permit_id].state == "annulled"


def test_an_expired_permit_can_be_closed_and_nothing_else_can_be_done_for_it(hotel):
    hotel.until(LAST).after(1)
    with pytest.raises(RuleError) as refused:
        hotel.do(Act.APPLY_RENEWAL, permit=0)
    assert refused.value.facts["state"] == "expired"
    assert refused.value.facts["allowed"] == ("annul", "cancel")
    hotel.do(Act.CANCEL, permit=0)
    assert (hotel.page().permits[0].status, hotel.page().permits[0].ended_by) == ("cancelled", None)


# --- changed --------------------------------------------------------------------------------------------------------


def test_a_renamed_street_changes_the_premises_and_the_print_but_not_the_number(hotel):
    number = hotel.permit().permit_no
    done = hotel.do(Act.CHANGE, PermitChange("重庆市九龙坡区白市驿镇新名路1号", renamed=True), permit=0)
    assert done.new_version and hotel.permit().permit_no == number
    assert hotel.page().permits[0].address == "重庆市九龙坡区白市驿镇新名路1号"
    assert hotel.events("premises_changed")[0]["subject"] == "premises/1"


def test_another_place_is_a_new_application(hotel):
    with pytest.raises(RuleError, match="change_needs_new_application"):
        hotel.do(Act.CHANGE, PermitChange("重庆市渝中区别处路1号"), permit=0)
    with pytest.raises(InputError, match="details_missing"):
        hotel.do(Act.CHANGE, permit=0)
