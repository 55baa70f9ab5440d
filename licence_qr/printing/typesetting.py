"""Texts as runs of one face and one direction, shaped and measured as they will be drawn.

Most texts are plain: every character has its own glyph in the face that is asked for, left to right. Others are split at
changes of face and of direction (Unicode Standard Annex 9), and HarfBuzz joins, stacks and reorders the letters of each run.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby

from licence_qr.printing.fonts import UNSEEN, Face, Script, face_of, missing_packages, opened, script_of

MM_PER_POINT = 25.4 / 72
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Letters of Hangul that are joined to syllables when shaped.
_JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF))
_LINE_EM, _ABOVE_EM, _BELOW_EM = 1.36, 0.36, 0.26  # of a plain line: its height, and the space kept clear of letters


class NoGlyph(LookupError):
    """No installed face has ``cluster``, a character with the marks on it. ``script``, if any, may lack ``packages``."""

    def __init__(self, cluster: str, script: Script | None) -> None:
        self.cluster, self.script = cluster, script
        self.packages = missing_packages(script) if script else ()
        super().__init__(ascii(cluster))


@dataclass(frozen=True, slots=True)
class Style:
    """A font face, its size in points on A5, its colour as RGB, and extra space after each character in points.

    ``right_to_left``: the direction of the paragraph, not of its words, which have their own.
    """

    face: Face
    size: float
    colour: tuple[int, int, int]
    spacing: float = 0
    right_to_left: bool = False

    def scaled(self, factor: float) -> Style:
        """The same, ``factor`` times as large."""
        return Style(self.face, self.size * factor, self.colour, self.spacing * factor, self.right_to_left)

    def for_paragraph(self, text: str) -> Style:
        """The same, in the direction of the first letter of ``text`` that has one."""
        found = (unicodedata.bidirectional(char) for char in text)
        right_to_left = next((each for each in found if each in {"L", "R", "AL"}), "L") != "L"
        return self if right_to_left == self.right_to_left else replace(self, right_to_left=right_to_left)

    @property
    def line_mm(self) -> float:
        """The distance between two baselines of plain text in millimetres."""
        return self.size * MM_PER_POINT * _LINE_EM


@dataclass(frozen=True, slots=True)
class TextRun:
    """A part of a text in one face and one direction. ``plain``: drawn without shaping.

    ``width``, and ``top`` and ``bottom`` of its ink from the baseline, are in ems; ``bottom`` is negative below it.
    """

    text: str
    face: Face
    right_to_left: bool
    plain: bool
    width: float
    top: float = 0.0
    bottom: float = 0.0


def width_mm(text: str, style: Style) -> float:
    """The width of ``text`` in millimetres on A5. Raises as ``runs_of`` does."""
    ems = _plain_width(text, style.face)
    if ems is None:
        ems = sum(run.width for run in runs_of(text, style))
    return (ems * style.size + style.spacing * len(text)) * MM_PER_POINT


def above_mm(text: str, style: Style) -> float:
    """The distance from the line above to the baseline: that of a plain line, or more where letters are taller."""
    ems = _LINE_EM
    if _plain_width(text, style.face) is None:
        ems = max(ems, _ABOVE_EM + max(run.top for run in runs_of(text, style)))
    return ems * style.size * MM_PER_POINT


def below_mm(text: str, style: Style) -> float:
    """The space below the baseline that letters need beyond that of plain text."""
    if _plain_width(text, style.face) is not None:
        return 0.0
    bottom = min(run.bottom for run in runs_of(text, style))
    return max(0.0, -bottom - _BELOW_EM) * style.size * MM_PER_POINT


def check_characters(text: str, face: Face) -> None:
    """Raise NoGlyph for the first character that no installed face has, PrintError ``font_missing`` for ``face``."""
    if _plain_width(text, face) is None:
        for cluster in clusters(text):
            _face_of(cluster, face)


def runs_of(text: str, style: Style) -> tuple[TextRun, ...]:
    """``text`` in the order in which its parts stand on the page, from the left.

    Raises NoGlyph, and PrintError ``font_missing`` for the face of ``style``.
    """
    if (width := _plain_width(text, style.face)) is not None:
        return (TextRun(text, style.face, right_to_left=False, plain=True, width=width),) if text else ()
    return _shaped_runs(text, style.face, style.right_to_left)


@lru_cache(maxsize=512)
def _shaped_runs(text: str, face: Face, right_to_left: bool) -> tuple[TextRun, ...]:
    parts = _split(text, face, _levels(text, right_to_left))
    return tuple(_in_visual_order([(level, _shaped(part, of, level)) for level, of, part in parts]))


def clusters(text: str) -> list[str]:
    """Characters with the marks on them, and with what nobody sees but chooses their shape: never parted."""
    found: list[str] = []
    for char in text:
        if found and (unicodedata.category(char)[0] == "M" or ord(char) in UNSEEN):
            found[-1] += char
        else:
            found.append(char)
    return found


@lru_cache(maxsize=1024)  # a text is measured again at every size that is tried, and for its height
def _plain_width(text: str, face: Face) -> float | None:
    """The width of a plain text in ems; None for any other."""
    known, width = _advances(face), 0.0
    for char in text:
        if char not in known:
            known[char] = _advance(char, face)
        if (advance := known[char]) is None:
            return None
        width += advance
    return width


@cache
def _advances(face: Face) -> dict[str, float | None]:
    """The widths of characters found so far."""
    return {}


def _advance(char: str, face: Face) -> float | None:
    """The width of a character in ems if it is drawn plain in ``face``."""
    font, code = opened(face), ord(char)
    shaped = unicodedata.bidirectional(char) in _RIGHT_TO_LEFT or unicodedata.category(char)[0] == "M" or code in UNSEEN
    glyph = font.get_nominal_glyph(code)
    if glyph is None or shaped or any(first <= code <= last for first, last in _JAMO):
        return None
    return float(font.get_glyph_h_advance(glyph) / font.face.upem)


def _face_of(cluster: str, wanted: Face) -> Face:
    if (face := face_of(cluster, wanted)) is not None:
        return face
    raise NoGlyph(cluster, script_of(cluster))


def _split(text: str, face: Face, levels: list[int]) -> Iterator[tuple[int, Face, str]]:
    """Embedding level, face and text of each part, in the order of the text."""
    place = 0
    parts: list[tuple[int, Face, str]] = []
    for cluster in clusters(text):
        # A mark at the start of a text stands behind what is before it on the line, which may be of another script.
        for part in [cluster] if face_of(cluster, face) else list(cluster):
            parts.append((levels[place], _face_of(part, face), part))
            place += len(part)
    for (level, of), group in groupby(parts, key=lambda part: part[:2]):
        yield level, of, "".join(cluster for _, _, cluster in group)


def _levels(text: str, right_to_left: bool) -> list[int]:
    """The embedding level of each character: odd ones are written right to left."""
    if not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return [0] * len(text)
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    base, levels = TextDirection.RTL if right_to_left else TextDirection.LTR, [0] * len(text)
    for each in BidiParagraph(text, base).get_characters_with_embedding_level():
        levels[each.character_index] = each.embedding_level
    return levels


def _in_visual_order(runs: list[tuple[int, TextRun]]) -> list[TextRun]:
    """Rule L2: from the highest level to the lowest odd one, each sequence of runs at that level or higher is reversed."""
    for level in range(max((level for level, _ in runs), default=0), 0, -1):
        ordered: list[tuple[int, TextRun]] = []
        for high, group in groupby(runs, key=lambda run: run[0] >= level):
            part = list(group)
            ordered += reversed(part) if high else part
        runs = ordered
    return [run for _, run in runs]


def _shaped(text: str, face: Face, level: int) -> TextRun:
    """The run with its measures: of the ink of all glyphs, and of the sum of their advances."""
    import uharfbuzz as hb

    font, buffer = opened(face), hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level % 2 else "ltr"
    hb.shape(font, buffer, {})
    width = top = bottom = 0.0
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        width += place.x_advance
        if (ink := font.get_glyph_extents(glyph.codepoint)) is not None:
            top = max(top, ink.y_bearing + place.y_offset)
            bottom = min(bottom, ink.y_bearing + ink.height + place.y_offset)
    em = font.face.upem
    return TextRun(text, face, bool(level % 2), plain=False, width=width / em, top=top / em, bottom=bottom / em)
