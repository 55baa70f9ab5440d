"""The inspector's pack: whose businesses are in it, what is said of them, and that nothing else is."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from harmed import tamper
from inspected_register import hotel, hotel_made_once

import bench.pack
from licence_qr.domain.accounts.absences import AbsenceDetails
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest, ClosingPremises
from licence_qr.domain.register.entity import Premises
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.register.permit import PermitStatus
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError
from licence_qr.services.demonstration.data import businesses
from licence_qr.store.register import entities, office_register, traces

__all__ = ["hotel", "hotel_made_once"]

OFFICE = "baishiyi"
INSPECTOR = Actor(1, "inspector", "演示监督员", OFFICE, frozenset({Role.INSPECTOR}))
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
CODE, USCC, NAME, PLACES, PERMITS = range(5)
TYPE, NUMBER, ITEMS, PREMISES_NO, STATUS, VALID_TO, CHECKED, KINDS = range(8)


@pytest.fixture(scope="module")
def told(demonstration, now):
    """The pack of the demonstration's first office, read."""
    return read_whole(demonstration.pack.for_actor(INSPECTOR, now))


@pytest.fixture(scope="module")
def rows(told):
    """Its rows by credit code."""
    return {row[USCC]: row for row in told["businesses"]}


def read_whole(parts):
    """What all the parts of a pack say together."""
    return json.loads(b"".join(parts))


def made_up(slug):
    """The made-up business of that name."""
    return next(business for business in businesses() if business.slug == slug)


def test_every_business_of_the_office_is_in_it_and_none_of_another(rows):
    assert rows.keys() == {business.uscc for business in businesses() if business.office == OFFICE}
    assert len(rows) < len(businesses())


def test_a_business_registered_elsewhere_with_a_permit_of_this_office_is_in_it_too(demonstration_copy, now):
    stranger = next(business for business in businesses() if business.office != OFFICE and business.permits)
    with demonstration_copy.database.write() as tx:
        tx.run("UPDATE permits SET handling_office = ? WHERE uscc = ?", (OFFICE, stranger.uscc))
    found = read_whole(demonstration_copy.pack.for_actor(INSPECTOR, now))["businesses"]
    assert stranger.uscc in {row[USCC] for row in found}


def test_a_row_says_what_the_register_says(demonstration, rows, now):
    for row in rows.values():
        page = demonstration.register.business(INSPECTOR, row[USCC], now).page
        with demonstration.database.read() as tx:
            holder_name = entities.get(tx, row[USCC]).entity.holder_name
        assert row[CODE] == page.code_number
        assert row[NAME] == holder_name
        assert {address for _, address in row[PLACES]} >= {permit.address for permit in page.permits}
        told = [(p[NUMBER], p[ITEMS], p[STATUS], p[VALID_TO], p[CHECKED]) for p in row[PERMITS]]
        shown = [
            (
                p.permit_no,
                p.items,
                p.status.value,
                p.valid_to and p.valid_to.isoformat(),
                p.checked_on and p.checked_on.isoformat(),
            )
            for p in page.permits
        ]
        assert sorted(told, key=str) == sorted(shown, key=str)


def test_addresses_stand_beside_the_permits_they_were_granted_for(demonstration, now):
    business = made_up("two-premises")
    actor = replace(INSPECTOR, office=business.office)
    found = read_whole(demonstration.pack.for_actor(actor, now))["businesses"]
    (row,) = [row for row in found if row[USCC] == business.uscc]
    assert [no for no, _ in row[PLACES]] == [1, 2]
    assert {permit[PREMISES_NO] for permit in row[PERMITS]} == {1, 2}


def test_premises_that_were_closed_are_none_of_the_business_any_more(demonstration_copy, now):
    business = made_up("two-premises")
    clerk = Actor(1, "clerk", "窗口", business.office, frozenset({Role.CLERK}))
    request = ActRequest(Subject(business.uscc), Act.CLOSE_PREMISES, Grounds("撤并"), clerk, ClosingPremises(2))
    demonstration_copy.life.perform(clerk, request, now)
    actor = replace(INSPECTOR, office=business.office)
    found = read_whole(demonstration_copy.pack.for_actor(actor, now))["businesses"]
    (row,) = [row for row in found if row[USCC] == business.uscc]
    assert [no for no, _ in row[PLACES]] == [1]


def test_the_last_inspection_is_the_latest_that_counts_or_the_check_if_that_was_later(hotel):
    def last():
        (row,) = read_whole(hotel.services.pack.for_actor(INSPECTOR, hotel.at))["businesses"]
        return row[PERMITS][0][CHECKED]

    assert last() is None
    hotel.send(hotel.visit())
    assert last() == "2026-11-23"
    for checked, told in ((date(2026, 11, 30), "2026-11-30"), (date(2026, 11, 2), "2026-11-23")):
        with hotel.services.database.write() as tx:
            tx.run("UPDATE permits SET checked_on = ?", (checked.isoformat(),))
        assert last() == told


def test_without_premises_of_its_own_a_business_stands_at_its_domicile(demonstration_copy, now):
    business = made_up("two-premises")
    for statement in ("DELETE FROM permits WHERE uscc = ?", "DELETE FROM premises WHERE uscc = ?"):
        tamper(demonstration_copy.database, statement, values=(business.uscc,))
    with demonstration_copy.database.read() as tx:
        domicile = entities.get(tx, business.uscc).entity.domicile
    actor = replace(INSPECTOR, office=business.office)
    found = read_whole(demonstration_copy.pack.for_actor(actor, now))["businesses"]
    (row,) = [row for row in found if row[USCC] == business.uscc]
    assert row[PLACES] == [[0, domicile]]


def test_it_says_as_of_when_and_is_over_after_twelve_hours(told, now):
    as_of, expires = (datetime.strptime(told[name], INSTANT).replace(tzinfo=UTC) for name in ("as_of", "expires"))
    assert as_of == now
    assert (expires - as_of).total_seconds() == 12 * 3600
    assert told["format"] == 1


def test_every_permit_type_and_status_in_it_has_words(told, rows):
    permits = [permit for row in rows.values() for permit in row[PERMITS]]
    assert permits
    assert {permit[TYPE] for permit in permits} <= told["permit_types"].keys()
    assert {permit[STATUS] for permit in permits} <= {status.value for status in PermitStatus}


def test_every_kind_of_place_in_it_finds_a_checklist(told, rows):
    lists = told["inspection"]["checklists"]
    kinds = {kind for row in rows.values() for permit in row[PERMITS] for kind in permit[KINDS]}
    assert kinds
    assert kinds <= {kind for checklist in lists for kind in checklist["kinds"]}


def test_it_names_the_colleagues_of_the_office_and_nobody_else(demonstration_copy, now):
    people = (
        ("b-inspector", OFFICE, Role.INSPECTOR),
        ("clerk-x", OFFICE, Role.CLERK),
        ("far", "jinfeng", Role.INSPECTOR),
    )
    for username, office, role in people:
        demonstration_copy.accounts.create(username, username, office, frozenset({role}), "long-enough-word", now)
    kit = read_whole(demonstration_copy.pack.for_actor(INSPECTOR, now))["inspection"]
    named = {username for username, _ in kit["officers"]}
    assert "b-inspector" in named
    assert not named & {"clerk-x", "far", INSPECTOR.username}
    assert kit["officer"] == INSPECTOR.username and kit["office"] == OFFICE


def test_the_pack_says_which_colleagues_are_absent_until_when_and_who_stands_in(hotel):
    def absent():
        return read_whole(hotel.services.pack.for_actor(hotel.actors["inspector"], hotel.at))["inspection"]["absent"]

    assert absent() == []
    hotel.services.accounts.create(
        "inspector-3", "李示例", OFFICE, frozenset({Role.INSPECTOR}), "long-enough-word", hotel.at
    )
    second, third = (hotel.services.accounts.user(name) for name in ("inspector-2", "inspector-3"))
    today = local_date(hotel.at)
    details = AbsenceDetails(today, today + timedelta(days=2), third.person_id)
    hotel.services.absences.book.enter(second.person_id, details, second, hotel.at)
    assert absent() == [["inspector-2", (today + timedelta(days=2)).isoformat(), third.display_name]]


def test_the_same_register_at_the_same_instant_gives_the_same_bytes(demonstration, told, now):
    packed = b"".join(demonstration.pack.for_actor(INSPECTOR, now))
    assert packed == b"".join(demonstration.pack.for_actor(INSPECTOR, now))
    again = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert packed == again


def test_nothing_internal_is_in_it(demonstration_copy, now):
    business = next(each for each in businesses() if each.office == OFFICE)
    with demonstration_copy.database.write() as tx:
        stored = entities.get(tx, business.uscc)
        entities.put(tx, replace(stored, contact_phone="13900001111"))
    packed = b"".join(demonstration_copy.pack.for_actor(INSPECTOR, now)).decode()
    assert business.uscc in packed
    assert "13900001111" not in packed
    assert Premises(1, "").region not in json.loads(packed)  # a region code is no part of an address


def test_its_parts_put_together_are_the_same_however_few_businesses_a_part_has(demonstration, told, now, monkeypatch):
    whole = b"".join(demonstration.pack.for_actor(INSPECTOR, now))
    for page in (1, 7):
        monkeypatch.setattr(office_register, "PAGE", page)
        parts = list(demonstration.pack.for_actor(INSPECTOR, now))
        assert len(parts) == 2 + -(-len(told["businesses"]) // page)
        assert b"".join(parts) == whole


def test_while_it_is_fetched_others_write_and_that_it_was_taken_is_written_down_first(
    demonstration_copy, now, monkeypatch
):
    monkeypatch.setattr(office_register, "PAGE", 1)
    parts = demonstration_copy.pack.for_actor(INSPECTOR, now)
    with demonstration_copy.database.read() as tx:
        *_, last = traces.everything(tx)
    assert (last["event"], last["subject"]) == (EventKind.EXPORTED, "export/pack")
    first = [next(parts), next(parts)]
    with demonstration_copy.database.write() as tx:
        tx.run(
            "UPDATE entities SET name = '改了名的' WHERE uscc = (SELECT max(uscc) FROM entities WHERE office = ?)",
            (OFFICE,),
        )
    told = read_whole([*first, *parts])
    assert told["businesses"][-1][NAME] == "改了名的"


def length_and_most_memory(services, now):
    """How long a pack is, and the most bytes that were held while it was read."""
    tracemalloc.start()
    try:
        return sum(len(part) for part in services.pack.for_actor(INSPECTOR, now)), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_however_many_businesses_there_are_few_are_held_at_once(make_services, tmp_path, now, monkeypatch):
    services = make_services(tmp_path)
    monkeypatch.setattr(bench.pack, "BUSINESSES", 2_000)
    monkeypatch.setattr(office_register, "PAGE", 20)
    empty, before = length_and_most_memory(services, now)
    bench.pack.fill(services)
    assert read_whole(services.pack.for_actor(INSPECTOR, now))["businesses"]  # what is made at the first time is made
    full, after = length_and_most_memory(services, now)
    # Of each business only its credit code, an eighth of its row, is held throughout.
    assert after - before < (full - empty) / 2


def test_an_office_without_a_business_gets_a_pack_without_rows(make_services, tmp_path, now):
    services = make_services(tmp_path)
    assert read_whole(services.pack.for_actor(INSPECTOR, now))["businesses"] == []


@pytest.mark.parametrize("role", [Role.CLERK, Role.ADMIN])
def test_only_an_inspector_may_take_it(demonstration, role, now):
    with pytest.raises(AccessError, match="role_not_allowed"):
        demonstration.pack.for_actor(replace(INSPECTOR, roles=frozenset({role})), now)


def test_an_account_of_no_known_office_is_told_so(demonstration, now):
    with pytest.raises(AccessError, match="pack_office_unknown"):
        demonstration.pack.for_actor(replace(INSPECTOR, office="nowhere"), now)
