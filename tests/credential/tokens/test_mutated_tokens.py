"""Mutated codes, 100,000 in the campaign, none accepted. The seed is fixed, so a failure can be looked at again."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from made_up_codes import NOW, ORIGIN, fixed_key, token, trust_list, trusted

from licence_qr.credential.token import address, to_digits
from licence_qr.credential.verifier import verify, verify_token
from licence_qr.domain.identifiers import CodeId
from licence_qr.errors import TokenError

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CHANCE = random.Random(20261123)
GENUINE = [
    token(
        fixed_key(bytes((0, kid)), kid), code_id=CodeId(CHANCE.randbytes(10)), version=number + 1, status_index=number
    )
    for number in range(20)
    for kid in (1, 2)
]
KEYS = trust_list(*(trusted(fixed_key(bytes((0, kid)), kid)) for kid in (1, 2)))


def flip_bits(original: bytes) -> bytes:
    number = int.from_bytes(original, "big")
    for _ in range(CHANCE.randint(1, 3)):
        number ^= 1 << CHANCE.randrange(len(original) * 8)
    return number.to_bytes(len(original), "big")


def set_byte(original: bytes) -> bytes:
    at = CHANCE.randrange(len(original))
    return original[:at] + CHANCE.randbytes(1) + original[at + 1 :]


def cut_or_grow(original: bytes) -> bytes:
    at = CHANCE.randrange(len(original))
    return CHANCE.choice(
        (original[:at], original[at:], original + original[at:], original[:at] + b"\0" + original[at:])
    )


def splice(original: bytes) -> bytes:
    other, at = CHANCE.choice(GENUINE), CHANCE.randrange(len(original))
    return original[:at] + other[at:]


def malleate(original: bytes) -> bytes:
    r, s = int.from_bytes(original[-64:-32], "big"), int.from_bytes(original[-32:], "big")
    r, s = CHANCE.choice(((r, ORDER - s), (ORDER - r, s), (s, r), (r, s ^ 1), (r, 0), (0, s), (r + 1, s), (r, 1)))
    return original[:-64] + (r % 2**256).to_bytes(32, "big") + s.to_bytes(32, "big")


def edit_digits(original: bytes) -> str:
    digits, edits = to_digits(original), "0123456789 +-_x٣"
    at = CHANCE.randrange(len(digits))
    return CHANCE.choice(
        (
            digits[:at] + CHANCE.choice(edits) + digits[at + 1 :],
            digits[:at] + CHANCE.choice(edits) + digits[at:],
            digits[:at] + digits[at + 1 :],
            digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :],
        )
    )


def accepted_though_mutated(kind: int, original: bytes) -> bool:
    """Whether a mutant that is no genuine code passes."""
    try:
        if kind == 5:
            text = edit_digits(original)
            verify(text, KEYS, NOW)
            return text not in GENUINE_TEXTS
        mutant = (flip_bits, set_byte, cut_or_grow, splice, malleate)[kind](original)
        verify_token(mutant, KEYS, NOW)
        return mutant not in GENUINE_TOKENS
    except TokenError:
        return False


GENUINE_TOKENS = set(GENUINE)
GENUINE_TEXTS = {to_digits(original) for original in GENUINE}


@pytest.mark.campaign
def test_no_mutant_of_a_genuine_code_is_accepted(rounds: Callable[[int, int], int]) -> None:
    for original in GENUINE:
        assert verify(address(ORIGIN, original), KEYS, NOW)
    assert not any(accepted_though_mutated(n % 6, GENUINE[n % len(GENUINE)]) for n in range(rounds(6_000, 100_000)))
