"""Parts of an act's entry: its effect on the code, its wording, and its conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.register.permit import Permit, deemed_renewed
from licence_qr.domain.roles import Role
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


class Effect(StrEnum):
    """The effect of an act on the displayed code."""

    NEXT_VERSION = "next_version"  # a signed fact changes: a new version, the older print is superseded
    STATUS = "status"  # its entry in the status list changes; no new print
    PAGE = "page"  # only the public page changes
    NONE = "none"  # nothing that the public sees


class Upon(StrEnum):
    """A condition of the licence for offering an act."""

    PREMISES_TO_SPARE = "premises_to_spare"  # the last premises can be closed only with the licence
    STANDING_MARK = "standing_mark"


@dataclass(frozen=True, slots=True)
class Told:
    """What the form says that an act does: to the licence or permit, and to the public page.

    ``code``: what it does to the displayed code, where the effect alone does not say it, and always for a four-eyes
    act.
    """

    subject: Text
    page: Text
    code: Text | None = None


def always(permit: Permit, day: date) -> bool:
    """Condition of an act that needs only the right state."""
    return True


def renewal_waits(permit: Permit, day: date) -> bool:
    """Whether an application for renewal is neither decided nor deemed granted on ``day``."""
    return permit.renewal_applied_on is not None and not deemed_renewed(permit, day)


def renewal_open(permit: Permit, day: date) -> bool:
    """Whether the permit has an expiry date and no application for its renewal is open."""
    return permit.period is not None and permit.period.last is not None and not renewal_waits(permit, day)


EFFECTIVE_ON = term("field.effective_from")
CLERK = frozenset({Role.CLERK})
OFFICERS = frozenset({Role.CLERK, Role.INSPECTOR})
NOBODY: frozenset[Role] = frozenset()  # done by the calendar
