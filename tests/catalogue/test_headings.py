"""The spellings of headings: data that mean one field each, from the day on which they are in use."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from licence_qr.catalogue import headings as shipped
from licence_qr.catalogue.faults import InvalidCatalogue
from licence_qr.catalogue.headings import load_headings
from licence_qr.domain.importing.conflicts import Source
from licence_qr.domain.importing.department_rows import COLUMNS
from licence_qr.domain.importing.headings import heading_key

TODAY = date(2026, 11, 23)


def test_every_column_is_known_by_its_usual_heading_which_stands_first() -> None:
    for source, headings in load_headings(TODAY).items():
        spellings = list(headings.fields)
        for field, heading in COLUMNS[source].items():
            assert headings.fields[heading_key(heading)] == field
            assert spellings.index(heading_key(heading)) == min(
                spellings.index(key) for key, known in headings.fields.items() if known == field
            )


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("有效期至", "valid_to"),
        ("＊有效期止", "valid_to"),
        ("有效期止\n(必填)", "valid_to"),
        ("有 效 期 止：", "valid_to"),
        ("有效", ""),
    ],
)
def test_marks_of_forms_make_no_difference(written: str, field: str) -> None:
    assert load_headings(TODAY)[Source.HEALTH].of([written]) == [field]


def entry(**changed: object) -> str:
    values = {
        "file": '"permits"',
        "field": '"valid_to"',
        "spellings": '["到几时"]',
        "valid_from": "2026-01-01",
    } | changed
    return "[[heading]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def with_entry(folder: Path, text: str) -> Path:
    """A folder with the shipped file and one entry more."""
    source = Path(shipped.__file__).with_name("headings.toml")
    shutil.copy(source, folder)
    (folder / source.name).write_text(f"{text}\n{source.read_text(encoding='utf-8')}", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("day", "field"), [(date(2025, 12, 31), ""), (date(2026, 1, 1), "valid_to")])
def test_a_spelling_is_known_from_its_day_on(tmp_path: Path, day: date, field: str) -> None:
    assert load_headings(day, with_entry(tmp_path, entry()))[Source.HEALTH].of(["到几时"]) == [field]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"spellings": '["有效期起"]'}, "catalogue_repeated"),
        ({"field": '"until"'}, "catalogue_reference_unknown"),
        ({"file": '"ledger"'}, "catalogue_value_wrong"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, changed: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidCatalogue) as caught:
        load_headings(TODAY, with_entry(tmp_path, entry(**changed)))
    assert caught.value.code == code
