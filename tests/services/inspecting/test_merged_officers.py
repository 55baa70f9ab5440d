"""Two entries that have answered about records become one person: the answers are theirs, and count once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from four_eyes import LATER, opened
from test_named_checks import MET, handle, recorded

from licence_qr.domain.inspecting.second_officer import NamedCheckState, OfficersAnswer
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.errors import AccessError, LicenceQRError
from licence_qr.store.inspecting import confirmations
from licence_qr.store.register import history


@pytest.fixture
def office(services, make_application, clerk, now):
    return opened(services, make_application(), clerk, now)


def merge(office, kept, merged):
    """Make them one person, and know the accounts as they are after that."""
    one, other = (office.people[name].person_id for name in (kept, merged))
    of_both = office.services.staff.merge(one, other, AT_THE_MACHINE, LATER)
    for name in (kept, merged):
        office.people[name] = office.services.accounts.user(name)
    return of_both


def answers(office, number):
    with office.services.database.read() as tx:
        found = confirmations.of_subject(tx, f"named-check/{number}")
    return [(each.person_id, each.username, each.answer) for each in found]


def told(office):
    """What the event of the merger says of acts that counted two people."""
    with office.services.database.read() as tx:
        row = next(each for each in reversed(history.everything(tx)) if each["event"] == "persons_merged")
    return json.loads(row["after"])["acts_of_both"]


def test_the_answers_of_the_merged_entry_are_of_the_one_that_stays(office):
    number = office.hand_in("inspector", MET, LATER)
    office.answer("inspector-2", number, LATER)
    assert merge(office, "decider", "inspector-2") == ()
    person = office.people["decider"].person_id
    assert answers(office, number) == [(person, "inspector-2", OfficersAnswer.CONFIRMED)]


def test_two_answers_of_one_person_are_one_and_the_act_is_told(office):
    number = office.hand_in("inspector", replace(MET, others=("inspector-2", "both")), LATER)
    office.answer("both", number, LATER)
    office.answer("inspector-2", number, LATER)
    assert len(recorded(office)) == 1
    assert merge(office, "inspector-2", "both") == (f"named-check/{number}",) == tuple(told(office))
    assert [person for person, _, _ in answers(office, number)] == [office.people["inspector-2"].person_id]
    assert len(recorded(office)) == 1  # what was done stands until somebody decides otherwise


def test_an_objection_stays_before_a_confirmation(office):
    number = office.hand_in("inspector", replace(MET, others=("inspector-2", "both")), LATER)
    office.answer("inspector-2", number, LATER)
    office.answer("both", number, LATER, answer=OfficersAnswer.OBJECTED, reason="我不在现场")
    merge(office, "inspector-2", "both")
    assert [answer for _, _, answer in answers(office, number)] == [OfficersAnswer.OBJECTED]


def test_a_check_whose_officers_became_one_person_counts_by_no_confirmation(office):
    number = office.hand_in("inspector", replace(MET, others=("inspector-2", "both")), LATER)
    office.answer("both", number, LATER)
    merge(office, "inspector-2", "both")
    with pytest.raises(LicenceQRError, match="officer_answered_before"):
        office.answer("inspector-2", number, LATER)
    assert recorded(office) == ()


def test_who_was_named_and_is_the_first_officer_now_confirms_nothing(office):
    number = office.hand_in("inspector", MET, LATER)
    merge(office, "inspector", "inspector-2")
    for who in ("inspector", "inspector-2"):
        with pytest.raises(AccessError, match="inspection_names_another"):
            office.answer(who, number, LATER)
        view = office.services.named_checks.get(office.people[who], number, LATER)
        assert not view.may_answer
    assert recorded(office) == ()
    assert handle(office, number, "set_aside", at=LATER) is NamedCheckState.SET_ASIDE


def test_a_proposal_decided_by_its_own_proposer_is_told(office):
    number = office.propose("both", Act.SUSPEND, LATER)
    office.decide("decider", number, LATER)
    (subject,) = merge(office, "decider", "both")
    assert subject in {each["subject"] for each in office.history() if each["proposed_by"] == "both"}
