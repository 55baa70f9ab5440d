"""What the entry of an act is made of: what it does to the code, what is said of it, what there must be for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licence_qr.domain.register.permit import Permit, deemed_renewed
from licence_qr.domain.roles import Role
from licence_qr.wording.terms import term
from licence_qr.wording.text import Text


class Effect(StrEnum):
    """What an act does to the code on the wall."""

    NEXT_VERSION = "next_version"  # a signed fact changes: a new version, the older print is superseded
    STATUS = "status"  # the entry in the status list turns; no new print
    PAGE = "page"  # only what the public page says
    NONE = "none"  # nothing that the public sees


class Upon(StrEnum):
    """What there must be of a licence before an act on it is offered."""

    PREMISES_TO_SPARE = "premises_to_spare"  # the last premises goes with the licence only
    STANDING_MARK = "standing_mark"


@dataclass(frozen=True, slots=True)
class Told:
    """What an act does, said before the button is pressed: to the licence or permit, and to the public page. ``code``: to
    the code on the wall, where its effect alone does not say it all, and always for an act of four eyes."""

    subject: Text
    page: Text
    code: Text | None = None


def always(permit: Permit, day: date) -> bool:
    """An act that needs nothing more than the right state."""
    return True


def renewal_waits(permit: Permit, day: date) -> bool:
    """A renewal was applied for and is neither decided nor deemed to be on ``day``."""
    return permit.renewal_applied_on is not None and not deemed_renewed(permit, day)


def renewal_open(permit: Permit, day: date) -> bool:
    """The permit ends, and no application for its renewal waits."""
    return permit.period is not None and permit.period.last is not None and not renewal_waits(permit, day)


EFFECTIVE_ON = term("field.effective_from")
CLERK = frozenset({Role.CLERK})
OFFICERS = frozenset({Role.CLERK, Role.INSPECTOR})
NOBODY: frozenset[Role] = frozenset()  # the calendar does it
