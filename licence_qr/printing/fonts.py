"""The fonts of the sheets: Noto CJK, simplified Chinese, as installed on the system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from licence_qr.errors import PrintError

DEBIAN_PACKAGE = "fonts-noto-cjk"
FOLDERS = (
    Path("/usr/share/fonts/opentype/noto"),  # Debian, Ubuntu
    Path("/usr/share/fonts/noto-cjk"),  # Arch
    Path("/usr/share/fonts/google-noto-cjk"),  # Fedora, openEuler
)


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font collection: its name on a sheet, its file, and its index in the file."""

    family: str
    file: str
    number: int


SERIF_BOLD = Face("serif-bold", "NotoSerifCJK-Bold.ttc", 2)
SANS = Face("sans", "NotoSansCJK-Regular.ttc", 2)
SANS_BOLD = Face("sans-bold", "NotoSansCJK-Bold.ttc", 2)
FACES = (SERIF_BOLD, SANS, SANS_BOLD)


def font_path(face: Face) -> Path:
    """The file of ``face`` in the first of ``FOLDERS`` that has it.

    Raises PrintError ``font_missing``, which names the Debian package to install.
    """
    for folder in FOLDERS:
        if (folder / face.file).is_file():
            return folder / face.file
    raise PrintError("font_missing", font=face.file, package=DEBIAN_PACKAGE)


def coverage(face: Face) -> frozenset[str]:
    """The characters that ``face`` has glyphs for. Raises PrintError ``font_missing``."""
    return _coverage(font_path(face), face.number)


@cache
def _coverage(path: Path, number: int) -> frozenset[str]:
    from fontTools.ttLib import TTFont  # loaded when something is drawn

    with TTFont(path, fontNumber=number, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def heading_face(text: str) -> Face:
    """The serif face for a name, or the sans serif face if only that has all characters."""
    return SERIF_BOLD if coverage(SERIF_BOLD).issuperset(text) else SANS_BOLD
