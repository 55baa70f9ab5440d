"""What somebody confirms with password and second factor: one act, in one state of its subject."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from licence_qr.domain.canonical_json import canonical_json


@dataclass(frozen=True, slots=True)
class ActContent:
    """The act that a page shows. ``revision`` is that of the subject as shown.

    A confirmation counts for this content only: the page sends ``digest`` back, a passkey signs a challenge made for it.
    """

    act: str
    subject: str
    reason: str = ""
    revision: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of the content as canonical JSON, in hexadecimal."""
        content = {"act": self.act, "reason": self.reason, "revision": self.revision, "subject": self.subject}
        return hashlib.sha256(canonical_json(content).encode("utf-8", "surrogatepass")).hexdigest()
