"""Random lives of made-up businesses against a real register, and what must hold after every step of each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.acts import RULES, Act, Grounds, Subject, SubjectKind, allowed
from licence_qr.domain.lifecycle.dates import licence_state_on
from licence_qr.domain.lifecycle.details import (
    ActRequest,
    ClosingPremises,
    Dormancy,
    Grading,
    LicenceChange,
    LiftedMark,
    NewMark,
    NewPremises,
    PermitChange,
    Reprint,
    ReprintCause,
    Suspending,
)
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import GrantMode, Permit, PermitState, Suspension, status_list_value, status_on
from licence_qr.domain.register.record import CombinedRecord
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import InputError, InvalidApplication, RuleError
from licence_qr.services.lifecycle.procedure import TypedVisit
from licence_qr.services.register.chronology import made_up_past
from licence_qr.services.register.state_on_day import PastState, effective_day_of
from licence_qr.services.signing.status_entries import says_as_much
from licence_qr.store.register import codes, entities, history, marks, permits

START = datetime(2026, 11, 23, 2, 30).astimezone()
DECIDER = Actor(7, "decider", "审批员", "baishiyi", frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER}))
ENDS = {PermitState.ANNULLED, PermitState.REVOKED, PermitState.WITHDRAWN}
CLOSED = {PermitState.CANCELLED, PermitState.REFUSED}
GRAVE = {Act.CANCEL, Act.ANNUL, Act.REVOKE, Act.WITHDRAW, Act.MOVE_OUT, Act.REFUSE, Act.CLOSE_PREMISES}
ACTS = {kind: sorted({r.act for r in RULES if r.kind is kind}) for kind in SubjectKind}
KINDS = (("hotel", "住宿"), ("swimming_pool", "游泳"), ("barber", "理发"))


class Walk(RuleBasedStateMachine):
    """One business, one step at a time. ``services`` and ``make_application`` are put in by the test."""

    services: Services
    make_application: Any
    serial = 0

    @initialize(general=st.booleans())
    def begin(self, general: bool) -> None:
        type(self).serial += 1
        self.now = START
        permit = {"mode": GrantMode.GENERAL, "commitment": None} if general else {}
        application = self.make_application(self.serial, permit=permit)
        self.uscc = self.services.issuance.issue(application, DECIDER, f"walk:{self.serial}", self.now).uscc
        self.numbers: dict[int, str] = {}
        self.before: dict[int, PermitState] = {}
        self.licence_before = LicenceState.ACTIVE
        self.snapshots: list[tuple[int, PastState]] = []

    # Steps.

    @rule(days=st.sampled_from([1, 7, 31, 200, 500]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(days=st.integers(1, 20))
    def the_permits_come_to_their_last_days(self, days: int) -> None:
        ends = [
            p.period.last for p in self.permits().values() if p.period and p.period.last and p.period.last > self.today
        ]
        if ends:
            self.now += timedelta(days=max((min(ends) - self.today).days - 40 + days, 1))

    @rule(choice=st.integers(0, 50), data=st.data(), back=st.sampled_from([None, None, None, 0, 1, 40]))
    def something_is_tried(self, choice: int, data: st.DataObject, back: int | None) -> None:
        subject = self.subject(choice)
        acts = [act for act in ACTS[subject.kind] if act is not Act.DEEM_RENEWED]
        self.do(subject, data.draw(st.sampled_from(acts)), data, back)

    @rule(choice=st.integers(0, 50), data=st.data(), grave=st.integers(0, 9))
    def something_is_done_that_may_be(self, choice: int, data: st.DataObject, grave: int) -> None:
        """Mostly what lets the life go on, so that lives grow long enough to have a middle."""
        subject = self.subject(choice)
        open_now = [r.act for r in self.services.life.open_acts(self.uscc, self.now)[subject]]
        acts = [act for act in open_now if grave == 0 or act not in GRAVE]
        if acts:
            self.do(subject, data.draw(st.sampled_from(acts)), data, None)

    @rule(days=st.integers(1, 60), choice=st.integers(0, 50), data=st.data())
    def a_renewal_is_applied_for(self, days: int, choice: int, data: st.DataObject) -> None:
        """By a holder who waits for the last days of a permit."""
        standing = {k: p for k, p in self.permits().items() if p.state is PermitState.EFFECTIVE and p.period}
        for key, permit in list(standing.items())[choice % 3 : choice % 3 + 1]:
            last = permit.period.last
            if last > self.today:
                self.now += timedelta(days=max((last - self.today).days - days, 0))
                self.do(Subject(self.uscc, key), Act.APPLY_RENEWAL, data, None)

    @rule(passed=st.booleans())
    def what_is_applied_for_is_visited(self, passed: bool) -> None:
        """By two people; without that nothing is granted."""
        outcome = GrantVisitOutcome.PASSED if passed else GrantVisitOutcome.NOT_PASSED
        visit = TypedVisit(self.today, "核查员甲、核查员乙", outcome, "记录")
        for key, permit in self.permits().items():
            if permit.state is PermitState.PENDING:
                self.services.procedures.record_visit(DECIDER, f"permit/{key}", visit, self.now)

    def subject(self, choice: int) -> Subject:
        subjects = [Subject(self.uscc), *(Subject(self.uscc, key) for key in self.permits())]
        return subjects[choice % len(subjects)]

    def do(self, subject: Subject, act: Act, data: st.DataObject, back: int | None) -> None:
        """Do it, or see it refused for a good reason and without a trace."""
        day = None if back is None else self.today - timedelta(days=back)
        request = ActRequest(
            subject, act, Grounds("查实", "", "一号", day), DECIDER, self.details(data, subject.kind, act), None, "甲"
        )
        open_now = {r.act for r in allowed(subject.kind, self.state_of(subject))}
        events = self.revision()
        try:
            with self.services.database.write() as tx:
                self.services.life.perform_within(tx, request, self.now)
        except (RuleError, InputError, InvalidApplication) as refusal:
            assert self.revision() == events, "what is refused leaves nothing behind"
            assert (refusal.code == "act_not_allowed") == (act not in open_now)
            if refusal.code == "act_not_allowed":
                assert set(refusal.facts["allowed"]) == open_now - {Act.DEEM_RENEWED}
            return
        assert act in open_now
        targets = {r.target for r in RULES if (r.kind, r.act) == (subject.kind, act)}
        assert targets == {None} or self.decided_state(subject) in targets

    @rule(place=st.integers(0, 2), kind=st.sampled_from(KINDS), general=st.booleans())
    def another_permit_is_applied_for(self, place: int, kind: tuple[str, str], general: bool) -> None:
        with self.services.database.read() as tx:
            entity = entities.get(tx, self.uscc).entity
        asked = self.make_application(
            self.serial,
            at=self.now,
            entity={
                "name": entity.name, "principal": entity.principal,
                "domicile": entity.domicile, "established_on": entity.established_on,
            },
            permit={"kinds": (kind[0],), "items": kind[1]}
            | ({"mode": GrantMode.GENERAL, "commitment": None} if general else {}),
        )  # fmt: skip
        if place:
            asked = replace(asked, premises_address=f"重庆市九龙坡区白市驿镇测试路{self.serial}号附{place}号")
        try:
            self.services.issuance.issue(asked, DECIDER, f"walk:{self.serial}:{self.revision()}", self.now)
        except (RuleError, InvalidApplication):
            pass

    @rule()
    def the_sweep_runs(self) -> None:
        self.services.life_sweep.run(self.now)

    @rule(back=st.integers(0, 900))
    def a_past_day_is_asked_for(self, back: int) -> None:
        day = self.today - timedelta(days=back)
        self.snapshots.append((self.revision(), self.services.life.state_on(self.uscc, day, self.now)))
        # Nothing more happens at this instant: what the register knew then is what it knows now.
        self.now += timedelta(seconds=1)

    # What holds.

    @invariant()
    def the_history_rebuilds_the_tables(self) -> None:
        state = self.services.life.state_on(self.uscc, self.today)
        with self.services.database.read() as tx:
            stored = entities.get(tx, self.uscc)
            assert state.entity == stored.entity
            assert (state.state_since, state.dormant_until) == (stored.state_since, stored.dormant_until)
            assert state.state == licence_state_on(stored.state, stored.dormant_until, self.today)
            assert state.premises == entities.premises_of(tx, self.uscc)
            assert state.permits == {s.permit_id: s.permit for s in permits.of_business(tx, self.uscc)}
            assert state.marks == {m.mark_id: m.mark for m in marks.of_business(tx, self.uscc)}
            assert state.version == codes.newest_of_business(tx, self.uscc).version

    @invariant()
    def what_ended_never_comes_back(self) -> None:
        with self.services.database.read() as tx:
            licence = entities.get(tx, self.uscc).state
        held = self.permits()
        for key, before in self.before.items():
            after = held[key].state
            assert before not in CLOSED or after is before
            assert before not in ENDS or after in {before, PermitState.CANCELLED}
            assert before not in ENDS or after is before or held[key].ended_by is before
        assert not self.licence_before.ended or licence.ended
        assert not licence.ended or all(p.state in CLOSED for p in held.values())
        self.before, self.licence_before = {key: p.state for key, p in held.items()}, licence

    @invariant()
    def a_number_once_given_stays(self) -> None:
        for key, permit in self.permits().items():
            assert self.numbers.setdefault(key, permit.permit_no) == permit.permit_no or not self.numbers[key]
            self.numbers[key] = permit.permit_no

    @invariant()
    def the_code_is_in_line(self) -> None:
        with self.services.database.read() as tx:
            newest, *older = codes.versions_of_business(tx, self.uscc)
            stored = entities.get(tx, self.uscc)
            held = tuple(s.permit for s in permits.of_business(tx, self.uscc))
            record = CombinedRecord(stored.entity, entities.premises_of(tx, self.uscc), held)
            assert [c.version for c in (newest, *older)] == list(range(newest.version, 0, -1))
            assert newest.digest == record.digest(), "the newest print says what the register says"
            dormant = licence_state_on(stored.state, stored.dormant_until, self.today) is LicenceState.DORMANT
            wanted, entry = (2 if dormant else int(stored.state.ended)), codes.status(tx, newest.status_index)
            # The sweep records that the last day of dormancy is over.
            awaits_sweep = stored.state is LicenceState.DORMANT and says_as_much(entry, wanted)
            assert entry == wanted or awaits_sweep
            for code in older:
                over = stored.state.ended or code.void_since is not None
                assert codes.status(tx, code.status_index) == (1 if over else codes.SUPERSEDED)
            values = {p.permit_no: status_list_value(status_on(p, self.today)) for p in held}
            for code in (newest, *older):
                signed = [p["permit_no"] for p in json.loads(code.record)["permits"]]
                found = [codes.status(tx, code.status_index + 1 + place) for place in range(len(signed))]
                assert found == [values[number] for number in signed], f"entries of version {code.version}"

    @invariant()
    def the_past_stays_what_it_was(self) -> None:
        with self.services.database.read() as tx:
            events = history.of_business(tx, self.uscc)
        for revision, seen in self.snapshots:
            assert self.services.life.state_on(self.uscc, seen.day, seen.known_at) == seen
            later = [effective_day_of(event) for event in events if event["seq"] > revision]
            if all(seen.day < day for day in later):
                again = self.services.life.state_on(self.uscc, seen.day)
                assert replace(again, known_at=seen.known_at) == seen

    # Looking.

    @property
    def today(self) -> date:
        return local_date(self.now)

    def permits(self) -> dict[int, Permit]:
        with self.services.database.read() as tx:
            return {
                s.permit_id: s.permit for s in sorted(permits.of_business(tx, self.uscc), key=lambda s: s.permit_id)
            }

    def revision(self) -> int:
        with self.services.database.read() as tx:
            return history.revision(tx, self.uscc)

    def decided_state(self, subject: Subject) -> str:
        if subject.permit_id is not None:
            return self.permits()[subject.permit_id].state
        with self.services.database.read() as tx:
            return entities.get(tx, self.uscc).state

    def state_of(self, subject: Subject) -> str:
        """The state as the table names it."""
        if subject.permit_id is not None:
            return status_on(self.permits()[subject.permit_id], self.today)
        with self.services.database.read() as tx:
            stored = entities.get(tx, self.uscc)
        return licence_state_on(stored.state, stored.dormant_until, self.today)

    def details(self, data: st.DataObject, kind: SubjectKind, act: Act) -> Any:
        """Details of the act, right ones and wrong ones."""
        with self.services.database.read() as tx:
            places = [p.premises_no for p in entities.premises_of(tx, self.uscc)]
            held = [m.mark_id for m in marks.of_business(tx, self.uscc)]
        road = f"重庆市九龙坡区白市驿镇新名路{self.serial}号{data.draw(st.integers(1, 3))}幢"
        later = self.today + timedelta(days=data.draw(st.sampled_from([-3, 0, 30, 900, 2000])))
        word = data.draw(st.sampled_from(["甲", "乙", "丙"]))
        choices: dict[Act, list[Any]] = {
            Act.CHANGE: [
                LicenceChange(name=f"{word}宾馆有限公司"), LicenceChange(principal=word),
                LicenceChange(domicile=road), LicenceChange(business_scope=f"{word}。"), LicenceChange(name=""),
            ] if kind is SubjectKind.LICENCE else [
                PermitChange(road, renamed=True), PermitChange(road), PermitChange(items=word),
            ],
            Act.ADD_PREMISES: [NewPremises(road)],
            Act.CLOSE_PREMISES: [ClosingPremises(number) for number in (*places, 99)],
            Act.REPRINT: [Reprint(cause) for cause in ReprintCause],
            Act.DORMANT: [Dormancy(later)],
            Act.MARK: [NewMark(mark, until) for mark in MarkKind for until in (None, later)],
            Act.LIFT_MARK: [LiftedMark(number) for number in (*held, 10**6)],
            Act.GRADE: [Grading(grade) for grade in "ABC"],
            Act.SUSPEND: [Suspending(each) for each in (None, *Suspension)],
        }  # fmt: skip
        return data.draw(st.sampled_from(choices.get(act, [None])))


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory, make_services: Any) -> Iterator[Services]:
    """One register for all lives: each is a business of its own. The key of the first day signs in all the years."""
    made = make_services(tmp_path_factory.mktemp("walk"))
    key = made.keys.signing_key(START)
    signer = replace(made.coding.signer, signing_key=lambda now: key, check_key=lambda now: None)
    listed = made.keys.trust_list()
    lasting = tuple(replace(each, sign_until=date.max, verify_until=date.max) for each in listed.keys)
    coding = replace(made.coding, signer=signer, trust_list=lambda: replace(listed, keys=lasting))
    life = replace(made.life, coding=coding)
    issuance, sweep = replace(made.issuance, coding=coding), replace(made.life_sweep, life=life)
    yield replace(made, coding=coding, life=life, life_sweep=sweep, issuance=issuance)
    made.database.close()


def test_lives_of_businesses_hold_to_the_rules(walked: Services, make_application: Any) -> None:
    class Lives(Walk):
        services = walked

    Lives.make_application = staticmethod(make_application)
    steps = settings(
        max_examples=20,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    with made_up_past():  # each life begins on the first day
        run_state_machine_as_test(Lives, settings=steps)
    with walked.database.read() as tx:
        numbers = [row["permit_no"] for row in tx.all("SELECT permit_no FROM permits WHERE permit_no IS NOT NULL")]
    by_year: dict[int, list[int]] = {}
    template = walked.catalogue.number_template("hygiene_permit", "cq_gxq_health")
    for year, serial in map(template.parse, numbers):
        by_year.setdefault(year, []).append(serial)
    assert all(sorted(serials) == list(range(1, len(serials) + 1)) for serials in by_year.values())
