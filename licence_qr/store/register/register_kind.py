"""Facts about the register as a whole."""

from __future__ import annotations

from licence_qr.store.database.connections import Transaction

KIND = "kind"
DEMONSTRATION = "demonstration"
PRODUCTION = "production"


def get(tx: Transaction, name: str) -> str | None:
    """The value of one fact, or None."""
    row = tx.one("SELECT value FROM register_facts WHERE name = ?", (name,))
    return str(row["value"]) if row else None


def is_demonstration(tx: Transaction) -> bool:
    """Whether all that it holds is made up."""
    return get(tx, KIND) == DEMONSTRATION


def put(tx: Transaction, name: str, value: str) -> None:
    """Set one fact."""
    if tx.run("UPDATE register_facts SET value = ? WHERE name = ?", (value, name)).rowcount == 0:
        tx.run("INSERT INTO register_facts (name, value) VALUES (?, ?)", (name, value))
