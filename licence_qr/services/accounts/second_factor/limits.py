"""The limits on tries of a second factor, for each account, counted before the factor is checked.

Whoever tries at sign-in knows the password already. A device on which somebody has signed in to the account before has a
limit of its own, so that somebody with a stolen password cannot lock the owner out there. Six digits of which three are
right at a time: 50 tries in a day find one with a probability of 0.015 percent.
"""

from __future__ import annotations

from licence_qr.domain.register.rate_limits import Limit
from licence_qr.services.accounts.sign_in_limits import TRY_WINDOW_MINUTES, KnownDevice
from licence_qr.services.register.throttle import Try

_WINDOW, _DAY = TRY_WINDOW_MINUTES * 60, 24 * 3600
OF_STRANGER = Limit("second factor", most=5, seconds=_WINDOW)
OF_STRANGER_IN_A_DAY = Limit("second factor day", most=25, seconds=_DAY)
OF_DEVICE = Limit("second factor device", most=5, seconds=_WINDOW)
OF_DEVICE_IN_A_DAY = Limit("second factor device day", most=25, seconds=_DAY)
CONFIRMING = Limit("confirm factor", most=5, seconds=_WINDOW)
CONFIRMING_IN_A_DAY = Limit("confirm factor day", most=25, seconds=_DAY)


def of_signing_in(user_id: int, device: KnownDevice | None) -> tuple[Try, ...]:
    """A try in a sign-in; ``device`` if the account knows it."""
    if device is not None:
        known = f"{user_id}/{device.device_id}"
        return Try(OF_DEVICE, known), Try(OF_DEVICE_IN_A_DAY, known)
    return Try(OF_STRANGER, str(user_id)), Try(OF_STRANGER_IN_A_DAY, str(user_id))


def of_confirming(user_id: int) -> tuple[Try, ...]:
    """A try by somebody who is signed in."""
    return Try(CONFIRMING, str(user_id)), Try(CONFIRMING_IN_A_DAY, str(user_id))
