"""A request that the second factors of somebody who lost them be reset: one person asks, another answers."""

from __future__ import annotations

from licence_qr.domain.accounts.requests import words_of
from licence_qr.domain.register.events import EventKind
from licence_qr.wording.text import Text

# Whoever answers has seen the owner, or heard the owner's voice, on the day of the request.
RESET_DAYS = 1
RESET_HOURS = 24 * RESET_DAYS
# Whoever has done one of these since has found the device again, or come in by a recovery code.
FACTORS_CHANGED = frozenset(
    {
        EventKind.FACTOR_ENROLLED,
        EventKind.FACTOR_REMOVED,
        EventKind.RECOVERY_CODES_MADE,
        EventKind.FACTORS_RESET,
    }
)
# The second person is somebody whom the office has known by this account for a week: an account made or taken over for the
# purpose would stand in the lists that long first. A rule of this program from 30 November 2026; no law names a time.
SETTLED_DAYS = 7


STATE_WORDS = words_of(Text("已重设", "Reset"))
