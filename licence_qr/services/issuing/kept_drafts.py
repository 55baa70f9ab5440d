"""Drafts as the register keeps them: identity numbers, and texts with one in them, are sealed there."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Callable
from dataclasses import dataclass, replace

from licence_qr.domain.issuing.draft import Draft, TypedField
from licence_qr.domain.parties.identity_number import holds_number
from licence_qr.domain.register.field_names import IDENTITY_FIELDS
from licence_qr.domain.roles import Actor
from licence_qr.errors import AccessError, ConflictError
from licence_qr.services.parties.sealing import IdentitySealing
from licence_qr.services.register import access, things
from licence_qr.services.register.access import TAKE_APPLICATIONS
from licence_qr.store.database.connections import Transaction
from licence_qr.store.issuing import applications

_SEALED = "sealed:"
# How a text of a field is kept, from its place in the register and the text.
Way = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class KeptDrafts:
    """Opens drafts when they are read, and seals them before they are written."""

    identities: IdentitySealing

    def get(self, tx: Transaction, draft_id: str) -> Draft | None:
        """The draft, open or issued, or None."""
        draft = applications.get_draft(tx, draft_id)
        return _each_text(draft, self._opened) if draft else None

    def own(self, tx: Transaction, actor: Actor, draft_id: str) -> Draft:
        """The draft, open or issued, if it is of the clerk's office. Raises NotFoundError, AccessError."""
        draft = self.get(tx, draft_id)
        if draft is None:
            raise things.not_found(things.APPLICATION)
        access.demand(actor, TAKE_APPLICATIONS, draft.office)
        return draft

    def open_own(self, tx: Transaction, actor: Actor, draft_id: str) -> Draft:
        """``own``, if it can still be changed. Raises ConflictError ``application_already_issued`` too."""
        return still_open(self.own(tx, actor, draft_id))

    def of_office(self, tx: Transaction, office: str, limit: int = 50) -> tuple[Draft, ...]:
        """The drafts of one office, newest first."""
        return tuple(_each_text(draft, self._opened) for draft in applications.drafts_of_office(tx, office, limit))

    def add(self, tx: Transaction, draft: Draft) -> None:
        """Add a new draft."""
        applications.add_draft(tx, _each_text(draft, self._sealed))

    def save(self, tx: Transaction, draft: Draft) -> None:
        """Store an open draft."""
        applications.save_draft(tx, _each_text(draft, self._sealed))

    def _sealed(self, place: str, text: str) -> str:
        field = place.rpartition("/")[2]
        if not text or not (field in IDENTITY_FIELDS or holds_number(text) or text.startswith(_SEALED)):
            return text
        return _SEALED + urlsafe_b64encode(self.identities.seal(place, text)).decode()

    def _opened(self, place: str, text: str) -> str:
        """What was sealed; empty where the web secret was replaced since: it has to be typed once more."""
        if not text.startswith(_SEALED):
            return text
        try:
            return self.identities.open(place, urlsafe_b64decode(text.removeprefix(_SEALED)))
        except (AccessError, NoBase64, ValueError):
            return ""


def still_open(draft: Draft) -> Draft:
    """The draft. Raises ConflictError ``application_already_issued``."""
    if draft.issued_at is not None:
        raise ConflictError("application_already_issued")
    return draft


def _each_text(draft: Draft, way: Way) -> Draft:
    """The draft with every text of it kept that way, those of which one is to be chosen too."""

    def kept(name: str, entry: TypedField) -> TypedField:
        place = f"draft/{draft.draft_id}/{name}"
        rivals = tuple(replace(rival, text=way(place, rival.text)) for rival in entry.rivals)
        return replace(entry, text=way(place, entry.text), rivals=rivals)

    return replace(draft, entries={name: kept(name, entry) for name, entry in draft.entries.items()})
