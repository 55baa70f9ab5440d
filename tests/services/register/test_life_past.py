"""The state on a past day: folded from the history, as known today and as the register knew it then."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from harmed import tamper
from lives import Hotel

from licence_qr.cli.main import main
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.lifecycle.details import ClosingPremises, LicenceChange, NewMark, NewPremises
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.marks import MarkKind
from licence_qr.services.register import record
from licence_qr.store.register import entities, marks, permits


@pytest.fixture
def hotel(services, make_application, clerk, now):
    pair = services.issuance.issue(make_application(), clerk, "key", now)
    return Hotel(services, pair.uscc, clerk, now)


def on(hotel, day, known_at=None):
    return hotel.services.life.state_on(hotel.uscc, day, known_at)


def test_before_the_first_event_the_register_says_nothing(hotel):
    before = on(hotel, hotel.today - timedelta(days=1))
    assert (before.entity, before.state, before.permits, before.version) == (None, None, {}, 0)


def test_each_day_has_the_state_of_that_day(hotel):
    first, key = hotel.today, hotel.stored().permit_id
    hotel.after(10).do(Act.CHANGE, LicenceChange(name="新名宾馆有限公司"))
    hotel.after(10).decide(Act.SUSPEND, permit=0)
    hotel.after(10).decide(Act.REINSTATE, permit=0)
    states = {n: on(hotel, first + timedelta(days=n)) for n in (0, 9, 10, 19, 20, 29, 30)}
    assert [s.entity.name[:2] for s in states.values()] == ["测试", "测试", "新名", "新名", "新名", "新名", "新名"]
    assert [s.permits[key].state.value for s in states.values()] == [
        "effective", "effective", "effective", "effective", "suspended", "suspended", "effective",
    ]  # fmt: skip
    assert [s.version for s in states.values()] == [1, 1, 2, 2, 2, 2, 2]


def test_what_was_entered_late_counts_from_its_day_and_not_from_its_entry(hotel):
    first, key = hotel.today, hotel.stored().permit_id
    known_before = hotel.after(20).now
    hotel.after(1).decide(Act.REVOKE, permit=0, on=first + timedelta(days=5))
    day = first + timedelta(days=10)
    assert on(hotel, day).permits[key].state == "revoked"
    assert on(hotel, day, known_before).permits[key].state == "effective", "the register did not know it then"
    assert on(hotel, first + timedelta(days=4)).permits[key].state == "effective"


def test_a_later_entry_for_an_earlier_day_does_not_bring_forward_what_came_between(hotel):
    first = hotel.today
    hotel.after(10).do(Act.CHANGE, LicenceChange(name="新名宾馆有限公司"))
    hotel.after(10).do(Act.CHANGE, LicenceChange(principal="新人"), on=first + timedelta(days=5))
    between = on(hotel, first + timedelta(days=7)).entity
    assert (between.name, between.principal) == ("测试1号宾馆有限公司", "新人")


def test_an_annulled_permit_was_never_valid_but_the_past_knew_no_better(hotel):
    first, key = hotel.today, hotel.stored().permit_id
    known_before = hotel.after(20).now
    hotel.after(1).decide(Act.ANNUL, permit=0)
    assert on(hotel, first).permits[key].state == "annulled"
    assert on(hotel, first, known_before).permits[key].state == "effective"
    hotel.after(5).do(Act.CANCEL, permit=0)
    assert on(hotel, first).permits[key].state == "annulled"
    assert on(hotel, hotel.today).permits[key].state == "cancelled"


def test_premises_marks_and_the_end_are_of_their_days_too(hotel):
    first = hotel.today
    hotel.after(1).do(Act.ADD_PREMISES, NewPremises("另一路9号"))
    hotel.after(1).do(Act.MARK, NewMark(MarkKind.SERIOUS, hotel.today + timedelta(days=1)))
    hotel.after(1).do(Act.CLOSE_PREMISES, ClosingPremises(2))
    hotel.after(1).do(Act.CANCEL)
    states = [on(hotel, first + timedelta(days=n)) for n in range(5)]
    assert [sum(p.open for p in s.premises) for s in states] == [1, 2, 2, 1, 1]
    assert [any(m.stands_on(s.day) for m in s.marks.values()) for s in states] == [False, False, True, True, False]
    assert [s.state for s in states][-2:] == [LicenceState.ACTIVE, LicenceState.CANCELLED]


def test_every_business_of_the_demonstration_can_be_folded_from_its_history(demonstration, now):
    with demonstration.database.read() as tx:
        known = [row["uscc"] for row in tx.all("SELECT uscc FROM entities")]
        assert len(known) >= 24
        for uscc in known:
            rows = tx.all("SELECT * FROM history WHERE uscc = ? ORDER BY seq", (uscc,))
            assert rows
    for uscc in known:
        state = demonstration.life.state_on(uscc, now.date() + timedelta(days=1))
        with demonstration.database.read() as tx:
            business = record.load(tx, uscc)
            assert (state.entity, state.premises) == (business.record.entity, business.record.premises)
            assert state.state == business.stored.state
            assert state.permits == {s.permit_id: s.permit for s in permits.of_business(tx, uscc)}
            assert state.marks == {m.mark_id: m.mark for m in marks.of_business(tx, uscc)}


def test_an_event_from_before_the_register_kept_a_field_is_still_read(hotel, services):
    """Premises were written without their closing, licences without the day of their state."""
    with services.database.read() as tx:
        after = json.loads(tx.one("SELECT after FROM history WHERE event = 'premises_added'")["after"])
        before = entities.premises_of(tx, hotel.uscc)
    del after["closed_on"]
    earlier = "UPDATE history SET after = ? WHERE event = 'premises_added'"
    tamper(services.database, earlier, values=(json.dumps(after),))
    assert on(hotel, hotel.today).premises == before
    hotel.do(Act.ADD_PREMISES, NewPremises("另一路9号"))
    hotel.do(Act.CLOSE_PREMISES, ClosingPremises(1))
    assert [p.open for p in on(hotel, hotel.today).premises] == [False, True]


def test_the_command_line_tells_a_past_day_and_not_the_reasons(hotel, monkeypatch, capsys):
    hotel.after(1).do(Act.MARK, NewMark(MarkKind.SERIOUS))
    home = hotel.services.settings
    monkeypatch.setenv("LICENCE_QR_HOME", str(home.home))
    monkeypatch.setenv("LICENCE_QR_KEYS", str(home.keys))
    ended = []
    for options in (["--on", "2026-11-24"], ["--on", "2026-11-24", "--known", "2026-11-23"], ["--on", "2026-11-01"]):
        monkeypatch.setattr("sys.argv", ["licence-qr", "life", "show", hotel.uscc, *options])
        with pytest.raises(SystemExit) as exit_:
            main()
        ended.append((exit_.value.code, *capsys.readouterr()))
    assert [bool(code) for code, _, _ in ended] == [False, False, True]
    told, known_before = (json.loads(out) for _, out, _ in ended[:2])
    assert [m["kind"] for m in told["marks"].values()] == ["serious"] and "查实" not in ended[0][1]
    assert (known_before["marks"], known_before["state"]) == ({}, "active")
    assert "business_not_known_then" in ended[2][2]


def test_the_sweep_of_the_command_line_says_what_it_found(hotel, monkeypatch, capsys):
    monkeypatch.setenv("LICENCE_QR_HOME", str(hotel.services.settings.home))
    monkeypatch.setenv("LICENCE_QR_KEYS", str(hotel.services.settings.keys))
    monkeypatch.setattr("sys.argv", ["licence-qr", "life", "sweep", "--json"])
    with pytest.raises(SystemExit):
        main()
    assert json.loads(capsys.readouterr().out) == {
        "renewals": 0, "rests": 0, "marks": 0, "files_removed": 0, "contacts_deleted": 0, "words_deleted": 0,
        "drafts_deleted": 0, "traces_deleted": 0, "unswept": [],
    }  # fmt: skip
