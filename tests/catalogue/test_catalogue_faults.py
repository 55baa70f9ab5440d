"""A wrong or missing entry stops the loading, with file, line and what to write."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from licence_qr.catalogue import loader
from licence_qr.catalogue.faults import InvalidCatalogue
from licence_qr.errors import CatalogueError
from licence_qr.wording import explain

SHIPPED = Path(loader.__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalogue"
    copy.mkdir()
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, copy)
    return copy


def faults_of(folder: Path) -> tuple[CatalogueError, ...]:
    with pytest.raises(InvalidCatalogue) as caught:
        loader.load_catalogue(folder)
    for fault in caught.value.faults:
        for language in ("zh", "en"):
            words = explain(fault, language)
            assert str(fault.facts["file"]) in words.what
            assert words.todo
    return caught.value.faults


def edit(folder: Path, file: str, old: str, new: str, occurrence: int = 1) -> int:
    """Replace one occurrence of ``old`` and return its line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    at = -1
    for _ in range(occurrence):
        at = text.index(old, at + 1)
    path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    return text.count("\n", 0, at) + 1


def test_the_copy_loads_before_anything_is_broken(folder: Path) -> None:
    assert loader.load_catalogue(folder) == loader.load_catalogue()


# File, what stands there, what to put in its place, the code of the fault, by how many lines the fault stands later.
ONE_FAULT_EACH = {
    "a figure of a permit type that no type has of its own": (
        "life_rules.toml",
        'id = "dormancy_months"',
        'id = "dormancy_months"\nvalue = 1\npermit_type = "food"\nvalid_from = 2011-05-01\n'
        'basis = { zh = "x", en = "x" }\n\n[[life_rule]]\nid = "dormancy_months"',
        "catalogue_value_wrong",
        0,
    ),
    "a figure of a permit type that is not there": (
        "life_rules.toml",
        'id = "review_after_months"',
        'id = "review_after_months"\nvalue = 1\nvalid_from = 2011-05-01\nbasis = { zh = "x", en = "x" }\n'
        'permit_type = "foods"\n\n[[life_rule]]\nid = "review_after_months"',
        "catalogue_value_wrong",
        4,
    ),
    "an act that no permit type can choose": (
        "permit_types.toml",
        'act = "grade"',
        'act = "suspend"',
        "catalogue_value_wrong",
        0,
    ),
    "an act that a permit type names twice": (
        "permit_types.toml",
        'act = "grade"',
        'act = "review"',
        "catalogue_repeated",
        0,
    ),
    "an act that grades and has no scale": (
        "permit_types.toml",
        'filed_as = "food_filing"',
        'filed_as = "food_filing"\n\n[[permit_type.act]]\nact = "grade"\nbasis = { zh = "x", en = "x" }',
        "catalogue_key_missing",
        3,
    ),
    "a scale of an act that grades nothing": (
        "permit_types.toml",
        'act = "review"',
        'act = "review"\nscale = { name = { zh = "x", en = "x" }, grade = ['
        + ", ".join(
            f'{{ id = "{n}", name = {{ zh = "x", en = "x" }}, short = {{ zh = "x", en = "x" }} }}' for n in "123"
        )
        + "] }",
        "catalogue_value_wrong",
        0,
    ),
    "a grade given twice": ("permit_types.toml", 'id = "B"', 'id = "A"', "catalogue_repeated", 0),
    "an act on a permit that is named of the licence": (
        "permit_types.toml",
        '[[permit_type]]\nid = "hygiene_permit"',
        '[[permit_type.act]]\nact = "grade"\nbasis = { zh = "x", en = "x" }\n\n[[permit_type]]\nid = "hygiene_permit"',
        "catalogue_value_wrong",
        1,
    ),
    "a second business licence": (
        "permit_types.toml",
        "wire_id = 3",
        "wire_id = 3\nlicence = true",
        "catalogue_repeated",
        1,
    ),
    "an unknown key": (
        "offices.toml",
        'region = "500107108"',
        'regoin = "1"\nregion = "500107108"',
        "catalogue_key_unknown",
        0,
    ),
    "an unknown key in a nested table": (
        "trades.toml",
        'mode = "filing"',
        'mode = "filing"\nmodus = 1',
        "catalogue_key_unknown",
        1,
    ),
    "an unknown table": ("trades.toml", "[[trade]]", "[[trades]]\n\n[[trade]]", "catalogue_key_unknown", 0),
    "a missing key": (
        "offices.toml",
        'region_name = { zh = "金凤镇", en = "Jinfeng Town" }\n',
        "",
        "catalogue_key_missing",
        -4,
    ),
    "a region that is no code": ("offices.toml", '"500107104"', '"金凤"', "catalogue_value_wrong", 0),
    "a date written as text": (
        "delegations.toml",
        "valid_from = 2026-01-01",
        'valid_from = "2026-01-01"',
        "catalogue_value_wrong",
        0,
    ),
    "a regime that does not exist": (
        "kinds_of_place.toml",
        'regime = "filing"',
        'regime = "fileing"',
        "catalogue_value_wrong",
        0,
    ),
    "an empty English text": ("trades.toml", 'en = "Hotel or inn"', 'en = ""', "catalogue_value_wrong", 0),
    "a number template without year": ("number_templates.toml", "〔{year}〕", "", "catalogue_value_wrong", 0),
    "a number template with another field": ("number_templates.toml", "{year}", "{jahr}", "catalogue_value_wrong", 0),
    "an id given twice": ("trades.toml", 'id = "waiting_room"', 'id = "sports_venue"', "catalogue_repeated", 0),
    "a phrase of an unknown trade": (
        "scope_phrases.toml",
        'trade = "hotel"',
        'trade = "motel"',
        "catalogue_reference_unknown",
        0,
    ),
    "a wire id given twice": ("permit_types.toml", "wire_id = 11", "wire_id = 10", "catalogue_repeated", 0),
    "an alias that two kinds claim": (
        "kinds_of_place.toml",
        '["棋牌室"]',
        '["棋牌室", "足浴"]',
        "catalogue_repeated",
        0,
    ),
    "an authority nobody knows": ("permit_types.toml", '"cq_gxq_fire"', '"cq_fire"', "catalogue_reference_unknown", 0),
    "an office nobody knows": ("delegations.toml", '"jinfeng"', '"jinfen"', "catalogue_reference_unknown", 0),
    "a delegated permit type nobody knows": (
        "delegations.toml",
        '"hygiene_permit"',
        '"hygiene"',
        "catalogue_reference_unknown",
        0,
    ),
    "a rule nobody knows": (
        "kinds_of_place.toml",
        'rules = ["exempt"]',
        'rules = ["exemt"]',
        "catalogue_reference_unknown",
        0,
    ),
    "a kind nobody knows": ("trades.toml", '"wayside_inn"', '"wayside"', "catalogue_reference_unknown", 0),
    "an item of no permit type": ("trades.toml", '"special_trade"', '"special"', "catalogue_reference_unknown", 0),
    "a condition that is no question": (
        "trades.toml",
        'condition = "has_pool"',
        'condition = "has_pol"',
        "catalogue_reference_unknown",
        0,
    ),
    "an area that is no number": (
        "trades.toml",
        '"serves_food"\nvalid',
        '"area>=3OO"\nvalid',
        "catalogue_reference_unknown",
        0,
    ),
    "an item for a kind that its trade has not": (
        "trades.toml",
        'kinds = ["dance_hall", "amusement_hall"]',
        'kinds = ["dance_hall", "hotel"]',
        "catalogue_reference_unknown",
        0,
    ),
    "an item granted in two ways on one day": (
        "trades.toml",
        'mode = "approval"\ncondition = "sells_prepacked_food"',
        'mode = "commitment"\ncondition = "sells_prepacked_food"',
        "catalogue_value_wrong",
        0,
    ),
    "two items under one condition": (
        "trades.toml",
        'condition = "sells_other_food"',
        'condition = "sells_prepacked_food"',
        "catalogue_periods_overlap",
        9,
    ),
    "an area at an office that is unknown": (
        "kinds_of_place.toml",
        'offices = ["baishiyi", "bafu", "jinfeng"]',
        'offices = ["baishiyi", "beibei"]',
        "catalogue_reference_unknown",
        0,
    ),
    "a delegation by the wrong authority": (
        "delegations.toml",
        '"cq_gxq_health"',
        '"cq_gxq_market"',
        "catalogue_authority_differs",
        0,
    ),
    "an end before the start": (
        "notices.toml",
        "valid_to = 2025-01-19",
        "valid_to = 2020-01-19",
        "catalogue_dates_out_of_order",
        0,
    ),
    "overlapping delegations": (
        "delegations.toml",
        "valid_to = 2025-12-31",
        "valid_to = 2026-01-01",
        "catalogue_periods_overlap",
        7,
    ),
    "overlapping items of a trade": (
        "trades.toml",
        "valid_to = 2025-01-19",
        "valid_to = 2025-01-20",
        "catalogue_periods_overlap",
        7,
    ),
    "overlapping notices": (
        "notices.toml",
        "valid_from = 2025-01-20",
        "valid_from = 2025-01-19",
        "catalogue_periods_overlap",
        0,
    ),
}


@pytest.mark.parametrize("case", ONE_FAULT_EACH)
def test_one_fault_is_named_with_its_file_and_line(folder: Path, case: str) -> None:
    file, old, new, code, later = ONE_FAULT_EACH[case]
    line = edit(folder, file, old, new)
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["file"], fault.facts["line"]) == (code, file, line + later)


def test_an_inspected_type_without_a_rule_on_orders_is_named_at_each_of_its_lists(folder: Path) -> None:
    path = folder / "permit_types.toml"
    path.write_text(re.sub("^rectify_basis.*", "", path.read_text("utf-8"), flags=re.M), "utf-8")
    faults = faults_of(folder)
    lists = (SHIPPED / "checklists.toml").read_text("utf-8")
    assert len(faults) == lists.count('permit_types = ["hygiene_permit"]') > 0
    for fault in faults:
        assert fault.facts["file"] == "checklists.toml" and "rectify_basis" in str(fault.facts["example"])
        assert lists.splitlines()[int(str(fault.facts["line"])) - 1].startswith("permit_types")


def test_rules_that_overlap_are_named_at_every_kind_that_uses_them(folder: Path) -> None:
    edit(folder, "kinds_of_place.toml", "valid_to = 2025-01-19", "valid_to = 2025-01-20")
    faults = faults_of(folder)
    assert [fault.code for fault in faults] == ["catalogue_periods_overlap"] * 7


def test_a_day_without_a_rule_is_named_at_every_kind(folder: Path) -> None:
    edit(folder, "kinds_of_place.toml", "valid_to = 2025-01-19", "valid_to = 2025-01-18")
    faults = faults_of(folder)
    assert [fault.code for fault in faults] == ["catalogue_periods_gap"] * 7
    lines = (SHIPPED / "kinds_of_place.toml").read_text(encoding="utf-8").splitlines()
    for fault in faults:
        assert "licensed_until_2025" in lines[int(str(fault.facts["line"])) - 1]


def test_a_kind_whose_rules_end_is_a_gap(folder: Path) -> None:
    line = edit(folder, "kinds_of_place.toml", '"licensed_until_2025", "filing"', '"licensed_until_2025"')
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["line"]) == ("catalogue_periods_gap", line)


def test_bad_syntax_is_named_with_its_line(folder: Path) -> None:
    line = edit(folder, "offices.toml", 'id = "xiyong"', "id = xiyong")
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["file"], fault.facts["line"]) == ("catalogue_syntax", "offices.toml", line)


def test_an_unclosed_text_is_bad_syntax(folder: Path) -> None:
    (folder / "notices.toml").write_text("[[notice]]\ntext = '''\nnever closed\n", encoding="utf-8")
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["line"]) == ("catalogue_syntax", 3)


def test_a_file_that_is_not_utf_8_is_named_with_its_line(folder: Path) -> None:
    path = folder / "offices.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["file"]) == ("catalogue_not_utf8", "offices.toml")
    first_chinese = next(n for n, text in enumerate(path.read_bytes().split(b"\n"), start=1) if not text.isascii())
    assert fault.facts["line"] == first_chinese


def test_a_byte_order_mark_and_crlf_are_no_fault(folder: Path) -> None:
    path = folder / "notices.toml"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert loader.load_catalogue(folder) == loader.load_catalogue()


def test_every_missing_file_is_named(folder: Path) -> None:
    (folder / "trades.toml").unlink()
    (folder / "notices.toml").unlink()
    faults = faults_of(folder)
    assert [(f.code, f.facts["file"]) for f in faults] == [
        ("catalogue_file_missing", "notices.toml"),
        ("catalogue_file_missing", "trades.toml"),
    ]


def test_an_empty_file_is_told_which_table_to_write(folder: Path) -> None:
    (folder / "offices.toml").write_text("", encoding="utf-8")
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["line"], fault.facts["example"]) == ("catalogue_key_missing", 1, "[[office]]")


def test_what_is_issued_here_needs_its_number_template(folder: Path) -> None:
    edit(folder, "number_templates.toml", 'permit_type = "hygiene_permit"', 'permit_type = "drugs"')
    edit(folder, "number_templates.toml", 'authority = "cq_gxq_health"', 'authority = "cq_gxq_drugs"')
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["file"]) == ("catalogue_entry_missing", "number_templates.toml")
    assert "hygiene_permit" in explain(fault, "en").todo


def test_what_is_promised_here_needs_its_notice(folder: Path) -> None:
    for _ in range(2):
        edit(folder, "notices.toml", 'permit_type = "hygiene_permit"', 'permit_type = "food"')
    (fault,) = faults_of(folder)
    assert (fault.code, fault.facts["file"]) == ("catalogue_entry_missing", "notices.toml")


def test_the_business_licence_must_be_there(folder: Path) -> None:
    edit(folder, "permit_types.toml", "licence = true\n", "")
    assert "catalogue_entry_missing" in {fault.code for fault in faults_of(folder)}


def test_several_faults_are_told_together_and_the_first_speaks(folder: Path) -> None:
    edit(folder, "offices.toml", '"500107104"', '"x"')
    edit(folder, "permit_types.toml", "months = 48", "months = 0")
    with pytest.raises(InvalidCatalogue) as caught:
        loader.load_catalogue(folder)
    error = caught.value
    assert len(error.faults) == 2
    assert error.code == error.faults[0].code
    assert (error.facts["file"], error.facts["more"]) == ("offices.toml", 1)
