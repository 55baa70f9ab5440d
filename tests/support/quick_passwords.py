"""Argon2id at its smallest costs, for tests that sign people in: its strength is held in services/test_accounts.py."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher

from licence_qr.bootstrap import build

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Counting(PasswordHasher):
    """A quick hasher that counts how often a password is compared."""

    def __init__(self) -> None:
        super().__init__(1, 8, 1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        self.verified += 1
        return super().verify(hash, password)


def quick_by_default(patch: pytest.MonkeyPatch) -> None:
    """Have commands that are run in this process hash quickly too. That the program itself does not is held in
    services/accounts/test_accounts.py."""
    patch.setattr(build, "__kwdefaults__", build.__kwdefaults__ | {"hasher": QUICK})
