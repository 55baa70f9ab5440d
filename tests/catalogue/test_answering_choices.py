"""The kinds of report and the reasons of a rating are data; what is wrong with them is said with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import licence_qr.catalogue
from licence_qr.catalogue.faults import InvalidCatalogue
from licence_qr.catalogue.feedback_choices import load_answering

SHIPPED = Path(licence_qr.catalogue.__file__).parent
FILES = ("report_kinds.toml", "rating_reasons.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files that ship."""
    for name in FILES:
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path


def faults(folder: Path) -> list[tuple[str, object, object]]:
    """Code, file and line of everything that is wrong."""
    with pytest.raises(InvalidCatalogue) as refused:
        load_answering(folder)
    return [(each.code, each.facts["file"], each.facts["line"]) for each in refused.value.parts]


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Change the first ``old`` of a file; its line."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_what_ships_can_be_loaded_in_both_languages() -> None:
    found = load_answering()
    assert {"permit_differs", "hygiene", "closed_or_moved", "wrong_data", "suspected_forgery", "other"} == {
        kind.id for kind in found.report_kinds
    }
    assert {reason.praise for reason in found.rating_reasons} == {True, False}
    for each in (*found.report_kinds, *found.rating_reasons):
        assert each.name.zh and each.name.en


def test_a_kind_added_to_the_file_is_offered(folder: Path) -> None:
    with (folder / "report_kinds.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[kind]]\nid = "noise"\nname = { zh = "噪声", en = "Noise" }\nvalid_from = 2026-01-01\n')
    assert load_answering(folder).report_kinds[-1].name.en == "Noise"


def test_an_id_used_twice_is_named(folder: Path) -> None:
    line = change(folder, "report_kinds.toml", 'id = "hygiene"', 'id = "permit_differs"')
    assert faults(folder) == [("catalogue_repeated", "report_kinds.toml", line)]


def test_praise_and_complaint_share_their_ids(folder: Path) -> None:
    line = change(folder, "rating_reasons.toml", 'id = "slow"', 'id = "quick"')
    assert faults(folder) == [("catalogue_repeated", "rating_reasons.toml", line)]


def test_an_end_before_the_beginning_is_named(folder: Path) -> None:
    change(folder, "report_kinds.toml", "valid_from = 2021-01-01", "valid_from = 2021-01-01\nvalid_to = 2020-01-01")
    [(code, file, _)] = faults(folder)
    assert (code, file) == ("catalogue_dates_out_of_order", "report_kinds.toml")


def test_both_files_are_read_before_any_fault_is_told(folder: Path) -> None:
    change(folder, "report_kinds.toml", "name =", "title =")
    change(folder, "rating_reasons.toml", "en =", "fr =")
    assert {file for _, file, _ in faults(folder)} == set(FILES)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "rating_reasons.toml").unlink()
    assert faults(folder) == [("catalogue_file_missing", "rating_reasons.toml", 1)]
