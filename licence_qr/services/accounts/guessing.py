"""How many guesses a password stands: the library zxcvbn, with its lists of the most used passwords, names and words.

It knows them in other letter cases, reversed, with digits for letters (``p4ssw0rd``), repeated and joined, and walks over a
keyboard, sequences and dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

# 72 characters chosen for it (each digit or sign a letter) take the library 7 s, 24 of them 0.2 s. So a longer password is
# judged in pieces, and stands what its strongest piece does.
_PIECE = 24
# The words of one person are in a table of the library while it works.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Guess:
    """How an attacker gets at a password: after how many guesses, and whether with words about its owner."""

    guesses: float
    personal: bool


def best_guess(password: str, words: Sequence[str]) -> Guess:
    """How soon somebody finds ``password`` who knows all lists and, first of all, ``words``."""
    return max((_of_piece(piece, words) for piece in _pieces(password)), key=lambda guess: guess.guesses)


def _pieces(password: str) -> Iterable[str]:
    return (password[start : start + _PIECE] for start in range(0, len(password), _PIECE))


def _of_piece(piece: str, words: Sequence[str]) -> Guess:
    from zxcvbn import zxcvbn  # 14 MB of lists and 0.3 s, which only who sets a password needs

    with _one_at_a_time:
        found = zxcvbn(piece, user_inputs=words)
    return Guess(float(found["guesses"]), any(map(_is_personal, found["sequence"])))


def _is_personal(part: Mapping[str, Any]) -> bool:
    """Whether this part of a password, or what it repeats, is a word about its owner."""
    return part.get("dictionary_name") == "user_inputs" or any(map(_is_personal, part.get("base_matches") or ()))
