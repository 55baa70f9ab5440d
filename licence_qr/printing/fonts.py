"""The fonts of the sheets, as installed on the system: which face has a character, and which package is missing.

A text is set in Noto CJK as far as that has it. What it lacks is set in a face of the character's script; a rare ideograph
in HanaMin or BabelStone Han, which each have some that the other lacks.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from licence_qr.errors import PrintError
from licence_qr.wording.text import Text

if TYPE_CHECKING:  # loaded when something is measured
    import uharfbuzz

CJK_PACKAGE, SCRIPTS_PACKAGE = "fonts-noto-cjk", "fonts-noto-core"
PACKAGES = (CJK_PACKAGE, SCRIPTS_PACKAGE, "fonts-hanazono", "fonts-babelstone-han")
"""Debian's packages of all faces."""
_FONTS = "/usr/share/fonts"
FOLDERS = (
    *(f"{_FONTS}/{folder}" for folder in ("opentype/noto", "truetype/noto")),  # Debian, Ubuntu
    *(f"{_FONTS}/truetype/{folder}" for folder in ("hanazono", "babelstone")),
    *(f"{_FONTS}/{folder}" for folder in ("noto-cjk", "noto")),  # Arch
    *(f"{_FONTS}/{folder}" for folder in ("google-noto-cjk", "google-noto")),  # Fedora, openEuler
)
_JOINERS = frozenset({0x200C, 0x200D})
UNSEEN = _JOINERS | {0x180E}
"""Joiners, and the vowel separator of Mongolian: nothing is drawn for them, but letters beside them change their shape."""
_SELECTORS = frozenset((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


@dataclass(frozen=True, slots=True, eq=False)  # each is made once; as keys of what is measured they are compared often
class Face:
    """One face of a font: its name on a sheet, its file, its index in a collection, and Debian's package of it."""

    family: str
    file: str
    number: int = 0
    package: str = SCRIPTS_PACKAGE
    bold: bool = False


SERIF_BOLD = Face("serif-bold", "NotoSerifCJK-Bold.ttc", 2, CJK_PACKAGE, bold=True)
SANS = Face("sans", "NotoSansCJK-Regular.ttc", 2, CJK_PACKAGE)
SANS_BOLD = Face("sans-bold", "NotoSansCJK-Bold.ttc", 2, CJK_PACKAGE, bold=True)
FACES = (SERIF_BOLD, SANS, SANS_BOLD)
"""The faces that every sheet is set in."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script that Noto CJK lacks, wholly or in part: its name, its blocks of code points, the faces to try in turn."""

    name: Text
    blocks: tuple[tuple[int, int], ...]
    faces: tuple[Face, ...]
    bold_faces: tuple[Face, ...] = ()

    def of_weight(self, *, bold: bool) -> tuple[Face, ...]:
        """The faces to try, those of that weight first where there are some."""
        return (*self.bold_faces, *self.faces) if bold else self.faces


def _noto(name: str, *, bold: bool = False) -> Face:
    style = "Bold" if bold else "Regular"
    return Face(f"{name}-{style}".lower(), f"Noto{name}-{style}.ttf", bold=bold)


SCRIPTS = (
    Script(
        Text("阿拉伯字母（维吾尔文、哈萨克文等）", "Arabic (Uyghur, Kazakh and others)"),
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
        (_noto("NaskhArabic"),),
        (_noto("NaskhArabic", bold=True),),
    ),
    Script(
        Text("藏文", "Tibetan"),
        ((0x0F00, 0x0FFF),),
        (_noto("SerifTibetan"),),
        (_noto("SerifTibetan", bold=True),),
    ),
    Script(Text("蒙古文", "Mongolian"), ((0x1800, 0x18AF), (0x11660, 0x1167F)), (_noto("SansMongolian"),)),
    Script(Text("彝文", "Yi"), ((0xA000, 0xA4CF),), (_noto("SansYi"),)),
    Script(Text("德宏傣文", "Tai Le"), ((0x1950, 0x197F),), (_noto("SansTaiLe"),)),
    Script(Text("西双版纳新傣文", "New Tai Lue"), ((0x1980, 0x19DF),), (_noto("SansNewTaiLue"),)),
    Script(Text("傈僳文", "Lisu"), ((0xA4D0, 0xA4FF),), (_noto("SansLisu"),), (_noto("SansLisu", bold=True),)),
    Script(Text("苗文（柏格理）", "Miao (Pollard)"), ((0x16F00, 0x16F9F),), (_noto("SansMiao"),)),
    Script(
        Text("拉丁字母、西里尔字母（壮文等）", "Latin and Cyrillic (Zhuang and others)"),
        ((0x0080, 0x052F), (0x1E00, 0x1FFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF)),
        (_noto("Sans"),),
        (_noto("Sans", bold=True),),
    ),
    Script(
        Text("生僻汉字", "rare Chinese characters"),
        ((0x2E80, 0x2FDF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD)),
        (
            Face("hanamin-a", "HanaMinA.ttf", package="fonts-hanazono"),
            Face("hanamin-b", "HanaMinB.ttf", package="fonts-hanazono"),
            Face("babelstone-han", "BabelStoneHan.ttf", package="fonts-babelstone-han"),
        ),
    ),
)


def font_path(face: Face) -> Path:
    """The file of ``face`` in the first of ``FOLDERS`` that has it.

    Raises PrintError ``font_missing``, which names the Debian package to install.
    """
    return _found(face, FOLDERS)


@cache  # what is not there is looked for again each time: it may be installed while the service runs
def _found(face: Face, folders: tuple[str, ...]) -> Path:
    for folder in folders:
        if (file := Path(folder, face.file)).is_file():
            return file
    raise PrintError("font_missing", font=face.file, package=face.package)


def installed(face: Face) -> bool:
    """Whether the file of ``face`` is there."""
    try:
        return bool(font_path(face))
    except PrintError:
        return False


def opened(face: Face) -> uharfbuzz.Font:
    """``face`` for measuring, in units of its own grid. Raises PrintError ``font_missing``."""
    return _opened(font_path(face), face.number)


@cache
def _opened(path: Path, number: int) -> uharfbuzz.Font:
    import uharfbuzz as hb  # loaded when something is measured

    font = hb.Font(hb.Face(hb.Blob.from_file_path(path), number))
    font.scale = (font.face.upem, font.face.upem)
    return font


@lru_cache(maxsize=8192)  # names are made of the same few thousand characters
def has(face: Face, cluster: str) -> bool:
    """Whether ``face`` has a glyph for every character of ``cluster`` (a character and the marks on it), and the shape
    that a variation selector asks for. Raises PrintError ``font_missing``."""
    font = opened(face)
    for char, before in zip(cluster, f" {cluster}", strict=False):
        code = ord(char)
        if code in _SELECTORS:
            if font.get_variation_glyph(ord(before), code) is None:
                return False
        elif code not in _JOINERS and font.get_nominal_glyph(code) is None:
            return False
    return True


def face_of(cluster: str, wanted: Face) -> Face | None:
    """The face in which ``cluster`` is set where ``wanted`` is asked for: that one, else one of its script.

    None if no installed face has it. Raises PrintError ``font_missing`` where ``wanted`` is not installed.
    """
    if has(wanted, cluster):
        return wanted
    composed = unicodedata.normalize("NFC", cluster)
    if len(composed) == 1 and has(wanted, composed):
        return wanted  # shaping composes it
    script = script_of(cluster)
    faces = script.of_weight(bold=wanted.bold) if script else ()
    return next((face for face in faces if installed(face) and has(face, cluster)), None)


def script_of(cluster: str) -> Script | None:
    """The script of the first character, if it is one of ``SCRIPTS``."""
    code = ord(cluster[0])
    return next((each for each in SCRIPTS if any(first <= code <= last for first, last in each.blocks)), None)


def missing_packages(script: Script) -> tuple[str, ...]:
    """Debian's packages with faces of ``script`` that are not installed."""
    return tuple(dict.fromkeys(face.package for face in script.faces if not installed(face)))


def heading_face(text: str) -> Face:
    """The serif face for a name, or the sans serif face if that has more of its characters: one name, one face."""
    lacking = [char for char in text if not has(SERIF_BOLD, char)]
    return SANS_BOLD if any(has(SANS_BOLD, char) for char in lacking) else SERIF_BOLD
