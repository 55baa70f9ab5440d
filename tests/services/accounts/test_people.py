"""People and their accounts as administrators manage them, with the events of every act."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from people import PasskeyOwner, enrol_app

from licence_qr.bootstrap import Services
from licence_qr.domain.accounts import combinations
from licence_qr.domain.accounts.people import PeopleFilter
from licence_qr.domain.accounts.stages import SignInStage
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError
from licence_qr.services.accounts.people import PAGE_PEOPLE, AccountAct, NewAccount, ProofFrom, changing
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.store.register import history, traces

PASSWORD = "only-for-these-tests"
PROOF = ProofFrom(Proof(PASSWORD), "192.0.2.1")
ALL = PeopleFilter()


def account(
    services: Services,
    username: str,
    now: datetime,
    *roles: Role,
    name: str = "",
    office: str = "baishiyi",
    **more: Any,
) -> Actor:
    services.accounts.create(username, name or f"{username}（示例）", office, frozenset(roles), PASSWORD, now, **more)
    found = services.accounts.user(username)
    assert found is not None
    return found


@pytest.fixture
def admin(services: Services, now: datetime) -> Actor:
    return account(services, "admin", now, Role.ADMIN)


@pytest.fixture
def wang(services: Services, now: datetime) -> Actor:
    return account(services, "wang", now, Role.CLERK, staff_no="B-017")


@pytest.fixture
def new(services: Services, now: datetime) -> Actor:
    """Whoever opened the account knows its password, and nobody has used it."""
    return account(services, "wang", now, Role.CLERK, staff_no="B-017", must_change=True)


def events(services: Services) -> list[tuple[str, str, str, Any, Any]]:
    """What was written down: kind, subject, actor, and the values before and after."""
    with services.database.read() as tx:
        everything = [*history.everything(tx), *traces.everything(tx)]
    rows = [row for row in everything if row["event"] not in {"account_opened", "signed_in", "password_refused"}]
    read = [(each, *(json.loads(each[side]) if each[side] else None for side in ("before", "after"))) for each in rows]
    return [(row["event"], row["subject"], row["actor"], before, after) for row, before, after in read]


def refusal(act: Any, *given: Any) -> str:
    with pytest.raises(LicenceQRError) as refused:
        act(*given)
    return refused.value.code


# --- roles that must be apart ------------------------------------------------------------------------------------


def test_every_pair_of_roles_is_free_told_or_refused():
    pairs = {frozenset(pair): combinations.met_by(frozenset(pair)) for pair in itertools.combinations(Role, 2)}
    refused = {pair for pair in pairs if combinations.refused_of(pair)}
    told = {pair for pair, met in pairs.items() if met} - refused
    cases = (Role.CLERK, Role.INSPECTOR, Role.DECIDER, Role.SUPERVISOR)
    assert refused == {
        *(frozenset({Role.AUDITOR, role}) for role in Role if role is not Role.AUDITOR),
        *(frozenset({Role.ADMIN, role}) for role in cases),
    }
    assert told == {
        *(frozenset({Role.DECIDER, role}) for role in (Role.CLERK, Role.INSPECTOR)),
        *(frozenset({Role.CATALOGUE, role}) for role in (*cases, Role.ADMIN)),
    }


def test_what_must_be_apart_is_refused_of_all_accounts_of_a_person_together(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    people = services.people
    assert refusal(account, services, "both", now, Role.CLERK, Role.AUDITOR) == "roles_apart"
    assert (
        refusal(people.open_account, admin, wang.person_id, NewAccount("wang-2", frozenset({Role.AUDITOR})), PROOF, now)
        == "roles_apart"
    )
    password = people.open_account(
        admin, wang.person_id, NewAccount("wang-2", frozenset({Role.SUPERVISOR})), PROOF, now
    )
    held = services.sessions.holder(services.sign_in.sign_in("wang-2", password, "192.0.2.1", now), now)
    assert held is not None and held.wants is SignInStage.PASSWORD  # the administrator knows it too
    second = services.accounts.user("wang-2")
    assert second is not None and second.is_same_person(wang)
    assert refusal(people.set_roles, admin, second.user_id, {Role.ADMIN}, None, PROOF, now) == "roles_apart"
    # The first account is closed, and then both cannot be open.
    people.close(admin, wang.user_id, PROOF, now)
    services.staff.set_roles(second.user_id, frozenset({Role.AUDITOR}), admin, now)
    assert refusal(people.reopen, admin, wang.user_id, PROOF, now) == "roles_apart"


# --- what administrators do ----------------------------------------------------------------------------------------


def test_every_act_is_written_down_with_what_was_before(
    services: Services, admin: Actor, new: Actor, now: datetime
) -> None:
    wang = new
    people, subject = services.people, f"account/{wang.user_id}"
    person = people.get(admin, wang.person_id)
    details = PersonDetails("B-018", "王示例", "jinfeng")
    people.change(admin, wang.person_id, details, person.state, PROOF, now)
    people.set_roles(admin, wang.user_id, frozenset({Role.SUPERVISOR}), None, PROOF, now)
    people.close(admin, wang.user_id, PROOF, now)
    people.reopen(admin, wang.user_id, PROOF, now)
    password = people.reset_password(admin, wang.user_id, PROOF, now)
    added = people.add(admin, PersonDetails("", "李示例", "bafu"), now)
    was = {"staff_no": "B-017", "name": "wang（示例）", "office": "baishiyi"}
    became = {"staff_no": "B-018", "name": "王示例", "office": "jinfeng"}
    assert events(services) == [
        ("person_changed", f"person/{wang.person_id}", "admin", was, became),
        ("roles_changed", subject, "admin", {"roles": ["clerk"]}, {"roles": ["supervisor"]}),
        ("account_closed", subject, "admin", None, None),
        ("account_reopened", subject, "admin", None, {"roles": ["supervisor"]}),
        ("password_set", subject, "admin", None, None),
        ("person_added", f"person/{added}", "admin", None, {"staff_no": "", "name": "李示例", "office": "bafu"}),
    ]
    token = services.sign_in.sign_in("wang", password, "192.0.2.1", now)
    held = services.sessions.holder(token, now)
    assert held is not None and held.wants is SignInStage.PASSWORD
    actor = held.actor
    assert (actor.display_name, actor.office, actor.roles) == ("王示例", "jinfeng", {Role.SUPERVISOR})
    assert PASSWORD not in str(events(services)) and password not in str(events(services))


def test_an_account_with_an_office_or_name_of_its_own_keeps_it(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    other = account(services, "w", now, Role.CLERK, name="别名", office="bafu")
    services.staff.merge(wang.person_id, other.person_id, AT_THE_MACHINE, now)
    services.people.change(
        admin, wang.person_id, PersonDetails("", "王示例", "jinfeng"), "B-017|wang（示例）|baishiyi", PROOF, now
    )
    view = services.people.get(admin, wang.person_id)
    assert [(each.actor.display_name, each.actor.office) for each in view.accounts] == [
        ("别名", "bafu"),
        ("王示例", "jinfeng"),
    ]


def test_a_new_role_counts_in_a_session_that_is_open(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    token = services.sign_in.sign_in("wang", PASSWORD, "192.0.2.1", now)
    services.people.set_roles(admin, wang.user_id, frozenset({Role.SUPERVISOR}), None, PROOF, now)
    actor = services.sessions.actor(token, now)
    assert actor is not None and actor.roles == {Role.SUPERVISOR}
    services.people.close(admin, wang.user_id, PROOF, now)
    assert services.sessions.actor(token, now) is None


def test_nobody_does_it_to_themselves(services: Services, admin: Actor, wang: Actor, now: datetime) -> None:
    people = services.people
    second = account(services, "admin-2", now, Role.ADMIN)
    services.staff.merge(admin.person_id, second.person_id, AT_THE_MACHINE, now)
    before = events(services)
    for own in (admin, second):
        for act in (people.close, people.reopen, people.reset_password):
            assert refusal(act, admin, own.user_id, PROOF, now) == "own_account"
        assert refusal(people.set_roles, admin, own.user_id, {Role.CATALOGUE}, None, PROOF, now) == "own_account"
    assert (
        refusal(people.open_account, admin, admin.person_id, NewAccount("a3", frozenset({Role.ADMIN})), PROOF, now)
        == "own_account"
    )
    assert refusal(people.merge, admin, wang.person_id, admin.person_id, PROOF, now) == "own_account"
    assert refusal(people.merge, admin, admin.person_id, wang.person_id, PROOF, now) == "own_account"
    assert (
        refusal(people.change, admin, admin.person_id, PersonDetails("", "x", "bafu"), "", PROOF, now) == "own_account"
    )
    assert events(services) == before


def test_the_last_administrator_stays(services: Services, admin: Actor, now: datetime) -> None:
    other = account(services, "other", now, Role.ADMIN)
    services.people.close(other, admin.user_id, PROOF, now)
    with pytest.raises(ConflictError, match="last_administrator"):
        services.accounts.disable("other", now)
    with pytest.raises(ConflictError, match="last_administrator"):
        services.staff.set_roles(other.user_id, frozenset({Role.CATALOGUE}), admin, now)
    services.staff.reopen(admin.user_id, other, now)
    services.accounts.disable("other", now)


def test_grave_acts_take_the_right_password(services: Services, admin: Actor, new: Actor, now: datetime) -> None:
    wang = new
    people, wrong = services.people, ProofFrom(Proof("a wrong password"), "192.0.2.1")
    li = people.add(admin, PersonDetails("", "李示例", "bafu"), now)
    before, roles = events(services), frozenset({Role.DECIDER})
    for act in (people.close, people.reopen, people.reset_password):
        assert refusal(act, admin, wang.user_id, wrong, now) == "password_wrong"
    later = now + timedelta(hours=1)
    assert refusal(people.set_roles, admin, wang.user_id, roles, "clerk", wrong, later) == "password_wrong"
    assert (
        refusal(people.open_account, admin, wang.person_id, NewAccount("wang-2", roles), wrong, later)
        == "password_wrong"
    )
    assert refusal(people.merge, admin, wang.person_id, li, wrong, later) == "password_wrong"
    person = people.get(admin, wang.person_id)
    details = PersonDetails("B-017", "王示例", "baishiyi")
    assert refusal(people.change, admin, wang.person_id, details, person.state, wrong, later) == "password_wrong"
    assert events(services) == before


def test_grave_acts_take_the_second_factor_once(services: Services, admin: Actor, new: Actor, now: datetime) -> None:
    wang = new
    people, li = services.people, services.people.add(admin, PersonDetails("", "李示例", "bafu"), now)
    app, _ = enrol_app(services, admin, PASSWORD, now)
    roles = frozenset({Role.DECIDER})
    acts: tuple[Callable[[ProofFrom, datetime], object], ...] = (
        lambda proof, at: people.set_roles(admin, wang.user_id, roles, None, proof, at),
        lambda proof, at: people.open_account(
            admin, wang.person_id, NewAccount("wang-2", frozenset({Role.CLERK})), proof, at
        ),
        lambda proof, at: people.close(admin, wang.user_id, proof, at),
        lambda proof, at: people.reopen(admin, wang.user_id, proof, at),
        lambda proof, at: people.reset_password(admin, wang.user_id, proof, at),
        lambda proof, at: people.change(admin, li, PersonDetails("B-018", "李示例", "bafu"), "|李示例|bafu", proof, at),
        lambda proof, at: people.merge(
            admin, wang.person_id, people.add(admin, PersonDetails("", "周", "bafu"), at), proof, at
        ),
    )
    used = ""
    for minutes, act in enumerate(acts, start=1):
        at = now + timedelta(hours=minutes)
        for code in ("", used):
            assert refusal(act, ProofFrom(Proof(PASSWORD, code), "192.0.2.1"), at) == "second_factor_wrong"
        used = app.at(at)
        act(ProofFrom(Proof(PASSWORD, used), "192.0.2.1"), at)


def test_a_passkey_serves_the_roles_it_was_asked_for(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    owner, was = PasskeyOwner(services, admin, PASSWORD), services.people.get(admin, wang.person_id).accounts[0].state
    owner.enrol(now)
    asked = replace(changing(AccountAct.ROLES, wang.user_id, was), typed=(("roles", "clerk,supervisor"),))
    proof = ProofFrom(owner.prove(asked, now), "192.0.2.1")
    change, wanted = services.people.set_roles, frozenset({Role.CLERK, Role.SUPERVISOR})
    for other in (frozenset({Role.CLERK}), frozenset({Role.ADMIN})):
        assert refusal(change, admin, wang.user_id, other, was, proof, now) == "second_factor_wrong"
    assert refusal(services.people.close, admin, wang.user_id, proof, now) == "second_factor_wrong"
    change(admin, wang.user_id, wanted, was, proof, now)


def test_a_form_that_is_out_of_date_changes_nothing(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    people, state = services.people, services.people.get(admin, wang.person_id).state
    people.change(admin, wang.person_id, PersonDetails("B-017", "王示例", "bafu"), state, PROOF, now)
    again = PersonDetails("B-017", "王示例", "jinfeng")
    assert refusal(people.change, admin, wang.person_id, again, state, PROOF, now) == "person_changed_meanwhile"
    assert refusal(people.reopen, admin, wang.user_id, PROOF, now) == "person_changed_meanwhile"


# --- two entries of one person ---------------------------------------------------------------------------------------


def test_two_entries_become_one_person_and_what_comes_to_light_is_told(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    people = services.people
    twin = account(services, "auditor", now, Role.AUDITOR, name="wang（示例）")
    assert people.get(admin, wang.person_id).namesakes == (people.get(admin, twin.person_id).person,)
    assert [each.zh for each in people.get(admin, twin.person_id).told] == [
        "有同名的人",
        "没有工号，不能与其他账号核对",
    ]
    people.merge(admin, wang.person_id, twin.person_id, PROOF, now)
    view = people.get(admin, wang.person_id)
    assert ([each.actor.username for each in view.accounts], view.namesakes) == (["auditor", "wang"], ())
    assert [each.zh for each in view.told] == ["审计人员只查看，不能兼任其他角色"]
    again = services.accounts.user("wang")
    assert again is not None and again.is_among({"auditor"})
    assert refusal(people.get, admin, twin.person_id) == "thing_not_found"
    kind, subject, actor, before, after = events(services)[-1]
    assert (kind, subject, actor) == ("persons_merged", f"person/{wang.person_id}", "admin")
    assert before["merged"]["person_id"] == twin.person_id and after["accounts_moved"] == ["auditor"]


def test_two_staff_numbers_are_two_people(services: Services, admin: Actor, wang: Actor, now: datetime) -> None:
    people = services.people
    li = people.add(admin, PersonDetails("B-018", "李示例", "bafu"), now)
    assert refusal(people.merge, admin, wang.person_id, li, PROOF, now) == "persons_two_staff_nos"
    assert refusal(people.merge, admin, wang.person_id, wang.person_id, PROOF, now) == "persons_same"
    taken = PersonDetails("B-017", "李示例", "bafu")
    assert refusal(people.change, admin, li, taken, "B-018|李示例|bafu", PROOF, now) == "staff_no_taken"


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (PersonDetails("", " \u200b", "bafu"), "person_name_missing"),
        (PersonDetails("", "李示例", "nowhere"), "office_unknown"),
        (PersonDetails("B-017", "李示例", "bafu"), "staff_no_taken"),
    ],
)
def test_a_person_has_a_name_an_office_and_a_number_of_their_own(
    services: Services, admin: Actor, wang: Actor, now: datetime, details: PersonDetails, code: str
) -> None:
    with pytest.raises(InputError, match=code):
        services.people.add(admin, details, now)


# --- lists -------------------------------------------------------------------------------------------------------------


def test_the_list_has_pages_and_filters_and_its_export_is_written_down(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    people = services.people
    for number in range(PAGE_PEOPLE):
        people.add(admin, PersonDetails(f"N-{number}", f"示例{number:02}", "jinfeng"), now)
    first, last = people.list(admin, ALL, 1), people.list(admin, ALL, 99)
    assert (len(first.people), first.total, first.pages) == (PAGE_PEOPLE, PAGE_PEOPLE + 2, 2)
    assert (len(last.people), last.page) == (2, 2)
    for wanted, found in (
        (PeopleFilter(text="B-01"), 1),
        (PeopleFilter(text="wan"), 1),
        (PeopleFilter(text="%"), 0),
        (PeopleFilter(office="jinfeng"), PAGE_PEOPLE),
        (PeopleFilter(role=Role.CLERK), 1),
        (PeopleFilter(role=Role.AUDITOR), 0),
    ):
        assert people.list(admin, wanted, 1).total == found, wanted
    assert len(list(people.export(admin, ALL, now))) == PAGE_PEOPLE + 2
    assert events(services)[-1] == ("exported", "export/people.csv", "admin", None, {"lines": PAGE_PEOPLE + 2})


def test_a_supervisor_reads_the_people_of_the_office_and_an_auditor_all(
    services: Services, admin: Actor, wang: Actor, now: datetime
) -> None:
    people = services.people
    elsewhere = people.add(admin, PersonDetails("", "李示例", "bafu"), now)
    supervisor = account(services, "supervisor", now, Role.SUPERVISOR)
    auditor = account(services, "auditor", now, Role.AUDITOR)
    assert people.list(supervisor, PeopleFilter(office="bafu"), 1).total == 4
    assert people.list(auditor, ALL, 1).total == 5
    assert people.get(auditor, elsewhere).person.name == "李示例"
    assert refusal(people.get, supervisor, elsewhere) == "other_office"
    for reader in (supervisor, auditor):
        with pytest.raises(AccessError, match="role_not_allowed"):
            people.close(reader, wang.user_id, PROOF, now)
