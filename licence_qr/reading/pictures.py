"""Find QR symbols in an uploaded picture or PDF.

The file is untrusted: size, pixels and pages are limited before anything is decoded, only the formats named here are
opened, and any exception of a decoder becomes an UnreadableError.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from licence_qr.errors import UnreadableError
from licence_qr.reading.shades import in_eight_bits

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 64_000_000
MAX_PAGES = 20
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_PDF_MARK = b"%PDF-"
_PDF_MARK_WITHIN = 1024
_DOTS_PER_POINT = 200 / 72
_LONGEST_SIDE = 4000
_PDFIUM = Lock()  # PDFium is not thread-safe
_MOST_PIXELS_CLOSER = 32_000_000  # a page of more than a quarter of this is not enlarged
_SMOOTHED, _SURROUNDINGS = 1, 16  # radius in pixels of the enlarged picture
_DARKER = 4  # than the surroundings, of 255: a smaller difference is noise


@dataclass(frozen=True, slots=True)
class SymbolsRead:
    """The texts of symbols, each once, in the order found; ``pages_left_out`` counts the pages that were not looked at."""

    texts: tuple[str, ...]
    pages_left_out: int = 0


def read_symbols(data: bytes, name: str) -> SymbolsRead:
    """The texts of the QR symbols in a PNG, JPEG, WebP or GIF picture, or in the first 20 pages of a PDF.

    ``name`` is the file name for messages. A symbol may be rotated, mirrored or light on dark. Only the first picture of
    an animation is read, and only QR codes are searched for.

    Raises UnreadableError: ``file_too_large`` (over 20 MB, or 64 million pixels in a picture or in the images of a
    page), ``not_a_picture`` (empty, or another format), ``picture_broken`` (cut off, damaged, or locked with a
    password), ``no_symbol_found``. It does not judge the texts.
    """
    texts: dict[str, None] = {}
    try:
        pages, left_out = _pages(data)
        for page in pages:
            texts.update(dict.fromkeys(_texts_on(page)))
    except UnreadableError as refusal:
        raise UnreadableError(refusal.code, name=name, **refusal.facts) from refusal
    if not texts:
        raise UnreadableError("no_symbol_found", name=name)
    return SymbolsRead(tuple(texts), left_out)


def _pages(data: bytes) -> tuple[Iterator[Image.Image], int]:
    """The pages to look at, and how many more there are."""
    if len(data) > MAX_FILE_BYTES:
        raise _too_large()
    if _PDF_MARK not in data[:_PDF_MARK_WITHIN]:
        return _picture(data), 0
    with _decoding(), _PDFIUM:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
    return _pdf_pages(document, min(pages, MAX_PAGES)), max(pages - MAX_PAGES, 0)


def _texts_on(picture: Image.Image) -> list[str]:
    """The texts of the symbols on one page. If there is none, the processed versions of ``closer_looks`` are tried."""
    darkest, lightest = picture.getextrema()
    if darkest == lightest:  # an empty page: closer looks at it would take half a second
        return []
    found = _read(picture)
    if not found and 4 * picture.width * picture.height <= _MOST_PIXELS_CLOSER:
        found = next(filter(None, map(_read, closer_looks(picture))), [])
    return found


def closer_looks(grey: Image.Image) -> Iterator[Image.Image]:
    """The picture enlarged to twice its size; then smoothed, with points darker than their surroundings in black.

    Enlarging gives small modules a centre, smoothing removes noise of sensor and JPEG, and comparison with the
    surroundings removes shadows and poor contrast. Measured with two readers: docs/verifying/interop.md.
    """
    large = grey.resize((2 * grey.width, 2 * grey.height), Image.Resampling.LANCZOS)
    yield large
    smooth = large.filter(ImageFilter.GaussianBlur(_SMOOTHED))
    against = ImageChops.subtract(smooth, smooth.filter(ImageFilter.BoxBlur(_SURROUNDINGS)), offset=128)
    yield against.point([0] * (128 - _DARKER) + [255] * (128 + _DARKER))


def _read(picture: Image.Image) -> list[str]:
    import zxingcpp  # where something is read: what is loaded with the program stays (__main__), and this complains of that

    only = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    found = zxingcpp.read_barcodes(picture, formats=only, text_mode=zxingcpp.TextMode.Plain)
    return [symbol.text for symbol in found if symbol.text]


def _picture(data: bytes) -> Iterator[Image.Image]:
    """The picture in greyscale."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as refusal:
        raise _too_large() from refusal
    except Exception as fault:  # a damaged header can raise almost any exception
        raise UnreadableError("not_a_picture") from fault
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large()
    with _decoding():
        grey = _grey_on_white(picture)
    yield grey


def _grey_on_white(picture: Image.Image) -> Image.Image:
    picture = in_eight_bits(picture)
    if not picture.has_transparency_data:
        return picture.convert("L")
    with_alpha = picture.convert("LA")
    page = Image.new("L", with_alpha.size, 255)
    page.paste(with_alpha.getchannel("L"), mask=with_alpha.getchannel("A"))
    return page


def _pdf_pages(document: pypdfium2.PdfDocument, count: int) -> Iterator[Image.Image]:
    """The first pages one by one at 200 dpi, or coarser where a page would be more than 4,000 pixels long."""
    try:
        for number in range(count):
            with _decoding(), _PDFIUM:
                page = _rendered(document[number])
            yield page
    finally:
        with _PDFIUM:
            document.close()


def _rendered(page: pypdfium2.PdfPage) -> Image.Image:
    images = page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,))
    if sum(width * height for width, height in (image.get_px_size() for image in images)) > MAX_PIXELS:
        raise _too_large()  # a page of a few kilobytes can contain an image that takes gigabytes to decode
    longest = max(1.0, *page.get_size())
    bitmap = page.render(scale=min(_DOTS_PER_POINT, _LONGEST_SIDE / longest), grayscale=True)
    picture: Image.Image = bitmap.to_pil().convert("L")
    page.close()
    return picture


@contextmanager
def _decoding() -> Iterator[None]:
    """Turn any exception of a decoder into UnreadableError ``picture_broken``."""
    try:
        yield
    except UnreadableError:
        raise
    except Exception as fault:
        raise UnreadableError("picture_broken") from fault


def _too_large() -> UnreadableError:
    return UnreadableError("file_too_large", limit_mb=MAX_FILE_BYTES // 1024**2, limit_mp=MAX_PIXELS // 1_000_000)
