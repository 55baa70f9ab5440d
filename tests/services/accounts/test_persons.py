"""Whoever must be somebody else is compared as a person: two accounts of one person are one person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from four_eyes import LATER, PASSWORD, Office, opened

from licence_qr.bootstrap import Services
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.roles import AT_THE_MACHINE, Actor, Role, at_console
from licence_qr.domain.work.tasks import TaskKind
from licence_qr.errors import InputError, RegisterError, RuleError
from licence_qr.services.accounts.staff import PersonDetails
from licence_qr.services.work.work_list import WorkFilter
from licence_qr.store.accounts import persons


def open_account(
    services: Services, username: str, role: Role, staff_no: str, now: datetime, name: str = "王示例"
) -> Actor:
    services.accounts.create(username, name, "baishiyi", frozenset({role}), PASSWORD, now, staff_no=staff_no)
    found = services.accounts.user(username)
    assert found is not None
    return found


@pytest.fixture
def office(services: Services, make_application: Any, clerk: Actor, now: datetime) -> Office:
    return opened(services, make_application(), clerk, now)


def test_accounts_with_one_staff_number_are_of_one_person(services: Services, now: datetime) -> None:
    first = open_account(services, "wang", Role.CLERK, "B-017", now)
    second = open_account(services, "wang-decides", Role.DECIDER, "B-017", now)
    other = open_account(services, "li", Role.DECIDER, "B-018", now)
    nobody, nobody_else = (open_account(services, name, Role.CLERK, "", now) for name in ("a", "b"))
    assert first.person_id == second.person_id and second.is_same_person(first)
    assert not other.is_same_person(first) and not nobody.is_same_person(nobody_else)
    again = services.accounts.user("wang")
    assert again is not None and again.others == {"wang-decides"}


def test_the_key_of_a_merged_person_is_given_to_nobody_else(services: Services, now: datetime) -> None:
    """The history names people by their keys."""
    staff, by = services.staff, AT_THE_MACHINE
    kept, gone, gone_too = (
        staff.add(PersonDetails("", name, "baishiyi"), by, now) for name in ("张三", "张三", "张三")
    )
    staff.merge(gone, gone_too, by, now)
    assert staff.add(PersonDetails("", "王新", "baishiyi"), by, now) == gone_too + 1
    staff.merge(kept, gone_too + 1, by, now)
    open_account(services, "wang", Role.CLERK, "B-017", now)
    assert [each.person.person_id for each in staff.everybody()][-3:] == [kept, gone, gone_too + 2]


def test_a_staff_number_has_one_name(services: Services, now: datetime) -> None:
    open_account(services, "wang", Role.CLERK, "B-017", now)
    with pytest.raises(InputError, match="staff_no_of_other_name"):
        open_account(services, "li", Role.CLERK, "B-017", now, name="李示例")
    assert services.accounts.user("li") is None


def test_an_account_without_a_person_is_refused_by_the_register_itself(services: Services, now: datetime) -> None:
    open_account(services, "wang", Role.CLERK, "B-017", now)
    with pytest.raises(RegisterError, match="belongs to a person"), services.database.write() as tx:
        tx.run("UPDATE users SET person_id = NULL")


def test_who_proposed_does_not_decide_by_another_account(office: Office, now: datetime) -> None:
    office.people["proposes"] = open_account(office.services, "wang", Role.INSPECTOR, "B-017", now)
    office.people["decides"] = open_account(office.services, "wang-decides", Role.DECIDER, "B-017", now)
    number = office.propose("proposes", Act.SUSPEND, LATER)
    with pytest.raises(RuleError, match="proposal_is_own"):
        office.decide("decides", number, LATER)
    view = office.services.proposal_reading.get(office.people["decides"], number, LATER)
    assert view.line.mine and not view.line.mine_to_decide
    waits = office.services.work_list.show(office.people["decides"], WorkFilter(), LATER).lines
    assert [line.task.kind for line in waits if line.task.subject == f"proposal/{number}"] == [
        TaskKind.PROPOSAL_OF_MINE
    ]
    assert office.decide("decider", number, LATER) is ProposalState.APPROVED


def test_who_is_called_one_person_afterwards_does_not_decide_either(office: Office, now: datetime) -> None:
    proposes = open_account(office.services, "wang", Role.INSPECTOR, "B-017", now)
    open_account(office.services, "wang-decides", Role.DECIDER, "", now)
    office.people["proposes"] = proposes
    number = office.propose("proposes", Act.SUSPEND, LATER)
    with office.services.database.write() as tx:
        tx.run("UPDATE users SET person_id = ? WHERE username = 'wang-decides'", (proposes.person_id,))
    found = office.services.accounts.user("wang-decides")
    assert found is not None
    office.people["decides"] = found
    with pytest.raises(RuleError, match="proposal_is_own"):
        office.decide("decides", number, LATER)


@pytest.mark.parametrize("spelling", ["b-017", "Ｂ－０１７", "B‑017", "B–017", "B−017", " B -017", "b\u200b-017"])
def test_one_staff_number_in_another_spelling_is_one_person(services: Services, now: datetime, spelling: str) -> None:
    staff = services.staff
    key = staff.add(PersonDetails("B-017", "王示例", "baishiyi"), AT_THE_MACHINE, now)
    with pytest.raises(InputError, match="staff_no_taken"):
        staff.add(PersonDetails(spelling, "李示例", "baishiyi"), AT_THE_MACHINE, now)
    with services.database.read() as tx:
        found = persons.by_staff_no(tx, spelling)
    assert found and (found.person_id, found.staff_no) == (key, "B-017")


def test_entries_from_before_with_spellings_of_one_number_are_told_and_merged(
    services: Services, now: datetime
) -> None:
    with services.database.write() as tx:
        one, other, third = (persons.add(tx, no, "王示例", "bafu", now) for no in ("B-017", "ｂ－０１７", "B-018"))
        assert persons.by_staff_no(tx, "ｂ－０１７") == persons.get(tx, other)
    assert any("只是写法不同" in told.zh for told in services.staff.one(other).told)
    with pytest.raises(InputError, match="persons_two_staff_nos"):
        services.staff.merge(one, third, AT_THE_MACHINE, now)
    services.staff.merge(one, other, AT_THE_MACHINE, now)
    assert services.staff.one(one).person.staff_no == "B-017"


@pytest.mark.parametrize("role", [Role.DECIDER, Role.INSPECTOR])
def test_whoever_decides_or_inspects_needs_a_staff_number(services: Services, now: datetime, role: Role) -> None:
    at_machine = services.accounts.acting(at_console("root"))

    def create(name: str, wanted: Role, staff_no: str = "") -> int:
        return at_machine.create(name, "示例", "bafu", frozenset({wanted}), PASSWORD, now, staff_no=staff_no)

    with pytest.raises(InputError, match="staff_no_needed"):
        create("li", role)
    clerk = create("li", Role.CLERK)
    with pytest.raises(InputError, match="staff_no_needed"):
        services.staff.set_roles(clerk, frozenset({role}), AT_THE_MACHINE, now)
    create("wang", role, "B-017")
    user = services.accounts.user("wang")
    assert user
    with pytest.raises(InputError, match="staff_no_needed"):
        services.staff.change(user.person_id, PersonDetails("", "示例", "bafu"), AT_THE_MACHINE, now)
    # An account from before goes on, and may get other roles beside.
    old = services.accounts.create("old", "老示例", "bafu", frozenset({role}), PASSWORD, now)
    services.staff.set_roles(old, frozenset({role, Role.CLERK}), AT_THE_MACHINE, now)


def test_a_closed_account_that_decides_opens_again_with_a_staff_number_only(services: Services, now: datetime) -> None:
    decider = open_account(services, "decides", Role.DECIDER, "B-017", now)
    services.accounts.disable("decides", now)
    services.staff.change(decider.person_id, PersonDetails("", "王示例", "baishiyi"), AT_THE_MACHINE, now)
    with pytest.raises(InputError, match="staff_no_needed"):
        services.staff.reopen(decider.user_id, AT_THE_MACHINE, now)
    services.staff.change(decider.person_id, PersonDetails("B-017", "王示例", "baishiyi"), AT_THE_MACHINE, now)
    services.staff.reopen(decider.user_id, AT_THE_MACHINE, now)
    assert services.accounts.user("decides")
