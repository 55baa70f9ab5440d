"""Argon2id at its smallest costs, for tests that sign people in: its strength is held in services/test_accounts.py."""

from __future__ import annotations

from typing import Any

from argon2 import PasswordHasher

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Counting(PasswordHasher):
    """A quick hasher that counts how often a password is compared."""

    def __init__(self) -> None:
        super().__init__(1, 8, 1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        self.verified += 1
        return super().verify(hash, password)
