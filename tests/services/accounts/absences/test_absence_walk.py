"""Random lives of absences against a real register: on no day do two people hold what waits for somebody by name, it is
never lost, and nobody passes on what they hold for another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.absences import AbsenceDetails, AbsenceState
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Cover, Role
from licence_qr.errors import ConflictError, InputError
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.services.register.chronology import made_up_past
from licence_qr.store.accounts import absences
from licence_qr.store.database.connections import Transaction

START = datetime(2026, 11, 23, 2, 30).astimezone()
HORIZON = 14  # days that are looked at after every step
FULL = frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER})
NAMES = ("wang", "li", "zhao", "qian")
who, days = st.sampled_from(NAMES), st.integers(0, 6)


class Walk(RuleBasedStateMachine):
    """Four people of one office, one step at a time. ``services`` are put in by the test; each walk has new people."""

    services: Services
    serial = 0

    @initialize()
    def begin(self) -> None:
        type(self).serial += 1
        self.now, self.known = START, list[int]()
        self.people: dict[str, Actor] = {}
        for name in NAMES:
            username = f"{name}-{self.serial}"
            self.services.accounts.create(
                username, name, "baishiyi", FULL, f"only-for-{username}", self.now, staff_no=username
            )
            found = self.services.accounts.user(username)
            assert found is not None
            self.people[name] = found

    @property
    def today(self) -> date:
        return self.now.date()

    def details(self, first: int, length: int, substitute: str | None) -> AbsenceDetails:
        day = self.today + timedelta(days=first)
        named = self.people[substitute].person_id if substitute else None
        return AbsenceDetails(day, day + timedelta(days=length), named)

    @rule(whose=who, first=days, length=days, substitute=st.none() | who)
    def enter(self, whose: str, first: int, length: int, substitute: str | None) -> None:
        person = self.people[whose]
        try:
            details = self.details(first, length, substitute)
            self.known.append(self.services.absences.book.enter(person.person_id, details, person, self.now))
        except InputError as refused:
            assert refused.code == "absence_overlaps" or refused.code.startswith("substitute_")

    @rule(which=st.integers(0, 20), first=days, length=days, substitute=st.none() | who)
    def change(self, which: int, first: int, length: int, substitute: str | None) -> None:
        if self.known:
            key = self.known[which % len(self.known)]
            past = self.of_days_before_today()
            try:
                details = self.details(first, length, substitute)
                changed = self.services.absences.book.change(key, details, AT_THE_MACHINE, self.now)
                self.known.extend({changed} - set(self.known))
            except (InputError, ConflictError):
                pass
            assert self.of_days_before_today() == past

    @rule(which=st.integers(0, 20))
    def end(self, which: int) -> None:
        if self.known:
            key = self.known[which % len(self.known)]
            past, whose = self.of_days_before_today(), self.services.absences.book.one(key)
            running = whose.state_on(self.today) in {AbsenceState.RUNNING, AbsenceState.COMING}
            try:
                self.services.absences.book.end(key, AT_THE_MACHINE, self.now)
            except ConflictError:
                assert not running
            assert self.of_days_before_today() == past

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(name=who, roles=st.sampled_from((FULL, frozenset({Role.CLERK}))))
    def get_roles(self, name: str, roles: frozenset[Role]) -> None:
        self.services.staff.set_roles(self.people[name].user_id, roles, AT_THE_MACHINE, self.now)

    @rule(name=who, office=st.sampled_from(("baishiyi", "jinfeng")))
    def move(self, name: str, office: str) -> None:
        person = self.people[name]
        self.services.staff.change(
            person.person_id, PersonDetails(person.username, person.display_name, office), AT_THE_MACHINE, self.now
        )

    def covers(self, tx: Transaction, day: date) -> dict[str, Cover]:
        return {name: absences.cover_of(tx, person.person_id, day) for name, person in self.people.items()}

    def of_days_before_today(self) -> list[tuple[int, date, int | None]]:
        """Who was named for whom on each past day, which nothing that is done today changes."""
        past = (START.date() + timedelta(days=n) for n in range((self.today - START.date()).days))
        with self.services.database.read() as tx:
            people = [person.person_id for person in self.people.values()]
            found = ((key, day, absences.within(tx, key, day, day)) for day in past for key in people)
            return [(key, day, each.details.substitute_id) for key, day, each in found if each]

    @invariant()
    def every_day_one_person_holds_what_waits(self) -> None:
        with self.services.database.read() as tx:
            for day in (self.today + timedelta(days=n) for n in range(HORIZON)):
                self.holds_on(self.covers(tx, day))

    def holds_on(self, covers: dict[str, Cover]) -> None:
        keys = {person.person_id: name for name, person in self.people.items()}
        for name, person in self.people.items():
            holders = [
                other
                for other, cover in covers.items()
                if any(each.person_id == person.person_id for each in cover.stands_for)
            ]
            away = covers[name].away
            # Nobody else, or the one whom the page of the absent person names: never two, and never nobody.
            assert holders == ([away.substitute] if away is not None and away.substitute else [])
            assert name not in holders
        for cover in covers.values():
            # Whoever is away stands in for nobody, so what is passed on ends with the first who has it.
            assert not (cover.away and cover.stands_for)
            assert len({each.person_id for each in cover.stands_for}) == len(cover.stands_for)
            assert all(covers[keys[each.person_id]].away is not None for each in cover.stands_for)


@pytest.mark.campaign
def test_whatever_is_recorded_each_day_has_one_holder(services: Services, rounds: Callable[[int, int], int]) -> None:
    Walk.services, Walk.serial = services, 0
    with made_up_past():  # each walk begins on the first day
        run_state_machine_as_test(
            Walk,
            settings=settings(
                max_examples=rounds(20, 400),
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
