"""An officer who answers for a record proves a second factor too: on that answer, for that content, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from inspected_register import OTHER_VISIT, PASSWORD, hotel, hotel_made_once, linen
from people import PasskeyOwner, enrol_app

from licence_qr.domain.inspecting.inspection import InspectionState
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.errors import AccessError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.inspecting.second_officer import AnswerRequest, answering, subject_of

__all__ = ["hotel", "hotel_made_once"]
SECOND = "inspector-2"
CLIENT = "192.0.2.7"


def refusal(answer, *args, **more) -> str:
    with pytest.raises(AccessError) as refused:
        answer(*args, **more)
    return refused.value.code


def beside(hotel, stored, proof):
    given = AnswerRequest(stored.content_sha256, OfficersAnswer.CONFIRMED, "", proof, CLIENT)
    officers, first = hotel.services.second_officers, hotel.actors["inspector"]
    return officers.answer_beside(first, stored.key, SECOND, given, hotel.at)


@pytest.fixture
def app(hotel):
    """The app of the second officer; the next step of the clock gives a code not used yet."""
    made, codes = enrol_app(hotel.services, hotel.actors[SECOND], PASSWORD, hotel.at)
    hotel.at += timedelta(minutes=1)
    hotel.codes = codes
    return made


def test_the_password_alone_answers_nothing(hotel, app):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    assert refusal(hotel.answer, stored) == "second_factor_wrong"
    assert refusal(hotel.answer, stored, proof=Proof(PASSWORD, "000000")) == "second_factor_wrong"
    assert refusal(hotel.answer, stored, proof=Proof("wrong", app.at(hotel.at))) == "password_wrong"
    assert hotel.answer(stored, proof=Proof(PASSWORD, app.at(hotel.at))) is InspectionState.COUNTED


def test_a_code_answers_once(hotel, app):
    first = hotel.send(hotel.visit(), confirmed=False).stored
    other = hotel.send(hotel.visit(id=OTHER_VISIT, **linen(hotel)), visit=OTHER_VISIT, confirmed=False).stored
    proof = Proof(PASSWORD, app.at(hotel.at))
    hotel.answer(first, proof=proof)
    assert refusal(hotel.answer, other, proof=proof) == "second_factor_wrong"


def test_beside_the_first_officer_a_code_is_asked_for_too(hotel, app):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    assert refusal(beside, hotel, stored, Proof(PASSWORD)) == "second_factor_wrong"
    assert beside(hotel, stored, Proof(PASSWORD, app.at(hotel.at))) is InspectionState.COUNTED


def test_beside_the_first_officer_a_recovery_code_stands_in(hotel, app):
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    assert beside(hotel, stored, Proof(PASSWORD, hotel.codes[0])) is InspectionState.COUNTED


@pytest.fixture
def owner(hotel):
    """The second officer with a passkey."""
    made = PasskeyOwner(hotel.services, hotel.actors[SECOND], PASSWORD)
    made.enrol(hotel.at)
    return made


@pytest.mark.parametrize(
    ("prepared", "sent"),
    [
        ((OfficersAnswer.CONFIRMED, ""), (OfficersAnswer.OBJECTED, "我不在现场")),
        ((OfficersAnswer.OBJECTED, "我不在现场"), (OfficersAnswer.CONFIRMED, "")),
        ((OfficersAnswer.OBJECTED, "我不在现场"), (OfficersAnswer.OBJECTED, "床单没有换")),
    ],
)
def test_a_passkey_serves_the_answer_it_was_asked_for(hotel, owner, prepared, sent):
    officers = hotel.services.second_officers
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    asked, given = (AnswerRequest(stored.content_sha256, *each, client=CLIENT) for each in (prepared, sent))
    proof = owner.prove(answering(subject_of(stored.key), asked), hotel.at)
    code = refusal(officers.answer, owner.actor, stored.key, replace(given, proof=proof), hotel.at)
    assert code == "second_factor_wrong"
    officers.answer(owner.actor, stored.key, replace(asked, proof=proof), hotel.at)


def test_beside_the_first_officer_no_passkey_counts(hotel, owner):
    officers = hotel.services.second_officers
    stored = hotel.send(hotel.visit(), confirmed=False).stored
    given = AnswerRequest(stored.content_sha256, OfficersAnswer.CONFIRMED, client=CLIENT)
    proof = owner.prove(answering(subject_of(stored.key), given), hotel.at)
    first = hotel.actors["inspector"]
    code = refusal(officers.answer_beside, first, stored.key, SECOND, replace(given, proof=proof), hotel.at)
    assert code == "second_factor_wrong"
