"""How often somebody does to the own account what leaves an event each time: nothing that repeats it fills the history."""

from __future__ import annotations

from datetime import datetime

from licence_qr.domain.register.rate_limits import Limit
from licence_qr.domain.roles import Actor
from licence_qr.services.register import throttle
from licence_qr.services.register.throttle import Try
from licence_qr.store.database.connections import Transaction

# Of each kind. Nobody needs more in a day: what is renewed or forgotten was good for months.
OWN_ACTS = Limit("own act", most=10, seconds=24 * 3600)


def count(tx: Transaction, actor: Actor, kind: str, now: datetime) -> None:
    """Count one act of ``kind``. Raises AccessError ``own_act_throttled`` (``minutes``)."""
    throttle.take(tx, (Try(OWN_ACTS, f"{actor.user_id} {kind}"),), now, "own_act_throttled")
