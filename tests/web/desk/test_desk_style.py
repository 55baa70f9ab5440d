"""The style sheets of the desk: what is vendored is what the note beside it says."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

STATIC = Path(__file__).parents[3] / "static"
VENDORED = STATIC / "vendor" / "govuk-frontend"


def test_the_vendored_style_sheet_has_the_sum_that_was_noted() -> None:
    sums = dict(line.split()[::-1] for line in (VENDORED / "SHA256SUMS").read_text().splitlines())
    assert hashlib.sha256((VENDORED / "govuk-frontend.css").read_bytes()).hexdigest() == sums["govuk-frontend.css"]


def test_no_font_crest_or_picture_of_govuk_is_left_and_nothing_is_loaded_from_elsewhere() -> None:
    for sheet in (VENDORED / "govuk-frontend.css", STATIC / "desk" / "desk.css", STATIC / "desk" / "print.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\(|@font-face|@import|GDS Transport", text), sheet.name


def test_the_symbol_is_printed_well_above_28_mm() -> None:
    rule = re.search(r"\.scan img\{[^}]*width:(\d+)mm;height:(\d+)mm", (STATIC / "desk" / "print.css").read_text())
    assert rule
    assert rule[1] == rule[2]
    assert int(rule[1]) >= 30
