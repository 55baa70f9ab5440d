"""Events of the history: their kinds, their shape, and which of their fields are public.

An event has a public and a private part. The private part is what may have to be erased one day (names, addresses, free
text, who acted); the public part may be shown to anybody. ``event_fields`` alone says what is public; everything it
does not name is private.

Each part can be committed to by a hash that reveals nothing about it (``part_hashes``)::

    key  = HMAC-SHA-256(salt, "licence-qr event " + ("public" or "private") + " 1")
    hash = HMAC-SHA-256(key, canonical JSON of the part in UTF-8)

The salt is random and used for one event only, so nobody can find a name by trying names. The two keys reveal nothing
about each other: to erase a private part, delete it and the salt and keep ``part_key(salt, Part.PUBLIC)``. The public
part can then still be proven, and the private part can no longer be guessed from its hash.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from licence_qr.domain.canonical_json import canonical_json
from licence_qr.domain.roles import Via

SALT_BYTES = 32

Fields = Mapping[str, Any]


class EventKind(StrEnum):
    """Kind of event. The comment names its subject."""

    LICENCE_GRANTED = "licence_granted"  # licence
    LICENCE_IMPORTED = "licence_imported"  # licence
    LICENCE_CHANGED = "licence_changed"  # licence
    LICENCE_STATE_CHANGED = "licence_state_changed"  # licence
    LICENCE_REPRINTED = "licence_reprinted"  # code/<version>: the print that was replaced
    PREMISES_ADDED = "premises_added"  # premises/<no>
    PREMISES_CHANGED = "premises_changed"  # premises/<no>
    PREMISES_CLOSED = "premises_closed"  # premises/<no>
    PERMIT_APPLIED = "permit_applied"  # permit/<id>
    PERMIT_GRANTED = "permit_granted"  # permit/<id>
    PERMIT_REFUSED = "permit_refused"  # permit/<id>
    PERMIT_FILED = "permit_filed"  # permit/<id>: a filing, taken note of
    PERMIT_SHOWN = "permit_shown"  # permit/<id>: a certificate of its authority, shown at the counter
    CASE_OPENED = "case_opened"  # case/<application number>: its items, and where each stands
    ITEM_CHANGED = "item_changed"  # item/<id>: where it stands now
    APPLICANT_TOLD = "applicant_told"  # item/<id>: what its authority has asked for or decided, by the window
    VISIT_RECORDED = "visit_recorded"  # permit/<id> or item/<id>: before a grant in the standard procedure
    CLOCK_PAUSED = "clock_paused"  # likewise: the time to decide stands still
    CLOCK_RESUMED = "clock_resumed"  # likewise
    CLOCK_EXTENDED = "clock_extended"  # likewise: the head of the authority has agreed
    PERMIT_IMPORTED = "permit_imported"  # permit/<id>
    PERMIT_CHANGED = "permit_changed"  # permit/<id>
    PERMIT_STATE_CHANGED = "permit_state_changed"  # permit/<id>
    RENEWAL_APPLIED = "renewal_applied"  # permit/<id>
    RENEWAL_REFUSED = "renewal_refused"  # permit/<id>
    PERMIT_RENEWED = "permit_renewed"  # permit/<id>
    PERMIT_DEEMED_RENEWED = "permit_deemed_renewed"  # permit/<id>
    PERMIT_REVIEWED = "permit_reviewed"  # permit/<id>
    PERMIT_CHECKED = "permit_checked"  # permit/<id>
    PERMIT_GRADED = "permit_graded"  # permit/<id>
    CODE_ISSUED = "code_issued"  # code/<version>
    MARK_SET = "mark_set"  # mark/<id>
    MARK_LIFTED = "mark_lifted"  # mark/<id>
    ROW_DECIDED = "row_decided"  # question/<id>
    PROPOSED = "proposed"  # proposal/<id>
    PROPOSAL_REFUSED = "proposal_refused"  # proposal/<id>
    PROPOSAL_WITHDRAWN = "proposal_withdrawn"  # proposal/<id>
    PROPOSAL_CLOSED = "proposal_closed"  # proposal/<id>
    FOLLOW_UP_HANDED_IN = "follow_up_handed_in"  # named-check/<id>
    FOLLOW_UP_REVIEWED = "follow_up_reviewed"  # named-check/<id>
    FOLLOW_UP_RECORDED = "follow_up_recorded"  # follow-up/<id>
    CREDIT_RECORDED = "credit_recorded"  # credit/<id>
    INSPECTED = "inspected"  # inspection/<id>
    SECOND_OFFICER_ANSWERED = "second_officer_answered"  # inspection/<id> or named-check/<id>
    RECTIFICATION_ORDERED = "rectification_ordered"  # inspection/<id>
    RECTIFICATION_CLOSED = "rectification_closed"  # inspection/<id>
    # Not in the history of any business.
    APPLICATION_TAKEN_OVER = "application_taken_over"  # application/<id>: a draft, by a colleague
    APPLICATION_DISCARDED = "application_discarded"  # application/<id>: a draft, deleted before it was issued
    TASK_ASSIGNED = "task_assigned"  # task/<kind>/<what it is about>: who has it now
    DRAW_ANNOUNCED = "draw_announced"  # draw/<id>
    DRAW_SETTLED = "draw_settled"  # draw/<id>
    DRAW_CALLED_OFF = "draw_called_off"  # draw/<id>
    REPORT_HANDLED = "report_handled"  # report/<id>: texts are kept, and deleted, with the report
    RATING_HANDLED = "rating_handled"  # rating/<id>: likewise
    ACCOUNT_OPENED = "account_opened"  # account/<id>
    ACCOUNT_CLOSED = "account_closed"  # account/<id>
    ACCOUNT_REOPENED = "account_reopened"  # account/<id>
    ROLES_CHANGED = "roles_changed"  # account/<id>
    ROLES_ASKED = "roles_asked"  # account/<id>: roles that take a second person
    ROLES_DECLINED = "roles_declined"  # account/<id>
    STAFF_NO_AGREED = "staff_no_agreed"  # account/<id>: by its owner
    SIGN_IN_WAY_CHANGED = "sign_in_way_changed"  # account/<id>: by the identity service only, or by password too
    PERSON_ADDED = "person_added"  # person/<id>
    PERSON_CHANGED = "person_changed"  # person/<id>
    PERSONS_MERGED = "persons_merged"  # person/<id>: the one that is kept
    IDENTITY_BOUND = "identity_bound"  # person/<id>: to an identity of the identity service, by coming in with it
    IDENTITY_UNBOUND = "identity_unbound"  # person/<id>
    IDENTITY_REFUSED = "identity_refused"  # person/<id>: another identity came with the staff number
    ABSENCE_ENTERED = "absence_entered"  # absence/<id>
    ABSENCE_CHANGED = "absence_changed"  # absence/<id>
    ABSENCE_ENDED = "absence_ended"  # absence/<id>: before its last day, or before it began
    PASSWORD_SET = "password_set"  # noqa: S105 – account/<id>
    SIGNED_IN = "signed_in"  # account/<id>
    SIGN_IN_REFUSED = "sign_in_refused"  # account/<id>; 0: there is no such user name
    SERVICE_SIGN_IN_REFUSED = "service_sign_in_refused"  # account/0: by the identity service
    SIGN_IN_LOCKED = "sign_in_locked"  # likewise: refused, and locked for a time
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 – account/<id>: before an act that asks for it
    SESSION_ENDED = "session_ended"  # account/<id>: by somebody, not by time
    DEVICES_FORGOTTEN = "devices_forgotten"  # account/<id>
    FACTOR_ENROLLED = "factor_enrolled"  # account/<id>
    FACTOR_REMOVED = "factor_removed"  # account/<id>
    FACTOR_USED = "factor_used"  # account/<id>: in a sign-in or for a grave act
    FACTOR_REFUSED = "factor_refused"  # account/<id>
    FACTOR_LOCKED = "factor_locked"  # account/<id>: likewise: refused, and locked for a time
    FACTORS_RESET_ASKED = "factors_reset_asked"  # account/<id>
    FACTORS_RESET_DECLINED = "factors_reset_declined"  # account/<id>
    FACTORS_RESET = "factors_reset"  # account/<id>
    RECOVERY_CODES_MADE = "recovery_codes_made"  # account/<id>
    CALENDAR_OPENED = "calendar_opened"  # account/<id>
    CALENDAR_CLOSED = "calendar_closed"  # account/<id>
    KEY_ADDED = "key_added"  # key/<kid>
    KEY_ROTATED = "key_rotated"  # key/<kid>: the new one
    KEY_RETIRED = "key_retired"  # key/<kid>
    KEY_COMPROMISED = "key_compromised"  # key/<kid>
    KEY_ADOPTED = "key_adopted"  # key/<kid>: its file was there already
    ROOT_MOVED = "root_moved"  # key/root: to a folder apart
    EXPORTED = "exported"  # export/<name of what was taken>
    CARD_PRINTED = "card_printed"  # card/<uscc>
    DATA_SEEN = "data_seen"  # <what was opened>/<id>, or list/<name>
    SEARCHED = "searched"  # search/<kind of what was searched for>
    REGISTER_PREPARED = "register_prepared"  # register/<newest step of its schema>: made or upgraded
    SIGNING_REFUSED = "signing_refused"  # code/<number>: what the signer found wrong
    REGISTER_DIFFERED = "register_differed"  # code/<number>: from what was signed; found by a scan
    SWEPT = "swept"  # sweep/<day>
    TRACES_DELETED = "traces_deleted"  # traces/<first day that is kept>


# Kinds that change and decide nothing. They are kept for a time only, apart from the history (``store.register.history``).
TRACES = frozenset(
    {
        EventKind.SIGNED_IN,
        EventKind.SIGN_IN_REFUSED,
        EventKind.PASSWORD_REFUSED,
        EventKind.SERVICE_SIGN_IN_REFUSED,
        EventKind.SIGN_IN_LOCKED,
        EventKind.SESSION_ENDED,
        EventKind.DEVICES_FORGOTTEN,
        EventKind.FACTOR_USED,
        EventKind.FACTOR_REFUSED,
        EventKind.FACTOR_LOCKED,
        EventKind.EXPORTED,
        EventKind.CARD_PRINTED,
        EventKind.DATA_SEEN,
        EventKind.SEARCHED,
    }
)

# How far before the newest event an act may be entered: it takes its instant before it waits for its turn to write.
CLOCK_TOLERANCE = timedelta(minutes=15)
# What is written down whatever the clock says: it tells of the register itself, or must not wait.
WHATEVER_THE_CLOCK = TRACES | {
    EventKind.KEY_COMPROMISED,
    EventKind.REGISTER_PREPARED,
    EventKind.SIGNING_REFUSED,
    EventKind.REGISTER_DIFFERED,
}

# Tries of whoever it was: those that follow one another are told together (``services.register.refusals``).
REFUSALS = frozenset(
    {EventKind.SIGN_IN_REFUSED, EventKind.SERVICE_SIGN_IN_REFUSED, EventKind.SIGN_IN_LOCKED, EventKind.PASSWORD_REFUSED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as stored.

    ``uscc`` is the business whose history it belongs to, empty for none. ``actor`` is a user name, a system user at the
    console or a name of ``roles.NOT_PEOPLE``; ``person_id`` its person, ``via`` what it came by, ``on_behalf_of`` the
    account for which a system user or a substitute acted; ``proposed_by`` the proposer of a four-eyes act.
    ``effective_on`` is the day of legal effect; None means the day of ``at`` in Asia/Shanghai. ``public`` and ``private``
    have the members ``before`` and ``after`` where they exist, each with its share of the fields; ``private`` also has
    ``reason``.
    """

    kind: EventKind
    uscc: str
    subject: str
    at: datetime
    actor: str
    office: str
    person_id: int = 0
    via: Via = Via()
    on_behalf_of: str = ""
    legal_basis: str
    document_no: str
    effective_on: date | None
    proposed_by: str
    public: Fields
    private: Fields
    salt: bytes


class Part(StrEnum):
    """The two parts of an event."""

    PUBLIC = "public"
    PRIVATE = "private"


class PartHashes(NamedTuple):
    """A commitment to each part, 32 bytes."""

    public: bytes
    private: bytes


def part_hashes(event: Event) -> PartHashes:
    """The two hashes of an event (see the module). Who acted is hashed with the private part, the rest with the
    public."""
    public = {
        "kind": event.kind.value,
        "uscc": event.uscc,
        "subject": event.subject,
        "at": event.at.astimezone(UTC).isoformat(),
        "office": event.office,
        "legal_basis": event.legal_basis,
        "document_no": event.document_no,
        "effective_on": event.effective_on and event.effective_on.isoformat(),
        **event.public,
    }
    private = {"actor": event.actor, "proposed_by": event.proposed_by, **_by(event), **event.private}
    return PartHashes(
        _hash(part_key(event.salt, Part.PUBLIC), public), _hash(part_key(event.salt, Part.PRIVATE), private)
    )


def _by(event: Event) -> Fields:
    """The person and what it came by, where there are any: events from before had neither, and their hashes stay."""
    said = {
        "person": event.person_id,
        "session": event.via.session,
        "device": event.via.device,
        "network": event.via.network,
        "on_behalf_of": event.on_behalf_of,
    }
    return {"by": {name: value for name, value in said.items() if value}} if any(said.values()) else {}


def part_key(salt: bytes, part: Part) -> bytes:
    """The key for hashing one part of an event, 32 bytes."""
    return hmac.digest(salt, f"licence-qr event {part} 1".encode(), "sha256")


def _hash(key: bytes, content: Fields) -> bytes:
    return hmac.digest(key, canonical_json(content).encode("utf-8"), "sha256")
