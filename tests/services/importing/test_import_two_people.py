"""A suspension or an adverse end that a department's file brings: taking the file's word proposes it, another decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_register import CLERK, NOW, PASSWORD, SUPERVISOR, Register

from bench.exports import licence, permit
from licence_qr import wording
from licence_qr.domain.importing.conflicts import Decision
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.events import EventKind
from licence_qr.errors import AccessError, RuleError
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.importing.review import Settlement
from licence_qr.services.proposals.decide import ProposalVerdict
from licence_qr.store.register import codes

IN_FORCE = {"valid_to": "2028-04-30"}


@pytest.fixture
def register(tmp_path: Path) -> Register:
    made = Register(tmp_path)
    made.import_rows([licence()], [permit(**IN_FORCE)])
    return made


def told(register: Register, **cells: str) -> None:
    """A later file says so of the permit."""
    register.import_rows([licence()], [permit(**(IN_FORCE | cells))])


def take_file(register: Register, who=CLERK) -> Settlement:
    [row] = register.waiting_rows()
    return register.waiting.decide(who, row.id, Decision.TAKE_FILE.value, "部门来函", NOW)


def states(register: Register) -> list[tuple[object, ...]]:
    return register.values("SELECT entities.state, permits.state FROM entities JOIN permits USING (uscc)")


def entries(register: Register) -> list[int]:
    """What the status list says of the newest print and its permits."""
    with register.database.read() as tx:
        code = codes.newest_of_business(tx, licence()["uscc"])
        assert code is not None
        return [codes.status(tx, code.status_index + n) for n in range(code.entry_count)]


@pytest.mark.parametrize(
    ("state", "becomes", "entry"), [("停业整顿", "suspended", 2), ("吊销", "revoked", 1), ("撤销", "annulled", 1)]
)
def test_the_register_says_the_same_until_another_person_has_decided(
    register: Register, state: str, becomes: str, entry: int
) -> None:
    told(register, state=state)
    [row] = register.waiting_rows()
    assert row.two_people is not None
    [number] = take_file(register).proposals
    assert states(register) == [("active", "effective")]
    assert entries(register) == [0, 0]
    assert register.decide(number) is ProposalState.APPROVED
    assert states(register) == [("active", becomes)]
    assert entries(register) == [0, entry]
    [done] = register.events(EventKind.PERMIT_STATE_CHANGED)
    assert (done["actor"], done["proposed_by"], done["reason"]) == ("decider", "clerk", "部门来函")


@pytest.mark.parametrize(("state", "suspension"), [("停业整顿", "closed"), ("暂扣", "withheld")])
def test_a_file_says_which_decision_suspends(register: Register, state: str, suspension: str) -> None:
    told(register, state=state)
    [number] = take_file(register).proposals
    register.decide(number)
    assert register.values("SELECT state, suspension FROM permits") == [("suspended", suspension)]


@pytest.mark.parametrize(("state", "suspension"), [("停业整顿", "closed"), ("暂扣", "withheld"), ("有效", None)])
def test_a_new_permit_is_entered_with_the_decision_that_suspends_it(
    tmp_path: Path, state: str, suspension: str | None
) -> None:
    register = Register(tmp_path)
    register.import_rows([licence()], [permit(**IN_FORCE, state=state)])
    assert register.values("SELECT suspension FROM permits") == [(suspension,)]


def test_the_clerk_who_took_the_files_word_does_not_decide_it(register: Register) -> None:
    register.accounts.create("clerk", "窗口", CLERK.office, CLERK.roles | register.decider().roles, PASSWORD, NOW)
    told(register, state="吊销")
    [number] = take_file(register).proposals
    both = register.accounts.user("clerk")
    assert both is not None
    with pytest.raises(RuleError, match="proposal_is_own"):
        register.proposals.decide(both, number, ProposalVerdict(True, "", Proof(PASSWORD), "10.0.0.1", 0), NOW)
    assert states(register) == [("active", "effective")]


def test_the_other_facts_of_the_row_are_taken_at_once(register: Register) -> None:
    told(register, state="停业整顿", items="旅店")
    [number] = take_file(register).proposals
    assert register.values("SELECT items, state FROM permits") == [("旅店", "effective")]
    register.decide(number)
    assert register.values("SELECT items, state FROM permits") == [("旅店", "suspended")]


def test_what_is_refused_stays_refused_and_only_a_newer_word_of_the_file_is_asked_about_anew(
    register: Register,
) -> None:
    told(register, state="吊销")
    [number] = take_file(register).proposals
    assert register.decide(number, approve=False) is ProposalState.REFUSED
    before = register.digest()
    told(register, state="吊销")
    assert register.digest() == before
    told(register)
    told(register, state="吊销")
    assert states(register) == [("active", "effective")]
    [again] = take_file(register).proposals
    assert again != number


def test_no_run_of_the_import_proposes_or_does_by_itself_what_was_decided_once(register: Register) -> None:
    told(register, state="停业整顿")
    [number] = take_file(register).proposals
    for _ in range(2):
        told(register)
        told(register, state="停业整顿")
        while register.waiting_rows():
            assert take_file(register).proposals == (number,)
    assert register.values("SELECT count(*) FROM proposals") == [(1,)]
    assert states(register) == [("active", "effective")]


def test_a_proposal_that_somebody_made_at_the_desk_is_the_one_that_is_decided(register: Register) -> None:
    told(register, state="停业整顿")
    [first] = take_file(register).proposals
    told(register, state="停业整顿", items="旅店")
    assert take_file(register).proposals == ()
    told(register, items="旅店")
    told(register, state="停业整顿", items="旅店")
    assert take_file(register).proposals == (first,)


@pytest.mark.parametrize(("state", "becomes"), [("吊销未注销", "revoked_not_cancelled"), ("撤销", "annulled")])
def test_a_licences_end_waits_with_the_permits_that_it_closes(register: Register, state: str, becomes: str) -> None:
    register.import_rows([licence(state=state)], [permit(**IN_FORCE)])
    [number] = take_file(register).proposals
    assert register.waiting_rows() == ()
    assert states(register) == [("active", "effective")]
    assert entries(register) == [0, 0]
    assert register.decide(number) is ProposalState.APPROVED
    assert states(register) == [(becomes, "cancelled")]
    assert entries(register) == [1, 1]
    before = register.digest()
    register.import_rows([licence(state=state)], [permit(**IN_FORCE)])
    assert register.digest() == before


def test_closing_a_record_needs_one_person_as_at_the_desk(register: Register) -> None:
    told(register, state="注销")
    assert register.waiting_rows()[0].two_people is None
    assert take_file(register).proposals == ()
    assert states(register) == [("active", "cancelled")]


def test_what_a_file_says_of_a_permit_new_to_the_register_is_taken_as_it_is(register: Register) -> None:
    another = permit(permit_no="渝高新卫公证字〔2022〕第00902号", state="停业整顿", **IN_FORCE)
    register.import_rows([licence()], [permit(**IN_FORCE), another])
    assert register.waiting_rows() == ()
    assert states(register) == [("active", "effective"), ("active", "suspended")]


def test_what_the_state_does_not_allow_is_refused_with_what_it_does(tmp_path: Path) -> None:
    register = Register(tmp_path)
    register.import_rows([licence()], [permit(valid_to="2026-04-30")])
    register.import_rows([licence()], [permit(valid_to="2026-04-30", state="停业整顿")])
    before = register.digest()
    with pytest.raises(RuleError, match="act_not_allowed") as refused:
        take_file(register)
    assert "expired" in str(wording.explain(refused.value, "en"))
    assert register.digest() == before
    [row] = register.waiting_rows()
    register.waiting.decide(CLERK, row.id, Decision.TAKE_REGISTER.value, "已过期", NOW)
    assert register.waiting_rows() == ()


def test_a_supervisor_does_not_propose_it(register: Register) -> None:
    told(register, state="停业整顿")
    before = register.digest()
    with pytest.raises(AccessError, match="role_not_allowed"):
        take_file(register, SUPERVISOR)
    assert register.digest() == before
