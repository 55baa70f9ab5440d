"""What a new session may still want of its holder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from licence_qr.domain.roles import Actor


class SignInStage(StrEnum):
    """What a session wants first. Until it has that, it opens the page that asks for it and signing out, nothing else."""

    PASSWORD = "password"  # noqa: S105 - the password is known to whoever set it: choose another
    SECOND_FACTOR = "second-factor"  # the password alone is not enough: prove one, or enrol the first


class OpenedBy(StrEnum):
    """With what somebody proved who they are when a session was opened, before any second factor."""

    PASSWORD = "password"  # noqa: S105 - the name of a way in
    IDENTITY_SERVICE = "identity-service"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is. While it ``wants`` something, the account may do nothing else in it."""

    actor: Actor
    wants: SignInStage | None = None
