"""Writes licence_qr/domain/characters/confusables_table.py from Unicode's table of look-alikes (UTS #39):
python -m tools.confusables_table CONFUSABLES.TXT, the file security/confusables.txt of Unicode, which ICU also carries."""

from __future__ import annotations

import hashlib
import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from licence_qr.domain.names import folded

FILE = Path(__file__).parents[1] / "licence_qr" / "domain" / "characters" / "confusables_table.py"
_WIDTH = 118
_HEAD = '''\
"""Characters that look alike, from Unicode's confusables.txt. Licence: Unicode-DFS-2016 (confusables_table.LICENSE).

Made by `python -m tools.confusables_table`, without what `names` folds anyway; change nothing here.
"""

VERSION = "{version}"
# Of the whole file of Unicode.
SHA256 = "{sha256}"
# By code points: a prototype, a colon, the characters that look like it, a semicolon.
ALIKE = """
{alike}
"""
'''


def table(source: bytes) -> str:
    """The text of the module."""
    text = source.decode("utf-8-sig")
    version = re.search(r"^# Version: (\S+)", text, re.MULTILINE)
    by_prototype: dict[str, list[str]] = defaultdict(list)
    for char, prototype in _alike(text).items():
        by_prototype[prototype].append(char)
    entries = sorted(f"{_points(prototype)}: {_points(sorted(chars))};" for prototype, chars in by_prototype.items())
    alike = "\n".join(textwrap.wrap(" ".join(entries), _WIDTH))
    return _HEAD.format(version=version[1] if version else "", sha256=hashlib.sha256(source).hexdigest(), alike=alike)


def _alike(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        fields = [field.split() for field in line.partition("#")[0].split(";")]
        if len(fields) == 3 and len(fields[0]) == 1:
            char, prototype = (folded("".join(chr(int(point, 16)) for point in field)) for field in fields[:2])
            if char == chr(int(fields[0][0], 16)) and prototype not in {"", char}:
                found[char] = prototype
    # A prototype may be folded into a character that has a prototype itself.
    while True:
        further = {char: "".join(found.get(each, each) for each in prototype) for char, prototype in found.items()}
        if further == found:
            return found
        found = {char: prototype for char, prototype in further.items() if prototype != char}


def _points(chars: Iterable[str]) -> str:
    return " ".join(f"{ord(char):04X}" for char in chars)


if __name__ == "__main__":
    FILE.write_text(table(Path(sys.argv[1]).read_bytes()), encoding="utf-8")
