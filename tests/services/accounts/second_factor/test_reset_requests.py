"""On the screen, one administrator asks for the reset of second factors and a second person confirms it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp
import pytest
from people import CLIENT, PasskeyOwner, enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts.factor_resets import RESET_HOURS, SETTLED_DAYS
from licence_qr.domain.accounts.requests import RequestState
from licence_qr.domain.accounts.stages import OpenedBy
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import LicenceQRError
from licence_qr.services.accounts.own_password import NewPassword
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.second_factor.reset_requests import ResetRequests, confirming
from licence_qr.services.accounts.sessions import CameFrom
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.register import history

PASSWORD, OTHER = "only-for-these-tests", "seven grey herons at noon"
PROOF = ProofFrom(Proof(PASSWORD), CLIENT)
WRONG = ProofFrom(Proof("wrong"), CLIENT)
PEOPLE = {
    "owner": ("baishiyi", Role.DECIDER),
    "first": ("baishiyi", Role.ADMIN),
    "second": ("bafu", Role.ADMIN),
    "head": ("baishiyi", Role.SUPERVISOR),
    "head-elsewhere": ("bafu", Role.SUPERVISOR),
    "reader": ("", Role.AUDITOR),
    "clerk": ("baishiyi", Role.CLERK),
}
REASON = "本人持身份证到场"
LONG = timedelta(days=SETTLED_DAYS)


@dataclass
class Scene:
    services: Services
    now: datetime
    actors: dict[str, Actor] = field(default_factory=dict)
    app: pyotp.TOTP = field(init=False)

    @property
    def requests(self) -> ResetRequests:
        return self.services.reset_requests

    def ask(self, by: str = "first", proof: ProofFrom = PROOF, reason: str = REASON) -> int:
        return self.requests.ask(self.actors[by], self.actors["owner"].user_id, reason, proof, self.now)

    def confirm(self, key: int, by: str = "second", proof: ProofFrom = PROOF, was: str | None = None) -> None:
        self.requests.confirm(self.actors[by], key, proof, self.now, was)

    def state(self, key: int) -> RequestState:
        return self.requests.get(self.actors["reader"], key, self.now).state

    @property
    def has_factor(self) -> bool:
        return self.services.confirming.checks.has_factor(self.actors["owner"])

    def events(self) -> list[tuple[str, str]]:
        with self.services.database.read() as tx:
            rows = history.everything(tx)
        return [(row["event"], row["actor"]) for row in rows if "reset" in row["event"]]


@pytest.fixture
def scene(services: Services, now: datetime) -> Iterator[Scene]:
    made = Scene(services, now)
    for name, (office, role) in PEOPLE.items():
        services.accounts.create(name, f"{name}（示例）", office, frozenset({role}), PASSWORD, now - LONG)
        actor = services.accounts.user(name)
        assert actor is not None
        made.actors[name] = actor
    made.app, _ = enrol_app(services, made.actors["owner"], PASSWORD, now)
    yield made


def code(do, *args, **more) -> str:
    with pytest.raises(LicenceQRError) as refused:
        do(*args, **more)
    return refused.value.code


@pytest.mark.parametrize("by", ["second", "head"])
def test_a_second_person_confirms_what_the_first_asked_for(scene: Scene, by: str) -> None:
    key = scene.ask()
    assert scene.has_factor
    scene.confirm(key, by)
    assert not scene.has_factor
    assert scene.state(key) is RequestState.DONE
    assert scene.events() == [("factors_reset_asked", "first"), ("factors_reset", by)]
    assert code(scene.confirm, key) == "reset_settled"


def test_both_confirm_for_the_owner_whom_their_page_showed(scene: Scene) -> None:
    first, second, owner = (scene.actors[name] for name in ("first", "second", "owner"))
    key = scene.ask()
    lines = scene.services.people.get(first, owner.person_id).accounts
    shown = (lines[0].state, scene.requests.get(second, key, scene.now).shown)
    details = PersonDetails("", "别人（示例）", "baishiyi")
    scene.services.staff.change(owner.person_id, details, first, scene.now)
    assert code(scene.requests.confirm, second, key, PROOF, scene.now, shown[1]) == "person_changed_meanwhile"
    assert scene.has_factor
    scene.requests.decline(second, key, scene.now)
    again = (first, owner.user_id, REASON, PROOF, scene.now)
    assert code(scene.requests.ask, *again, shown[0]) == "person_changed_meanwhile"
    key = scene.requests.ask(*again, scene.services.people.get(first, owner.person_id).accounts[0].state)
    scene.requests.confirm(second, key, PROOF, scene.now, scene.requests.get(second, key, scene.now).shown)
    assert not scene.has_factor


def test_the_sessions_of_the_owner_end(scene: Scene) -> None:
    token = scene.services.sign_in.sign_in("owner", PASSWORD, CLIENT, scene.now)
    scene.confirm(scene.ask())
    assert scene.services.sessions.holder(token, scene.now) is None


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("first", "reset_needs_two_others"),
        ("owner", "role_not_allowed"),
        ("clerk", "role_not_allowed"),
        ("reader", "role_not_allowed"),
        ("head-elsewhere", "other_office"),
    ],
)
def test_nobody_else_confirms_it(scene: Scene, by: str, expected: str) -> None:
    key = scene.ask()
    assert code(scene.confirm, key, by) == expected
    assert scene.has_factor and scene.state(key) is RequestState.OPEN


def chosen_by(scene: Scene, password: str) -> str:
    services, now = scene.services, scene.now
    holder = services.sessions.holder(services.sign_in.sign_in("owner", password, CLIENT, now), now)
    assert holder is not None
    return services.own_password.change(holder, NewPassword(Proof(password), OTHER, OTHER), CLIENT, now)


@pytest.mark.parametrize("chosen", [False, True])
def test_a_password_that_somebody_else_set_does_not_open_the_account_once_the_factors_are_gone(
    scene: Scene, chosen: bool
) -> None:
    services, owner, now = scene.services, scene.actors["owner"], scene.now
    password = services.people.reset_password(scene.actors["second"], owner.user_id, PROOF, now)
    if chosen:  # by whoever set it, who does not come further without the factor
        assert services.sessions.actor(chosen_by(scene, password), now) is None
    scene.now = now = now + timedelta(minutes=5)
    scene.confirm(scene.ask("first"), "head")
    for known in (password, OTHER):
        assert code(services.sign_in.sign_in, "owner", known, CLIENT, now) == "sign_in_failed"
    given = services.people.reset_password(scene.actors["first"], owner.user_id, PROOF, now)
    assert services.sign_in.sign_in("owner", given, CLIENT, now)


def test_a_password_that_its_owner_has_used_since_stays(scene: Scene) -> None:
    services, owner = scene.services, scene.actors["owner"]
    password = services.people.reset_password(scene.actors["second"], owner.user_id, PROOF, scene.now)
    scene.now += timedelta(minutes=5)
    holder = services.sessions.holder(chosen_by(scene, password), scene.now)
    assert holder is not None
    code_of_app = Proof(code=scene.app.at(scene.now))
    assert services.factor_sign_in.prove(holder.actor, code_of_app, CLIENT, scene.now, None)
    scene.confirm(scene.ask(), "head")
    assert services.sign_in.sign_in("owner", OTHER, CLIENT, scene.now)


def test_another_account_of_the_same_person_is_no_second_person(scene: Scene) -> None:
    key = scene.ask()
    first, second = scene.actors["first"].person_id, scene.actors["second"].person_id
    scene.services.staff.merge(first, second, scene.actors["head"], scene.now)
    for name in ("first", "second"):
        found = scene.services.accounts.user(name)
        assert found is not None
        scene.actors[name] = found
    assert code(scene.confirm, key, "second") == "reset_needs_two_others"


def test_both_prove_who_they_are(scene: Scene) -> None:
    assert code(scene.ask, proof=WRONG) == "password_wrong"
    assert code(scene.ask, proof=ProofFrom(Proof(), CLIENT)) == "password_missing"
    key = scene.ask()
    enrol_app(scene.services, scene.actors["second"], PASSWORD, scene.now)
    assert code(scene.confirm, key) == "second_factor_wrong"
    assert scene.has_factor


def test_a_passkey_confirms_the_request_it_was_asked_for(scene: Scene) -> None:
    owner = PasskeyOwner(scene.services, scene.actors["second"], PASSWORD)
    owner.enrol(scene.now)
    first = scene.ask()
    view = scene.requests.get(owner.actor, first, scene.now)
    proof = ProofFrom(owner.prove(confirming(view.request, view.shown), scene.now), CLIENT)
    scene.requests.decline(scene.actors["first"], first, scene.now)
    other = scene.ask(reason="在电话里听出是本人")
    assert code(scene.confirm, other, proof=proof, was=view.shown) == "second_factor_wrong"
    view = scene.requests.get(owner.actor, other, scene.now)
    proof = ProofFrom(owner.prove(confirming(view.request, view.shown), scene.now), CLIENT)
    scene.confirm(other, proof=proof, was=view.shown)
    assert not scene.has_factor


def test_a_request_counts_for_a_day(scene: Scene) -> None:
    key = scene.ask()
    assert code(scene.ask) == "reset_open_already"
    scene.now += timedelta(hours=RESET_HOURS)
    assert scene.state(key) is RequestState.LAPSED
    assert code(scene.confirm, key) == "reset_settled"
    scene.confirm(scene.ask())
    assert not scene.has_factor


@pytest.mark.parametrize("by", ["first", "second", "head"])
def test_it_is_let_be_by_who_asked_and_by_a_second_person(scene: Scene, by: str) -> None:
    key = scene.ask()
    scene.requests.decline(scene.actors[by], key, scene.now)
    assert scene.state(key) is RequestState.DECLINED
    assert scene.has_factor
    assert code(scene.confirm, key) == "reset_settled"
    assert scene.events()[-1] == ("factors_reset_declined", by)


@pytest.mark.parametrize("over", ["closed", "no administrator", "a new factor", "owner closed"])
def test_a_request_ends_for_good_with_what_it_was_asked_by_and_for(scene: Scene, over: str) -> None:
    key, services, staff = scene.ask(), scene.services, scene.services.staff
    first, owner_id = scene.actors["first"].user_id, scene.actors["owner"].user_id
    scene.now += timedelta(minutes=5)
    if over == "closed":
        services.accounts.disable("first", scene.now)
        staff.reopen(first, scene.actors["second"], scene.now)
    elif over == "no administrator":
        for role in (Role.CATALOGUE, Role.ADMIN):
            staff.set_roles(first, frozenset({role}), scene.actors["second"], scene.now)
    elif over == "owner closed":
        staff.set_roles(owner_id, frozenset({Role.CLERK}), scene.actors["second"], scene.now)
        services.accounts.disable("owner", scene.now)
        staff.reopen(owner_id, scene.actors["second"], scene.now)
    else:
        owner = services.accounts.user("owner")
        assert owner is not None
        PasskeyOwner(services, owner, PASSWORD).enrol(scene.now, code=scene.app.at(scene.now))
    assert scene.state(key) is RequestState.VOID
    assert code(scene.confirm, key) == "reset_settled"
    assert scene.has_factor
    if over == "a new factor":
        scene.confirm(scene.ask())
        assert not scene.has_factor


def opened_by(scene: Scene, maker: str, username: str, role: Role, ago: timedelta = LONG) -> None:
    """An account that ``maker`` opened, whose password they know."""
    accounts = scene.services.accounts.acting(scene.actors[maker])
    accounts.create(username, username, "baishiyi", frozenset({role}), PASSWORD, scene.now - ago)
    found = scene.services.accounts.user(username)
    assert found is not None
    scene.actors[username] = found


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERVISOR])
def test_an_account_of_the_makers_hand_is_no_second_person(scene: Scene, role: Role) -> None:
    opened_by(scene, "first", "ghost", role)
    assert code(scene.confirm, scene.ask(), "ghost") == "reset_one_hand"
    assert scene.has_factor


def test_nor_is_who_made_the_account_that_asks_or_an_account_of_the_same_hand(scene: Scene) -> None:
    opened_by(scene, "first", "ghost", Role.ADMIN)
    opened_by(scene, "ghost", "ghost-2", Role.SUPERVISOR)
    key = scene.ask("ghost")
    assert code(scene.confirm, key, "first") == "reset_one_hand"
    assert code(scene.confirm, key, "ghost-2") == "reset_one_hand"
    scene.confirm(key, "second")
    assert not scene.has_factor


def test_who_is_opened_by_somebody_else_may_confirm_but_not_in_the_first_week(scene: Scene) -> None:
    opened_by(scene, "second", "new", Role.SUPERVISOR, timedelta())
    key = scene.ask()
    assert code(scene.confirm, key, "new") == "reset_second_too_new"
    scene.requests.decline(scene.actors["new"], key, scene.now)  # to say no takes nobody's trust
    scene.now += LONG
    scene.confirm(scene.ask(), "new")


@pytest.mark.parametrize("given", ["roles", "reopened", "password", "office"])
def test_what_somebody_else_gave_to_the_account_counts_from_then(scene: Scene, given: str) -> None:
    services, head = scene.services, scene.actors["head"]
    if given == "roles":
        services.staff.set_roles(head.user_id, frozenset({Role.CLERK}), scene.actors["second"], scene.now)
        services.staff.set_roles(head.user_id, frozenset({Role.SUPERVISOR}), scene.actors["second"], scene.now)
    elif given == "reopened":
        services.accounts.disable("head", scene.now - LONG)
        services.staff.reopen(head.user_id, scene.actors["second"], scene.now)
    elif given == "office":
        for office in ("bafu", "baishiyi"):
            details = PersonDetails("", head.display_name, office)
            services.staff.change(head.person_id, details, scene.actors["second"], scene.now)
    else:
        services.accounts.acting(scene.actors["second"]).set_password("head", PASSWORD, scene.now)
    assert code(scene.confirm, scene.ask(), "head") == "reset_second_too_new"


def test_a_password_from_the_hand_of_who_asks_makes_no_second_person(scene: Scene) -> None:
    accounts = scene.services.accounts.acting(scene.actors["first"])
    accounts.set_password("head", PASSWORD, scene.now - LONG)
    assert code(scene.confirm, scene.ask(), "head") == "reset_one_hand"


# --- a password that is all somebody has --------------------------------------------------------------------------


def reset_password(scene: Scene, username: str, by: str = "first") -> str:
    user_id = scene.actors[username].user_id
    return scene.services.people.reset_password(scene.actors[by], user_id, PROOF, scene.now)


def test_one_administrator_sets_no_password_that_would_open_an_account_alone(scene: Scene) -> None:
    assert code(reset_password, scene, "clerk") == "password_needs_two"
    assert scene.services.sign_in.sign_in("clerk", PASSWORD, CLIENT, scene.now)
    reset_password(scene, "owner")  # whose second factor is asked for all the same
    scene.confirm(scene.ask())
    assert code(reset_password, scene, "owner", "second") == "password_needs_two"


def test_once_a_second_person_agreed_who_asked_sets_it_once(scene: Scene) -> None:
    clerk = scene.actors["clerk"]
    scene.services.sign_in.sign_in("clerk", PASSWORD, CLIENT, scene.now - timedelta(days=1))
    key = scene.requests.ask(scene.actors["first"], clerk.user_id, REASON, PROOF, scene.now)
    assert code(reset_password, scene, "clerk") == "password_needs_two"
    scene.confirm(key, "head")
    assert code(reset_password, scene, "clerk", "second") == "password_needs_two"
    assert scene.services.sign_in.sign_in("clerk", reset_password(scene, "clerk"), CLIENT, scene.now)
    assert code(reset_password, scene, "clerk") == "password_needs_two"


@pytest.mark.parametrize("known_by", ["the last session", "a trace"])
def test_an_account_once_entered_counts_as_used_however_long_ago(scene: Scene, known_by: str) -> None:
    """Somebody who comes in by the identity service alone never chooses a password."""
    made = {"roles": frozenset({Role.CLERK}), "password": PASSWORD, "now": scene.now, "must_change": True}
    scene.services.accounts.create("by-service", "服务（示例）", "baishiyi", **made)
    actor = scene.services.accounts.user("by-service")
    assert actor
    scene.actors["by-service"] = actor
    with scene.services.database.write() as tx:
        scene.services.sessions.open(tx, actor, CameFrom(CLIENT, by=OpenedBy.IDENTITY_SERVICE), scene.now)
        if known_by == "a trace":
            tx.run("DELETE FROM sessions")
    scene.now += timedelta(days=100)
    scene.services.sign_in.sign_in("clerk", PASSWORD, CLIENT, scene.now)
    assert code(reset_password, scene, "by-service") == "password_needs_two"


@pytest.mark.parametrize("over", ["time", "the owner is in"])
def test_the_leave_to_set_it_ends(scene: Scene, over: str) -> None:
    scene.confirm(scene.ask())
    scene.now += timedelta(hours=RESET_HOURS if over == "time" else 1)
    if over != "time":
        scene.services.sign_in.sign_in("owner", PASSWORD, CLIENT, scene.now)
    assert code(reset_password, scene, "owner") == "password_needs_two"


def test_nobody_asks_for_themselves_without_a_reason_or_for_nothing(scene: Scene) -> None:
    first = scene.actors["first"]
    assert code(scene.requests.ask, first, first.user_id, REASON, PROOF, scene.now) == "own_account"
    assert code(scene.ask, reason=" ") == "reset_reason_missing"
    assert code(scene.ask, reason="长" * 501) == "text_too_long"
    clerk = scene.actors["clerk"]
    scene.services.accounts.disable(clerk.username, scene.now)
    refused = code(scene.requests.ask, first, clerk.user_id, REASON, PROOF, scene.now)
    assert refused == "person_changed_meanwhile"


def test_the_list_holds_what_its_reader_may_see(scene: Scene) -> None:
    key = scene.ask()
    at = {"only_open": True, "page": 9, "now": scene.now}
    for name, many in (("second", 1), ("reader", 1), ("head", 1), ("head-elsewhere", 0)):
        assert scene.requests.list(scene.actors[name], **at).total == many, name
    assert code(scene.requests.list, scene.actors["clerk"], **at) == "role_not_allowed"
    assert code(scene.requests.get, scene.actors["head-elsewhere"], key, scene.now) == "other_office"
    scene.confirm(key)
    assert scene.requests.list(scene.actors["reader"], **at).total == 0
    [line] = scene.requests.export(scene.actors["reader"], only_open=False, now=scene.now)
    assert (line.request.key, line.settled_by and line.settled_by.username) == (key, "second")
