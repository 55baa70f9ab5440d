"""Symbols found in what people send, and hostile files that end in a refusal with its reason, never in a traceback."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import zxingcpp
from fpdf import FPDF
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from bench.camera import shoot
from licence_qr.errors import UnreadableError
from licence_qr.printing.qr import make_symbol, to_png
from licence_qr.reading import pictures
from licence_qr.reading.pictures import MAX_FILE_BYTES, SymbolsRead, read_symbols
from licence_qr.wording import LANGUAGES, explain

TEXT = "https://ym.example.gov.cn/c/" + str(7**500)[:400]
PNG = to_png(make_symbol(TEXT), 6)


def symbol(text: str = TEXT) -> Image.Image:
    return Image.open(io.BytesIO(to_png(make_symbol(text), 6))).convert("RGB")


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def pdf_of(*texts: str) -> bytes:
    """A PDF with one page for each text, blank where there is none. The pages are small: each is looked at closely."""
    pdf = FPDF(format=(80, 80))
    for text in texts:
        pdf.add_page()
        if text:
            pdf.image(symbol(text), 10, 10, 60)
    return bytes(pdf.output())


def refusal_of(data: bytes, name: str = "照片.png") -> str:
    with pytest.raises(UnreadableError) as caught:
        read_symbols(data, name)
    for language in LANGUAGES:
        assert name in explain(caught.value, language).what
    return caught.value.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_kind_of_picture_is_read(kind: str) -> None:
    assert read_symbols(saved(symbol(), kind), "x").texts == (TEXT,)


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture.rotate(90),
        lambda picture: picture.rotate(17, expand=True, fillcolor="white"),
        lambda picture: picture.filter(ImageFilter.GaussianBlur(1.5)),
        lambda picture: picture.convert("CMYK"),
        lambda picture: picture.convert("P"),
        lambda picture: picture.point(lambda value: 255 - value),
        lambda picture: picture.resize((picture.width * 3 // 4,) * 2),
    ],
    ids=["turned", "slanted", "blurred", "cmyk", "palette", "inverted", "smaller"],
)
def test_a_changed_picture_is_still_read(change: Callable[[Image.Image], Image.Image]) -> None:
    assert read_symbols(saved(change(symbol()), "JPEG" if change(symbol()).mode == "CMYK" else "PNG"), "x").texts == (
        TEXT,
    )


def test_a_picture_of_16_bits_that_is_neither_black_nor_white_is_read() -> None:
    """As scanners make them: of the 65,536 shades the darkest and the lightest do not occur."""
    grey = symbol().convert("L")
    deep = Image.frombytes(
        "I;16", grey.size, b"".join(b"\x00\x30" if dark < 128 else b"\x00\xd0" for dark in grey.tobytes())
    )
    assert read_symbols(saved(deep, "PNG"), "x").texts == (TEXT,)


def test_a_symbol_on_a_transparent_ground_is_read() -> None:
    grey = symbol().convert("L")
    picture = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=grey.point(lambda value: 255 - value))
    assert read_symbols(saved(picture, "PNG"), "x").texts == (TEXT,)


def test_several_symbols_come_once_each() -> None:
    sheet = Image.new("RGB", (1400, 900), "white")
    for place, text in enumerate(["https://a.cn/c/1", "https://a.cn/c/2", "https://a.cn/c/1"]):
        sheet.paste(symbol(text), (450 * place + 20, 100))
    assert sorted(read_symbols(saved(sheet, "PNG"), "x").texts) == ["https://a.cn/c/1", "https://a.cn/c/2"]


def test_all_pages_of_a_pdf_are_read_up_to_the_twentieth() -> None:
    assert read_symbols(pdf_of("https://a.cn/c/1", "", "https://a.cn/c/2"), "x").texts == (
        "https://a.cn/c/1",
        "https://a.cn/c/2",
    )
    late = [""] * 20 + ["https://a.cn/c/3"]
    assert refusal_of(pdf_of(*late)) == "no_symbol_found"
    assert read_symbols(pdf_of(*late[1:]), "x") == SymbolsRead(("https://a.cn/c/3",), 0)
    assert read_symbols(pdf_of("https://a.cn/c/4", *late), "x") == SymbolsRead(("https://a.cn/c/4",), 2)


def test_a_pdf_page_of_absurd_size_is_rendered_small() -> None:
    pdf = FPDF(unit="pt", format=(14000, 14000))
    pdf.add_page()
    pdf.image(symbol(), 0, 0, 7000)
    data = bytes(pdf.output())
    assert [page.size for page in pictures._pages(data)[0]] == [(4000, 4000)]
    assert read_symbols(data, "x").texts == (TEXT,)


def test_pdfs_are_read_by_several_threads_at_once() -> None:
    texts = [f"https://a.cn/c/{n}" for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda text: read_symbols(pdf_of(text, "", text), "x").texts, texts)
        assert list(found) == [(text,) for text in texts]


def test_a_picture_without_a_symbol_says_so() -> None:
    assert refusal_of(saved(Image.new("RGB", (300, 300), "white"), "PNG")) == "no_symbol_found"
    assert refusal_of(pdf_of("")) == "no_symbol_found"


def test_a_symbol_with_a_hole_beyond_repair_is_not_found() -> None:
    picture = symbol()
    ImageDraw.Draw(picture).ellipse((100, 100, 300, 300), fill="white")
    assert refusal_of(saved(picture, "PNG")) == "no_symbol_found"


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims to be this large and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8001, 9500, 20000, 65535])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_decompression_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    assert refusal_of(bomb(side, side)) == "file_too_large"


def test_a_pdf_page_with_an_image_too_large_to_unpack_is_refused() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.image(Image.new("1", (300, 200)), 0, 0, 50)
    small = bytes(pdf.output())
    assert refusal_of(small) == "no_symbol_found"
    large = small.replace(b"/Width 300", b"/Width 30000").replace(b"/Height 200", b"/Height 20000")
    assert large != small
    assert refusal_of(large) == "file_too_large"


def test_a_file_over_the_limit_is_refused_unread() -> None:
    assert refusal_of(PNG + b"\x00" * MAX_FILE_BYTES) == "file_too_large"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", "文字".encode()],
)
def test_another_kind_of_file_is_not_a_picture(data: bytes) -> None:
    assert refusal_of(data) == "not_a_picture"


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "EPS"])
def test_formats_that_are_not_listed_are_not_opened(kind: str) -> None:
    assert refusal_of(saved(symbol().resize((128, 128)), kind)) == "not_a_picture"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_cut_off_in_the_middle_is_broken(kind: str) -> None:
    data = saved(symbol(), kind)
    assert refusal_of(data[: len(data) // 2]) in {"picture_broken", "not_a_picture"}


def test_a_broken_or_locked_pdf_is_broken() -> None:
    assert refusal_of(b"%PDF-1.7\nnothing follows") == "picture_broken"
    pdf = FPDF()
    pdf.add_page()
    pdf.set_encryption(owner_password="a", user_password="b")
    assert refusal_of(bytes(pdf.output())) == "picture_broken"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([PNG, saved(symbol(), "JPEG"), saved(symbol(), "GIF"), pdf_of(TEXT)]), st.data())
def test_damage_anywhere_ends_in_a_reading_or_a_refusal(good: bytes, data: st.DataObject) -> None:
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    _reads_or_refuses(bytes(damaged[: data.draw(st.integers(0, len(good)))]))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
@example(b"%PDF-")
@example(b"GIF89a")
def test_any_bytes_end_in_a_reading_or_a_refusal(data: bytes) -> None:
    _reads_or_refuses(data)


def _reads_or_refuses(data: bytes) -> None:
    try:
        assert all(read_symbols(data, "x").texts)
    except UnreadableError as refusal:
        assert refusal.code in {"file_too_large", "not_a_picture", "picture_broken", "no_symbol_found"}


def test_a_small_blurred_picture_is_read_at_the_second_look() -> None:
    source = random.Random(1)
    text = "https://ym.example.gov.cn/c/" + "".join(source.choices("0123456789", k=480))
    sharp = Image.open(io.BytesIO(to_png(make_symbol(text), 4))).convert("L")
    size = sharp.width * source.randint(50, 62) // 100
    small = sharp.resize((size, size), Image.Resampling.BILINEAR)
    blurred = small.filter(ImageFilter.GaussianBlur(0.6 + source.random() * 0.35))
    turned = blurred.rotate(source.randint(1, 30), fillcolor=255, expand=True)
    assert not zxingcpp.read_barcodes(turned, formats=zxingcpp.BarcodeFormat.QRCode)  # not at the first
    out = io.BytesIO()
    turned.save(out, "PNG")
    assert read_symbols(out.getvalue(), "blurred.png").texts == (text,)


def test_a_picture_in_shadow_and_grain_is_read_at_the_second_look() -> None:
    """Taken by the camera of ``bench``, which is as good as a cheap phone's."""
    shot = shoot(11, 28, 8)
    out = io.BytesIO()
    shot.taken.save(out, "PNG")
    assert read_symbols(out.getvalue(), "shadow.png").texts == (shot.text,)


def test_blank_paper_stays_blank_at_the_closest_look() -> None:
    source = random.Random(3)
    paper = Image.frombytes("L", (60, 60), bytes(200 + source.randint(-2, 2) for _ in range(3600)))
    *_, closest = pictures.closer_looks(paper)
    assert closest.getextrema() == (255, 255)
