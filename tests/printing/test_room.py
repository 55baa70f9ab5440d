"""Whatever a form accepts, every card that prints it draws it whole: nothing missing, nothing over anything else."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shipped import CATALOGUE

from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.characters.refused import refused_character
from licence_qr.domain.register.text_limits import MAX_CHARS, MAX_NAME_BYTES
from licence_qr.domain.register.typed_fields import FieldReader
from licence_qr.printing.card import CardContent, CardPermit
from licence_qr.printing.fonts import SANS, face_of
from licence_qr.printing.layout import HOLDER_TOP, LEFT, ROWS_BOTTOM, TEXT_RIGHT, VALUE_LEFT, Arrangement, TextLine
from licence_qr.printing.preflight import LIMITS, check_card, faults, text_fault
from licence_qr.printing.sheets import Sheet, card_pdf
from licence_qr.printing.typesetting import MM_PER_POINT, runs_of, width_mm

pytestmark = pytest.mark.xdist_group("cards")
ONE_CARD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # all texts are put into the same card

ALPHABETS = {
    "hanzi": "国宾馆重庆（）·，。1A",
    "rare": "𠀋𪜀𫝀𬺰𰀂𱉻𬭸䶮国",
    "uyghur": "ئۇيغۇرچەپژڭگۋېىھۈۆ ",
    "tibetan": "བོད་ལྗོངས་སྐྲུན་རྒྱུད་།",
    "mongolian": "ᠮᠣᠩᠭᠣᠯᠬᠡᠯᠵᠴᠢᠳ ",
    "yi": "ꆈꌠꁱꂷꉬ",
    "tai": "ᥖᥭᥰᦅᦷᦎᦲ",
    "zhuang": "Gvangjsihƃɯŋ ",
    "mixed": "国Aئۇ 1བད་（ᠮ）ꆈ",
}


def accepted(field: str, text: str) -> str:
    """What a form takes of ``text``."""
    taken = "".join(char for char in text.strip() if refused_character(char) is None).strip()[: MAX_CHARS[field]]
    if field == "name":
        taken = taken.encode("utf-16-be")[:MAX_NAME_BYTES].decode("utf-16-be", errors="ignore")
    return FieldReader({field: taken}).text(field) or "国"


def texts(letters: st.SearchStrategy[str], field: str) -> st.SearchStrategy[str]:
    """Texts that the form takes, often as long as may be."""
    most = MAX_CHARS[field]
    drawn = st.lists(letters, max_size=6).flatmap(
        lambda few: st.sampled_from([1, most]).map(lambda n: "".join(few) if n == 1 else ("".join(few) * most)[:n])
    )
    return drawn.map(lambda text: accepted(field, text))


@st.composite
def cards(draw: st.DrawFn, base: CardContent, letters: st.SearchStrategy[str]) -> CardContent:
    """The card with other texts, with or without a name."""
    address = texts(letters, "premises_address")
    addresses = tuple(draw(st.lists(address, min_size=1, max_size=3)))
    there = addresses[0] if len(addresses) > 1 else ""
    permit = replace(base.permits[0], items=draw(texts(letters, "permitted_items")), address=there)
    return replace(
        base,
        name=draw(st.one_of(st.just(""), texts(letters, "name"), texts(letters, "name"))),
        operator=draw(texts(letters, "principal")),
        addresses=addresses,
        permits=(permit,) * draw(st.integers(0, 3)),
    )


def boxes(left: float, top: float, lines: list[TextLine]) -> Iterator[tuple[float, float, float, float]]:
    """The ink of each line: left, top, right, bottom in millimetres."""
    y = top
    for line in lines:
        y += line.above
        em = line.style.size * MM_PER_POINT
        runs = runs_of(line.text, line.style)
        # Ink of plain text is at most that of an ideograph.
        highest = max((0.9 if run.plain else run.top for run in runs), default=0.0)
        lowest = min((-0.26 if run.plain else run.bottom for run in runs), default=0.0)
        yield left, y - highest * em, left + width_mm(line.text, line.style), y - lowest * em
        y += line.below


def holds(content: CardContent, arranged: Arrangement) -> None:
    """Nothing is left out, and no line leaves its column or touches another."""
    holder = "".join(line.text for line in arranged.holder)
    assert _letters(content.headline) in _letters(holder)
    assert _letters(content.addresses[0]) in _letters(holder)
    assert arranged.left_out <= max(0, len(content.permits) - 1)
    columns = [list(boxes(LEFT, HOLDER_TOP, list(arranged.holder)))]
    y = arranged.top
    values = []
    for row in arranged.rows:
        inner = y + 0.4 * row.density
        values += list(boxes(VALUE_LEFT, inner, list(row.lines)))
        y += row.height
    assert y <= ROWS_BOTTOM + 1e-6
    columns.append(values)
    assert not columns[0] or columns[0][-1][3] <= arranged.top
    for column in columns:
        for _, _, right, _ in column:
            assert right <= TEXT_RIGHT + 0.05
        for (_, _, _, below), (_, above, _, _) in zip(column, column[1:], strict=False):
            assert below <= above + 0.02
    for permit, row in zip(content.permits, arranged.rows[1:], strict=False):
        drawn = "".join(line.text for line in row.lines)
        assert _letters(permit.items) in _letters(drawn) and _letters(permit.address) in _letters(drawn)


def _letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("script", ALPHABETS)
@settings(max_examples=6, suppress_health_check=ONE_CARD)
@given(data=st.data())
def test_every_text_in_the_letters_of_a_script_has_room(card: CardContent, script: str, data: st.DataObject) -> None:
    content = data.draw(cards(card, st.sampled_from(ALPHABETS[script])))
    assert [str(fault) for fault in faults(content)] == []
    holds(content, check_card(content))


@cache
def known() -> list[str]:
    """Letters of all blocks, and the widest symbols, that some font has."""
    codes = (*range(0x20, 0xFFFF, 5), *range(0x1F300, 0x1F600, 7), *range(0x20000, 0x323AF, 97), *map(ord, "⸻⸺﷽༺ᠦ"))
    return [char for char in map(chr, codes) if refused_character(char) is None and face_of(char, SANS)]


ANY = st.characters(exclude_categories=("Cs", "Co", "Cc", "Cf", "Zl", "Zp"))


@pytest.mark.parametrize("of_the_fonts", [True, False])
@settings(max_examples=25, suppress_health_check=ONE_CARD)
@given(data=st.data())
def test_any_text_that_a_form_takes_is_drawn_whole_or_refused_with_its_reason(
    card: CardContent, of_the_fonts: bool, data: st.DataObject
) -> None:
    content = data.draw(cards(card, st.sampled_from(known()) if of_the_fonts else ANY))
    told = [fault.code for fault in faults(content)]
    if not told:
        holds(content, check_card(content))
    assert set(told) <= {"character_not_in_font", "text_no_room"}


@pytest.mark.parametrize(
    ("name", "address", "items"),
    [("uyghur", "tibetan", "hanzi"), ("mongolian", "yi", "zhuang"), ("rare", "mixed", "tai")],
)
def test_what_is_drawn_is_what_was_given_and_the_symbol_is_unharmed(
    card: CardContent, name: str, address: str, items: str, rounds: Callable[[int, int], int]
) -> None:
    """The letters in the PDF, which a reader copies, are those of the texts; around the texts and the symbol it is white."""
    content = replace(
        card,
        name=accepted("name", ALPHABETS[name] * 9),
        addresses=(accepted("premises_address", ALPHABETS[address] * 12),),
        permits=(replace(card.permits[0], items=accepted("permitted_items", ALPHABETS[items] * 12)),),
    )
    for sheet in (Sheet.A5, Sheet.A4)[: rounds(1, 2)]:
        page = pypdfium2.PdfDocument(card_pdf(content, sheet))[0]
        text = unicodedata.normalize("NFKD", str(page.get_textpage().get_text_range()))
        wanted = unicodedata.normalize("NFKD", content.name + content.addresses[0] + content.permits[0].items)
        assert {char for char in wanted if unicodedata.category(char)[0] in "LN"} <= set(text)
        picture = page.render(scale=150 / 72, grayscale=True).to_pil().convert("L")
        scale = picture.width / 210
        gutter = picture.crop((int(134.8 * scale), int(26 * scale), int(141.5 * scale), int(132 * scale)))
        above_footer = picture.crop((int(14 * scale), int(131.8 * scale), int(134 * scale), int(132.8 * scale)))
        assert gutter.getextrema() == above_footer.getextrema() == (255, 255)
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [card.symbol.text]


def full(card: CardContent, permits: int) -> CardContent:
    """A card with every field at its limit, in the widest letters."""
    text = {name: "国" * limit for name, limit in LIMITS.items()}
    permit: CardPermit = replace(
        card.permits[0],
        name=Text(text["permit name"], "W" * 48),
        number=text["permit number"],
        items=text["permit items"],
        authority=text["permit authority"],
        address=text["permit address"],
    )
    return replace(
        card,
        name="国" * (MAX_NAME_BYTES // 2),
        addresses=(text["address"],) * 3,
        licence_authority=text["licence_authority"],
        permits=(permit,) * permits,
        host="m" * LIMITS["host"],
        code_number="M" * LIMITS["code_number"],
        office=text["office"],
    )


@pytest.mark.parametrize("permits", [0, 1, 3])
@pytest.mark.parametrize("named", [True, False])
def test_a_card_with_every_field_full_shows_the_holder_and_a_permit(
    card: CardContent, permits: int, named: bool
) -> None:
    content = full(card, permits)
    if not named:
        content = replace(content, name="", operator="国" * LIMITS["operator"])
    arranged = check_card(content)
    holds(content, arranged)
    sizes = [line.style.size for line in arranged.holder] + [
        line.style.size for row in arranged.rows for line in row.lines
    ]
    assert min(sizes) >= 6.5, "docs/using/printing.md names the smallest size"


def test_the_names_of_the_catalogue_have_room_on_every_card() -> None:
    catalogue = CATALOGUE
    texts = [
        *(("permit 1 authority", each.name.zh) for each in catalogue.authorities.values()),
        *(("permit 1 name", each.name.zh) for each in catalogue.permit_types.values()),
        *(("permit 1 name_en", each.name.en) for each in catalogue.permit_types.values()),
        *(("office", each.name.zh) for each in catalogue.offices.values()),
        *(("permit 1 number", each.render(2026, 10**9 - 1)) for each in catalogue.number_templates),
    ]
    assert len(texts) > 10
    assert [str(fault) for field, text in texts if (fault := text_fault(field, text))] == []


def test_an_ordinary_card_is_set_in_its_full_size(card: CardContent) -> None:
    arranged = check_card(card)
    assert [line.style.size for line in arranged.holder] == [24, 11.5]
    assert arranged.left_out == 0


def test_symbols_wider_than_letters_are_refused_where_they_have_no_room(card: CardContent) -> None:
    (fault,) = faults(replace(card, name="﷽" * 60, addresses=("﷽" * 100,) * 2))
    assert fault.code == "text_no_room"
    assert fault.facts["length"] == 100
