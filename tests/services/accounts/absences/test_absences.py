"""Absences as they are recorded, corrected and ended: what is refused, what is written down, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from four_eyes import PASSWORD

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.absences import (
    LONGEST_DAYS,
    AbsenceDetails,
    AbsenceFilter,
    AbsenceKind,
    AbsenceState,
)
from licence_qr.domain.roles import Actor, Away, Cover, Role, at_console
from licence_qr.errors import AccessError, LicenceQRError
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.accounts import absences
from licence_qr.store.register import history

TODAY = date(2026, 11, 23)
WEEK = AbsenceDetails(TODAY + timedelta(days=2), TODAY + timedelta(days=8))
PEOPLE = {
    "wang": ("baishiyi", {Role.CLERK, Role.INSPECTOR}),
    "li": ("baishiyi", {Role.CLERK, Role.INSPECTOR}),
    "zhao": ("baishiyi", {Role.CLERK, Role.INSPECTOR, Role.DECIDER}),
    "qian": ("baishiyi", {Role.CLERK}),
    "sun": ("jinfeng", {Role.CLERK, Role.INSPECTOR}),
    "head": ("baishiyi", {Role.SUPERVISOR}),
    "head-too": ("baishiyi", {Role.SUPERVISOR, Role.CLERK, Role.INSPECTOR}),
    "head-elsewhere": ("jinfeng", {Role.SUPERVISOR}),
    "admin": ("baishiyi", {Role.ADMIN}),
    "auditor": ("jinfeng", {Role.AUDITOR}),
}
Act = Callable[[], object]


class Staffed:
    """The services with the people of ``PEOPLE``, by user name."""

    def __init__(self, services: Services, now: datetime) -> None:
        self.services, self.now = services, now
        for username, (office, roles) in PEOPLE.items():
            services.accounts.create(username, f"{username}（示例）", office, frozenset(roles), PASSWORD, now)

    def person(self, username: str) -> Actor:
        found = self.services.accounts.user(username)
        assert found is not None
        return found

    def key(self, username: str) -> int:
        return self.person(username).person_id

    def enter(self, by: str, whose: str, details: AbsenceDetails, substitute: str = "", days: int = 0) -> int:
        named = replace(details, substitute_id=self.key(substitute) if substitute else None)
        later = self.now + timedelta(days=days)
        return self.services.absences.enter(self.person(by), self.key(whose), named, later)

    def details(self, absence_id: int) -> AbsenceDetails:
        return self.services.absences.book.one(absence_id).details

    def change(self, by: str, absence_id: int, *, after: int = 0, **changes: object) -> int:
        known = self.services.absences.book.one(absence_id)
        later = self.now + timedelta(days=after)
        return self.services.absences.book.change(
            absence_id,
            replace(known.details, **changes),  # type: ignore[arg-type]
            self.person(by),
            later,
        )

    def away(self, username: str, day: date) -> Away | None:
        return self.cover(username, day).away

    def stands_in(self, username: str, day: date) -> list[str]:
        return [each.name for each in self.cover(username, day).stands_for]

    def cover(self, username: str, day: date) -> Cover:
        key = self.key(username)
        with self.services.database.read() as tx:
            return absences.cover_of(tx, key, day)

    def events(self) -> list[dict[str, object]]:
        with self.services.database.read() as tx:
            return [row for row in history.everything(tx) if row["event"].startswith("absence")]


@pytest.fixture
def staffed(services: Services, now: datetime) -> Staffed:
    return Staffed(services, now)


def code(act: Act) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act()
    return refused.value.code


def test_on_its_days_and_no_others_the_substitute_stands_in(staffed: Staffed) -> None:
    staffed.enter("wang", "wang", WEEK, "li")
    days = [WEEK.first_day - timedelta(days=1), WEEK.first_day, WEEK.last_day, WEEK.last_day + timedelta(days=1)]
    assert [staffed.stands_in("li", day) for day in days] == [[], ["wang（示例）"], ["wang（示例）"], []]
    assert [staffed.away("wang", day) for day in days] == [None, *[Away(WEEK.last_day, "li（示例）")] * 2, None]


def test_each_step_is_an_event_of_the_office_with_days_and_substitute(staffed: Staffed) -> None:
    key = staffed.enter("head", "wang", replace(WEEK, kind=AbsenceKind.TRAINING), "li")
    staffed.change("wang", key, last_day=WEEK.last_day + timedelta(days=1))
    was = staffed.services.absences.get(staffed.person("li"), key, staffed.now).was
    staffed.services.absences.end(staffed.person("admin"), key, was, staffed.now)
    entered, changed, ended = staffed.events()
    kinds = [(row["event"], row["actor"], row["office"], row["subject"]) for row in (entered, changed, ended)]
    assert kinds == [
        ("absence_entered", "head", "baishiyi", f"absence/{key}"),
        ("absence_changed", "wang", "baishiyi", f"absence/{key}"),
        ("absence_ended", "admin", "baishiyi", f"absence/{key}"),
    ]
    said = json.loads(str(entered["after"]))
    assert (said["first_day"], said["substitute"], said["kind"]) == ("2026-11-25", staffed.key("li"), "training")
    assert said["absent"] == staffed.key("wang")
    assert json.loads(str(changed["before"]))["last_day"] == "2026-12-01"


@pytest.mark.parametrize(
    ("details", "refused"),
    [
        (AbsenceDetails(TODAY - timedelta(days=1), TODAY), "absence_in_past"),
        (AbsenceDetails(TODAY + timedelta(days=1), TODAY), "absence_ends_first"),
        (AbsenceDetails(TODAY, TODAY + timedelta(days=LONGEST_DAYS)), "absence_too_long"),
    ],
)
def test_days_that_cannot_be_are_refused(staffed: Staffed, details: AbsenceDetails, refused: str) -> None:
    assert code(lambda: staffed.enter("wang", "wang", details, "li")) == refused
    assert staffed.events() == []


def test_the_longest_absence_is_allowed(staffed: Staffed) -> None:
    staffed.enter("wang", "wang", AbsenceDetails(TODAY, TODAY + timedelta(days=LONGEST_DAYS - 1)), "li")


def test_absences_of_one_person_do_not_overlap(staffed: Staffed) -> None:
    staffed.enter("wang", "wang", WEEK, "li")
    touching = AbsenceDetails(WEEK.last_day, WEEK.last_day + timedelta(days=3))
    assert code(lambda: staffed.enter("wang", "wang", touching, "li")) == "absence_overlaps"
    staffed.enter("wang", "wang", replace(touching, first_day=WEEK.last_day + timedelta(days=1)), "li")


@pytest.mark.parametrize(
    ("by", "substitute", "refused"),
    [
        ("wang", "wang", "substitute_is_absent"),
        ("wang", "sun", "substitute_of_other_office"),
        ("wang", "qian", "substitute_lacks_roles"),
        ("head-too", "head-too", "substitute_is_oneself"),
    ],
)
def test_who_cannot_stand_in_is_refused(staffed: Staffed, by: str, substitute: str, refused: str) -> None:
    assert code(lambda: staffed.enter(by, "wang", WEEK, substitute)) == refused
    assert staffed.events() == []


def test_nobody_at_the_console_names_the_person_they_act_for(staffed: Staffed) -> None:
    behalf = at_console("root").on_behalf_of(staffed.person("head-too"), "电话报来")
    named = replace(WEEK, substitute_id=staffed.key("head-too"))
    enter = staffed.services.absences.book.enter
    assert code(lambda: enter(staffed.key("wang"), named, behalf, staffed.now)) == "substitute_is_oneself"


def test_who_is_absent_on_these_days_cannot_be_named(staffed: Staffed) -> None:
    staffed.enter("li", "li", AbsenceDetails(WEEK.last_day, WEEK.last_day), "zhao")
    assert code(lambda: staffed.enter("wang", "wang", WEEK, "li")) == "substitute_away"
    before = replace(WEEK, last_day=WEEK.last_day - timedelta(days=1))
    staffed.enter("wang", "wang", before, "li")


def test_a_substitute_who_falls_away_later_passes_nothing_on_and_it_is_told(staffed: Staffed) -> None:
    key = staffed.enter("wang", "wang", WEEK, "li")
    staffed.enter("li", "li", AbsenceDetails(WEEK.first_day, WEEK.first_day), "zhao")
    assert staffed.away("wang", WEEK.first_day) == Away(WEEK.last_day)
    assert staffed.stands_in("zhao", WEEK.first_day) == ["li（示例）"]
    assert staffed.stands_in("li", WEEK.first_day) == []
    assert staffed.stands_in("li", WEEK.last_day) == ["wang（示例）"]
    view = staffed.services.absences.get(staffed.person("auditor"), key, staffed.now)
    assert [text.zh for text in view.told] == ["代办人2026年11月25日至2026年11月25日也不在岗，那几天无人代办"]


@pytest.mark.parametrize("lost", ["roles", "account", "office"])
def test_a_substitute_who_lost_what_it_takes_stands_in_no_more(staffed: Staffed, lost: str) -> None:
    key, li, admin = staffed.enter("wang", "wang", WEEK, "li"), staffed.person("li"), at_console("root")
    staff = staffed.services.staff
    if lost == "roles":
        staff.set_roles(li.user_id, frozenset({Role.CLERK}), admin, staffed.now)
    elif lost == "account":
        staffed.services.accounts.disable("li", staffed.now)
    else:
        staff.change(li.person_id, PersonDetails("", li.display_name, "jinfeng"), admin, staffed.now)
    assert staffed.away("wang", WEEK.first_day) == Away(WEEK.last_day)
    view = staffed.services.absences.get(staffed.person("head"), key, staffed.now)
    assert "不能代办" in view.told[0].zh


def test_without_a_substitute_it_stays_with_the_person_and_that_is_told(staffed: Staffed) -> None:
    key = staffed.enter("wang", "wang", WEEK)
    assert staffed.away("wang", WEEK.first_day) == Away(WEEK.last_day)
    view = staffed.services.absences.get(staffed.person("wang"), key, staffed.now)
    assert "无人代办" in view.told[0].zh


def test_an_absence_is_ended_early_and_its_past_days_stay(staffed: Staffed) -> None:
    key, third = staffed.enter("wang", "wang", WEEK, "li"), WEEK.first_day + timedelta(days=2)
    staffed.services.absences.book.end(key, staffed.person("wang"), staffed.now + timedelta(days=4))
    assert staffed.details(key).last_day == third - timedelta(days=1)
    assert (staffed.away("wang", third), staffed.stands_in("li", third)) == (None, [])
    assert staffed.stands_in("li", WEEK.first_day) == ["wang（示例）"]
    again = staffed.services.absences.book.end
    assert code(lambda: again(key, staffed.person("wang"), staffed.now + timedelta(days=4))) == "absence_over"


def test_an_absence_that_has_not_begun_is_retracted_and_its_days_are_free(staffed: Staffed) -> None:
    key = staffed.enter("wang", "wang", WEEK, "li")
    staffed.services.absences.book.end(key, staffed.person("wang"), staffed.now)
    view = staffed.services.absences.get(staffed.person("wang"), key, staffed.now)
    assert (view.state, view.may_change) == (AbsenceState.RETRACTED, False)
    assert staffed.away("wang", WEEK.first_day) is None
    staffed.enter("wang", "wang", WEEK, "li")


def test_another_substitute_on_the_way_takes_over_from_today(staffed: Staffed) -> None:
    key, today = staffed.enter("wang", "wang", WEEK, "li"), WEEK.first_day + timedelta(days=3)
    other = staffed.change("wang", key, after=5, substitute_id=staffed.key("zhao"))
    assert other != key
    assert staffed.stands_in("li", today - timedelta(days=1)) == ["wang（示例）"]
    assert (staffed.stands_in("li", today), staffed.stands_in("zhao", today)) == ([], ["wang（示例）"])
    assert staffed.stands_in("zhao", today - timedelta(days=1)) == []


def test_what_is_past_cannot_be_corrected(staffed: Staffed) -> None:
    key = staffed.enter("wang", "wang", WEEK, "li")
    assert (
        code(lambda: staffed.change("wang", key, after=3, first_day=TODAY + timedelta(days=3))) == "absence_has_begun"
    )
    assert code(lambda: staffed.change("wang", key, after=5, last_day=WEEK.first_day)) == "absence_ends_in_past"
    assert code(lambda: staffed.change("wang", key, after=9, last_day=date(2027, 1, 1))) == "absence_over"


def test_a_form_that_is_out_of_date_is_refused(staffed: Staffed) -> None:
    key = staffed.enter("wang", "wang", WEEK, "li")
    seen = staffed.services.absences.get(staffed.person("head"), key, staffed.now).was
    staffed.change("wang", key, last_day=WEEK.last_day + timedelta(days=1))
    end = staffed.services.absences.end
    assert code(lambda: end(staffed.person("head"), key, seen, staffed.now)) == "absence_changed_meanwhile"


@pytest.mark.parametrize(
    ("by", "refused"),
    [("qian", "role_not_allowed"), ("auditor", "role_not_allowed"), ("head-elsewhere", "other_office")],
)
def test_of_others_only_supervisor_and_administrator_record(staffed: Staffed, by: str, refused: str) -> None:
    assert code(lambda: staffed.enter(by, "wang", WEEK, "li")) == refused
    key = staffed.enter("admin", "wang", WEEK, "li")
    assert code(lambda: staffed.services.absences.end(staffed.person(by), key, "", staffed.now)) == refused


def test_who_reads_what(staffed: Staffed) -> None:
    mine, other = staffed.enter("wang", "wang", WEEK, "li"), staffed.enter("sun", "sun", WEEK)
    for reader in ("wang", "li", "head", "admin", "auditor"):
        staffed.services.absences.get(staffed.person(reader), mine, staffed.now)
    for stranger in ("zhao", "sun", "head-elsewhere"):
        with pytest.raises(AccessError):
            staffed.services.absences.get(staffed.person(stranger), mine, staffed.now)

    def listed(reader: str, **wanted: object) -> list[int]:
        found = staffed.services.absences.list(
            staffed.person(reader),
            AbsenceFilter(**wanted),  # type: ignore[arg-type]
            1,
            staffed.now,
        )
        return [each.absence.absence_id for each in found.absences]

    assert (listed("auditor"), listed("head"), listed("head-elsewhere")) == ([other, mine], [mine], [other])
    assert (listed("auditor", text="li（"), listed("auditor", office="jinfeng")) == ([mine], [other])
    assert listed("head", office="jinfeng") == [mine]
    assert (listed("auditor", state=AbsenceState.RUNNING), len(listed("auditor", state=AbsenceState.COMING))) == ([], 2)
    own = staffed.services.absences.own(staffed.person("li"), staffed.now)
    assert (own.mine, [each.person.name for each in own.stood_in]) == ((), ["wang（示例）"])


def test_two_entries_that_become_one_person_keep_their_absences(staffed: Staffed) -> None:
    staffed.enter("wang", "wang", WEEK, "li")
    staffed.enter("qian", "qian", AbsenceDetails(WEEK.first_day, WEEK.first_day), "li")
    wang, qian, li = (staffed.key(name) for name in ("wang", "qian", "li"))
    staffed.services.staff.merge(wang, qian, at_console("root"), staffed.now)
    assert [each.details.substitute_id for each in staffed.services.absences.book.of(wang, staffed.now)] == [li, li]
    staffed.services.staff.merge(wang, li, at_console("root"), staffed.now)
    assert [each.details.substitute_id for each in staffed.services.absences.book.of(wang, staffed.now)] == [None, None]
    assert staffed.away("wang", WEEK.last_day) == Away(WEEK.last_day)
