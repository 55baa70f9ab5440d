"""Four eyes and the life of a permit, pressed where two use cases meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from argon2 import PasswordHasher
from four_eyes import LATER, Office, opened

from licence_qr.domain.follow_up import Fault, FollowUpOutcome, FollowUpReport
from licence_qr.domain.lifecycle import Act
from licence_qr.domain.proposals import ProposalState
from licence_qr.errors import RuleError
from licence_qr.services import accounts as accounts_module

FAILED = FollowUpReport(
    date(2026, 12, 7),
    FollowUpOutcome.FAILED,
    ("inspector-2",),
    "材料系伪造",
    fault=Fault.DECEIT,
    legal_basis="《行政许可法》第七十九条",
)


@pytest.fixture
def office(monkeypatch, services, make_application, clerk, now) -> Office:
    monkeypatch.setattr(accounts_module, "PasswordHasher", lambda: PasswordHasher(1, 8, 1))
    services.accounts._hasher = PasswordHasher(1, 8, 1)
    return opened(services, make_application(), clerk, now)


@pytest.mark.parametrize(("records", "stands_by"), [("both", "inspector-2"), ("inspector", "both")])
def test_whose_check_a_bar_comes_from_does_not_decide_it_though_another_had_proposed(office, records, stands_by):
    number = office.propose("clerk", Act.ANNUL, LATER)
    report = replace(FAILED, others=(stands_by,))
    recorded = office.services.follow_ups.record(office.people[records], office.stored.permit_id, report, LATER)
    assert recorded.proposal_id == number
    with pytest.raises(RuleError) as refused:
        office.decide("both", number, LATER)
    assert refused.value.code == "proposal_is_own"
    seen = office.services.proposal_reading.get(office.people["decider"], number, LATER).revision
    assert office.decide("decider", number, LATER, seen=seen, confirmed=True) is ProposalState.APPROVED
