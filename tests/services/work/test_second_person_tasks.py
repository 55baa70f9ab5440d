"""What waits for a second person is a task of those who may confirm it, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from people import CLIENT, asked_reset, asked_roles, enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.dates import local_date
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.work.work_list import WorkFilter, WorkLine
from licence_qr.web.desk.work.calendar import as_calendar

PASSWORD = "only-for-these-tests"
ROLES, RESET = TaskKind.ROLES_TO_CONFIRM, TaskKind.RESET_TO_CONFIRM
PEOPLE = {
    "first": ("baishiyi", Role.ADMIN),
    "second": ("bafu", Role.ADMIN),
    "head": ("baishiyi", Role.SUPERVISOR),
    "head-elsewhere": ("bafu", Role.SUPERVISOR),
    "reader": ("", Role.AUDITOR),
    "clerk": ("baishiyi", Role.CLERK),
}
OFFICES = ("baishiyi", "bafu")
MAY_CONFIRM = {ROLES: {"second", "reader"}, RESET: {"second", "head"}}


@dataclass
class Scene:
    services: Services
    now: datetime

    def actor(self, name: str) -> Actor:
        found = self.services.accounts.user(name)
        assert found is not None
        return found

    def tasks(self, name: str, at: datetime | None = None) -> tuple[WorkLine, ...]:
        return self.services.work_list.everything(self.actor(name), WorkFilter(), at or self.now)

    def asked(self, kind: TaskKind) -> str:
        """Ask for something of this kind; return the user name of the owner."""
        (asked_roles if kind is ROLES else asked_reset)(self.services, "first", PASSWORD, self.now)
        return "gets-decider" if kind is ROLES else "lost-phone"


@pytest.fixture
def scene(services: Services, now: datetime) -> Scene:
    for name, (office, role) in PEOPLE.items():
        services.accounts.create(name, name, office, frozenset({role}), PASSWORD, now, staff_no=f"N-{name}")
    return Scene(services, now)


@pytest.mark.parametrize("kind", [ROLES, RESET])
def test_a_request_is_a_task_of_whoever_may_confirm_it(scene: Scene, kind: TaskKind) -> None:
    owner = scene.actor(scene.asked(kind))
    found = {name: scene.tasks(name) for name in (*PEOPLE, owner.username)}
    assert {name for name, lines in found.items() if lines} == MAY_CONFIRM[kind]
    (line,) = found["second"]
    assert (line.task.kind, line.task.holder_name, line.task.office) == (kind, owner.display_name, owner.office)
    assert line.task.due_on == local_date(scene.now + timedelta(days=7 if kind is ROLES else 1))
    assert scene.services.work_list.counts(scene.actor("second"), scene.now).of(kind) == 1


def test_another_account_of_who_asked_has_no_such_task(scene: Scene) -> None:
    wanted = frozenset({Role.ADMIN})
    scene.services.accounts.create("first-too", "first", "baishiyi", wanted, PASSWORD, scene.now, staff_no="N-first")
    scene.asked(ROLES)
    assert scene.tasks("first-too") == () and scene.tasks("second")


@pytest.mark.parametrize("kind", [ROLES, RESET])
def test_the_filter_by_office_is_that_of_the_owner(scene: Scene, kind: TaskKind) -> None:
    office = scene.actor(scene.asked(kind)).office
    # Nobody gets both roles any more; accounts from before keep them.
    both = replace(scene.actor("reader"), roles=frozenset({Role.ADMIN, Role.AUDITOR}))
    found = {each: scene.services.work_list.everything(both, WorkFilter(office=each), scene.now) for each in OFFICES}
    assert {each: bool(lines) for each, lines in found.items()} == {each: each == office for each in OFFICES}


def settled(scene: Scene) -> None:
    scene.services.role_grants.decline(scene.actor("second"), 1, scene.now)


def given_others(scene: Scene) -> None:
    scene.services.staff.set_roles(
        scene.actor("gets-decider").user_id, frozenset({Role.SUPERVISOR}), AT_THE_MACHINE, scene.now
    )


def owner_closed(scene: Scene) -> None:
    scene.services.accounts.disable("gets-decider", scene.now)


def asker_closed(scene: Scene) -> None:
    scene.services.accounts.disable("first", scene.now)


def asker_no_administrator(scene: Scene) -> None:
    first = scene.actor("first").user_id
    scene.services.staff.set_roles(first, frozenset({Role.CATALOGUE}), AT_THE_MACHINE, scene.now)


@pytest.mark.parametrize("ends", [settled, given_others, owner_closed, asker_closed, asker_no_administrator])
def test_a_request_that_does_not_stand_any_more_is_no_task(scene: Scene, ends: Callable[[Scene], None]) -> None:
    scene.asked(ROLES)
    ends(scene)
    assert scene.tasks("second") == scene.tasks("reader") == ()


@pytest.mark.parametrize(("kind", "days"), [(ROLES, 8), (RESET, 2)])
def test_a_request_whose_time_is_over_is_no_task(scene: Scene, kind: TaskKind, days: int) -> None:
    scene.asked(kind)
    assert scene.tasks("second", scene.now + timedelta(days=days - 1))
    assert scene.tasks("second", scene.now + timedelta(days=days)) == ()


def test_whoever_has_found_the_device_again_asks_nobody(scene: Scene) -> None:
    owner, now = scene.actor("clerk"), scene.now
    app, _ = enrol_app(scene.services, owner, PASSWORD, now)
    proof = ProofFrom(Proof(PASSWORD), CLIENT)
    scene.services.reset_requests.ask(scene.actor("first"), owner.user_id, "本人到场", proof, now)
    assert scene.tasks("head")
    later = now + timedelta(minutes=1)
    scene.services.second_factors.renew_codes(owner, Proof(PASSWORD, app.at(later)), CLIENT, later)
    assert scene.tasks("head", later) == ()


def test_no_mail_and_no_calendar_names_a_colleague(scene: Scene) -> None:
    scene.asked(RESET)
    assert scene.services.reminders.due(scene.now) == ()
    lines = scene.tasks("head")
    assert lines and b"VEVENT" not in as_calendar(lines, scene.now, "https://licence.example.cn")
