"""Rules of what people decide together and check afterwards: proposals, the credit record, inspections, draws."""

from __future__ import annotations

from licence_qr.domain.inspecting.draws import DrawState
from licence_qr.domain.inspecting.follow_up import Fault, FollowUpOutcome
from licence_qr.domain.inspecting.inspection import Flag, InspectionPurpose, InspectionState, VisitOutcome
from licence_qr.domain.inspecting.rectification import OrderState
from licence_qr.domain.inspecting.second_officer import NamedCheckState, OfficersAnswer
from licence_qr.domain.lifecycle.act_rules import Act
from licence_qr.domain.lifecycle.credit_entry import EntryState
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.permit import Suspension
from licence_qr.store.database.rules.model import (
    RefusedWrite,
    RowCheck,
    WriteKind,
    all_of,
    days,
    fixed,
    in_order,
    instants,
    kept,
    not_over,
    once,
    one_of,
    open_once,
    refers,
    table,
)

_PROPOSED = ("uscc", "subject", "act", "reason", "legal_basis", "document_no", "effective_on", "origin", "office")
_DECIDED = "state IN ('approved', 'refused')"
_SENT = (
    "inspection_key", "inspection_id", "content_sha256", "content", "received_at", "device_time", "office", "officer",
    "second_officer", "purpose", "uscc", "premises_no", "permit_id", "visited_on", "outcome", "score", "grade",
)  # fmt: skip
_ORDERED = ("order_id", "inspection_key", "uscc", "premises_no", "permit_id", "office", "ordered_on", "due_on", "items")
_CHECKED = (
    "follow_up_id", "permit_id", "uscc", "office", "officer", "others", "checked_on", "outcome", "findings", "rectify_by",
    "document_no", "fault", "legal_basis", "inspection", "recorded_at",
)  # fmt: skip
_NAMED = (
    "named_id", "permit_id", "uscc", "office", "officer", "others", "content", "content_sha256", "received_at",
)  # fmt: skip
_ANNOUNCED = (
    "draw_id", "office", "title", "announced_at", "announced_by", "due_on", "places", "list", "list_sha256",
    "candidate_count", "officers", "officer_count", "seed_source", "commitment", "secret",
)  # fmt: skip

TABLES = (
    table(
        "proposals",
        (
            one_of("act", Act),
            one_of("state", ProposalState),
            one_of("suspension", Suspension),
            days("effective_on"),
            instants("proposed_at", "decided_at"),
            RowCheck("state_is_decided", ("state", "decided_at"), "(state = 'open') = (decided_at IS NULL)"),
            RowCheck(
                "decider_is_another",
                ("state", "decided_by", "proposed_by"),
                f"NOT {_DECIDED} OR (decided_by <> '' AND decided_by <> proposed_by)",
            ),
            kept("proposals", ("proposal_id",)),
            open_once("proposals", ("uscc", "subject", "act"), "{}state = 'open'"),
            fixed("proposals", ("proposal_id", *_PROPOSED, "proposed_by", "proposed_at")),
            RefusedWrite(
                "proposals_witnesses_stay",
                WriteKind.UPDATE,
                "who took part in what was proposed stays named",
                "EXISTS (SELECT 1 FROM users WHERE instr(',' || OLD.witnesses || ',', ',' || username || ',') > 0"
                " AND instr(',' || NEW.witnesses || ',', ',' || username || ',') = 0)",
            ),
            RefusedWrite(
                "proposals_are_decided_once", WriteKind.UPDATE, "a proposal is decided once", "OLD.state <> 'open'"
            ),
            RefusedWrite(
                "proposals_begin_open",
                WriteKind.INSERT,
                "a proposal begins without its decision",
                "NEW.state <> 'open'",
            ),
            RefusedWrite(
                "proposals_are_decided_by_another",
                WriteKind.UPDATE,
                "nobody decides what they proposed or took part in, by whichever account",
                "NEW.state IN ('approved', 'refused')"
                " AND EXISTS (SELECT 1 FROM users a JOIN users b ON b.person_id = a.person_id"
                " WHERE a.username = NEW.decided_by"
                " AND instr(',' || NEW.proposed_by || ',' || NEW.witnesses || ',', ',' || b.username || ',') > 0)",
            ),
        ),
    ),
    table(
        "credit_entries",
        (
            one_of("fault", Fault),
            one_of("state", EntryState),
            days("decided_on", "barred_from", "barred_to"),
            in_order("barred_from", "barred_to"),
            kept("credit_entries", ("entry_id",), ("proposal_id",)),
            fixed("credit_entries", ("entry_id", "uscc", "permit_type", "permit_id", "fault", "proposal_id")),
        ),
    ),
    table(
        "follow_ups",
        (
            one_of("outcome", FollowUpOutcome),
            one_of("fault", Fault),
            days("checked_on", "rectify_by"),
            instants("recorded_at"),
            refers("uscc", "entities"),
            kept("follow_ups", ("follow_up_id",)),
            fixed("follow_ups", _CHECKED),
            once("follow_ups", "proposal_id"),
        ),
    ),
    table(
        "named_checks",
        (
            one_of("state", NamedCheckState),
            instants("received_at"),
            RowCheck(
                "others_are_others",
                ("officer", "others"),
                "instr(',' || others || ',', ',' || officer || ',') = 0",
            ),
            kept("named_checks", ("named_id",)),
            open_once("named_checks", ("permit_id",), "{0}state = 'waiting' OR {0}state = 'objected'"),
            fixed("named_checks", _NAMED),
            once("named_checks", "follow_up_id"),
        ),
    ),
    table(
        "confirmations",
        (
            one_of("answer", OfficersAnswer),
            instants("at"),
            not_over("confirmations", ("subject", "person_id"), changing=(("subject", "person_id"),)),
            fixed("confirmations", ("subject", "content_sha256", "username", "answer", "reason", "at")),
            RefusedWrite(
                "confirmations_of_one_person_are_joined",
                WriteKind.DELETE,
                "an answer goes only where another about the same stays",
                "NOT EXISTS (SELECT 1 FROM confirmations WHERE subject = OLD.subject AND person_id <> OLD.person_id)",
            ),
        ),
    ),
    table(
        "inspections",
        (
            one_of("purpose", InspectionPurpose),
            one_of("outcome", VisitOutcome),
            one_of("state", InspectionState),
            all_of("flags", Flag),
            days("visited_on"),
            instants("received_at", "handled_at"),
            RowCheck(
                "second_officer_is_another",
                ("state", "officer", "second_officer"),
                "state <> 'counted' OR second_officer <> officer",
            ),
            kept("inspections", ("inspection_key",), ("inspection_id", "content_sha256")),
            fixed("inspections", _SENT),
        ),
    ),
    table(
        "inspection_photos",
        (
            instants("arrived_at"),
            kept("inspection_photos", ("inspection_key", "position")),
            fixed("inspection_photos", ("inspection_key", "position", "sent_sha256", "length", "taken_at", "note")),
            once("inspection_photos", "file"),
        ),
    ),
    table(
        "rectifications",
        (
            one_of("state", OrderState),
            days("ordered_on", "due_on", "closed_on"),
            RowCheck("state_is_closed", ("state", "closed_on"), "(state = 'open') = (closed_on IS NULL)"),
            refers("permit_id", "permits"),
            kept("rectifications", ("order_id",)),
            fixed("rectifications", _ORDERED),
            RefusedWrite(
                "rectifications_are_closed_once", WriteKind.UPDATE, "an order is closed once", "OLD.state <> 'open'"
            ),
        ),
    ),
    table(
        "draws",
        (
            one_of("state", DrawState),
            days("due_on"),
            instants("announced_at", "settled_at"),
            RowCheck("state_is_settled", ("state", "settled_at"), "(state = 'announced') = (settled_at IS NULL)"),
            kept("draws", ("draw_id",)),
            fixed("draws", _ANNOUNCED),
            RefusedWrite(
                "draws_are_settled_once", WriteKind.UPDATE, "a draw is settled once", "OLD.state <> 'announced'"
            ),
        ),
    ),
    table(
        "drawn",
        (
            days("due_on"),
            kept("drawn", ("drawn_id",), ("draw_id", "position")),
            fixed("drawn", ("drawn_id", "draw_id", "position", "permit_id", "office", "due_on", "officers")),
            once("drawn", "inspection_key"),
        ),
    ),
)
