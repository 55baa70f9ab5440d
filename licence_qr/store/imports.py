"""Runs of the department import and the rows that wait for a person."""

from __future__ import annotations

from sqlite_utils import Database


def create(db: Database) -> None:
    """The tables of this aggregate (called by the migration of that name)."""
