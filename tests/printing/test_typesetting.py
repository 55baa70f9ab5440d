"""Texts of every script that a card prints: which face they are set in, in what order, how wide and how tall."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_qr.printing import fonts
from licence_qr.printing.fonts import FACES, SANS, SANS_BOLD, SCRIPTS, SERIF_BOLD, Face, has, heading_face
from licence_qr.printing.typesetting import (
    NoGlyph,
    Style,
    above_mm,
    below_mm,
    check_characters,
    clusters,
    runs_of,
    width_mm,
)

STYLE = Style(SANS, 10, (0, 0, 0))
UYGHUR, TIBETAN, MONGOLIAN = "ئۇيغۇر", "སྐྲུན", "ᠮᠣᠩᠭᠣᠯ"
NO_IDEOGRAPH = "\U0003f000"


def order(text: str, style: Style = STYLE) -> list[str]:
    """The parts from the left of the page."""
    return [run.text for run in runs_of(text, style)]


def families(text: str, face: Face = SANS) -> set[str]:
    return {run.face.family for run in runs_of(text, Style(face, 10, (0, 0, 0)))}


@pytest.mark.parametrize(
    ("text", "regular", "bold"),
    [
        ("国한A", "sans", "serif-bold"),
        (UYGHUR, "naskharabic-regular", "naskharabic-bold"),
        ("قازاق", "naskharabic-regular", "naskharabic-bold"),
        (TIBETAN, "seriftibetan-regular", "seriftibetan-bold"),
        (MONGOLIAN, "sansmongolian-regular", "sansmongolian-regular"),
        ("ꆈꌠꁱꂷ", "sansyi-regular", "sansyi-regular"),
        ("ᥖᥭᥰ", "sanstaile-regular", "sanstaile-regular"),
        ("ᦅᦷᦎᦲ", "sansnewtailue-regular", "sansnewtailue-regular"),
        ("ꓡꓲꓢꓴ", "sanslisu-regular", "sanslisu-bold"),
        ("\U00016f00", "sansmiao-regular", "sansmiao-regular"),
        ("ƃƽӨ", "sans-regular", "sans-bold"),
        ("\U00020001", "hanamin-b", "hanamin-b"),  # extension B
        ("𱉻", "babelstone-han", "babelstone-han"),  # extension G
        ("\U0003187c", "babelstone-han", "babelstone-han"),  # extension H
    ],
)
def test_every_script_is_set_in_its_font_light_and_bold(text: str, regular: str, bold: str) -> None:
    assert (families(text), families(text, SERIF_BOLD)) == ({regular}, {bold})


def test_all_faces_that_are_named_are_installed_by_the_packages_that_are_named() -> None:
    for face in (*FACES, *(face for script in SCRIPTS for face in script.of_weight(bold=True))):
        assert fonts.installed(face), face
        assert face.package in fonts.PACKAGES


def test_no_script_is_named_twice() -> None:
    blocks = sorted(block for script in SCRIPTS for block in script.blocks)
    assert all(last < first for (_, last), (first, _) in zip(blocks, blocks[1:], strict=False))


def test_a_name_is_set_in_one_face() -> None:
    only_sans = next(char for char in map(chr, range(0x2A700, 0x2B73F)) if has(SANS_BOLD, char) > has(SERIF_BOLD, char))
    assert heading_face(f"云{only_sans}") is SANS_BOLD
    assert heading_face("云\U00020001" + UYGHUR) is SERIF_BOLD


@pytest.mark.parametrize("text", [NO_IDEOGRAPH, f"云{NO_IDEOGRAPH}馆", "😀", "国\ue000", "\n", "中\U000e0105"])
def test_what_no_font_has_is_named(text: str) -> None:
    with pytest.raises(NoGlyph):
        check_characters(text, SANS)


def test_a_variation_that_is_asked_for_is_set_or_refused_never_replaced() -> None:
    assert families("葛\U000e0100") == {"hanamin-a"}
    with pytest.raises(NoGlyph) as refused:
        check_characters("中\U000e0105", SANS)
    assert refused.value.cluster == "中\U000e0105"


def test_a_machine_without_the_font_of_a_script_is_told_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (Path("/usr/share/fonts/opentype/noto"),))
    for text, packages in (
        (UYGHUR[0], ("fonts-noto-core",)),
        (NO_IDEOGRAPH, ("fonts-hanazono", "fonts-babelstone-han")),
    ):
        with pytest.raises(NoGlyph) as refused:
            check_characters(text, SANS)
        assert refused.value.packages == packages


def test_letters_are_joined_and_stacked() -> None:
    (run,) = runs_of(UYGHUR, STYLE)
    apart = sum(runs_of(letter, STYLE)[0].width for letter in clusters(UYGHUR))
    assert run.right_to_left and not run.plain and run.width < apart
    (stack,) = runs_of("སྐྲུ", STYLE)
    assert stack.width == pytest.approx(runs_of("ས", STYLE)[0].width, abs=0.05), "one letter below the other"
    assert stack.bottom < -0.6


def test_joiners_and_selectors_stay_with_their_letters() -> None:
    for text in ("نا\u200cما", "ᠨᠠ\u180e\u1820", "ᠭ\u180bᠠ"):
        assert order(text) == [text], ascii(text)
    apart, joined = runs_of("ما\u200cبا", STYLE)[0], runs_of("مابا", STYLE)[0]
    assert not apart.plain and apart.width == pytest.approx(joined.width, abs=0.3)


def test_words_stand_as_their_script_is_read() -> None:
    assert order("重庆(مەن بىز)店") == ["重庆(", "بىز", " ", "مەن", ")店"]
    assert order("مەن 12 بىز") == ["بىز", " ", "12", " ", "مەن"]
    reading = STYLE.for_paragraph("مەن 12 店")
    assert reading.right_to_left
    assert order("مەن 12 店", reading) == ["店", " ", "12", " ", "مەن"]
    assert not STYLE.for_paragraph("12 店 مەن").right_to_left


def test_lines_with_tall_letters_are_further_apart() -> None:
    assert above_mm("国", STYLE) == pytest.approx(STYLE.line_mm)
    assert below_mm("国", STYLE) == 0
    assert above_mm(TIBETAN, STYLE) + below_mm(TIBETAN, STYLE) > STYLE.line_mm * 1.2


@given(st.text(alphabet="国a1 (مەنབད་ᠮꆈ)", max_size=30))
def test_nothing_is_lost_or_drawn_twice(text: str) -> None:
    for style in (STYLE, STYLE.for_paragraph(text)):
        assert sorted("".join(order(text, style))) == sorted(text)
    assert width_mm(text, STYLE) >= 0
    assert "".join(clusters(text)) == text
