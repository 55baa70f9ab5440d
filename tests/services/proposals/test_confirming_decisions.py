"""A decision is confirmed by whoever decides, with password and second factor."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from four_eyes import LATER, PASSWORD, refused
from people import PasskeyOwner
from pyotp import TOTP

from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.permit import PermitState
from licence_qr.errors import AccessError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.accounts.sign_in_limits import CONFIRMING_FROM_NETWORK
from licence_qr.services.proposals.decide import content_of
from licence_qr.store.proposals import proposals


def test_without_the_right_password_nothing_is_decided(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    assert refused(office.decide, "decider", number, LATER, password="wrong").code == "password_wrong"
    error = refused(office.decide, "decider", number, LATER, password="")
    assert [(p.code, p.field) for p in error.problems] == [("password_missing", "password")]
    assert office.stored.permit.state is PermitState.EFFECTIVE


def test_guessing_the_password_is_stopped(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    said = [
        refused(office.decide, "decider", number, LATER, password="wrong").code
        for _ in range(CONFIRMING_FROM_NETWORK.most + 1)
    ]
    assert said == ["password_wrong"] * CONFIRMING_FROM_NETWORK.most + ["password_throttled"]
    assert refused(office.decide, "decider", number, LATER).code == "password_throttled"
    assert office.decide("decider-2", number, LATER) is ProposalState.APPROVED


def test_the_password_is_stored_nowhere(office, all_rows):
    office.decide("decider", office.propose("clerk", Act.SUSPEND, LATER), LATER)
    assert PASSWORD not in repr(all_rows(office.services.database))


def test_an_account_that_was_closed_decides_nothing(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    office.services.accounts.disable("decider", LATER)
    with pytest.raises(AccessError):
        office.decide("decider", number, LATER)
    assert office.stored.permit.state is PermitState.EFFECTIVE


def test_a_decider_who_has_a_second_factor_proves_it_for_each_decision(office):
    factors, decider = office.services.second_factors, office.people["decider"]
    app = TOTP(factors.begin_app(decider, Proof(PASSWORD), "10.0.0.1", LATER).base32)
    factors.confirm_app(decider, app.at(LATER), LATER)
    at = LATER + timedelta(minutes=5)
    number = office.propose("inspector", Act.SUSPEND, LATER)
    for code in ("", "000000"):
        assert refused(office.decide, "decider", number, at, code=code).code == "second_factor_wrong"
    assert office.decide("decider", number, at, code=app.at(at)) is ProposalState.APPROVED
    again = office.propose("inspector", Act.REINSTATE, at)
    assert refused(office.decide, "decider", again, at, code=app.at(at)).code == "second_factor_wrong"


@pytest.mark.parametrize(
    ("asked", "decided"),
    [
        (("approve", ""), {"approve": False, "reason": "证据不足"}),
        (("refuse", "证据不足"), {"approve": True}),
        (("refuse", "证据不足"), {"approve": False, "reason": "别的理由"}),
    ],
)
def test_a_confirmation_prepared_for_one_decision_serves_no_other(office, asked, decided):
    number = office.propose("inspector", Act.SUSPEND, LATER)
    owner = PasskeyOwner(office.services, office.people["decider"], PASSWORD)
    owner.enrol(LATER)
    view = office.services.proposal_reading.get(owner.actor, number, LATER)
    typed = tuple(zip(("verdict", "reason"), asked, strict=True))
    proof = owner.prove(replace(view.content, typed=typed), LATER)
    seen = view.revision
    error = refused(office.decide, "decider", number, LATER, proof=proof, seen=seen, **decided)
    assert error.code == "second_factor_wrong"
    assert office.stored.permit.state is PermitState.EFFECTIVE
    right = {"approve": asked[0] == "approve", "reason": asked[1]}
    assert office.decide("decider", number, LATER, proof=proof, seen=seen, **right)


def test_what_is_confirmed_is_one_proposal_as_it_was_shown(office):
    number, other = office.propose("inspector", Act.SUSPEND, LATER), office.propose("inspector", Act.REVOKE, LATER)
    with office.services.database.read() as tx:
        one, two = proposals.get(tx, number), proposals.get(tx, other)
    changed = replace(one, content=replace(one.content, reason="别的理由"))
    contents = {content_of(one, 1).digest, content_of(two, 1).digest, content_of(one, 2).digest}
    assert len(contents | {content_of(changed, 1).digest}) == 4
    shown = office.services.proposal_reading.get(office.people["decider"], number, LATER)
    assert shown.content == content_of(one, shown.revision)
