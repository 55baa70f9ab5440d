"""Argon2id at its smallest costs, for tests that sign people in: its strength is held in services/test_accounts.py."""

from __future__ import annotations

from argon2 import PasswordHasher

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
