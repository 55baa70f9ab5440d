"""Rules of reports and ratings, of files, imports, reminders and assignments."""

from __future__ import annotations

from enum import StrEnum

from licence_qr.domain.feedback.ratings import RatingState, RatingStep
from licence_qr.domain.feedback.reports import ReportState, ReportStep
from licence_qr.domain.importing.conflicts import ConflictKind, Decision, RowOutcome, Source
from licence_qr.domain.work.tasks import DueStep, TaskKind
from licence_qr.store.database.rules.model import (
    RefusedWrite,
    RowCheck,
    Table,
    WriteKind,
    append_only,
    counted,
    days,
    differs,
    fixed,
    in_turn,
    instants,
    kept,
    not_over,
    once,
    one_of,
    refers,
    table,
    truths,
)


def _steps(case: str, step: type[StrEnum], answered: str, *further: str) -> Table:
    """Steps of cases: added, and never changed but that the text goes some time after the case is closed; not that of an
    answer, nor of what was put right."""
    name, key = f"{case}_events", f"{case}_id"
    changed = differs(("seq", key, "at", "actor", "office", "step", *further))
    unclosed = f"(SELECT closed_on FROM {case}s WHERE {key} = OLD.{key}) IS NULL"
    message = f"{name} is append-only"
    return table(
        name,
        (
            one_of("step", step),
            instants("at"),
            counted("seq"),
            RefusedWrite(
                f"{name}_are_not_updated",
                WriteKind.UPDATE,
                message,
                f"NEW.text <> '' OR OLD.step = '{answered}' OR {changed} OR {unclosed}",
            ),
            RefusedWrite(f"{name}_are_not_deleted", WriteKind.DELETE, message),
            not_over(name, ("seq",)),
            in_turn(name, "seq"),
        ),
    )


TABLES = (
    table(
        "reports",
        (
            one_of("state", ReportState),
            days("contact_due", "answer_from", "answer_due", "closed_on", "words_deleted_on"),
            instants("received_at"),
            truths("contact_left", "has_photo"),
            kept("reports", ("report_id",), ("number",), ("form_id",)),
            fixed("reports", ("report_id", "number", "form_id", "kind", "uscc", "code_id", "received_at")),
        ),
    ),
    table("report_private", (once("report_private", "file"),)),
    _steps("report", ReportStep, ReportStep.ANSWERED, "details"),
    table(
        "rating_invitations",
        (
            instants("decided_at"),
            refers("uscc", "entities"),
            append_only("rating_invitations", ("code",), ("application_no",)),
        ),
    ),
    table(
        "ratings",
        (
            one_of("state", RatingState),
            days("mend_from", "mend_due", "closed_on", "words_deleted_on"),
            instants("rated_at"),
            RowCheck("level_is_one_of_five", ("level",), "level BETWEEN 1 AND 5"),
            kept("ratings", ("rating_id",), ("application_no",)),
            fixed(
                "ratings", ("rating_id", "application_no", "form_id", "uscc", "office", "level", "reasons", "rated_at")
            ),
        ),
    ),
    _steps("rating", RatingStep, RatingStep.MENDED),
    table(
        "files",
        (
            days("dropped_on"),
            instants("kept_at"),
            truths("listed"),
            kept("files", ("name",)),
            fixed("files", ("name", "size", "kept_at")),
            RefusedWrite(
                "files_keys_are_only_dropped",
                WriteKind.UPDATE,
                "the key of a file stays, or is deleted for ever",
                "NEW.key IS NOT NULL AND NEW.key IS DISTINCT FROM OLD.key",
            ),
        ),
    ),
    table("import_runs", (instants("started_at", "finished_at"),)),
    table(
        "import_rows",
        (
            one_of("source", Source),
            one_of("outcome", RowOutcome),
        ),
    ),
    table(
        "import_questions",
        (
            one_of("kind", ConflictKind),
            one_of("decision", Decision),
            instants("asked_at", "withdrawn_at", "decided_at"),
            refers("run_id", "import_runs"),
        ),
    ),
    table(
        "reminders",
        (
            one_of("kind", TaskKind),
            one_of("step", DueStep),
            days("due_on"),
            instants("written_at"),
        ),
    ),
    table(
        "task_assignments",
        (
            one_of("kind", TaskKind),
            RowCheck("turn_is_a_day", ("turn",), "turn = '' OR is_day(turn)"),
            instants("assigned_at"),
        ),
    ),
)
