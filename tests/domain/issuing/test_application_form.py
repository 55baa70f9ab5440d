"""An application as typed: accepted as a whole, or refused with every problem at its field."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CATALOGUE
from typed_application import CAFE, HOTEL, NOTICE, TODAY, changed, parse, problems, refusals

from licence_qr.domain.catalogue.model import RequirementAction
from licence_qr.domain.issuing.promise import PromiseSignature
from licence_qr.domain.register.entity import EntityForm
from licence_qr.domain.register.field_names import ALL_FIELDS, CERTIFICATE_FIELDS, COMMITMENT_FIELDS, FIELD_LABELS
from licence_qr.domain.register.permit import GrantMode
from licence_qr.domain.register.text_limits import MAX_CHARS, MAX_NAME_BYTES
from licence_qr.errors import InvalidApplication
from licence_qr.wording import explain


def test_a_right_application_becomes_values() -> None:
    application = parse(HOTEL)
    assert application.entity.form is EntityForm.COMPANY
    assert application.entity.established_on == date(2021, 9, 12)
    assert (application.area_m2, application.contact_phone) == (1200, "13800000000")
    assert application.answers == {"serves_food": True, "has_pool": False}
    (permit,) = application.permits
    assert (permit.permit_type, permit.kinds, permit.items) == ("hygiene_permit", ("hotel",), "住宿（宾馆）")
    assert permit.mode is GrantMode.COMMITMENT and permit.commitment is not None
    assert permit.commitment.notice_sha256 == NOTICE.sha256
    assert permit.commitment.signature == PromiseSignature("演示甲", TODAY)  # on paper, by the principal


def test_the_general_path_needs_no_commitment() -> None:
    fields = changed(mode="general", notice_id="", notice_version="", notice_sha256="", signer="", signed_on="")
    (permit,) = parse(fields).permits
    assert (permit.mode, permit.commitment) == (GrantMode.GENERAL, None)


def test_an_empty_form_is_told_every_missing_field_in_its_order() -> None:
    found = problems({})
    assert [p.field for p in found] == [
        "trade",
        "entity_form",
        "uscc",
        "name",
        "entity_type",
        "principal",
        "established_on",
        "domicile",
        "business_scope",
        "premises_address",
        "premises_region",
    ]


# -- the business ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uscc", "code"),
    [
        ("", "uscc_missing"),
        ("91500107M000001A9", "uscc_length"),
        ("91500107M000001A0X", "uscc_organisation_check"),
        ("91500107M000001A9A", "uscc_check"),
        ("9150010IM000001A9R", "uscc_alphabet"),
    ],
)
def test_a_wrong_credit_code_says_which_check_failed(uscc: str, code: str) -> None:
    assert refusals(changed(uscc=uscc)) == [("uscc", code)]


def test_only_a_demonstration_register_allots_a_code() -> None:
    assert parse(changed(uscc=""), demonstration=True).entity.uscc is None
    assert refusals(changed(uscc=""), demonstration=False) == [("uscc", "uscc_missing")]


def test_a_code_of_another_form_of_business_is_refused() -> None:
    assert refusals(changed(entity_form="individual")) == [("entity_form", "uscc_form_differs")]
    assert refusals(changed(uscc="92500107M000003A19")) == [("entity_form", "uscc_form_differs")]


def test_only_an_individual_business_may_have_no_name() -> None:
    nameless = changed(entity_form="individual", uscc="92500107M000003A19", name="", entity_type="")
    entity = parse(nameless).entity
    assert (entity.name, entity.entity_type) == ("", "个体工商户")
    assert refusals(changed(name="")) == [("name", "field_missing")]


AGENT = {"agent_name": "代理人", "agent_authority": "授权委托书"}


@pytest.mark.parametrize("field", sorted(MAX_CHARS.keys() & set(ALL_FIELDS)))
def test_every_text_has_a_length_that_fits_and_one_that_does_not(field: str) -> None:
    letter = "é" if field == "name" else "住"  # of two bytes: the bytes of a name are counted too
    with_it = {"principal": ("signer",), "signer": ("principal",)}.get(field, ())  # the principal signs
    longest, agent = letter * MAX_CHARS[field], AGENT if field in AGENT else {}
    parse(changed(**{**agent, **dict.fromkeys((field, *with_it), longest)}))
    (problem,) = problems(changed(**{**agent, field: longest + letter}))
    assert (problem.field, problem.code, problem.facts["limit"]) == (field, "text_too_long", MAX_CHARS[field])


def test_the_page_about_application_files_names_the_same_limits() -> None:
    page = (Path(__file__).parents[3] / "docs" / "using" / "application-file.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*?up to ([\d,]+) characters", page, re.MULTILINE)
    told = {{"address": "premises_address"}.get(key, key): int(most.replace(",", "")) for key, most in rows}
    assert told == {field: most for field, most in MAX_CHARS.items() if field in ALL_FIELDS}
    assert f"{MAX_NAME_BYTES} bytes" in page


def test_a_name_of_many_rare_characters_is_too_long_for_the_code() -> None:
    parse(changed(name="𬭚" * 39))
    assert refusals(changed(name="𬭚" * 40)) == [("name", "name_too_long_for_code")]


@pytest.mark.parametrize(
    ("char", "name"),
    [
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u2066", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\x00", "U+0000"),
        ("\n", "U+000A"),
        ("\u0378", "U+0378"),
        ("\ud800", "U+D800"),
        ("\u2028", "U+2028 LINE SEPARATOR"),
    ],
)
def test_a_character_that_cannot_be_printed_is_named_with_its_place(char: str, name: str) -> None:
    (problem,) = problems(changed(principal=f"演{char}示"))
    assert (problem.code, problem.field) == ("character_refused", "principal")
    assert (problem.facts["character"], problem.facts["position"]) == (name, 2)


@pytest.mark.parametrize(
    "text", ["𠮷野家", "㐂", "𬭚", "\U00031350", "欧\U000e0100阳", "Ünal", "O’Neill & Söhne", "阿·布"]
)
def test_rare_characters_and_foreign_names_are_kept(text: str) -> None:
    assert parse(changed(principal=text, signer=text)).entity.principal == text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=1+1", "'; DROP TABLE permits;--", "{{ 7*7 }}"])
def test_markup_and_formulas_are_text(text: str) -> None:
    assert parse(changed(name=text)).entity.name == text


def test_dates_may_be_written_as_people_write_them() -> None:
    entity = parse(changed(established_on="2021年9月12日", term_to="２０４１／９／１１")).entity
    assert (entity.established_on, entity.term_to) == (date(2021, 9, 12), date(2041, 9, 11))


@pytest.mark.parametrize("written", ["长期", "永久", "无固定期限", "9999-12-31", ""])
def test_a_term_may_have_no_end(written: str) -> None:
    assert parse(changed(term_to=written)).entity.term_to is None


def test_a_credit_code_may_be_pasted_with_what_nobody_sees() -> None:
    assert parse(changed(uscc="91500107M\u200b000001A9R\ufeff")).entity.uscc == HOTEL["uscc"]


def test_a_business_may_be_founded_today_and_end_on_its_first_day() -> None:
    entity = parse(changed(established_on="2026-11-23", term_to="2026-11-23")).entity
    assert entity.established_on == entity.term_to == TODAY


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"established_on": "2026-11-24"}, ("established_on", "date_in_future")),
        ({"established_on": "2021-02-30"}, ("established_on", "application_date_no_such_day")),
        ({"established_on": "5/6/24"}, ("established_on", "application_date_ambiguous")),
        ({"established_on": "2021-02"}, ("established_on", "application_date_without_day")),
        ({"established_on": "2021-02-03 08:30"}, ("established_on", "application_date_with_time")),
        ({"established_on": "长期"}, ("established_on", "application_date_without_end")),
        ({"principal": "王\ue863"}, ("principal", "character_formerly_private")),
        ({"principal": "王\ue000"}, ("principal", "character_private_use")),
        ({"name": "重庆示\u3164例宾馆"}, ("name", "character_refused")),
        ({"name": "重庆示\ufe0f例宾馆"}, ("name", "character_refused")),
        ({"name": "e" + "\u0301" * 40}, ("name", "character_marks")),
        ({"principal": "王e\u0301\u0301"}, ("principal", "character_marks")),
        ({"term_to": "2021-09-11"}, ("term_to", "term_ends_before_start")),
        ({"term_to": "soon"}, ("term_to", "application_date_unreadable")),
        ({"established_on": "1900-01-01"}, ("established_on", "application_date_out_of_range")),
        ({"entity_form": ""}, ("entity_form", "choice_missing")),
        ({"premises_region": ""}, ("premises_region", "choice_missing")),
        ({"entity_form": "guild"}, ("entity_form", "choice_unknown")),
        ({"premises_region": "500107999"}, ("premises_region", "choice_unknown")),
        ({"contact_phone": "call me"}, ("contact_phone", "phone_unreadable")),
        ({"area_m2": "0"}, ("area_m2", "area_unreadable")),
        ({"area_m2": "12.5"}, ("area_m2", "area_unreadable")),
        ({"area_m2": "9" * 5000}, ("area_m2", "area_unreadable")),
        ({"answer_has_pool": "maybe"}, ("answer_has_pool", "answer_unreadable")),
        ({"answer_has_pol": "yes"}, ("answer_has_pol", "answer_unknown")),
    ],
)
def test_one_wrong_field_is_one_problem_at_that_field(fields: dict[str, str], refusal: tuple[str, str]) -> None:
    assert refusals(changed(**fields)) == [refusal]


# -- the place and its permits -----------------------------------------------------------------------------------------


def test_kinds_may_be_written_by_id_or_by_any_name_a_register_uses() -> None:
    fields = changed(trade="bathhouse", kinds="足浴、public_bath", permitted_items="")
    (permit,) = parse(fields).permits
    assert (permit.kinds, permit.items) == (("public_bath",), "公共浴室")


def test_a_kind_of_another_trade_and_an_unknown_one_are_refused() -> None:
    assert refusals(changed(kinds="hotel,theatre")) == [("kinds", "kind_not_in_trade")]
    assert refusals(changed(kinds="hotel,天文馆")) == [("kinds", "kind_unknown")]


def test_no_kind_is_refused_where_a_permit_is_due() -> None:
    assert refusals(changed(kinds="")) == [("kinds", "kinds_missing")]


def test_a_cafe_gets_the_licence_alone() -> None:
    assert parse(CAFE).permits == ()


def test_a_permit_for_a_kind_that_needs_none_is_refused_with_the_reason() -> None:
    (problem,) = problems({**CAFE, "mode": "commitment"})
    assert (problem.field, problem.code, problem.facts["kind"]) == ("mode", "kind_needs_no_permit", "coffee_house")
    assert "国发〔2016〕12号" in explain(problem).what and "2016" in explain(problem, "en").what


def test_a_kind_that_needs_none_does_not_slip_into_the_permit_of_another() -> None:
    found = problems(changed(trade="hair_beauty", kinds="beauty_salon,nail_bar"))
    assert [(p.field, p.code, p.facts["kind"]) for p in found] == [("kinds", "kind_needs_no_permit", "nail_bar")]


def test_a_kind_under_filing_gets_no_permit() -> None:
    bookshop = changed(trade="bookshop", kinds="bookshop")
    assert refusals(bookshop) == [("mode", "kind_needs_no_permit")]
    (filing,) = parse({**bookshop, "mode": ""}).permits
    assert (filing.permit_type, filing.mode, filing.kinds) == ("hygiene_filing", GrantMode.FILING, ("bookshop",))
    assert refusals({**bookshop, "mode": "", "kinds": ""}) == [("kinds", "kinds_missing")]


def test_a_shop_is_judged_by_its_area() -> None:
    sells = {f"answer_sells_{what}": "no" for what in ("prepacked_food", "other_food", "tobacco", "drugs")}
    shop = changed(trade="supermarket", kinds="shop", **sells)
    assert len(parse({**shop, "area_m2": "２００"}).permits) == 1
    assert refusals({**shop, "area_m2": "199"}) == [("mode", "kind_needs_no_permit")]
    assert refusals({**shop, "area_m2": ""}) == [("area_m2", "area_missing")]
    assert refusals({**shop, "area_m2": "big"}) == [("area_m2", "area_unreadable")]


def test_a_question_that_decides_the_permit_must_be_answered() -> None:
    gym = {**CAFE, "trade": "gym", "kinds": "gym"}
    unanswered = {name: text for name, text in gym.items() if name != "answer_has_pool"}
    assert refusals(unanswered) == [("answer_has_pool", "answer_missing")]
    assert parse(gym).permits == ()
    assert refusals({**gym, "answer_has_pool": "yes"}) == [("kinds", "kinds_missing")]


def test_answers_left_over_from_another_trade_do_no_harm() -> None:
    assert parse(changed(trade="swimming_pool", kinds="swimming_pool")).answers == {}


def test_without_the_delegation_for_the_licence_nothing_is_issued() -> None:
    none = dataclasses.replace(CATALOGUE, delegations=())
    assert refusals(HOTEL, catalogue=none) == [("trade", "no_delegation")]


def test_a_permit_that_was_not_delegated_becomes_an_item_and_the_licence_is_issued() -> None:
    others = tuple(each for each in CATALOGUE.delegations if each.permit_type != "hygiene_permit")
    found = parse(HOTEL, catalogue=dataclasses.replace(CATALOGUE, delegations=others))
    assert found.permits == ()
    asked = {item.permit_type: item.action for item in found.items}
    assert asked["hygiene_permit"] is RequirementAction.APPLY_ELSEWHERE


def test_an_unknown_office_may_do_nothing() -> None:
    assert ("office", "application_office_unknown") in refusals(HOTEL, office="nowhere")


# -- the commitment ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"mode": ""}, ("mode", "choice_missing")),
        ({"mode": "perhaps"}, ("mode", "choice_unknown")),
        ({"signer": ""}, ("signer", "signature_missing")),
        ({"signed_on": ""}, ("signed_on", "application_date_missing")),
        ({"signed_on": "2026-11-24"}, ("signed_on", "date_in_future")),
        ({"signed_on": "2025-01-19"}, ("signed_on", "signed_before_notice")),
        ({"notice_sha256": ""}, ("mode", "commitment_missing")),
        ({"notice_sha256": "0" * 64}, ("mode", "commitment_notice_changed")),
        ({"notice_version": "2021-1"}, ("mode", "commitment_notice_changed")),
        ({"notice_id": "another"}, ("mode", "commitment_notice_changed")),
    ],
)
def test_a_commitment_is_to_the_very_text_in_force(fields: dict[str, str], refusal: tuple[str, str]) -> None:
    assert refusals(changed(**fields)) == [refusal]


def test_without_a_notice_in_force_nothing_can_be_promised() -> None:
    none = dataclasses.replace(CATALOGUE, notices=())
    assert refusals(HOTEL, catalogue=none) == [("mode", "notice_not_in_force")]


def test_details_that_are_right_leave_only_the_commitment_to_refuse() -> None:
    unsigned = {name: text for name, text in HOTEL.items() if name not in COMMITMENT_FIELDS}
    assert {field for field, _ in refusals(unsigned)} <= set(COMMITMENT_FIELDS)
    assert {field for field, _ in refusals({**unsigned, "name": ""})} - set(COMMITMENT_FIELDS) == {"name"}


# -- anything at all ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "\u202e?", "长" * 1001])
def test_the_summary_names_the_field_or_what_it_asks_for(typed: str) -> None:
    """Read alone, away from its field, a sentence still says which one it is about."""
    unnamed, refused = [], set()
    for field in (name for name in ALL_FIELDS if not name.startswith(("uscc", "notice_"))):
        spoken = {"signer": "承诺", "kinds": "场所", "trade": "行业"}.get(field, FIELD_LABELS[field].zh)
        try:
            parse(changed(**{**AGENT, field: typed}))
        except InvalidApplication as invalid:
            refused.add(field)
            said = [explain(problem, "zh").what for problem in invalid.problems]
            unnamed += [(field, what) for what in said if spoken not in what]
    assert unnamed == []
    assert refused >= {"name", "principal", "domicile"}


def test_every_field_has_its_label() -> None:
    assert set(FIELD_LABELS) == {*ALL_FIELDS, *CERTIFICATE_FIELDS}


@given(st.sampled_from([*ALL_FIELDS, "answer_has_pool"]), st.text(max_size=80))
def test_any_text_in_any_field_is_accepted_or_refused_in_words(field: str, text: str) -> None:
    try:
        parse(changed(**{field: text}))
    except InvalidApplication as invalid:
        for problem in invalid.problems:
            assert str(explain(problem, "zh")) and str(explain(problem, "en"))


@given(st.dictionaries(st.sampled_from(ALL_FIELDS), st.text(max_size=12)), st.booleans())
def test_problems_come_in_the_order_of_the_form(fields: dict[str, str], demonstration: bool) -> None:
    try:
        parse(fields, demonstration=demonstration)
    except InvalidApplication as invalid:
        order = [ALL_FIELDS.index(problem.field) for problem in invalid.problems]
        assert order == sorted(order) and order
