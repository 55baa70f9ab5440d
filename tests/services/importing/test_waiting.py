"""Deciding what waits: seen by the right office, once, with a reason, carried out in full."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from import_register import CLERK, NOW, SUPERVISOR, Register

from bench.exports import licence, permit
from licence_qr.domain.importing.conflicts import ConflictKind, Decision, RowOutcome
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import Role
from licence_qr.errors import AccessError, ConflictError, InputError, NotFoundError
from licence_qr.services.importing.review import Settlement, WaitingRow
from licence_qr.store.register import codes


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path)


def the_question(register: Register) -> WaitingRow:
    [row] = register.waiting_rows()
    return row


def decide(register: Register, decision: Decision, reason: str = "核对原件") -> Settlement:
    return register.waiting.decide(CLERK, the_question(register).id, decision.value, reason, NOW)


def test_both_sides_stand_beside_each_other_with_what_differs(register: Register) -> None:
    register.import_rows([licence()], [permit(name="另一家酒店", issued_on="2022年5月1日")])
    row = the_question(register)
    fields = {field.name: field for field in row.fields}
    assert (row.kind, row.code) == (ConflictKind.NAME_DIFFERS, "waiting_name_differs")
    assert (fields["name"].left, fields["name"].right, fields["name"].differs) == (
        "重庆演示酒店管理有限公司",
        "另一家酒店",
        True,
    )
    assert not fields["principal"].differs
    assert row.right_title is not None
    assert (row.left_title.zh, row.right_title.en) == ("营业执照导出：market 第 2 行", "Permit ledger: health, row 2")


def marked(row: WaitingRow) -> set[str]:
    """The fields that are said to differ."""
    return {field.name for field in row.fields if field.differs}


def test_what_a_licence_and_a_permit_differ_in_by_nature_is_shown_and_not_marked(register: Register) -> None:
    register.import_rows([licence()], [permit(name="另一家酒店")])
    row = the_question(register)
    both = {field.name for field in row.fields if field.left and field.right and field.left != field.right}
    assert {"authority", "issued_on", "state"} <= both
    assert marked(row) == {"name"}


def test_a_code_that_the_permit_lacks_is_missing_and_not_different(register: Register) -> None:
    register.import_rows([licence()], [permit(uscc="")])
    assert marked(the_question(register)) == set()


@pytest.mark.parametrize(
    ("changed", "text"), [("name", "另一家酒店"), ("principal", "林样"), ("address", "重庆市九龙坡区金凤镇演示路9号")]
)
def test_what_a_licence_and_a_permit_should_agree_on_is_marked(register: Register, changed: str, text: str) -> None:
    # The permit is older than the licence: a question that leaves all the rest free to agree or not.
    register.import_rows([licence(established_on="2023-01-01", issued_on="2023-01-01")], [permit(**{changed: text})])
    assert changed in marked(register.waiting_rows()[0])
    assert marked(register.waiting_rows()[0]) <= {"name", "principal", "address"}


@pytest.mark.parametrize(
    ("changed", "text"),
    [("valid_to", "2026-05-31"), ("grade", ""), ("state", "停业整顿"), ("grade", "C"), ("items", "旅店")],
)
def test_two_rows_of_one_permit_are_marked_wherever_they_differ(register: Register, changed: str, text: str) -> None:
    register.import_rows([licence()], [permit(), permit(**{changed: text})])
    row = the_question(register)
    assert row.kind is ConflictKind.PERMIT_DUPLICATE_DIFFERS
    assert marked(row) == {changed}


def test_a_file_that_tells_the_register_something_new_is_marked_where_it_does(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    register.import_rows([licence()], [permit(valid_to="2026-06-30")])
    row = the_question(register)
    assert row.kind is ConflictKind.REGISTER_DIFFERS
    assert marked(row) == {"valid_to"}


def test_states_authorities_and_places_are_told_by_their_names_and_the_holder_by_the_registers(
    register: Register,
) -> None:
    register.import_rows([licence()], [permit()])
    register.import_rows([licence(state="歇业")], [])
    [about_licence] = register.waiting_rows()
    assert [(f.left, f.right) for f in about_licence.fields if f.differs] == [("存续（在营）", "歇业")]
    register.import_rows([licence()], [permit(state="停业整顿")])
    [row] = register.waiting_rows()
    assert row.holder_name == "重庆演示酒店管理有限公司"
    shown = {field.name: (field.left, field.right) for field in row.fields}
    assert shown["state"] == ("有效", "已暂停")
    assert shown["office"][0].startswith("金凤镇") and "公共服务局" in shown["authority"][0]
    assert not any(text.isascii() and text.isalpha() and len(text) > 1 for pair in shown.values() for text in pair)


def test_telephone_numbers_are_not_shown(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    register.import_rows([licence(principal="林样")], [permit(name="另一家酒店")])
    shown = repr(register.waiting_rows())
    assert len(register.waiting_rows()) == 2
    assert "13800000000" not in shown


@pytest.mark.parametrize(
    ("decision", "name", "held"),
    [
        (Decision.TAKE_MARKET, "重庆演示酒店管理有限公司", 1),
        (Decision.TAKE_HEALTH, "另一家酒店", 1),
        (Decision.REFUSE, "重庆演示酒店管理有限公司", 0),
    ],
)
def test_a_decision_is_carried_out_and_stays(register: Register, decision: Decision, name: str, held: int) -> None:
    files = [licence()], [permit(name="另一家酒店")]
    register.import_rows(*files)
    settlement = decide(register, decision)
    assert settlement.rows[0].outcome is (RowOutcome.IMPORTED if held else RowOutcome.REFUSED)
    assert settlement.next_id is None
    assert register.values("SELECT name, (SELECT count(*) FROM permits) FROM entities") == [(name, held)]
    assert register.values("SELECT max(version) FROM codes") == [(1 + held,)]
    before = register.digest()
    report = register.import_rows(*files)
    assert register.digest() == before
    assert (report.health.imported, report.health.waiting, report.health.refused) == (held, 0, 1 - held)


def test_a_decision_is_written_to_the_history_with_its_reason(register: Register) -> None:
    register.import_rows([licence()], [permit(principal="林样")])
    decide(register, Decision.TAKE_HEALTH, "已办理变更登记")
    [event] = register.events(EventKind.ROW_DECIDED)
    assert tuple(event[name] for name in ("actor", "office", "uscc", "reason")) == (
        "clerk",
        "jinfeng",
        licence()["uscc"],
        "已办理变更登记",
    )
    [change] = register.events(EventKind.LICENCE_CHANGED)
    assert "陈样" in str(change["before"]) and "林样" in str(change["after"])


def test_a_question_cannot_be_decided_twice(register: Register) -> None:
    register.import_rows([licence()], [permit(name="另一家酒店")])
    question = the_question(register)
    decide(register, Decision.TAKE_MARKET, "第一次")
    before = register.digest()
    with pytest.raises(ConflictError) as caught:
        register.waiting.decide(CLERK, question.id, "refuse", "第二次", NOW)
    assert (caught.value.code, caught.value.facts["reason"]) == ("question_already_decided", "第一次")
    assert register.digest() == before
    assert register.waiting.get(CLERK, question.id).decision is Decision.TAKE_MARKET


@pytest.mark.parametrize(
    ("decision", "reason", "code"),
    [
        ("take_market", " \n　", "reason_missing"),
        ("take_market", "理" * 501, "text_too_long"),
        ("accept_match", "核对", "decision_not_offered"),
        ("", "核对", "decision_not_offered"),
    ],
)
def test_a_decision_needs_to_be_offered_and_to_have_a_reason(
    register: Register, decision: str, reason: str, code: str
) -> None:
    register.import_rows([licence()], [permit(name="另一家酒店")])
    before = register.digest()
    with pytest.raises(InputError) as caught:
        register.waiting.decide(CLERK, the_question(register).id, decision, reason, NOW)
    assert caught.value.code == code
    assert register.digest() == before


def test_a_clerk_sees_the_own_office_only_and_an_inspector_nothing(register: Register) -> None:
    register.import_rows([licence()], [permit(name="另一家酒店")])
    elsewhere = dataclasses.replace(CLERK, office="bafu")
    assert len(register.waiting.list(CLERK)) == 1
    assert register.waiting.list(elsewhere) == ()
    with pytest.raises(AccessError, match="other_office"):
        register.waiting.get(elsewhere, the_question(register).id)
    with pytest.raises(AccessError, match="other_office"):
        register.waiting.decide(elsewhere, the_question(register).id, "refuse", "理由", NOW)
    with pytest.raises(AccessError, match="role_not_allowed"):
        register.waiting.list(dataclasses.replace(CLERK, roles=frozenset({Role.INSPECTOR})))


def test_an_unknown_question_is_not_found(register: Register) -> None:
    with pytest.raises(NotFoundError):
        register.waiting.get(SUPERVISOR, 99)


def test_a_withdrawn_question_cannot_be_decided(register: Register) -> None:
    register.import_rows([licence()], [permit(name="另一家酒店")])
    question = the_question(register)
    register.import_rows([licence()], [permit()])
    with pytest.raises(ConflictError, match="question_withdrawn"):
        register.waiting.decide(CLERK, question.id, "refuse", "理由", NOW)


def test_an_accepted_match_gives_the_permit_its_licence(register: Register) -> None:
    register.import_rows([licence()], [permit(uscc="")])
    assert the_question(register).proposal == licence()["uscc"]
    decide(register, Decision.ACCEPT_MATCH)
    assert register.values("SELECT uscc FROM permits") == [(licence()["uscc"],)]


def test_the_next_question_about_the_same_row_follows(register: Register) -> None:
    register.import_rows([licence()], [permit(name="另一家酒店", principal="林样")])
    settlement = decide(register, Decision.TAKE_MARKET)
    assert settlement.next_id == the_question(register).id
    assert the_question(register).kind is ConflictKind.PRINCIPAL_DIFFERS
    decide(register, Decision.TAKE_HEALTH)
    assert register.values("SELECT principal FROM entities") == [("林样",)]


def test_deciding_about_a_licence_lets_its_permits_in(register: Register) -> None:
    register.import_rows([licence(), licence(principal="林样")], [permit()])
    row = the_question(register)
    chen_left = {field.name: field.left for field in row.fields}["principal"] == "陈样"
    decide(register, Decision.TAKE_FIRST if chen_left else Decision.TAKE_SECOND)
    assert register.values("SELECT principal FROM entities") == [("陈样",)]
    assert register.values("SELECT count(*) FROM permits") == [(1,)]
    assert register.waiting_rows() == ()


def test_the_file_taken_against_the_register_makes_a_new_version(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    register.import_rows([licence(business_scope="住宿服务；餐饮服务")], [permit(valid_to="2027-04-30")])
    while rows := register.waiting_rows():
        register.waiting.decide(CLERK, rows[0].id, "take_file", "部门确认", NOW)
    assert register.values("SELECT business_scope FROM entities") == [("住宿服务；餐饮服务",)]
    assert register.values("SELECT valid_to FROM permits") == [("2027-04-30",)]
    assert register.values("SELECT max(version) FROM codes") == [(3,)]


def test_the_register_kept_against_the_file_stays(register: Register) -> None:
    register.import_rows([licence()], [])
    files = [licence(business_scope="住宿服务；餐饮服务")], [permit()]
    register.import_rows(*files)
    decide(register, Decision.TAKE_REGISTER)
    assert register.values("SELECT business_scope FROM entities") == [("住宿服务",)]
    assert register.values("SELECT count(*) FROM permits") == [(1,)]
    before = register.digest()
    register.import_rows(*files)
    assert register.digest() == before


def test_a_permit_suspended_by_a_later_export_shows_it_in_the_status_list(register: Register) -> None:
    register.import_rows([licence()], [permit(valid_to="2028-04-30")])
    register.import_rows([licence()], [permit(valid_to="2028-04-30", state="停业整顿")])
    [number] = decide(register, Decision.TAKE_FILE).proposals
    assert register.decide(number) is ProposalState.APPROVED
    with register.database.read() as tx:
        code = codes.newest_of_business(tx, licence()["uscc"])
        assert code is not None
        assert (code.version, codes.status(tx, code.status_index + 1)) == (1, 2)


def test_a_licence_that_has_ended_since_closes_its_permits_when_decided(register: Register) -> None:
    register.import_rows([licence()], [permit()])
    register.import_rows([licence(state="注销", issued_on="2026-10-01")], [permit()])
    decide(register, Decision.TAKE_FILE)
    assert register.values("SELECT entities.state, permits.state FROM entities JOIN permits USING (uscc)") == [
        ("cancelled", "cancelled")
    ]
    with register.database.read() as tx:
        code = codes.newest_of_business(tx, licence()["uscc"])
        assert code is not None
        assert [codes.status(tx, code.status_index + entry) for entry in (0, 1)] == [1, 1]
    assert register.waiting_rows() == ()


@pytest.mark.parametrize("ended", ["吊销", "注销"])
def test_no_file_brings_back_what_has_ended(register: Register, ended: str) -> None:
    register.import_rows([licence()], [permit(state=ended)])
    register.import_rows([licence()], [permit(state="有效")])
    before = register.digest()
    with pytest.raises(ConflictError, match="ended_stays_ended"):
        decide(register, Decision.TAKE_FILE)
    assert register.digest() == before
    decide(register, Decision.TAKE_REGISTER)
    assert register.waiting_rows() == ()


def test_a_revoked_permit_that_a_file_closes_stays_revoked_in_name(register: Register) -> None:
    register.import_rows([licence()], [permit(state="吊销")])
    register.import_rows([licence()], [permit(state="注销")])
    decide(register, Decision.TAKE_FILE)
    assert register.values("SELECT state, ended_by FROM permits") == [("cancelled", "revoked")]


def test_every_question_of_the_exports_can_be_decided(register: Register) -> None:
    register.import_data()
    while rows := register.waiting_rows():
        register.waiting.decide(SUPERVISOR, rows[0].id, rows[0].choices[0].decision.value, "核对原件", NOW)
    before = register.digest()
    report = register.import_data()
    assert (report.market.waiting, report.health.waiting) == (0, 0)
    assert register.digest() == before
