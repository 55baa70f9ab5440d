"""Where two texts differ, for whoever has to see it: by position and code point."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from licence_qr.domain.characters.confusables import look_alike_keys
from licence_qr.domain.characters.refused import named

# Two texts that differ in more, or in all, are different names, which anybody sees; unless they look alike.
_MOST, _MOST_ALIKE = 3, 12


def pointed(one: str, other: str) -> tuple[str, str]:
    """Both texts, each followed by its characters that the other has not: ``阿◦买 [2: U+25E6 WHITE BULLET]``.

    Texts that anybody sees to be different are returned as they are.
    """
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    left = [at for kind, start, end, _, _ in blocks if kind != "equal" for at in range(start, end)]
    right = [at for kind, _, _, start, end in blocks if kind != "equal" for at in range(start, end)]
    alike = bool(look_alike_keys(one) & look_alike_keys(other))
    many = max(len(left), len(right)) > (_MOST_ALIKE if alike else _MOST)
    if many or not (alike or any(kind == "equal" for kind, *_ in blocks)):
        return one, other
    return _pointed(one, left), _pointed(other, right)


def _pointed(text: str, places: Sequence[int]) -> str:
    points = "; ".join(f"{at + 1}: {named(text[at])}" for at in places)
    return f"{text} [{points}]" if points else text
