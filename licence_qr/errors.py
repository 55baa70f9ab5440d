"""The one error tree.

Every error carries a stable ``code`` and the facts a reader needs, never the finished sentence: the words, in
Chinese and English, stand in ``wording/*.toml`` and are put together only by the web and by the command line.
Families say who can mend it, and so which HTTP status and exit status it becomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class LicenceQRError(Exception):
    """Base of all errors of this package. ``code`` is stable; ``facts`` fill the sentence of that code."""

    http_status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code if not facts else f"{code} {facts}")

    @property
    def parts(self) -> tuple[LicenceQRError, ...]:
        """The single faults of an error that gathers several; empty for a single one."""
        return ()


class InputError(LicenceQRError):
    """One field holds something that cannot be accepted. ``field`` is its name in the form or file."""

    http_status = 422

    def __init__(self, code: str, *, field: str = "", **facts: object) -> None:
        self.field = field
        super().__init__(code, **facts)


class InvalidApplication(LicenceQRError):
    """An application with one or more field errors, in the order of the form."""

    http_status = 422

    def __init__(self, problems: Sequence[InputError]) -> None:
        self.problems = tuple(problems)
        super().__init__("application_invalid", count=len(self.problems))

    @property
    def parts(self) -> tuple[LicenceQRError, ...]:
        """The field errors."""
        return self.problems


class RuleError(LicenceQRError):
    """The input is well-formed but a dated rule or a delegation forbids the act."""

    http_status = 409


class ConflictError(LicenceQRError):
    """The register already says something else; a person has to look."""

    http_status = 409


class NotFoundError(LicenceQRError):
    """The register does not hold what was asked for. It says nothing about forgery."""

    http_status = 404


class AccessError(LicenceQRError):
    """Not signed in, not allowed, or too many tries."""

    http_status = 403


class SignInNeeded(AccessError):
    """Nobody is signed in, or no longer."""

    http_status = 401


class IdentityServiceError(LicenceQRError):
    """The identity service cannot be asked, or gave an answer that is not to be trusted. Nobody was signed in."""

    http_status = 502


class TokenError(LicenceQRError):
    """A code was refused by the strict verifier. Codes are listed in docs/verifying/code-format-refusals.md."""

    http_status = 400


class UnreadableError(LicenceQRError):
    """It cannot be told: no such file, no code in the picture, a file that cannot be read."""

    http_status = 422
    exit_status = 2


class PrintError(LicenceQRError):
    """A sheet or symbol cannot be made as asked (a missing character, a text beyond its space)."""

    http_status = 422


class CatalogueError(LicenceQRError):
    """The catalogue holds a wrong or missing entry; facts name file, line and what to write."""


class KeyStoreError(LicenceQRError):
    """A signing key is missing, locked with another passphrase, or not permitted to sign today."""

    http_status = 503


class RegisterError(LicenceQRError):
    """The register (database) cannot be reached, is locked, read-only, full, or from a newer version."""

    http_status = 503


class ConfigError(LicenceQRError):
    """A setting is wrong or missing; facts name it."""
