"""Passwords: which are accepted, and their hashes."""

from __future__ import annotations

import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from argon2.profiles import RFC_9106_LOW_MEMORY

from licence_qr.domain.accounts.passwords import LEAST_GUESSES, MADE_BYTES, demand_length, normalized, words_about
from licence_qr.domain.roles import Actor
from licence_qr.errors import InputError
from licence_qr.services.accounts.guessing import best_guess
from licence_qr.services.accounts.name_letters import in_letters
from licence_qr.store.accounts.accounts import User

# Cost of a guess for somebody who steals the register: argon2id, RFC 9106, section 4, second recommended option. No
# setting weakens it; only code that builds the services itself can pass another hasher.
STANDARD_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def made_password() -> str:
    """A new password that nobody chose, for somebody to be told."""
    return secrets.token_urlsafe(MADE_BYTES)


def demand(password: str, about: Actor) -> None:
    """Raise InputError ``password_short``, ``password_long``, ``password_personal`` or ``password_common`` for what may not
    be the password of ``about``."""
    password = normalized(password)
    demand_length(password)
    names = (about.username, about.display_name, about.office)
    guess = best_guess(password, words_about((*names, *in_letters(about.display_name))))
    if guess.guesses < LEAST_GUESSES:
        raise InputError("password_personal" if guess.personal else "password_common", field="new_password")


def _decoy_hash(hasher: PasswordHasher) -> str:
    """A hash to verify when the user name is unknown, so that the answer takes as long as for a known one.

    Chance bytes in the form that argon2 gives a hash: of no password that anybody could find, and made in no time. Each
    start of the program makes one.
    """
    salt, digest = (_unpadded(secrets.token_bytes(length)) for length in (hasher.salt_len, hasher.hash_len))
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


def _unpadded(data: bytes) -> str:
    return b64encode(data).decode().rstrip("=")


class Passwords:
    """Hashes new passwords and checks those that are typed."""

    def __init__(self, hasher: PasswordHasher = STANDARD_HASHER) -> None:
        self._hasher = hasher
        self._decoy = _decoy_hash(hasher)

    def hash(self, password: str, about: Actor) -> str:
        """The hash of a new password of ``about``. Raises InputError as ``demand`` does."""
        demand(password, about)
        return self._hasher.hash(normalized(password))

    def of_nobody(self) -> str:
        """The hash of a password that nobody knows."""
        return self._hasher.hash(secrets.token_urlsafe(MADE_BYTES))

    def fits(self, user: User | None, password: str) -> bool:
        """Whether it is the password of this account; of None and of a disabled one never, and it takes as long."""
        # As it was typed too: older hashes are of that.
        kept = user.password_hash if user else self._decoy
        right = any(self._verify(kept, typed) for typed in dict.fromkeys((normalized(password), password)))
        return right and user is not None and not user.disabled

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def rehashed(self, user: User, password: str) -> str | None:
        """A new hash of the right password where the cost has risen since; else None."""
        return self._hasher.hash(normalized(password)) if self._hasher.check_needs_rehash(user.password_hash) else None
