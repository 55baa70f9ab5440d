"""The encoding of a text file: strict, so that a wrong guess is an error and never wrong characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

_PIECE_BYTES = 256 * 1024
_LOOKED_AT = 4096
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
# Control, private-use and unassigned characters: a text that is read in the wrong encoding is full of them.
_NO_TEXT = frozenset({"Cc", "Co", "Cn", "Cs"})
# Words of headings and titles in traditional characters. By chance no other text has three of them in the bytes of Big5.
_OF_BIG5 = (
    "統一", "信用", "代碼", "名稱", "類型", "法定", "代表", "負責人", "經營", "資本", "日期", "期限", "有效期", "地址",
    "場所", "範圍", "項目", "機關", "發證", "核准", "登記", "狀態", "電話", "備註", "許可", "證號",
    "編號", "單位", "等級", "執照",
)  # fmt: skip
_FEWEST_WORDS = 3
_LEAST_ASCII, _MOST_NONSENSE = 0.05, 0.05


class NoEncoding(Exception):
    """No encoding fits. ``position`` is the byte at which the best of them fails, from 0."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def encoding_of(content: BinaryIO) -> str:
    """UTF-8 or UTF-16, each with or without a byte order mark, else GB18030. Raises NoEncoding.

    An empty byte (U+0000) in UTF-8 or GB18030 is left for its cell to be refused.
    """
    content.seek(0)
    start = content.read(_LOOKED_AT)
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "")
    bare = "" if marked else _utf16_without_mark(start)
    likely = (marked or bare,) if marked or bare else ("utf-8", "gb18030")
    wrong = []
    for encoding in likely:
        position = _first_wrong_byte(content, encoding)
        if position is None:
            return encoding
        wrong.append(position)
    raise NoEncoding(max(wrong))


def is_big5(content: BinaryIO) -> bool:
    """Whether a text begins with what can only be Big5 (code page 950), which is not read: most of its bytes are some text
    in GB18030, too."""
    content.seek(0)
    start = content.read(_LOOKED_AT).decode("cp950", "replace")
    return sum(word in start for word in _OF_BIG5) >= _FEWEST_WORDS


def _utf16_without_mark(start: bytes) -> str:
    """The byte order of UTF-16 where the bytes are a table in it, else empty.

    One byte of each pair is empty for digits, delimiters and ends of lines, and for nothing else. A stray empty byte in
    another encoding makes no such pattern.
    """
    if b"\0" not in start:
        return ""
    encoding = "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
    text = start[: len(start) // 2 * 2].decode(encoding, "replace")
    ascii_ones = sum("\0" < char < "\x7f" for char in text)
    nonsense = sum(unicodedata.category(char) in _NO_TEXT and char not in "\t\r\n" for char in text)
    nonsense += text.count("\ufffd")
    sensible = ascii_ones >= len(text) * _LEAST_ASCII and nonsense <= len(text) * _MOST_NONSENSE
    return encoding if sensible and re.search(r"[\r\n]", text) else ""


def _first_wrong_byte(content: BinaryIO, encoding: str) -> int | None:
    """Where the file is no text of this encoding; None where all of it is."""
    decoder, passed = codecs.getincrementaldecoder(encoding)(), 0
    for piece in chain(pieces_of(content), (b"",)):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return passed - pending + error.start
        passed += len(piece)
    return None


def pieces_of(content: BinaryIO) -> Iterator[bytes]:
    """The file from its beginning, in pieces."""
    content.seek(0)
    while piece := content.read(_PIECE_BYTES):
        yield piece
