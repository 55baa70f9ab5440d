"""Rules of the register itself: businesses, permits, codes and their status, numbers, and the facts about the whole."""

from __future__ import annotations

from licence_qr.domain.register.entity import EntityForm, LicenceState
from licence_qr.domain.register.marks import MarkKind
from licence_qr.domain.register.permit import GrantMode, PermitState, Suspension
from licence_qr.store.database.rules.model import (
    RefusedWrite,
    RowCheck,
    WriteKind,
    append_only,
    counted,
    days,
    differs,
    fixed,
    in_order,
    in_turn,
    instants,
    kept,
    not_over,
    objects,
    once,
    one_of,
    refers,
    table,
    truths,
)

_KIND = "'kind'"
_MOST_VERSION = (1 << 32) - 1  # that a code can say
_STATUS = "(SELECT last FROM counters WHERE series = 'status' AND year = 0)"


def _only_rises(row: str) -> str:
    """Whether a fact is the newest edition of a list, or what versions of codes go on above after a restore."""
    return f"({row}name LIKE 'newest %' OR {row}name = 'versions above')"


_CODE = ("code_id", "version", "uscc", "issued_on", "issued_at", "digest", "record", "status_index", "entry_count")
# ``codes.set_status`` writes the change first: an entry is what the newest change says.
_NEWEST_CHANGE = "(SELECT {} FROM status_changes ORDER BY seq DESC LIMIT 1)"


def _by_a_change(change: WriteKind, row: str, value: str) -> RefusedWrite:
    index, changed_to = _NEWEST_CHANGE.format("status_index"), _NEWEST_CHANGE.format("value")
    condition = f"{index} IS DISTINCT FROM {row}.status_index OR {changed_to} IS DISTINCT FROM {value}"
    name = f"status_entries_follow_changes_on_{change.lower()}"
    return RefusedWrite(name, change, "an entry of the status list changes with a row of status_changes", condition)


TABLES = (
    table(
        "entities",
        (
            one_of("form", EntityForm),
            one_of("state", LicenceState),
            days("established_on", "issued_on", "term_to", "state_since", "dormant_until"),
            kept("entities", ("uscc",)),
            fixed("entities", ("uscc",)),
        ),
    ),
    table(
        "premises",
        (
            RowCheck("premises_no_counts_from_1", ("premises_no",), "premises_no > 0"),
            RowCheck("area_m2_is_not_negative", ("area_m2",), "area_m2 >= 0"),
            days("closed_on"),
            kept("premises", ("uscc", "premises_no")),
            fixed("premises", ("uscc", "premises_no")),
        ),
    ),
    table(
        "permits",
        (
            one_of("mode", GrantMode),
            one_of("state", PermitState),
            one_of("ended_by", PermitState),
            one_of("suspension", Suspension),
            days("issued_on", "valid_from", "valid_to", "state_since", "graded_on", "follow_up_due"),
            days("checked_on", "renewal_applied_on", "reviewed_on"),
            in_order("valid_from", "valid_to"),
            truths("renewal_in_time"),
            kept("permits", ("permit_id",), ("permit_no",), changing=(("permit_no",),)),
            fixed("permits", ("permit_id", "uscc", "permit_type")),
        ),
    ),
    table(
        "marks",
        (
            one_of("kind", MarkKind),
            days("since", "until", "lifted_on"),
            kept("marks", ("mark_id",)),
            fixed("marks", ("mark_id", "uscc", "kind", "since", "until", "reason", "legal_basis", "document_no")),
            once("marks", "lifted_on"),
        ),
    ),
    table(
        "codes",
        (
            RowCheck("code_id_has_10_bytes", ("code_id",), "length(code_id) = 10"),
            RowCheck("version_can_be_said", ("version",), f"version <= {_MOST_VERSION}"),
            RowCheck("status_index_counts_from_0", ("status_index",), "status_index >= 0"),
            days("issued_on", "void_since"),
            instants("issued_at"),
            kept("codes", ("code_id", "version"), ("status_index",)),
            fixed("codes", _CODE),
            once("codes", "token"),
            once("codes", "kid"),
            once("codes", "void_since"),
            objects("codes", "record"),
            RefusedWrite(
                "codes_payload_is_only_dropped",
                WriteKind.UPDATE,
                "what waits to be signed is signed or stays",
                "NEW.payload IS NOT NULL AND NEW.payload IS DISTINCT FROM OLD.payload",
            ),
            RefusedWrite(
                "codes_one_of_a_business",
                WriteKind.INSERT,
                "a business has one code, and a code one business",
                "EXISTS (SELECT 1 FROM codes WHERE uscc = NEW.uscc AND code_id <> NEW.code_id)"
                " OR EXISTS (SELECT 1 FROM codes WHERE code_id = NEW.code_id AND uscc <> NEW.uscc)",
            ),
            RefusedWrite(
                "codes_versions_rise",
                WriteKind.INSERT,
                "the next version of a code is above all before",
                "EXISTS (SELECT 1 FROM codes WHERE code_id = NEW.code_id AND version >= NEW.version)",
            ),
        ),
    ),
    table(
        "status_entries",
        (
            RowCheck("index_counts_from_0", ("status_index",), "status_index >= 0"),
            RowCheck("value_is_a_status", ("value",), "value BETWEEN 1 AND 3"),
            _by_a_change(WriteKind.INSERT, "NEW", "NEW.value"),
            _by_a_change(WriteKind.UPDATE, "NEW", "NEW.value"),
            _by_a_change(WriteKind.DELETE, "OLD", "0"),
            fixed("status_entries", ("status_index",)),
        ),
    ),
    table(
        "status_changes",
        (
            RowCheck("value_is_a_status", ("value",), "value BETWEEN 0 AND 3"),
            counted("seq"),
            append_only("status_changes", ("seq",)),
            in_turn("status_changes", "seq"),
            RefusedWrite(
                "status_changes_are_of_given_entries",
                WriteKind.INSERT,
                "only entries that were given to a code change",
                f"NEW.status_index NOT BETWEEN 0 AND coalesce({_STATUS}, 0) - 1",
            ),
        ),
    ),
    table(
        "published_status_list",
        (
            instants("issued_at"),
            kept("published_status_list", ("only",)),
            RefusedWrite(
                "published_status_list_goes_on",
                WriteKind.UPDATE,
                "no older status list is published after a newer one",
                "NEW.last_change < OLD.last_change OR NEW.entry_count < OLD.entry_count",
            ),
        ),
    ),
    table(
        "counters",
        (
            RowCheck("last_counts_from_0", ("last",), "last >= 0"),
            kept("counters", ("series", "year")),
            RefusedWrite(
                "counters_only_rise",
                WriteKind.UPDATE,
                "a counter only rises",
                f"NEW.last < OLD.last OR {differs(('series', 'year'))}",
            ),
        ),
    ),
    table(
        "register_facts",
        (
            RowCheck(
                "kind_is_known",
                ("name", "value"),
                f"name <> {_KIND} OR value IN ('demonstration', 'production')",
            ),
            RowCheck(
                "value_is_a_number",
                ("name", "value"),
                f"NOT {_only_rises('')} OR (value <> '' AND ltrim(value, '0123456789') = '' AND length(value) < 16)",
            ),
            not_over("register_facts", ("name",)),
            fixed("register_facts", ("name",)),
            RefusedWrite(
                "register_facts_kind_stays",
                WriteKind.UPDATE,
                "a demonstration never becomes a production register, nor the other way round",
                f"OLD.name = {_KIND} AND NEW.value <> OLD.value",
            ),
            RefusedWrite(
                "register_facts_numbers_only_rise",
                WriteKind.UPDATE,
                "an older list is not noted after a newer one, nor a version of a code given twice",
                f"{_only_rises('OLD.')} AND CAST(NEW.value AS INTEGER) < CAST(OLD.value AS INTEGER)",
            ),
            RefusedWrite(
                "register_facts_are_kept",
                WriteKind.DELETE,
                "kind of the register, newest lists and versions given before a restore are not deleted",
                f"OLD.name = {_KIND} OR {_only_rises('OLD.')}",
            ),
        ),
    ),
    table("applications", (instants("created_at", "updated_at", "issued_at"),)),
    table(
        "issued_applications",
        (
            instants("issued_at"),
            refers("uscc", "entities"),
            append_only("issued_applications", ("idempotency_key",), ("application_no",)),
        ),
    ),
    table(
        "notice_texts",
        (
            RefusedWrite("notice_texts_is_not_updated", WriteKind.UPDATE, "the text of a notice is not changed"),
            RefusedWrite("notice_texts_is_not_deleted", WriteKind.DELETE, "the text of a notice is not deleted"),
            RefusedWrite(
                "notice_texts_are_not_replaced",
                WriteKind.INSERT,
                "the text of a notice is not replaced",
                "EXISTS (SELECT 1 FROM notice_texts WHERE sha256 = NEW.sha256 AND text <> NEW.text)",
            ),
        ),
    ),
    table(
        "commitments",
        (
            days("signed_on"),
            refers("application_no", "issued_applications", deferred=True),
            append_only("commitments", ("application_no", "permit_type")),
        ),
    ),
)
