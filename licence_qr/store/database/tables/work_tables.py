"""Tables of the task list."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Reminders that were written, and private calendar addresses (by hash of the token)."""
    schema.run("""
        CREATE TABLE reminders (
            kind TEXT NOT NULL, subject TEXT NOT NULL, due_on TEXT NOT NULL, step TEXT NOT NULL,
            office TEXT NOT NULL, file TEXT NOT NULL, written_at TEXT NOT NULL,
            PRIMARY KEY (kind, subject, due_on, step));
        CREATE INDEX reminders_by_file ON reminders (file);
        CREATE TABLE calendar_feeds (
            user_id INTEGER PRIMARY KEY REFERENCES users (user_id), token_hash BLOB NOT NULL UNIQUE,
            made_at TEXT NOT NULL);
    """)


def add_assignments(schema: Schema) -> None:
    """Who has taken a task of the list, or was given it; ``turn`` tells a task that comes again from its next time."""
    schema.run("""
        CREATE TABLE task_assignments (
            kind TEXT NOT NULL, subject TEXT NOT NULL, turn TEXT NOT NULL,
            user_id INTEGER NOT NULL REFERENCES users (user_id), assigned_at TEXT NOT NULL,
            PRIMARY KEY (kind, subject, turn));
        CREATE INDEX task_assignments_of_user ON task_assignments (user_id);
    """)
