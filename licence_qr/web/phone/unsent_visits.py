"""Inspections that wait on the device: signing out warns of them first.

What is on the phone the server cannot see; the phone's page notes how many wait in a cookie, with the number of the
account they belong to. It is a reminder and nothing more: nothing is decided by it but whether to ask once.
"""

from __future__ import annotations

import re

from flask import request

from licence_qr.domain.roles import Actor

# The page names its note by the address in the browser, of which a proxy may tell nothing: so both are looked for.
_NAMES = ("__Host-unsent-inspections", "unsent-inspections")
_NOTE = re.compile(r"(\d{1,10})-(\d{1,4})")


def count_of(actor: Actor) -> int:
    """How many inspections of ``actor`` this browser says it has not sent."""
    noted = _NOTE.fullmatch(next(filter(None, map(request.cookies.get, _NAMES)), ""))
    return int(noted[2]) if noted and int(noted[1]) == actor.user_id else 0
