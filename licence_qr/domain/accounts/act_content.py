"""What somebody confirms with password and second factor: one act, in one state of its subject, with one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.plain_text import plain_line

Typed = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ActContent:
    """The act that a page shows. ``revision`` is that of the subject as shown.

    ``typed`` is what its reader adds, by the names of the fields of the page: approve or refuse, a reason, roles. A
    confirmation counts for all of it together and for nothing else.
    """

    act: str
    subject: str
    reason: str = ""
    revision: int = 0
    typed: Typed = ()

    @property
    def shown(self) -> str:
        """SHA-256, in hexadecimal, of what stands on the page before anything is typed; the page carries it."""
        return _sha256({"act": self.act, "reason": self.reason, "revision": self.revision, "subject": self.subject})

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the act with what was typed: what a passkey signs a challenge for."""
        return bound(self.shown, self.typed)


def bound(shown: str, typed: Iterable[tuple[str, str]]) -> str:
    """The digest of an act from ``ActContent.shown`` and what was typed, in any order.

    White space and characters that nobody sees make no difference: a script and a form send line ends differently.
    """
    return _sha256({"shown": shown, "typed": sorted([name, plain_line(value)] for name, value in typed)})


def _sha256(content: dict[str, object]) -> str:
    return hashlib.sha256(canonical_json(content).encode("utf-8", "surrogatepass")).hexdigest()
