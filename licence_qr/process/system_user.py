"""Which system user runs this process."""

from __future__ import annotations

import os
import pwd

_ROOT = 0


def system_user() -> str:
    """The name of the real user; of a user without a name, its number.

    Under root it is the user who called sudo, where sudo names one who exists. Nobody but root is believed about it: any
    user can set the variable.
    """
    number = os.getuid()
    called_by = os.environ.get("SUDO_USER", "") if number == _ROOT else ""
    return _name(called_by) or _name(number) or str(number)


def _name(user: str | int) -> str:
    try:
        return (pwd.getpwnam(user) if isinstance(user, str) else pwd.getpwuid(user)).pw_name
    except (KeyError, ValueError):  # unknown, or a text that can be no name
        return ""
