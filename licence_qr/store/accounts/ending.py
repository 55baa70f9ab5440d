"""Ending everything by which somebody is signed in or could come in without a password: of a register that was put back.

What was ended after the copy was made would be valid again: a session of somebody who has left, a device given away.
"""

from __future__ import annotations

from datetime import datetime

from licence_qr.domain.accounts.requests import RequestState
from licence_qr.store.accounts.requests import GRANTS, RESETS
from licence_qr.store.database.connections import Transaction


def end_everything(tx: Transaction, now: datetime) -> int:
    """End all sessions, half-done sign-ins, known devices and requests that wait for a second person; return how many
    sessions were live."""
    at = now.isoformat()
    ended = tx.run("UPDATE sessions SET revoked_at = ? WHERE revoked_at IS NULL AND expires_at > ?", (at, at)).rowcount
    for table in ("passkey_challenges", "sign_in_steps"):
        tx.run(f"DELETE FROM {table}")
    # Above every generation that the lost part of the register may have given: they grow by one.
    tx.run("UPDATE users SET device_generation = max(device_generation + 1, ?)", (int(now.timestamp()),))
    for requests in (GRANTS, RESETS):
        sql = f"UPDATE {requests.table} SET state = ?, settled_at = ? WHERE state = ?"
        tx.run(sql, (RequestState.VOID.value, at, RequestState.OPEN.value))
    return int(ended)
