"""Working days and figures as files: a town adds a year itself, and a fault is named with file and line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from licence_qr.catalogue import loader
from licence_qr.catalogue.faults import InvalidCatalogue
from licence_qr.errors import CatalogueError, RuleError
from licence_qr.wording import explain

SHIPPED = Path(loader.__file__).parent
YEAR_2027 = """[[year]]
year = 2027
notice_no = "演示公告〔2026〕第1号"
days_off = [2027-01-01, 2027-01-02, 2027-01-03, 2027-02-08]
make_up_days = [2027-01-09]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own-days.toml"


def faults_of(own: Path, folder: Path | None = None) -> list[CatalogueError]:
    with pytest.raises(InvalidCatalogue) as caught:
        loader.load_catalogue(folder, own)
    for fault in caught.value.faults:
        for language in ("zh", "en"):
            assert str(fault.facts["file"]) in explain(fault, language).what
    return list(caught.value.faults)


def test_a_town_adds_a_year_without_a_release(own: Path) -> None:
    own.write_text(YEAR_2027, encoding="utf-8")
    with pytest.raises(RuleError):
        loader.load_catalogue().working_calendar.is_working_day(date(2027, 1, 4))
    calendar = loader.load_catalogue(working_days=own).working_calendar
    assert calendar.is_working_day(date(2027, 1, 9)) and not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.after(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert 2026 in calendar.years


def test_a_year_of_the_file_replaces_the_one_that_comes_with_the_package(own: Path) -> None:
    own.write_text('[[year]]\nyear = 2026\nnotice_no = "x"\ndays_off = [2026-01-01]\n', encoding="utf-8")
    calendar = loader.load_catalogue(working_days=own).working_calendar
    assert calendar.is_working_day(date(2026, 10, 1)) and not calendar.is_working_day(date(2026, 1, 4))


def test_a_new_year_may_change_the_last_days_of_december_before_it(own: Path) -> None:
    text = YEAR_2027.replace("[2027-01-01,", "[2026-12-31, 2027-01-01,").replace("[2027-01-09]", "[2026-12-27]")
    own.write_text(text, encoding="utf-8")
    calendar = loader.load_catalogue(working_days=own).working_calendar
    assert calendar.is_working_day(date(2026, 12, 27)) and not calendar.is_working_day(date(2026, 12, 31))


def test_one_day_is_corrected_whatever_its_year_says(own: Path) -> None:
    text = '[[correction]]\nday = 2026-11-24\nworking = false\nnotice_no = "x"\n\n[[correction]]\nday = 2026-11-28\n'
    own.write_text(text + 'working = true\nnotice_no = "x"\n', encoding="utf-8")
    calendar = loader.load_catalogue(working_days=own).working_calendar
    assert calendar.after(date(2026, 11, 23), 2) == date(2026, 11, 26)
    assert calendar.is_working_day(date(2026, 11, 28))


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("year = 2027", "year = 1999", "catalogue_value_wrong", 2),
        ("2027-02-08", "2028-02-08", "catalogue_value_wrong", 4),
        ("2027-02-08", '"2027-02-08"', "catalogue_value_wrong", 4),
        ("2027-02-08", "2026-11-08", "catalogue_value_wrong", 4),
        ("[2027-01-09]", "[2027-01-08]", "catalogue_value_wrong", 5),
        ("[2027-01-09]", "[2027-01-02]", "catalogue_value_wrong", 5),
        ("notice_no", "notice", "catalogue_key_missing", 1),
        ("make_up_days", "workdays", "catalogue_key_unknown", 5),
        ("= [2027-01-09]", "= [2027-01-9]", "catalogue_syntax", 5),
    ],
)
def test_a_fault_of_the_file_is_named_with_its_line(own: Path, old: str, new: str, code: str, line: int) -> None:
    own.write_text(YEAR_2027.replace(old, new), encoding="utf-8")
    found = [(fault.code, fault.facts["file"], fault.facts["line"]) for fault in faults_of(own)]
    assert (code, "own-days.toml", line) in found


def test_a_year_that_stands_twice_is_named(own: Path) -> None:
    own.write_text(YEAR_2027 + "\n" + YEAR_2027, encoding="utf-8")
    (fault,) = faults_of(own)
    assert (fault.code, fault.facts["line"], fault.facts["first_line"]) == ("catalogue_repeated", 8, 2)


def test_a_file_that_is_not_there_stops_the_start(own: Path) -> None:
    (fault,) = faults_of(own)
    assert (fault.code, fault.facts["file"]) == ("catalogue_file_missing", "own-days.toml")


def broken_rules(tmp_path: Path, old: str, new: str) -> list[CatalogueError]:
    folder = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, folder)
    file = folder / "life_rules.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidCatalogue) as caught:
        loader.load_catalogue(folder)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('id = "deceit_bar_months"', 'id = "deceit_bar_years"', "catalogue_value_wrong"),
        ("value = 36", "value = 0", "catalogue_value_wrong"),
        ("value = 36", 'value = "36"', "catalogue_value_wrong"),
        ("value = 60", "value = 95", "catalogue_value_wrong"),
        ("value = 70", "value = 90", "catalogue_value_wrong"),
        ("valid_from = 2011-05-01", "valid_from = 2011-05-01\nvalid_to = 2030-12-31", "catalogue_periods_gap"),
        ("valid_from = 2011-05-01", "valid_from = 2011-05-01\nvalid_to = 2001-12-31", "catalogue_dates_out_of_order"),
        ("value = 36", "valu = 36", "catalogue_key_missing"),
    ],
)
def test_a_fault_among_the_figures_is_named(tmp_path: Path, old: str, new: str, code: str) -> None:
    faults = broken_rules(tmp_path, old, new)
    assert code in {fault.code for fault in faults}
    assert {fault.facts["file"] for fault in faults} == {"life_rules.toml"}


def test_a_figure_that_is_missing_is_told_what_to_write(tmp_path: Path) -> None:
    faults = broken_rules(tmp_path, 'id = "deceit_bar_months"', 'id = "deceit_bar_month"')
    assert '[[life_rule]] id = "deceit_bar_months"' in {fault.facts.get("entry") for fault in faults}
