"""Rules of what was done and read: the history, the traces and the refusals that are counted for them."""

from __future__ import annotations

from licence_qr.domain.register.events import EventKind
from licence_qr.store.database.rules.model import (
    RefusedWrite,
    RowCheck,
    WriteKind,
    among,
    append_only,
    counted,
    in_turn,
    instants,
    not_over,
    objects,
    table,
    truths,
)

_EFFECTIVE = RowCheck("effective_on_is_a_day", ("effective_on",), "effective_on = '' OR is_day(effective_on)")
# Whoever deletes traces first writes an event that says so; its subject is the day before which they go (``traces/<day>``).
_ANNOUNCED = (
    "EXISTS (SELECT 1 FROM history WHERE seq = (SELECT max(seq) FROM history) AND event = 'traces_deleted'"
    " AND OLD.at < replace(subject, 'traces/', ''))"
)


def _of_known_kind(name: str, column: str) -> RefusedWrite:
    """A new row is of a kind that the program knows. No check: old kinds stay, and the table is large."""
    condition = f"NOT ({among(f'NEW.{column}', EventKind)})"
    return RefusedWrite(
        f"{name}_{column}_is_known", WriteKind.INSERT, f"{column} of {name} is a kind of event", condition
    )


TABLES = (
    table(
        "history",
        (
            instants("at"),
            _EFFECTIVE,
            counted("seq"),
            _of_known_kind("history", "event"),
            append_only("history", ("seq",)),
            in_turn("history", "seq"),
            objects("history", "before", "after", "private"),
        ),
    ),
    table(
        "traces",
        (
            instants("at"),
            _EFFECTIVE,
            counted("seq"),
            _of_known_kind("traces", "event"),
            RefusedWrite("traces_are_not_updated", WriteKind.UPDATE, "traces are not changed"),
            RefusedWrite(
                "traces_are_kept_for_their_time",
                WriteKind.DELETE,
                "traces go at the end of their time, with an event that says so",
                f"NOT {_ANNOUNCED}",
            ),
            not_over("traces", ("seq",)),
            in_turn("traces", "seq"),
            objects("traces", "before", "after", "private"),
        ),
    ),
    table(
        "refusals",
        (
            instants("since", "last_at"),
            truths("told"),
            _of_known_kind("refusals", "kind"),
        ),
    ),
)
