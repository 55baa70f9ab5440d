"""Four eyes and the life of a permit, pressed where two use cases meet."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from four_eyes import LATER, Office, opened
from import_register import CLERK, NOW, Register
from lives import Hotel

from bench.exports import licence, permit
from licence_qr.domain.importing.conflicts import Decision
from licence_qr.domain.inspecting.follow_up import Fault, FollowUpOutcome, FollowUpReport
from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.errors import AccessError, ConflictError, RuleError
from licence_qr.store.proposals import proposals
from licence_qr.store.proposals.proposals import NewProposal
from licence_qr.store.register import permits

FAILED = FollowUpReport(
    date(2026, 12, 7),
    FollowUpOutcome.FAILED,
    ("inspector-2",),
    "材料系伪造",
    fault=Fault.DECEIT,
    legal_basis="《行政许可法》第七十九条",
)


@pytest.fixture
def office(services, make_application, clerk, now) -> Office:
    return opened(services, make_application(), clerk, now)


@pytest.mark.parametrize(("records", "stands_by"), [("both", "inspector-2"), ("inspector", "both")])
def test_whose_check_a_bar_comes_from_does_not_decide_it_though_another_had_proposed(office, records, stands_by):
    number = office.propose("clerk", Act.ANNUL, LATER)
    report = replace(FAILED, others=(stands_by,))
    recorded = office.check(records, report, LATER)
    assert recorded.proposal_id == number
    with pytest.raises(RuleError) as refused:
        office.decide("both", number, LATER)
    assert refused.value.code == "proposal_is_own"
    seen = office.services.proposal_reading.get(office.people["decider"], number, LATER).revision
    assert office.decide("decider", number, LATER, seen=seen, confirmed=True) is ProposalState.APPROVED


def test_a_password_is_not_guessed_from_ever_new_addresses(office):
    number = office.propose("clerk", Act.SUSPEND, LATER)
    said = {"password": "not the password at all", "confirmed": True}
    refusals = []
    for network in range(20):
        with pytest.raises(AccessError) as refused:
            office.decide("decider", number, LATER, client=f"2001:db8:0:{network:x}::1", **said)
        refusals.append(refused.value.code)
    assert refusals == ["password_wrong"] * 15 + ["password_throttled"] * 5
    with pytest.raises(AccessError, match="password_throttled"):
        office.decide("decider", number, LATER, client="10.9.9.9")
    soon = LATER + timedelta(minutes=16)
    assert office.decide("decider", number, soon, client="10.9.9.9") is ProposalState.APPROVED


# --- files of the departments, after acts here ---------------------------------------------------------------------


@pytest.fixture
def register(tmp_path) -> Register:
    return Register(tmp_path)


def decided(register: Register, decision: Decision) -> tuple[int, ...]:
    """Decide the one question; the numbers of the proposals that this opens."""
    [row] = register.waiting_rows()
    return register.waiting.decide(CLERK, row.id, decision.value, "核对原件", NOW).proposals


@pytest.mark.parametrize("also", [{}, {"items": "旅店"}])
def test_one_clerk_with_a_file_does_not_reinstate_what_was_suspended(register, also):
    register.import_rows([licence()], [permit(state="停业整顿")])
    register.import_rows([licence()], [permit(state="有效", **also)])
    before = register.digest()
    with pytest.raises(ConflictError, match="suspended_stays_suspended"):
        decided(register, Decision.TAKE_FILE)
    assert register.digest() == before
    decided(register, Decision.TAKE_REGISTER)
    assert register.values("SELECT state FROM permits") == [("suspended",)]


def test_what_a_file_has_ended_leaves_no_proposal_to_decide(register):
    register.import_rows([licence()], [permit(valid_to="2028-04-30")])
    with register.database.write() as tx:
        [held] = permits.of_business(tx, licence()["uscc"])
        wanted = NewProposal(held.uscc, f"permit/{held.permit_id}", "suspend", "查实", "依据", "", None, 0)
        number = proposals.add(tx, wanted, CLERK, NOW)
    register.import_rows([licence()], [permit(valid_to="2028-04-30", state="吊销")])
    [revoking] = decided(register, Decision.TAKE_FILE)
    with register.database.read() as tx:
        assert proposals.get(tx, number).state is ProposalState.OPEN
    assert register.decide(revoking) is ProposalState.APPROVED
    with register.database.read() as tx:
        closed = proposals.get(tx, number)
    assert (closed.state, closed.decision) == (ProposalState.CLOSED, "revoked")


def renewal_waits(register: Register) -> None:
    """A renewal of the only permit was applied for in time, and nobody has decided it."""
    with register.database.write() as tx:
        [held] = permits.of_business(tx, licence()["uscc"])
        waits = replace(held.permit, renewal_applied_on=date(2026, 2, 1), renewal_in_time=True)
        permits.replace(tx, replace(held, permit=waits))


def printed_last_days(register: Register) -> list[str]:
    """The last days of the permits on the newest print."""
    [(record,)] = register.values("SELECT record FROM codes ORDER BY version DESC LIMIT 1")
    return [permit["valid_to"] for permit in json.loads(str(record))["permits"]]


def test_an_import_notes_a_renewal_that_counts_as_granted_before_it_signs(register):
    register.import_rows([licence()], [permit()])
    renewal_waits(register)
    another = permit(permit_no="渝高新卫公证字〔2026〕第00902号", valid_from="2026-05-01", valid_to="2030-04-30")
    register.import_rows([licence()], [permit(), another])
    assert register.waiting_rows() == ()
    assert printed_last_days(register) == ["2030-04-30", "2030-04-30"]
    noted = register.values("SELECT actor, effective_on FROM history WHERE event = 'permit_deemed_renewed'")
    assert noted == [("system", "2026-05-01")]
    assert register.values("SELECT max(version) FROM codes") == [(2,)]


def test_a_file_that_tells_of_the_renewal_itself_agrees_with_the_register_that_has_noted_it(register):
    register.import_rows([licence()], [permit()])
    renewal_waits(register)
    register.import_rows([licence()], [permit(valid_to="2030-04-30")])
    assert register.waiting_rows() == ()
    assert printed_last_days(register) == ["2030-04-30"]


def test_a_renewal_that_was_noted_is_printed_though_the_row_waits(register):
    register.import_rows([licence()], [permit()])
    renewal_waits(register)
    register.import_rows([licence()], [permit(items="旅店")])
    assert len(register.waiting_rows()) == 1
    assert printed_last_days(register) == ["2030-04-30"]
    before = register.digest()
    register.import_rows([licence()], [permit(items="旅店")])
    assert register.digest() == before


# --- issuing into a life under way ---------------------------------------------------------------------------------


def test_what_is_issued_after_a_renewal_counted_as_granted_prints_its_new_last_day(
    services, make_application, clerk, now
):
    first = make_application()
    hotel = Hotel(services, services.issuance.issue(first, clerk, "one", now).uscc, clerk, now)
    last = hotel.permit().period.last
    hotel.years_on(last - timedelta(days=60)).do(Act.APPLY_RENEWAL, permit=0)
    hotel.after(61)
    elsewhere = make_application(1, at=hotel.now, entity={"established_on": first.entity.established_on})
    services.issuance.issue(
        replace(elsewhere, premises_address="重庆市九龙坡区白市驿镇另一路9号"), clerk, "two", hotel.now
    )
    assert hotel.permit().period.last > last
    assert [event["effective_on"] for event in hotel.events("permit_deemed_renewed")] == [hotel.today.isoformat()]
    signed = json.loads(hotel.versions()[0].record)["permits"]
    assert {permit["valid_to"] for permit in signed} == {p.isoformat() for p in _last_days(hotel)}
    versions = len(hotel.versions())
    assert services.life_sweep.run(hotel.now).renewals == 0
    assert len(hotel.versions()) == versions


def _last_days(hotel):
    return [hotel.permit(place).period.last for place in (0, 1)]
