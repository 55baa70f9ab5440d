"""Photographs come out as pixels and nothing else; what cannot be one is refused in words."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from licence_qr.errors import InputError
from licence_qr.services.register.photo_cleaning import MAX_PHOTO_BYTES, clean

SECRET = b"29.4863 N, 106.3521 E"


def photo(kind: str = "JPEG", size: tuple[int, int] = (320, 240), **options: object) -> bytes:
    """A picture, red on the left and blue on the right."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def with_metadata() -> list[bytes]:
    """The same place written into each kind of file wherever that kind has room for it."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    text = PngInfo()
    text.add_text("Comment", SECRET.decode())
    return [
        photo(exif=exif, comment=SECRET, icc_profile=SECRET),
        photo("PNG", exif=exif, pnginfo=text),
        photo("WEBP", exif=exif, xmp=SECRET),
        photo() + SECRET,
    ]


@pytest.mark.parametrize("data", with_metadata(), ids=["jpeg", "png", "webp", "behind the end"])
def test_nothing_but_pixels_is_left(data):
    assert SECRET in data
    cleaned = clean(data)
    assert SECRET not in cleaned.jpeg
    again = Image.open(io.BytesIO(cleaned.jpeg))
    assert again.format == "JPEG" and not again.getexif() and set(again.info) <= {
        "jfif", "jfif_version", "jfif_unit", "jfif_density"
    }  # fmt: skip


def test_a_photo_lying_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    cleaned = clean(photo(exif=exif))
    assert (cleaned.width, cleaned.height) == (240, 320)
    upright = Image.open(io.BytesIO(cleaned.jpeg))
    red, _, blue = upright.getpixel((120, 20))
    assert red > 200 > 60 > blue  # red was on the left and is now on top


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (1601, 10), (1600, 1600), (1, 1)])
def test_a_large_photo_is_made_smaller_and_a_small_one_is_left(size):
    cleaned = clean(photo(size=size))
    assert max(cleaned.width, cleaned.height) == min(1600, max(size))


def test_what_is_transparent_becomes_white():
    written = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(written, "PNG")
    assert min(Image.open(io.BytesIO(clean(written.getvalue()).jpeg)).getpixel((20, 20))) > 250


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 30,000 pixels wide and high."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_missing"),
        (b"\xff\xd8" + b"\0" * MAX_PHOTO_BYTES, "photo_too_large"),
        (bomb(), "photo_too_large"),
        (b"GIF89a" + b"\0" * 40, "photo_type"),
        (b"%PDF-1.7 ...", "photo_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_type"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "photo_type"),
        (photo(size=(900, 900), quality=95)[:2000], "photo_unreadable"),
    ],
    ids=["empty", "too many bytes", "bomb", "gif", "pdf", "svg", "heic", "cut off"],
)
def test_what_is_no_photo_is_refused_in_words(data, code):
    with pytest.raises(InputError) as refused:
        clean(data, field="photo")
    assert (refused.value.code, refused.value.field) == (code, "photo")


def test_a_heic_photo_is_called_by_its_name():
    with pytest.raises(InputError) as refused:
        clean(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert refused.value.facts["found"] == "HEIC"


def test_a_grey_picture_of_16_bits_keeps_its_shades():
    written = io.BytesIO()
    deep = Image.frombytes("I;16", (64, 32), (b"\x00\x40" * 32 + b"\x00\xc0" * 32) * 32)
    deep.save(written, "PNG")
    shown = Image.open(io.BytesIO(clean(written.getvalue()).jpeg)).convert("L")
    assert abs(shown.getpixel((8, 16)) - 0x40) <= 3
    assert abs(shown.getpixel((56, 16)) - 0xC0) <= 3
