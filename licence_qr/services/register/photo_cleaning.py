"""Photographs that somebody sends in: made harmless and small before anything keeps or shows them.

A photograph is hostile until shown otherwise, and a private matter besides: its file says where and when it was taken,
with what, and may carry a thumbnail of what was cut away. Nothing of the file is kept but its pixels, drawn anew.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from licence_qr.errors import InputError

MAX_PHOTO_BYTES = 8 * 1024 * 1024
MAX_PHOTO_PIXELS = 50_000_000
LONGEST_SIDE = 1600
_QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP")
# ISO base media files (ISO/IEC 14496-12) name their brand here; these brands are photographs of phones.
_BRAND = slice(4, 12)
_HEIF_BRANDS = frozenset(
    {b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypmif1", b"ftypmsf1", b"ftypavif", b"ftypavis"}
)


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A baseline JPEG without metadata, at most 1,600 pixels long. ``sha256`` is that of ``jpeg``, hexadecimal."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


def clean(data: bytes, *, field: str = "photo") -> CleanPhoto:
    """Draw the photograph in ``data`` (JPEG, PNG or WebP, told by its content and never by its name) anew.

    Turned upright as its metadata asked; transparent parts become white; of an animation the first picture. Colours are
    taken as sRGB whatever profile the file named.

    Raises InputError ``photo_missing`` (no bytes), ``photo_too_large`` (over 8 MB or 50 million pixels, told by the
    header before anything is unpacked), ``photo_type`` (another format; ``found`` is HEIC where it is that),
    ``photo_unreadable`` (damaged or cut off).
    """
    if not data:
        raise InputError("photo_missing", field=field)
    if len(data) > MAX_PHOTO_BYTES:
        raise _too_large(field)
    picture = _opened(data, field)
    if picture.width * picture.height > MAX_PHOTO_PIXELS:
        raise _too_large(field)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            upright = _upright(picture)
    except Exception as fault:  # a damaged file can raise almost anything
        raise InputError("photo_unreadable", field=field) from fault
    return _encoded(upright)


def _opened(data: bytes, field: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is the stricter one
            return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as refusal:
        raise _too_large(field) from refusal
    except Exception as fault:
        found = "HEIC" if data[_BRAND] in _HEIF_BRANDS else "?"
        raise InputError("photo_type", field=field, found=found) from fault


def _upright(picture: Image.Image) -> Image.Image:
    # libjpeg unpacks a large photograph at a half, a quarter or an eighth of its size: less memory, and faster.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    small = ImageOps.exif_transpose(picture)
    if small.mode.startswith("I"):  # 16 bits a grey pixel; cut to 8 they would all be white
        small = small.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    page = Image.new("RGB", small.size, "white")
    if small.has_transparency_data:
        with_alpha = small.convert("RGBA")
        page.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        page.paste(small.convert("RGB"))
    return page


def _encoded(page: Image.Image) -> CleanPhoto:
    written = io.BytesIO()
    page.save(written, "JPEG", quality=_QUALITY)
    jpeg = written.getvalue()
    return CleanPhoto(jpeg, page.width, page.height, hashlib.sha256(jpeg).hexdigest())


def _too_large(field: str) -> InputError:
    return InputError(
        "photo_too_large",
        field=field,
        limit_mb=MAX_PHOTO_BYTES // 1024**2,
        limit_mp=MAX_PHOTO_PIXELS // 1_000_000,
    )
