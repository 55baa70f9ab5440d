"""Rules of the items of cases."""

from __future__ import annotations

from licence_qr.domain.cases.case import TOLD, ItemState
from licence_qr.domain.catalogue.model import ItemMode, RequirementAction
from licence_qr.domain.lifecycle.clock import PauseKind
from licence_qr.domain.lifecycle.visits import GrantVisitOutcome
from licence_qr.store.database.rules.model import (
    RefusedWrite,
    RowCheck,
    WriteKind,
    among,
    append_only,
    days,
    fixed,
    in_order,
    instants,
    kept,
    once,
    one_of,
    open_once,
    refers,
    table,
)

_WRITTEN = (
    "item_id", "application_no", "uscc", "premises_no", "permit_type", "authority", "office", "action", "mode",
    "reason_zh", "reason_en",
)  # fmt: skip
_PAUSED = ("pause_id", "subject", "uscc", "kind", "first_day", "reason", "recorded_by", "recorded_at")

TABLES = (
    table(
        "case_items",
        (
            one_of("action", RequirementAction),
            one_of("mode", ItemMode),
            one_of("state", ItemState),
            days("state_since"),
            RowCheck(
                "permit_id_is_there_on_register",
                ("state", "permit_id"),
                "(state = 'on_register') = (permit_id IS NOT NULL)",
            ),
            RowCheck("not_needed_stays_so", ("state", "action"), "(state = 'not_needed') = (action = 'not_needed')"),
            refers("application_no", "issued_applications", deferred=True),
            kept("case_items", ("item_id",)),
            fixed("case_items", _WRITTEN),
            once("case_items", "permit_id"),
            RefusedWrite(
                "case_items_permit_is_its_own",
                WriteKind.UPDATE,
                "the permit of an item is of its business, premises and type",
                "NEW.permit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM permits p WHERE p.permit_id = NEW.permit_id"
                " AND p.uscc = NEW.uscc AND p.premises_no = NEW.premises_no AND p.permit_type = NEW.permit_type)",
            ),
            RefusedWrite(
                "case_items_are_not_granted_by_visitors",
                WriteKind.UPDATE,
                "nobody grants what they have visited the premises for, by whichever account",
                "NEW.state = 'on_register' AND OLD.state IN ('sent', 'taken', 'more_asked') AND EXISTS"
                " (SELECT 1 FROM grant_visits v JOIN users a ON a.username = NEW.assignee"
                " JOIN users b ON b.person_id = a.person_id WHERE v.subject = 'item/' || NEW.item_id"
                " AND instr(',' || v.officers || ',', ',' || b.username || ',') > 0)",
            ),
        ),
    ),
    table(
        "grant_visits",
        (
            one_of("outcome", GrantVisitOutcome),
            days("visited_on"),
            instants("recorded_at"),
            RowCheck("somebody_was_there", ("officers", "named"), "officers <> '' OR named <> ''"),
            append_only("grant_visits", ("visit_id",)),
        ),
    ),
    table(
        "clock_pauses",
        (
            one_of("kind", PauseKind),
            days("first_day", "last_day"),
            instants("recorded_at"),
            in_order("first_day", "last_day"),
            kept("clock_pauses", ("pause_id",)),
            open_once("clock_pauses", ("subject", "kind"), "{}last_day IS NULL"),
            fixed("clock_pauses", _PAUSED),
            once("clock_pauses", "last_day"),
        ),
    ),
    table(
        "clock_extensions",
        (
            instants("recorded_at"),
            RowCheck("days_are_some", ("days",), "days > 0"),
            append_only("clock_extensions", ("subject",)),
        ),
    ),
    table(
        "tellings",
        (
            RowCheck("state_is_known", ("state",), among("state", TOLD)),
            days("since"),
            instants("ended_at"),
            kept("tellings", ("telling_id",)),
            fixed("tellings", ("telling_id", "item_id", "office", "state", "since")),
            once("tellings", "ended_at"),
            open_once("tellings", ("item_id",), "{}ended_at IS NULL"),
        ),
    ),
)
