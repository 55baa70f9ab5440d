"""Faults of checklists.toml stop with file and line, as those of the other files do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import licence_qr.catalogue
from licence_qr.catalogue.faults import InvalidCatalogue
from licence_qr.catalogue.loader import load_catalogue

SHIPPED = Path(licence_qr.catalogue.__file__).parent
NEXT_VERSION = """
[[checklist]]
id = "shop"
version = "2027-1"
valid_from = 2027-01-01
name = { zh = "商场", en = "Shops" }
permit_types = ["hygiene_permit"]
kinds = ["shop"]
common = "2026-1"
[[checklist.item]]
id = "fresh_air"
section = { zh = "空气", en = "Air" }
text = { zh = "通风", en = "Air" }
law = { zh = "依据", en = "Law" }
weight = 1
"""


def fault(tmp_path: Path, old: str, new: str, added: str = "") -> tuple[str, str, int, str]:
    """The code, file, line and key of the one fault that changing ``old`` to ``new`` makes."""
    folder = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "checklists.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1) + added, encoding="utf-8")
    with pytest.raises(InvalidCatalogue) as found:
        load_catalogue(folder)
    (only,) = found.value.faults
    return only.code, str(only.facts["file"]), int(str(only.facts["line"])), str(only.facts.get("key", ""))


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('"hotel", "inn"', '"hotel", "palace"', "catalogue_value_wrong", "kinds"),
        ('["hygiene_permit"]', '["hygiene_permits"]', "catalogue_value_wrong", "permit_types"),
        ('kinds = ["public_bath"]\n', "", "catalogue_value_wrong", "kinds"),
        ('["hygiene_permit"]', '["hygiene_permit", "food"]', "catalogue_value_wrong", "kinds"),
        ('common = "2026-1"', 'common = "2025-1"', "catalogue_value_wrong", "common"),
        ('id = "linen_changed"', 'id = "permit_shown"', "catalogue_value_wrong", "id"),
        ("weight = 4", "weight = 0", "catalogue_value_wrong", "weight"),
        ("critical = true", 'critical = "yes"', "catalogue_value_wrong", "critical"),
        ("critical = true", "must = true", "catalogue_key_unknown", "must"),
        ("weight = 4", "", "catalogue_key_missing", "weight"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, old, new, code, key):
    found = fault(tmp_path, old, new)
    assert (found[0], found[1], found[3]) == (code, "checklists.toml", key)
    assert found[2] > 1


def test_two_versions_of_one_list_may_not_hold_on_one_day(tmp_path):
    found = fault(tmp_path, "# What", "# What", NEXT_VERSION)
    assert (found[0], found[3]) == ("catalogue_value_wrong", "valid_from")
    lines = (SHIPPED / "checklists.toml").read_text(encoding="utf-8").count("\n")
    assert found[2] > lines


def test_a_list_that_was_ended_first_may_have_a_next_version(tmp_path):
    folder = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = folder / "checklists.toml"
    head, shop = file.read_text(encoding="utf-8").split('id = "shop"\n')
    ended = shop.replace("valid_from = 2026-01-01\n", "valid_from = 2026-01-01\nvalid_to = 2026-12-31\n", 1)
    file.write_text(f'{head}id = "shop"\n{ended}{NEXT_VERSION}', encoding="utf-8")
    rules = load_catalogue(folder).inspection_rules
    assert rules.checklist("shop", "2026-1") and rules.checklist("shop", "2027-1")
