"""Which part of an event is public, by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licence_qr.domain.register.events import EventKind, Fields

# Public fields of a licence, premises, a permit and a mark. A name, also that of a business, may be that of a person;
# an address may be a home; items and scope are free text.
_LICENCE = frozenset(
    {
        "uscc", "form", "entity_type", "registered_capital", "established_on", "issued_on", "term_to",
        "registration_authority", "state", "state_since", "dormant_until",
    }
)  # fmt: skip
_PREMISES = frozenset({"premises_no", "region", "area_m2", "closed_on"})
_PERMIT = frozenset(
    {
        "permit_type", "permit_no", "premises_no", "kinds", "issuing_authority", "handling_office", "issued_on", "period",
        "mode", "state", "state_since", "ended_by", "suspension", "grade", "graded_on", "follow_up_due", "checked_on",
        "reviewed_on", "renewal_applied_on", "renewal_in_time", "promise",
    }
)  # fmt: skip
_ITEM = frozenset({"permit_type", "authority", "premises_no", "action", "state", "state_since"})
_MARK = frozenset({"kind", "since", "until", "lifted_on", "legal_basis", "document_no"})
_DRAW = frozenset({"list_sha256", "commitment", "due_on", "places", "seed"})
_KEY = frozenset({"purpose", "not_before", "sign_until", "relieved", "since"})
_NOTHING: frozenset[str] = frozenset()

# Kind → public fields of its values. Every other field is private.
PUBLIC_FIELDS: Mapping[EventKind, frozenset[str]] = {
    EventKind.LICENCE_GRANTED: _LICENCE,
    EventKind.LICENCE_IMPORTED: _LICENCE,
    EventKind.LICENCE_CHANGED: _LICENCE,
    EventKind.LICENCE_STATE_CHANGED: _LICENCE,
    EventKind.LICENCE_REPRINTED: frozenset({"cause", "void"}),
    EventKind.PREMISES_ADDED: _PREMISES,
    EventKind.PREMISES_CHANGED: _PREMISES,
    EventKind.PREMISES_CLOSED: _PREMISES,
    EventKind.PERMIT_APPLIED: _PERMIT,
    EventKind.PERMIT_GRANTED: _PERMIT,
    EventKind.PERMIT_REFUSED: _PERMIT,
    EventKind.PERMIT_IMPORTED: _PERMIT,
    EventKind.PERMIT_FILED: _PERMIT,
    EventKind.PERMIT_SHOWN: _PERMIT,
    EventKind.CASE_OPENED: _NOTHING,  # which permits were asked for is the applicant's; the items that stand are shown
    EventKind.ITEM_CHANGED: _ITEM,
    # How an application is handled is the applicant's and the authority's.
    EventKind.VISIT_RECORDED: _NOTHING,
    EventKind.CLOCK_PAUSED: _NOTHING,
    EventKind.CLOCK_RESUMED: _NOTHING,
    EventKind.CLOCK_EXTENDED: _NOTHING,
    EventKind.PERMIT_CHANGED: _PERMIT,
    EventKind.PERMIT_STATE_CHANGED: _PERMIT,
    EventKind.RENEWAL_APPLIED: _PERMIT,
    EventKind.RENEWAL_REFUSED: _PERMIT,
    EventKind.PERMIT_RENEWED: _PERMIT,
    EventKind.PERMIT_DEEMED_RENEWED: _PERMIT,
    EventKind.PERMIT_REVIEWED: _PERMIT,
    EventKind.PERMIT_CHECKED: _PERMIT,
    EventKind.PERMIT_GRADED: _PERMIT,
    # The token contains the holder's name, and a digest of few facts can be guessed.
    EventKind.CODE_ISSUED: frozenset({"code_number", "version", "status_index", "entry_count"}),
    EventKind.MARK_SET: _MARK,
    EventKind.MARK_LIFTED: _MARK,
    EventKind.INSPECTED: frozenset({"purpose", "outcome", "score", "grade", "record"}),
    # Not public before it is decided, if at all.
    EventKind.ROW_DECIDED: _NOTHING,
    EventKind.PROPOSED: _NOTHING,
    EventKind.PROPOSAL_REFUSED: _NOTHING,
    EventKind.PROPOSAL_WITHDRAWN: _NOTHING,
    EventKind.PROPOSAL_CLOSED: _NOTHING,
    EventKind.FOLLOW_UP_HANDED_IN: _NOTHING,
    EventKind.FOLLOW_UP_REVIEWED: _NOTHING,
    EventKind.FOLLOW_UP_RECORDED: _NOTHING,
    EventKind.CREDIT_RECORDED: _NOTHING,
    EventKind.SECOND_OFFICER_ANSWERED: _NOTHING,
    EventKind.RECTIFICATION_ORDERED: _NOTHING,
    EventKind.RECTIFICATION_CLOSED: _NOTHING,
    EventKind.APPLICANT_TOLD: _NOTHING,
    # A draw is published, list and seed.
    EventKind.DRAW_ANNOUNCED: _DRAW,
    EventKind.DRAW_SETTLED: _DRAW,
    EventKind.DRAW_CALLED_OFF: _DRAW,
    # The work of staff, also on reports and ratings.
    EventKind.APPLICATION_TAKEN_OVER: _NOTHING,
    EventKind.APPLICATION_DISCARDED: _NOTHING,
    EventKind.TASK_ASSIGNED: _NOTHING,
    EventKind.REPORT_HANDLED: _NOTHING,
    EventKind.RATING_HANDLED: _NOTHING,
    EventKind.ACCOUNT_OPENED: _NOTHING,
    EventKind.ACCOUNT_CLOSED: _NOTHING,
    EventKind.ACCOUNT_REOPENED: _NOTHING,
    EventKind.ROLES_CHANGED: _NOTHING,
    EventKind.ROLES_ASKED: _NOTHING,
    EventKind.ROLES_DECLINED: _NOTHING,
    EventKind.STAFF_NO_AGREED: _NOTHING,
    EventKind.SIGN_IN_WAY_CHANGED: _NOTHING,
    EventKind.PERSON_ADDED: _NOTHING,
    EventKind.PERSON_CHANGED: _NOTHING,
    EventKind.PERSONS_MERGED: _NOTHING,
    EventKind.IDENTITY_BOUND: _NOTHING,
    EventKind.IDENTITY_UNBOUND: _NOTHING,
    EventKind.IDENTITY_REFUSED: _NOTHING,
    EventKind.ABSENCE_ENTERED: _NOTHING,
    EventKind.ABSENCE_CHANGED: _NOTHING,
    EventKind.ABSENCE_ENDED: _NOTHING,
    EventKind.PASSWORD_SET: _NOTHING,
    EventKind.SIGNED_IN: _NOTHING,
    EventKind.SIGN_IN_REFUSED: _NOTHING,
    EventKind.SERVICE_SIGN_IN_REFUSED: _NOTHING,
    EventKind.SIGN_IN_LOCKED: _NOTHING,
    EventKind.PASSWORD_REFUSED: _NOTHING,
    EventKind.SESSION_ENDED: _NOTHING,
    EventKind.DEVICES_FORGOTTEN: _NOTHING,
    EventKind.FACTOR_ENROLLED: _NOTHING,
    EventKind.FACTOR_REMOVED: _NOTHING,
    EventKind.FACTOR_USED: _NOTHING,
    EventKind.FACTOR_REFUSED: _NOTHING,
    EventKind.FACTOR_LOCKED: _NOTHING,
    EventKind.FACTORS_RESET_ASKED: _NOTHING,
    EventKind.FACTORS_RESET_DECLINED: _NOTHING,
    EventKind.FACTORS_RESET: _NOTHING,
    EventKind.RECOVERY_CODES_MADE: _NOTHING,
    EventKind.CALENDAR_OPENED: _NOTHING,
    EventKind.CALENDAR_CLOSED: _NOTHING,
    EventKind.EXPORTED: _NOTHING,
    EventKind.CARD_PRINTED: _NOTHING,
    EventKind.DATA_SEEN: _NOTHING,
    EventKind.SEARCHED: _NOTHING,
    EventKind.REGISTER_PREPARED: _NOTHING,
    EventKind.SIGNING_REFUSED: _NOTHING,
    EventKind.REGISTER_DIFFERED: _NOTHING,
    EventKind.SWEPT: _NOTHING,
    EventKind.TRACES_DELETED: _NOTHING,
    # All of it is in the published lists.
    EventKind.KEY_ADDED: _KEY,
    EventKind.KEY_ROTATED: _KEY,
    EventKind.KEY_RETIRED: _KEY,
    EventKind.KEY_COMPROMISED: _KEY,
    EventKind.KEY_ADOPTED: _KEY,
    EventKind.ROOT_MOVED: _NOTHING,
}


def split(kind: EventKind, before: Fields | None, after: Fields | None, reason: str) -> tuple[Fields, Fields]:
    """Split values into public and private part. Fields not in ``PUBLIC_FIELDS``, and the reason, are private."""
    open_to_all = PUBLIC_FIELDS[kind]
    public: dict[str, Any] = {}
    private: dict[str, Any] = {"reason": reason} if reason else {}
    for side, values in (("before", before), ("after", after)):
        if values is None:
            continue
        public[side] = {name: value for name, value in values.items() if name in open_to_all}
        if hidden := {name: value for name, value in values.items() if name not in open_to_all}:
            private[side] = hidden
    return public, private
