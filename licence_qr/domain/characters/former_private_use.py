"""Private-use code points under which Chinese systems kept characters that Unicode had no place for yet.

GBK and GB 18030-2000 put them there, and old fonts, input methods and databases still do. Since GB 18030-2022 each has
its standard code point; where the same two bytes decode to, 龴 for example, depends on the age of the program.
"""

from __future__ import annotations

# GB 18030, rows FE50 to FEA0 (without FE7F): ideographs and radicals of GBK, in the order of their code points there.
_IDEOGRAPHS = (
    "\u2e81\U00020087\U00020089\U000200cc\u2e84\u3473\u3447\u2e88\u2e8b\u9fb4\u359e\u361a\u360e\u2e8c\u2e97\u396e"
    "\u3918\u9fb5\u39cf\u39df\u3a73\u39d0\u9fb6\u9fb7\u3b4e\u3c6e\u3ce0\u2ea7\U000215d7\u9fb8\u2eaa\u4056"
    "\u415f\u2eae\u4337\u2eb3\u2eb6\u2eb7\U0002298f\u43b1\u43ac\u2ebb\u43dd\u44d6\u4661\u464c\u9fb9\u4723"
    "\u4729\u477c\u478d\u2eca\u4947\u497a\u497d\u4982\u4983\u4985\u4986\u499f\u499b\u49b7\u49b6\u9fba"
    "\U000241fe\u4ca3\u4c9f\u4ca0\u4ca1\u4c77\u4ca2\u4d13\u4d14\u4d15\u4d16\u4d17\u4d18\u4d19\u4dae\u9fbb"
)
# A6D9 to A6DF, A6EC, A6ED and A6F3: punctuation of vertical text.
_VERTICAL = "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
# A8BC and A8BF: letters of pinyin. A989 to A995: signs that describe ideographs.
_PINYIN = "\u1e3f\u01f9"
_DESCRIPTIONS = "\u303e\u2ff0\u2ff1\u2ff2\u2ff3\u2ff4\u2ff5\u2ff6\u2ff7\u2ff8\u2ff9\u2ffa\u2ffb"
_BLOCKS = ((0xE815, _IDEOGRAPHS), (0xE78D, _VERTICAL), (0xE7C7, _PINYIN), (0xE7E7, _DESCRIPTIONS))

STANDARD = {chr(first + at): char for first, chars in _BLOCKS for at, char in enumerate(chars)}
_TABLE = str.maketrans(STANDARD)


def standardised(text: str) -> str:
    """``text`` with the standard character in place of each former private-use code point."""
    return text.translate(_TABLE)


def replacements(text: str) -> str:
    """What ``standardised`` replaces in ``text``, each once: ``U+E863 → 䶮 (U+4DAE)``; empty where it is nothing."""
    found = dict.fromkeys(char for char in text if char in STANDARD)
    return "、".join(f"U+{ord(char):04X} → {STANDARD[char]} (U+{ord(STANDARD[char]):04X})" for char in found)
