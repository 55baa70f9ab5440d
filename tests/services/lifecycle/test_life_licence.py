"""The life of a licence: changed, printed again, resting, marked, ended with all its permits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from harmed import tamper
from lives import Hotel

from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import (
    ClosingPremises,
    Dormancy,
    LicenceChange,
    LiftedMark,
    NewMark,
    NewPremises,
    Reprint,
    ReprintCause,
)
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import GrantMode, PermitState
from licence_qr.errors import InputError, RuleError

ELSEWHERE = "重庆市九龙坡区白市驿镇另一路9号"


@pytest.fixture
def hotel(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    return Hotel(services, pair.uscc, clerk, now).after(10)


@pytest.fixture
def two_places(hotel, services, make_application, clerk):
    """The hotel with a pool elsewhere, and a permit for it, applied for on the standard procedure."""
    hotel.do(Act.ADD_PREMISES, NewPremises(ELSEWHERE, "500107105", 120))
    asked = make_application(
        at=hotel.now,
        entity={"established_on": hotel.licence().entity.established_on},
        permit={"kinds": ("swimming_pool",), "items": "游泳", "mode": GrantMode.GENERAL, "commitment": None},
        premises_address=ELSEWHERE,
    )
    services.issuance.issue(asked, clerk, "pool", hotel.now)
    return hotel


# --- changed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [LicenceChange(name="新名宾馆有限公司"), LicenceChange(principal="新人")])
def test_a_new_holder_name_re_issues_the_permits_with_their_numbers_and_last_days(hotel, change):
    before = hotel.permit()
    assert hotel.do(Act.CHANGE, change).new_version
    after = hotel.permit()
    assert (after.permit_no, after.period) == (before.permit_no, before.period)
    assert (after.issued_on, hotel.licence().entity.issued_on) == (hotel.today, hotel.today)
    assert len(hotel.events("permit_changed")) == 1
    assert (hotel.page(1).verdict, hotel.page(1).licence.name) == ("old_print", hotel.licence().entity.name)


def test_a_new_scope_or_domicile_leaves_the_permits_alone(hotel):
    before = hotel.permit()
    hotel.do(Act.CHANGE, LicenceChange(domicile="重庆市九龙坡区白市驿镇别路1号", business_scope="住宿。"))
    assert hotel.permit() == before
    assert hotel.events("permit_changed") == []
    assert hotel.page().permits[0].address != hotel.page().licence.domicile


def test_only_permits_that_stand_are_re_issued(hotel):
    hotel.decide(Act.REVOKE, permit=0)
    before = hotel.permit()
    hotel.after(1).do(Act.CHANGE, LicenceChange(name="新名宾馆有限公司"))
    assert hotel.permit() == before
    assert hotel.entries() == [[0, 1], [3, 1]]


def test_a_permit_of_another_authority_is_named_after_the_new_holder_by_that_authority(hotel, services):
    tamper(
        services.database,
        "UPDATE permits SET issuing_authority = 'cq_gxq_market'",
        "UPDATE history SET after = json_set(after, '$.issuing_authority', 'cq_gxq_market') WHERE subject LIKE 'permit/%'",
    )
    before = hotel.permit()
    hotel.do(Act.CHANGE, LicenceChange(name="新名宾馆有限公司"))
    assert hotel.permit() == before


# --- printed again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", ReprintCause)
def test_a_reprint_is_the_next_version_of_the_same_facts(hotel, cause):
    done = hotel.do(Act.REPRINT, Reprint(cause))
    new, old = hotel.versions()
    assert done.new_version and (new.version, new.digest, new.record) == (2, old.digest, old.record)
    lost = cause is ReprintCause.LOST
    assert new.token != old.token and hotel.entries() == [[0, 0], [1 if lost else 3, 0]]
    assert hotel.page(1).print_void_since == (hotel.today if lost else None)
    assert hotel.page(2).print_void_since is None
    event = hotel.events("licence_reprinted")[0]
    assert event["subject"] == "code/1" and f'"void":{str(lost).lower()}' in event["after"]


def test_a_void_print_stays_void_on_the_list_whatever_comes_after_it(hotel):
    hotel.do(Act.REPRINT, Reprint(ReprintCause.LOST))
    hotel.after(1).do(Act.REPRINT, Reprint(ReprintCause.DAMAGED))
    hotel.after(1).do(Act.DORMANT, Dormancy(hotel.today + timedelta(days=30)))
    assert hotel.entries() == [[2, 0], [3, 0], [1, 0]]
    assert [hotel.page(n).verdict for n in (1, 2, 3)] == ["void_print", "old_print", "dormant"]


def test_a_print_was_not_lost_before_it_was_made(hotel):
    hotel.do(Act.CHANGE, LicenceChange(business_scope="住宿。"))
    yesterday = hotel.today - timedelta(days=1)
    with pytest.raises(InputError, match="effective_too_early") as refused:
        hotel.do(Act.REPRINT, Reprint(ReprintCause.LOST), on=yesterday)
    assert refused.value.facts["first"] == hotel.today.isoformat()
    assert hotel.page(2).print_void_since is None


# --- premises -------------------------------------------------------------------------------------------------------


def test_a_place_given_up_goes_with_its_permits_and_leaves_the_print(two_places):
    hotel = two_places
    hotel.visited(1).do(Act.GRANT, permit=1)
    done = hotel.after(1).do(Act.CLOSE_PREMISES, ClosingPremises(2))
    assert done.new_version and hotel.permit(1).state is PermitState.CANCELLED
    assert hotel.permit(0).state is PermitState.EFFECTIVE
    page = hotel.page()
    assert ELSEWHERE not in page.addresses
    assert [(p.status, p.address == ELSEWHERE) for p in page.permits] == [("effective", False), ("cancelled", True)]
    assert [len(entries) for entries in hotel.entries()] == [3, 3, 2, 2]
    assert [entries[2:] for entries in hotel.entries()] == [[1], [1], [], []]


def test_a_place_opened_again_is_a_new_one(two_places):
    hotel = two_places
    hotel.do(Act.CLOSE_PREMISES, ClosingPremises(2))
    assert hotel.permit(1).state is PermitState.REFUSED, "an application for a place that is gone is refused"
    hotel.do(Act.ADD_PREMISES, NewPremises(ELSEWHERE))
    assert [e["subject"] for e in hotel.events("premises_added")] == ["premises/1", "premises/2", "premises/3"]
    assert ELSEWHERE in hotel.page().addresses


def test_wrong_places_are_refused(two_places):
    hotel = two_places
    with pytest.raises(RuleError, match="premises_already_there"):
        hotel.do(Act.ADD_PREMISES, NewPremises(ELSEWHERE))
    with pytest.raises(InputError, match="premises_unknown"):
        hotel.do(Act.CLOSE_PREMISES, ClosingPremises(7))
    hotel.do(Act.CLOSE_PREMISES, ClosingPremises(1))
    with pytest.raises(RuleError, match="last_premises"):
        hotel.do(Act.CLOSE_PREMISES, ClosingPremises(2))


# --- resting --------------------------------------------------------------------------------------------------------


def test_a_rest_is_shown_and_is_over_on_the_day_after_its_last(hotel):
    hotel.do(Act.DORMANT, Dormancy(hotel.today + timedelta(days=30)))
    page = hotel.page()
    assert (page.today, page.licence.dormant_until) == ("dormant", hotel.today + timedelta(days=30))
    assert hotel.permit().state is PermitState.EFFECTIVE
    assert hotel.entries() == [[2, 0]]
    assert (hotel.after(31).page().today, hotel.page().licence.dormant_until) == ("all_in_force", None)
    assert hotel.services.life_sweep.run(hotel.now).rests == 1
    assert hotel.entries()[0] == [0, 0]
    assert (hotel.licence().state, hotel.licence().state_since) == (LicenceState.ACTIVE, hotel.today)


def test_who_rests_opens_no_other_place_by_an_application_either(hotel, services, make_application, clerk):
    hotel.do(Act.DORMANT, Dormancy(hotel.today + timedelta(days=100)))
    asked = make_application(
        at=hotel.now,
        entity={"established_on": hotel.licence().entity.established_on},
        permit={"kinds": ("swimming_pool",), "items": "游泳", "mode": GrantMode.GENERAL, "commitment": None},
    )
    elsewhere = replace(asked, premises_address=ELSEWHERE)
    with pytest.raises(RuleError, match="act_not_allowed"):
        services.issuance.issue(elsewhere, clerk, "pool elsewhere", hotel.now)
    assert services.issuance.issue(asked, clerk, "pool here", hotel.now).permits[0].pending


def test_whoever_rests_can_go_on_sooner(hotel):
    hotel.do(Act.DORMANT, Dormancy(hotel.today + timedelta(days=30)))
    hotel.after(3).do(Act.RESUME)
    assert hotel.entries() == [[0, 0]]
    assert (hotel.licence().state, hotel.licence().dormant_until) == (LicenceState.ACTIVE, None)
    with pytest.raises(InputError, match="dormancy_too_long"):
        hotel.do(Act.DORMANT, Dormancy(date(2031, 1, 1)))


# --- ended ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (Act.CANCEL, LicenceState.CANCELLED),
        (Act.MOVE_OUT, LicenceState.MOVED_OUT),
        (Act.REVOKE, LicenceState.REVOKED_NOT_CANCELLED),
        (Act.ANNUL, LicenceState.ANNULLED),
    ],
)
def test_the_end_of_a_licence_closes_every_permit_with_an_event_each(two_places, act, state):
    hotel = two_places.after(2)
    (hotel.decide if act in {Act.REVOKE, Act.ANNUL} else hotel.do)(act)
    assert (hotel.licence().state, hotel.licence().state_since) == (state, hotel.today)
    assert [hotel.permit(n).state for n in (0, 1)] == [PermitState.CANCELLED, PermitState.REFUSED]
    assert len(hotel.events("permit_state_changed")) == len(hotel.events("permit_refused")) == 1
    assert hotel.entries()[:2] == [[1, 1], [1, 1]]
    assert hotel.page().verdict == "licence_ended"


def test_a_permit_that_had_ended_before_keeps_how(hotel):
    hotel.decide(Act.REVOKE, permit=0)
    hotel.after(1).do(Act.CANCEL)
    assert (hotel.permit().state, hotel.permit().ended_by) == (PermitState.CANCELLED, PermitState.REVOKED)


def test_revoked_and_then_cancelled_stays_revoked_in_name(hotel):
    hotel.decide(Act.REVOKE)
    hotel.after(30).do(Act.CANCEL)
    assert hotel.licence().state is LicenceState.REVOKED_CANCELLED
    assert len(hotel.events("licence_state_changed")) == 2
    with pytest.raises(RuleError, match="act_not_allowed"):
        hotel.do(Act.CANCEL)


# --- marked ---------------------------------------------------------------------------------------------------------


def test_a_mark_is_shown_while_it_stands_and_dropped_when_its_time_is_over(hotel):
    hotel.do(Act.MARK, NewMark(MarkKind.ABNORMAL, hotel.today + timedelta(days=10)))
    mark = hotel.page().marks[0]
    assert (mark.kind, mark.since, mark.until) == ("abnormal", hotel.today, hotel.today + timedelta(days=10))
    assert (hotel.page().today, hotel.page().licence.state) == ("marked", LicenceState.ACTIVE), "a mark is no state"
    assert len(hotel.after(10).page().marks) == 1
    assert hotel.after(1).page().marks == ()
    assert hotel.services.life_sweep.run(hotel.now).marks == 1
    event = hotel.events("mark_lifted")[0]
    assert (event["actor"], event["effective_on"]) == ("system", hotel.today.isoformat())
    assert hotel.services.life_sweep.run(hotel.now).marks == 0


def test_a_mark_is_lifted_once(hotel):
    hotel.do(Act.MARK, NewMark(MarkKind.SERIOUS))
    with pytest.raises(RuleError, match="mark_stands_already"):
        hotel.do(Act.MARK, NewMark(MarkKind.SERIOUS))
    number = int(hotel.events("mark_set")[0]["subject"].removeprefix("mark/"))
    hotel.after(1).do(Act.LIFT_MARK, LiftedMark(number))
    assert hotel.page().marks == ()
    with pytest.raises(RuleError, match="mark_lifted_already"):
        hotel.do(Act.LIFT_MARK, LiftedMark(number))
    hotel.do(Act.MARK, NewMark(MarkKind.SERIOUS))
    assert len(hotel.page().marks) == 1


def test_an_individual_business_is_marked_and_not_listed(services, make_application, clerk, now):
    individual = {"form": EntityForm.INDIVIDUAL, "uscc": "92500107M000003A19", "entity_type": "个体工商户"}
    pair = services.issuance.issue(make_application(entity=individual), clerk, "key", now)
    shop = Hotel(services, pair.uscc, clerk, now)
    with pytest.raises(InputError, match="mark_not_for_this_form"):
        shop.do(Act.MARK, NewMark(MarkKind.ABNORMAL))
    shop.do(Act.MARK, NewMark(MarkKind.FLAGGED))
    assert [m.kind for m in shop.page().marks] == ["flagged"]


def test_the_mark_of_another_business_is_not_lifted_from_here(hotel, services, make_application, clerk, now):
    other = services.issuance.issue(make_application(2), clerk, "other", now)
    hotel.do(Act.MARK, NewMark(MarkKind.SERIOUS))
    number = int(hotel.events("mark_set")[0]["subject"].removeprefix("mark/"))
    with pytest.raises(InputError, match="mark_unknown"):
        Hotel(services, other.uscc, clerk, hotel.now).do(Act.LIFT_MARK, LiftedMark(number))
    assert hotel.page().marks and "查实" not in str(hotel.page()), "the reason is internal"
