"""No status list calls valid what the history has ended, whatever was written into the rows of the register."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest
from harmed import tamper
from lives import Hotel
from status_lists import SECOND, made_anew, publishing, read

from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import LicenceChange
from licence_qr.domain.register.events import EventKind
from licence_qr.services.publishing.status_list import StatusPublishing
from licence_qr.store.register import history

__all__ = ["publishing"]

PERMIT_AGAIN = "UPDATE permits SET state = 'effective', ended_by = NULL, suspension = NULL"
LICENCE_AGAIN = "UPDATE entities SET state = 'active'"


@pytest.fixture
def hotel(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    return Hotel(services, pair.uscc, clerk, now)


def edited(hotel: Hotel, sql: str) -> None:
    """As by whoever can write to the register, past the program; the next act turns the entries by what it finds."""
    with hotel.services.database.write() as tx:
        tx.run(sql)
    hotel.now += SECOND
    hotel.do(Act.CHANGE, LicenceChange(principal="新负责人"))


def refused(hotel: Hotel) -> list[tuple[str, int, str]]:
    with hotel.services.database.read() as tx:
        told = [json.loads(each["after"]) for each in history.of_kind(tx, EventKind.SIGNING_REFUSED)]
    return [(each["what"], each["version"], each["permit_no"]) for each in told]


@pytest.mark.parametrize(("act", "value"), [(Act.REVOKE, 1), (Act.SUSPEND, 2)])
def test_a_permit_put_in_force_again_behind_the_history_stays_ended_in_the_list(hotel, publishing, act, value, caplog):
    hotel.decide(act, permit=0)
    number, entry = hotel.permit().permit_no, hotel.versions()[0].status_index + 1
    publishing.publish(hotel.now)
    edited(hotel, PERMIT_AGAIN)
    assert hotel.entries()[1] == [3, 0], "the register itself says now that it is in force"
    with caplog.at_level(logging.ERROR, "licence_qr.signing"):
        found = read(hotel.services, publishing.publish(hotel.now), hotel.now)
    assert [found.value(entry), found.value(entry + 2)] == [value, value]
    assert refused(hotel) == [("history", 2, number), ("history", 1, number)]
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == [
        "refused to sign as valid what the history has ended"
    ] * 2


def test_a_licence_put_in_force_again_behind_the_history_stays_ended_in_the_list(hotel, publishing):
    publishing.publish(hotel.now)
    hotel.decide(Act.REVOKE)
    changes = "INSERT INTO status_changes (status_index, value) VALUES (0, 0), (1, 0)"
    tamper(hotel.services.database, "DELETE FROM status_entries", changes)
    found = read(hotel.services, publishing.publish(hotel.now), hotel.now)
    assert found.value(0) == 1
    assert ("history", 1, "") in refused(hotel)


def test_the_office_sees_it_on_the_page_of_the_business_and_others_do_not(hotel, publishing):
    hotel.decide(Act.REVOKE, permit=0)
    edited(hotel, PERMIT_AGAIN)
    publishing.publish(hotel.now)
    own = hotel.services.timeline.read(hotel.clerk, hotel.uscc)
    assert [each.kind for each in own.events][0] is EventKind.SIGNING_REFUSED
    other = hotel.services.timeline.read(replace(hotel.clerk, office="jinfeng"), hotel.uscc)
    assert EventKind.SIGNING_REFUSED not in [each.kind for each in other.events]


def test_it_is_told_once_and_a_process_that_starts_anew_finds_it_too(hotel, publishing):
    hotel.decide(Act.REVOKE, permit=0)
    edited(hotel, PERMIT_AGAIN)
    publishing.publish(hotel.now)
    count = len(refused(hotel))
    hotel.do(Act.CHANGE, LicenceChange(principal="又一负责人"))
    publishing.publish(hotel.now)
    assert len(refused(hotel)) == count + 1, "only of the new version"
    anew = StatusPublishing(hotel.services.database, made_anew(publishing.signer), hotel.services.keys.trust_list)
    later = hotel.after(1).now
    assert read(hotel.services, anew.publish(later), later).value(hotel.versions()[0].status_index + 1) == 1


def test_what_an_act_has_put_in_force_again_is_valid(hotel, publishing):
    """Suspended and reinstated, with a version in between that waits for its signature at the time of a list."""
    hotel.decide(Act.SUSPEND, permit=0)
    hotel.do(Act.CHANGE, LicenceChange(principal="新负责人"))
    publishing.publish(hotel.now)
    hotel.after(1).decide(Act.REINSTATE, permit=0)
    found = read(hotel.services, publishing.publish(hotel.now), hotel.now)
    assert [found.value(n) for n in range(4)] == [3, 0, 0, 0]
    assert refused(hotel) == []


@pytest.mark.parametrize("after", ["none", "[]", '{"state": "banana"}'])
def test_an_event_that_no_program_wrote_neither_stops_the_lists_nor_puts_anything_in_force(hotel, publishing, after):
    publishing.publish(hotel.now)
    hotel.decide(Act.REVOKE, permit=0)
    edited(hotel, PERMIT_AGAIN)
    planted = (
        "INSERT INTO history (at, actor, office, event, uscc, subject, reason, legal_basis, document_no, after)"
        " SELECT at, 'x', '', event, uscc, subject, '', '', '', ? FROM history WHERE event = 'permit_revoked'"
    )
    tamper(hotel.services.database, planted, values=(after,))
    found = read(hotel.services, publishing.publish(hotel.now), hotel.now)
    assert found.value(hotel.versions()[0].status_index + 1) == 1


def test_a_value_of_an_entry_that_no_code_has_stops_no_list(hotel, publishing):
    publishing.publish(hotel.now)
    tamper(hotel.services.database, "INSERT INTO status_changes (status_index, value) VALUES (999999, 1), (-1, 1)")
    assert read(hotel.services, publishing.publish(hotel.now), hotel.now).value(0) == 0


def test_a_register_put_back_from_an_older_copy_is_followed_anew(hotel, publishing):
    publishing.publish(hotel.now)
    hotel.decide(Act.REVOKE, permit=0)
    publishing.publish(hotel.now)
    with hotel.services.database.write() as tx:
        for trigger in tx.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            tx.run(f"DROP TRIGGER {trigger['name']}")
        tx.run("DELETE FROM history WHERE event = 'permit_state_changed'")
        tx.run("DELETE FROM status_changes")
        tx.run("DELETE FROM status_entries")
        tx.run(PERMIT_AGAIN)
    later = hotel.after(1).now
    assert read(hotel.services, publishing.publish(later), later).value(1) == 0
    assert refused(hotel) == []
