"""One licence row and one permit row, each fault on its own: what comes of them, and what is asked."""

from __future__ import annotations

from datetime import date

import pytest
from department_texts import FIRST, SECOND, THIRD, health, market
from shipped import CATALOGUE

from licence_qr.domain.importing.conflicts import Conflict, ConflictKind, Decided, Decision, RowOutcome, SourceRow
from licence_qr.domain.importing.department_rows import HEALTH_COLUMNS, MARKET_COLUMNS
from licence_qr.domain.importing.merge import merge
from licence_qr.domain.importing.values import Merged
from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.permit import PermitState
from licence_qr.errors import LicenceQRError
from licence_qr.wording import explain


def merged(*rows: SourceRow, decided: dict[str, Decided] | None = None) -> Merged:
    return merge(rows, CATALOGUE, decided=decided)


def fates(result: Merged) -> list[tuple[str, str]]:
    return [(verdict.outcome.value, verdict.code) for verdict in result.verdicts]


def the_question(result: Merged) -> Conflict:
    [question] = result.conflicts.values()
    return question


def why(question: Conflict, language: str) -> str:
    return explain(LicenceQRError(f"waiting_{question.kind.value}", **question.facts), language).what


def decide(result: Merged, decision: Decision) -> dict[str, Decided]:
    return {the_question(result).key: Decided(decision, "核对原件")}


def test_a_licence_and_its_permit_become_one_record() -> None:
    result = merged(market(), health())
    record = result.businesses[FIRST].record
    assert fates(result) == [("imported", "imported")] * 2
    assert (record.entity.form, record.entity.established_on) == (EntityForm.COMPANY, date(2019, 3, 1))
    [permit] = record.permits
    assert (permit.kinds, permit.premises_no, permit.handling_office) == (("hotel",), 1, "jinfeng")
    assert permit.period is not None and permit.period.last == date(2026, 4, 30)


def test_a_licence_without_a_permit_is_normal() -> None:
    assert merged(market()).businesses[FIRST].record.permits == ()


def test_a_permit_elsewhere_is_on_a_second_premises() -> None:
    record = merged(market(), health(address="重庆市沙坪坝区西永街道演示路9号")).businesses[FIRST].record
    assert [(p.premises_no, p.region) for p in record.premises] == [(1, "500107104"), (2, "500106017")]
    assert record.permits[0].premises_no == 2


@pytest.mark.parametrize(
    "written", ["９１５００１０７Ｍ０００００１Ａ９Ｒ", FIRST.lower(), f" {FIRST[:6]} {FIRST[6:]}　"]
)
def test_the_same_code_in_another_spelling_is_the_same_business(written: str) -> None:
    assert len(merged(market(), health(uscc=written)).businesses[FIRST].record.permits) == 1


def test_names_that_differ_in_width_brackets_and_spaces_are_the_same() -> None:
    result = merged(market(name="演示客栈（个体工商户）"), health(name="演示 客栈(个体工商户)"))
    assert fates(result) == [("imported", "imported")] * 2
    assert result.businesses[FIRST].record.entity.name == "演示客栈（个体工商户）"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022/5/1", date(2022, 5, 1)),
        ("2022年5月1日", date(2022, 5, 1)),
        ("2022.05.01", date(2022, 5, 1)),
        ("20220501", date(2022, 5, 1)),
        ("44682", date(2022, 5, 1)),
    ],
)
def test_dates_are_read_as_people_and_spreadsheets_write_them(written: str, day: date) -> None:
    assert merged(market(), health(issued_on=written)).businesses[FIRST].record.permits[0].issued_on == day


REFUSED_LICENCES = [
    ({"uscc": "91500107M000001A0X"}, "uscc_organisation_check", "统一社会信用代码"),
    ({"uscc": "91500107M000001A9A"}, "uscc_check", "统一社会信用代码"),
    ({"uscc": ""}, "import_cell_empty", "统一社会信用代码"),
    ({"name": "店" * 91}, "text_too_long", "名称"),
    ({"name": "𬭚" * 40}, "name_too_long_for_code", "名称"),
    ({"name": ""}, "import_cell_empty", "名称"),
    ({"principal": "陈\x07样"}, "import_text_unusable", "法定代表人/经营者"),
    ({"name": "演示\u202e店"}, "import_text_unusable", "名称"),
    ({"term_to": "2018-01-01"}, "dates_out_of_order", "营业期限至"),
    ({"established_on": "2019-02-30"}, "date_no_such_day", "成立日期"),
    ({"issued_on": "2018-01-01"}, "dates_out_of_order", "核准日期"),
    ({"state": "不明"}, "import_licence_state_unknown", "登记状态"),
    ({"entity_type": "社团"}, "import_entity_type_unknown", "类型"),
    ({"authority": "某局"}, "import_authority_unknown", "登记机关"),
    *(
        ({key: ""}, "import_cell_empty", MARKET_COLUMNS[key])
        for key in ("entity_type", "principal", "established_on", "address", "authority", "issued_on", "state")
    ),
]
REFUSED_PERMITS = [
    *(
        ({key: ""}, "import_cell_empty", HEALTH_COLUMNS[key])
        for key in ("permit_no", "name", "items", "authority", "valid_from", "valid_to", "state", "office")
    ),
    ({"uscc": "91500107M000001A9A"}, "uscc_check", "统一社会信用代码"),
    ({"valid_to": "2022-04-30"}, "dates_out_of_order", "有效期止"),
    ({"issued_on": ""}, "import_cell_empty", "发证日期"),
    ({"name": "店" * 400}, "text_too_long", "单位名称"),
    ({"items": "飞船"}, "import_kind_unknown", "许可项目"),
    ({"items": "宾馆、飞船"}, "import_kind_unknown", "许可项目"),
    ({"items": "、"}, "import_kind_unknown", "许可项目"),
    ({"office": "某镇"}, "import_office_unknown", "受理街镇"),
    ({"state": "不明"}, "import_permit_state_unknown", "状态"),
    ({"grade": "D"}, "import_grade_unknown", "量化等级"),
]


@pytest.mark.parametrize(("cells", "code", "column"), REFUSED_LICENCES)
def test_a_licence_that_cannot_be_used_is_refused_with_its_column(
    cells: dict[str, str], code: str, column: str
) -> None:
    [verdict] = merged(market(**cells)).verdicts
    assert (verdict.outcome, verdict.code, verdict.column) == (RowOutcome.REFUSED, code, column)


@pytest.mark.parametrize(("cells", "code", "column"), REFUSED_PERMITS)
def test_a_permit_that_cannot_be_used_is_refused_with_its_column(cells: dict[str, str], code: str, column: str) -> None:
    result = merged(market(), health(**cells))
    verdict = result.verdicts[1]
    assert (verdict.outcome, verdict.code, verdict.column) == (RowOutcome.REFUSED, code, column)
    assert result.businesses[FIRST].record.permits == ()


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x","点")', "<script>alert(1)</script>", "店'; DROP TABLE permits;--", "缙㛃𠅤䶮店"]
)
def test_hostile_and_rare_text_is_kept_as_text(name: str) -> None:
    assert merged(market(name=name), health(name=name)).businesses[FIRST].record.entity.name == name


def test_the_principal_of_a_business_without_a_name_stands_for_it() -> None:
    row = market(uscc=THIRD, name="", entity_type="个体工商户")
    assert len(merged(row, health(uscc=THIRD, name="陈样")).businesses[THIRD].record.permits) == 1


# Each kind of question: what waits, what both sides say, and what each answer does.


def test_another_name_waits_and_shows_both_sides() -> None:
    result = merged(market(), health(name="另一家酒店"))
    assert fates(result) == [("imported", "imported"), ("waiting", "waiting_name_differs")]
    question = the_question(result)
    assert question.right is not None
    assert (question.left.facts["name"], question.right.facts["name"]) == ("重庆演示酒店管理有限公司", "另一家酒店")
    assert "phone" not in question.left.facts
    assert question.office == "jinfeng"


@pytest.mark.parametrize(
    ("decision", "name", "permits"),
    [
        (Decision.TAKE_MARKET, "重庆演示酒店管理有限公司", 1),
        (Decision.TAKE_HEALTH, "另一家酒店", 1),
        (Decision.REFUSE, "重庆演示酒店管理有限公司", 0),
    ],
)
def test_a_decided_name_is_carried_out(decision: Decision, name: str, permits: int) -> None:
    rows = market(), health(name="另一家酒店")
    result = merged(*rows, decided=decide(merged(*rows), decision))
    record = result.businesses[FIRST].record
    assert not result.conflicts
    assert (record.entity.name, len(record.permits)) == (name, permits)


def test_a_name_taken_from_the_ledger_is_right_for_the_other_permits_too() -> None:
    rows = market(), health(2, name="新名店"), health(3, name="新名店", permit_no="渝高新卫公证字〔2022〕第00002号")
    asked = merged(*rows)
    first = next(key for key, question in asked.conflicts.items() if question.places[0].number == 3)
    result = merged(*rows, decided={first: Decided(Decision.TAKE_HEALTH, "已更名")})
    assert not result.conflicts
    assert len(result.businesses[FIRST].record.permits) == 2


def test_another_principal_waits() -> None:
    rows = market(), health(principal="林样")
    question = the_question(merged(*rows))
    assert question.kind is ConflictKind.PRINCIPAL_DIFFERS
    result = merged(*rows, decided={question.key: Decided(Decision.TAKE_HEALTH, "已变更")})
    assert result.businesses[FIRST].record.entity.principal == "林样"


def test_name_and_principal_are_asked_one_after_the_other() -> None:
    rows = market(), health(name="另一家酒店", principal="林样")
    first = decide(merged(*rows), Decision.TAKE_MARKET)
    assert the_question(merged(*rows, decided=first)).kind is ConflictKind.PRINCIPAL_DIFFERS


def test_a_permit_without_a_code_is_proposed_to_the_one_licence_of_that_name_and_address() -> None:
    rows = market(), health(uscc="")
    question = the_question(merged(*rows))
    assert (question.kind, question.proposal) == (ConflictKind.CODE_MISSING, FIRST)
    result = merged(*rows, decided={question.key: Decided(Decision.ACCEPT_MATCH, "同一地址")})
    assert len(result.businesses[FIRST].record.permits) == 1


@pytest.mark.parametrize(
    ("others", "matches"), [([market(3, uscc=SECOND)], 2), ([], 0)], ids=["several matches", "no match"]
)
def test_without_a_unique_match_nothing_is_proposed(others: list[SourceRow], matches: int) -> None:
    address = "重庆市九龙坡区金凤镇演示路1号" if others else "别处"
    question = the_question(merged(market(), *others, health(uscc="", address=address)))
    assert (question.proposal, question.facts["matches"]) == ("", matches)
    assert question.choices == (Decision.REFUSE,)


def test_a_permit_without_a_licence_is_held() -> None:
    assert fates(merged(health())) == [("waiting", "waiting_permit_without_licence")]


def test_a_permit_of_a_refused_licence_names_the_refused_row() -> None:
    question = the_question(merged(market(7, name="店" * 79), health()))
    assert (question.kind, question.facts["licence_row"]) == (ConflictKind.PERMIT_WITHOUT_LICENCE, 7)
    assert "（被拒绝的营业执照行：7）。" in why(question, "zh")
    assert " (rejected licence row: 7)." in why(question, "en")


def test_what_is_not_known_is_not_spoken_of() -> None:
    without_licence, without_match = the_question(merged(health())), the_question(merged(health(uscc="")))
    for question in (without_licence, without_match):
        assert not any(words in why(question, "zh") for words in ("被拒绝", "建议：", "-"))
        assert not any(words in why(question, "en") for words in ("rejected", "Suggested:", "-"))


def test_all_required_columns_that_are_empty_are_named() -> None:
    [verdict] = merged(market(entity_type="", state="", issued_on="", name="")).verdicts
    assert (verdict.code, verdict.column) == ("import_cell_empty", "类型")
    assert verdict.facts == {"headings": "类型、核准日期、登记状态"}
    assert merged(market(entity_type="个体工商户", name="", phone="", term_from="")).verdicts[0].code == "imported"


def test_a_permit_finds_its_licence_in_the_register_when_no_export_has_it() -> None:
    entity = merged(market()).businesses[FIRST].record.entity
    result = merge([health()], CATALOGUE, {FIRST: (entity, LicenceState.ACTIVE)})
    [part] = result.businesses[FIRST].parts
    assert part.key == "渝高新卫公证字〔2022〕第00001号"


def test_identical_permits_are_one_and_say_so() -> None:
    result = merged(market(), health(2), health(5, uscc=FIRST.lower()))
    assert fates(result)[1:] == [("imported", "imported"), ("imported", "imported_same_as_row")]
    assert len(result.businesses[FIRST].record.permits) == 1


def test_the_same_permit_with_another_end_waits_with_both_rows() -> None:
    rows = market(), health(2), health(5, valid_to="2025-01-01")
    question = the_question(merged(*rows))
    assert (question.kind, len(question.places)) == (ConflictKind.PERMIT_DUPLICATE_DIFFERS, 2)
    for decision in (Decision.TAKE_FIRST, Decision.TAKE_SECOND):
        chosen = question.left if decision is Decision.TAKE_FIRST else question.right
        result = merged(*rows, decided={question.key: Decided(decision, "原件")})
        [permit] = result.businesses[FIRST].record.permits
        assert chosen is not None and permit.period is not None and permit.period.last is not None
        assert permit.period.last.isoformat() == chosen.facts["valid_to"]
        assert sorted(fates(result)[1:]) == [("imported", "imported_by_decision"), ("refused", "decided_other_row")]


def test_left_and_right_do_not_depend_on_the_order_of_the_rows() -> None:
    ends = ["2026-04-30", "2025-01-01"]
    sides = []
    for first, second in (ends, ends[::-1]):
        question = the_question(merged(health(2, valid_to=first), health(5, valid_to=second)))
        sides.append(question.left.facts["valid_to"])
    assert sides[0] == sides[1]


def test_three_versions_of_one_permit_are_refused() -> None:
    rows = [health(n, valid_to=f"202{n}-01-01") for n in (5, 6, 7)]
    assert {v.code for v in merged(*rows).verdicts} == {"import_too_many_versions"}


def test_a_licence_in_two_versions_waits_and_so_do_its_permits() -> None:
    rows = market(2), market(3, principal="林样"), health()
    result = merged(*rows)
    assert [outcome for outcome, _ in fates(result)] == ["waiting"] * 3
    assert fates(result)[2] == ("waiting", "waiting_licence_undecided")
    question = the_question(result)
    first_has_chen = question.left.facts["principal"] == "陈样"
    chosen = Decision.TAKE_FIRST if first_has_chen else Decision.TAKE_SECOND
    settled = merged(*rows, decided={question.key: Decided(chosen, "原件")})
    assert settled.businesses[FIRST].record.entity.principal == "陈样"
    assert len(settled.businesses[FIRST].record.permits) == 1


@pytest.mark.parametrize("kind", ["公园", "咖啡馆"])
def test_a_kind_that_needs_no_permit_waits_and_can_only_be_kept_as_closed(kind: str) -> None:
    rows = market(), health(items=kind)
    question = the_question(merged(*rows))
    assert question.kind is ConflictKind.KIND_NOT_LICENSED
    result = merged(*rows, decided={question.key: Decided(Decision.IMPORT_CLOSED, "留档")})
    assert result.businesses[FIRST].record.permits[0].state is PermitState.CANCELLED


@pytest.mark.parametrize(("granted", "waits"), [("2025-01-19", False), ("2025-01-20", True)])
def test_the_rule_of_the_day_of_grant_counts(granted: str, waits: bool) -> None:
    row = health(items="书店", issued_on=granted, valid_from=granted, valid_to="2029-01-01")
    assert bool(merged(market(), row).conflicts) is waits


@pytest.mark.parametrize("items", ["宾馆、足浴", "宾馆；公共浴室"])
def test_several_kinds_may_stand_in_one_permit(items: str) -> None:
    [permit] = merged(market(), health(items=items)).businesses[FIRST].record.permits
    assert (permit.kinds, permit.items) == (("hotel", "public_bath"), items)


def test_a_name_of_a_kind_that_holds_a_comma_is_one_kind() -> None:
    [permit] = merged(market(), health(items="候车（机、船）室")).businesses[FIRST].record.permits
    assert permit.kinds == ("station_waiting_room",)


def test_a_number_in_other_brackets_is_the_same_number() -> None:
    result = merged(market(), health(2), health(3, permit_no="渝高新卫公证字(2022)第00001号"))
    assert [p.permit_no for p in result.businesses[FIRST].record.permits] == ["渝高新卫公证字〔2022〕第00001号"]


def test_a_permit_older_than_its_business_waits() -> None:
    question = the_question(merged(market(established_on="2022-06-01", issued_on="2022-06-01", term_from=""), health()))
    assert question.kind is ConflictKind.GRANTED_BEFORE_LICENCE


@pytest.mark.parametrize("state", ["注销", "吊销，未注销", "吊销，已注销", "撤销", "迁出"])
def test_a_closed_licence_is_imported_closed_with_its_permits(state: str) -> None:
    result = merged(market(state=state, issued_on="2024-02-02"), health())
    business = result.businesses[FIRST]
    [permit] = business.record.permits
    assert business.state.ended
    assert (permit.state, permit.state_since) == (PermitState.CANCELLED, date(2024, 2, 2))
    assert fates(result) == [("imported", "imported_closed_licence"), ("imported", "imported_closed_permit")]


def test_a_row_that_has_slipped_is_refused() -> None:
    row = market()
    slipped = SourceRow(row.place, row.file, row.cells, beyond=2)
    assert fates(merged(slipped)) == [("refused", "import_row_too_wide")]
