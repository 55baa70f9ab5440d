"""Roles that one person alone gives to nobody: one administrator asks, another or an auditor confirms."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from people import CLIENT, enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.requests import RequestState
from licence_qr.domain.accounts.role_grants import GRANT_DAYS, TAKES_TWO, RoleFilter
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.people import NewAccount, ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.second_factor.resetting import Confirmer
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.register import history

PASSWORD = "only-for-these-tests"
PROOF = ProofFrom(Proof(PASSWORD), CLIENT)
PEOPLE = {
    "owner": ("baishiyi", Role.CLERK),
    "first": ("baishiyi", Role.ADMIN),
    "second": ("bafu", Role.ADMIN),
    "head": ("baishiyi", Role.SUPERVISOR),
    "reader": ("", Role.AUDITOR),
}
WANTED = frozenset({Role.CLERK, Role.DECIDER})


@dataclass
class Scene:
    services: Services
    now: datetime
    actors: dict[str, Actor] = field(default_factory=dict)

    def open(self, name: str, office: str, *roles: Role, by: str = "") -> None:
        acting = self.services.accounts.acting(self.actors[by] if by else AT_THE_MACHINE)
        acting.create(name, f"{name}（示例）", office, frozenset(roles), PASSWORD, self.now, staff_no=f"N-{name}")
        actor = self.services.accounts.user(name)
        assert actor is not None
        self.actors[name] = actor

    def ask(self, wanted: frozenset[Role] = WANTED, by: str = "first") -> int:
        owner = self.actors["owner"].user_id
        key = self.services.people.set_roles(self.actors[by], owner, wanted, None, PROOF, self.now)
        assert key is not None
        return key

    def confirm(self, key: int, by: str = "second", proof: ProofFrom = PROOF) -> None:
        self.services.role_grants.confirm(self.actors[by], key, proof, self.now)

    def state(self, key: int) -> RequestState:
        return self.services.role_grants.get(self.actors["reader"], key, self.now).state

    @property
    def roles(self) -> frozenset[Role]:
        owner = self.services.accounts.user("owner")
        assert owner is not None
        return owner.roles


@pytest.fixture
def scene(services: Services, now: datetime) -> Scene:
    made = Scene(services, now)
    for name, (office, role) in PEOPLE.items():
        made.open(name, office, role)
    return made


def code(do, *given, **more) -> str:
    with pytest.raises(LicenceQRError) as refused:
        do(*given, **more)
    return refused.value.code


@pytest.mark.parametrize("second", ["second", "reader"])
def test_nothing_changes_until_a_second_person_confirms(scene: Scene, second: str) -> None:
    key = scene.ask()
    assert (scene.roles, scene.state(key)) == ({Role.CLERK}, RequestState.OPEN)
    assert code(scene.confirm, key, second, ProofFrom(Proof("wrong"), CLIENT)) == "password_wrong"
    assert code(scene.confirm, key, second, ProofFrom(Proof(""), CLIENT)) == "password_missing"
    assert scene.roles == {Role.CLERK}
    scene.confirm(key, second)
    assert (scene.roles, scene.state(key)) == (WANTED, RequestState.DONE)
    assert code(scene.confirm, key, second) == "roles_settled"
    with scene.services.database.read() as tx:
        rows = history.of_subject(tx, f"account/{scene.actors['owner'].user_id}", {"roles_asked", "roles_changed"})
    told = [(row["event"], row["actor"], row["proposed_by"], json.loads(row["after"])["roles"]) for row in rows]
    wanted = ["clerk", "decider"]
    assert told == [("roles_asked", "first", "", wanted), ("roles_changed", second, "first", wanted)]


def test_the_second_person_confirms_for_the_owner_whom_the_page_showed(scene: Scene) -> None:
    key, second, owner = scene.ask(), scene.actors["second"], scene.actors["owner"]
    grants = scene.services.role_grants
    shown = grants.get(second, key, scene.now).shown
    details = PersonDetails("N-owner", "别人（示例）", "baishiyi")
    scene.services.staff.change(owner.person_id, details, AT_THE_MACHINE, scene.now)
    assert code(grants.confirm, second, key, PROOF, scene.now, shown) == "person_changed_meanwhile"
    assert scene.roles == {Role.CLERK}
    grants.confirm(second, key, PROOF, scene.now, grants.get(second, key, scene.now).shown)
    assert scene.roles == WANTED


@pytest.mark.parametrize("role", sorted(TAKES_TWO - {Role.ADMIN, Role.AUDITOR}))
def test_each_of_these_roles_takes_two_and_none_is_there_when_an_account_opens(scene: Scene, role: Role) -> None:
    person = scene.services.people.get(scene.actors["first"], scene.actors["owner"].person_id).person
    password = scene.services.people.open_account(
        scene.actors["first"], person.person_id, NewAccount("another", frozenset({role})), PROOF, scene.now
    )
    opened = scene.services.accounts.user("another")
    assert opened is not None and opened.roles == frozenset()
    assert scene.services.sign_in.sign_in("another", password, CLIENT, scene.now)
    [waiting] = scene.services.role_grants.list(scene.actors["second"], only_open=True, page=1, now=scene.now).lines
    scene.confirm(waiting.request.key)
    opened = scene.services.accounts.user("another")
    assert opened is not None and opened.roles == {role}


def test_other_roles_and_taking_away_take_one(scene: Scene) -> None:
    scene.confirm(scene.ask())
    owner, admin, change = scene.actors["owner"].user_id, scene.actors["first"], scene.services.people.set_roles
    less = frozenset({Role.SUPERVISOR})
    assert change(admin, owner, less, None, PROOF, scene.now) is None
    assert scene.roles == less


def test_owner_who_asks_and_who_confirms_are_three_people_of_two_hands(scene: Scene) -> None:
    key = scene.ask()
    assert code(scene.confirm, key, "first") == "roles_need_two"
    assert code(scene.confirm, key, "head") == "role_not_allowed"
    scene.open("made-by-first", "bafu", Role.ADMIN, by="first")
    assert code(scene.confirm, key, "made-by-first") == "reset_one_hand"
    scene.services.staff.set_roles(scene.actors["owner"].user_id, frozenset({Role.ADMIN}), AT_THE_MACHINE, scene.now)
    scene.actors["owner"] = scene.services.accounts.user("owner") or scene.actors["owner"]
    assert code(scene.confirm, key, "owner") == "roles_need_two"


def test_a_request_ends_with_what_it_stands_on(scene: Scene) -> None:
    lapsing = scene.ask()
    assert code(scene.ask) == "roles_asked_already"
    scene.now += timedelta(days=GRANT_DAYS)
    assert (scene.state(lapsing), code(scene.confirm, lapsing)) == (RequestState.LAPSED, "roles_settled")
    changed = scene.ask()
    scene.services.staff.set_roles(
        scene.actors["owner"].user_id, frozenset({Role.SUPERVISOR}), AT_THE_MACHINE, scene.now
    )
    assert code(scene.confirm, changed) == "roles_settled"
    orphan = scene.ask(frozenset({Role.DECIDER}))
    scene.services.accounts.disable("first", scene.now)
    assert (scene.state(orphan), code(scene.confirm, orphan)) == (RequestState.VOID, "roles_settled")
    assert scene.roles == {Role.SUPERVISOR}


@pytest.mark.parametrize("who", ["owner", "first"])
def test_a_request_that_has_ended_does_not_come_back(scene: Scene, who: str) -> None:
    key, actor = scene.ask(), scene.actors[who]
    scene.now += timedelta(hours=1)
    if who == "owner":
        scene.services.people.close(scene.actors["second"], actor.user_id, PROOF, scene.now)
        scene.services.people.reopen(scene.actors["second"], actor.user_id, PROOF, scene.now)
    else:
        for roles in ({Role.CATALOGUE}, {Role.ADMIN, Role.CATALOGUE}):
            scene.services.staff.set_roles(actor.user_id, frozenset(roles), AT_THE_MACHINE, scene.now)
    assert (scene.state(key), code(scene.confirm, key)) == (RequestState.VOID, "roles_settled")


def test_other_roles_in_between_end_a_request_too(scene: Scene) -> None:
    key, owner = scene.ask(), scene.actors["owner"].user_id
    scene.now += timedelta(hours=1)
    for role in (Role.SUPERVISOR, Role.CLERK):
        scene.services.staff.set_roles(owner, frozenset({role}), AT_THE_MACHINE, scene.now)
    assert (scene.roles, scene.state(key)) == ({Role.CLERK}, RequestState.VOID)


def move(scene: Scene, office: str) -> tuple[int, ...]:
    owner = scene.actors["owner"]
    state = scene.services.people.get(scene.actors["first"], owner.person_id).state
    details = PersonDetails("N-owner", owner.display_name, office)
    return scene.services.people.change(scene.actors["first"], owner.person_id, details, state, PROOF, scene.now)


def test_one_administrator_moves_nobody_who_decides_to_another_office(scene: Scene) -> None:
    scene.confirm(scene.ask())
    assert move(scene, "baishiyi") == ()
    [key] = move(scene, "jinfeng")
    moved = scene.services.accounts.user("owner")
    assert moved is not None and (moved.office, moved.roles) == ("jinfeng", {Role.CLERK})
    assert scene.services.role_grants.get(scene.actors["reader"], key, scene.now).owner.office == "jinfeng"
    scene.confirm(key)
    assert scene.roles == WANTED
    with scene.services.database.read() as tx:
        rows = history.of_subject(tx, f"account/{moved.user_id}", {"roles_changed", "roles_asked"})
    told = [(row["event"], row["actor"], json.loads(row["after"])["roles"]) for row in rows][-3:]
    wanted = ["clerk", "decider"]
    assert told == [
        ("roles_changed", "first", ["clerk"]),
        ("roles_asked", "first", wanted),
        ("roles_changed", "second", wanted),
    ]


def test_a_closed_account_does_not_take_such_a_role_along_either(scene: Scene) -> None:
    scene.confirm(scene.ask())
    scene.services.accounts.disable("owner", scene.now)
    assert move(scene, "jinfeng") == ()
    assert scene.services.staff.roles_of(scene.actors["owner"].user_id) == {Role.CLERK}


def test_roles_that_reach_every_office_move_along(scene: Scene) -> None:
    admin = scene.actors["second"]
    details = PersonDetails("N-second", admin.display_name, "jinfeng")
    assert scene.services.staff.change(admin.person_id, details, AT_THE_MACHINE, scene.now) == ()
    assert scene.services.staff.roles_of(admin.user_id) == {Role.ADMIN}


def test_who_waits_for_roles_is_told_of_the_request(scene: Scene) -> None:
    owner, grants = scene.actors["owner"], scene.services.role_grants
    assert (grants.own_waiting(owner, scene.now), grants.waiting(scene.actors["head"], owner.person_id, scene.now)) == (
        None,
        {},
    )
    key = scene.ask()
    own, seen = (
        grants.own_waiting(owner, scene.now),
        grants.waiting(scene.actors["head"], owner.person_id, scene.now),
    )
    assert own is not None and (own.request.key, own.request.wanted) == (key, WANTED)
    assert {each: view.request.key for each, view in seen.items()} == {owner.user_id: key}
    assert grants.own_waiting(scene.actors["first"], scene.now) is None
    scene.now += timedelta(days=GRANT_DAYS)
    assert grants.own_waiting(owner, scene.now) is None


def test_who_asked_retracts_it_and_a_second_person_declines_it(scene: Scene) -> None:
    for who in ("first", "reader"):
        key = scene.ask()
        scene.services.role_grants.decline(scene.actors[who], key, scene.now)
        assert (scene.state(key), scene.roles) == (RequestState.DECLINED, {Role.CLERK})


def test_a_code_of_the_second_person_counts(scene: Scene) -> None:
    key = scene.ask()
    app, _ = enrol_app(scene.services, scene.actors["second"], PASSWORD, scene.now)
    assert code(scene.confirm, key) == "second_factor_wrong"
    scene.now += timedelta(minutes=5)
    scene.confirm(key, proof=ProofFrom(Proof(PASSWORD, app.at(scene.now)), CLIENT))
    assert scene.roles == WANTED


def test_the_list_says_since_when_and_by_whom(scene: Scene) -> None:
    scene.now += timedelta(days=1)
    scene.confirm(scene.ask())
    listed = scene.services.role_grants.holders.list(scene.actors["reader"], RoleFilter(Role.DECIDER, "baishiyi"), 1)
    [line] = listed.lines
    assert (line.account.username, line.since, listed.total) == ("owner", scene.now, 1)
    assert [who.username for who in line.given_by] == ["first", "second"]
    clerks = scene.services.role_grants.holders.list(scene.actors["first"], RoleFilter(Role.CLERK), 1).lines
    assert [(each.account.username, each.since) for each in clerks] == [("owner", scene.now - timedelta(days=1))]
    assert code(scene.services.role_grants.holders.list, scene.actors["head"], RoleFilter(), 1) == "role_not_allowed"


def test_at_the_console_two_are_asked_once_there_are_two(scene: Scene) -> None:
    console = scene.services.role_grants.at_console
    assert not console.are_demanded(username="owner")  # all were opened at the console
    scene.open("opened-at-the-desk", "bafu", Role.ADMIN, by="head")
    assert console.are_demanded(username="owner")
    assert code(console.demand, "", "", username="owner") == "roles_two_at_console"
    assert code(console.demand, "first", "second", username="owner") == "reset_console_hand"
    assert code(console.demand, "first", "first", username="owner") == "roles_need_two"
    assert code(console.demand, "first", "head", username="owner") == "role_not_allowed"
    two = console.demand("first", "opened-at-the-desk", username="owner")
    good, wrong = Confirmer("first", Proof(PASSWORD)), Confirmer("opened-at-the-desk", Proof("wrong"))
    assert code(console.confirm, "owner", WANTED, two, (good, wrong), AT_THE_MACHINE, scene.now) == "password_wrong"
    right = Confirmer("opened-at-the-desk", Proof(PASSWORD))
    assert console.confirm("owner", WANTED, two, (good, right), AT_THE_MACHINE, scene.now) == two
