"""Clean uploaded photographs before they are stored or shown.

A photograph is untrusted and may have private metadata: where, when and with what it was taken, or a thumbnail of what
was cropped. Only its pixels are kept, encoded again.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from licence_qr.errors import InputError
from licence_qr.reading.shades import in_eight_bits

MAX_PHOTO_BYTES = 8 * 1024 * 1024
MAX_PHOTO_PIXELS = 50_000_000
LONGEST_SIDE = 1600
_SMALLER_SIDES = (1200, 800)  # where the file has to be smaller
_QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP")
# Brands of ISO base media files (ISO/IEC 14496-12) that phones use for photographs.
_BRAND = slice(4, 12)
_HEIF_BRANDS = frozenset(
    {b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypmif1", b"ftypmsf1", b"ftypavif", b"ftypavis"}
)


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A baseline JPEG without metadata, at most ``LONGEST_SIDE`` pixels long."""

    jpeg: bytes
    width: int
    height: int


def clean(data: bytes, *, field: str = "photo", most_bytes: int = 0) -> CleanPhoto:
    """Encode the photograph in ``data`` (JPEG, PNG or WebP by its content, not its name) again.

    It is rotated as its metadata says, and transparent parts become white. Only the first picture of an animation is
    used. Colours are taken as sRGB whatever the profile. With ``most_bytes``, which is to be at least half a megabyte, the
    picture is made smaller until its file is no larger.

    Raises InputError ``photo_missing`` (no bytes), ``photo_too_large`` (over 8 MB or 50 million pixels, by the header,
    before decoding), ``photo_type`` (another format; ``found`` is HEIC for that one), ``photo_unreadable`` (damaged
    or cut off).
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
    except Exception as fault:  # a damaged file can raise almost any exception
        raise InputError("photo_unreadable", field=field) from fault
    photo = _encoded(upright)
    for side in _SMALLER_SIDES if most_bytes else ():
        if len(photo.jpeg) > most_bytes:
            upright.thumbnail((side, side), Image.Resampling.LANCZOS)
            photo = _encoded(upright)
    return photo


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
    # libjpeg can decode a large photograph at 1/2, 1/4 or 1/8 of its size, faster and with less memory.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    small = in_eight_bits(ImageOps.exif_transpose(picture))
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
    return CleanPhoto(written.getvalue(), page.width, page.height)


def _too_large(field: str) -> InputError:
    return InputError(
        "photo_too_large",
        field=field,
        limit_mb=MAX_PHOTO_BYTES // 1024**2,
        limit_mp=MAX_PHOTO_PIXELS // 1_000_000,
    )
