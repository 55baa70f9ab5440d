"""Tables of reports and ratings. ``store.feedback`` reads and writes them.

They are here because ``store.database`` must not import the modules that use them. Contacts and photographs have their
own tables: they are deleted some time after the case, while the steps taken are kept.
"""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create_reports(schema: Schema) -> None:
    """Reports, their steps, and contacts that are deleted later."""
    schema.run("""
        CREATE TABLE reports (
            report_id INTEGER PRIMARY KEY, number BLOB NOT NULL UNIQUE, form_id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL, text TEXT NOT NULL, uscc TEXT NOT NULL, place TEXT NOT NULL, code_id BLOB,
            office TEXT NOT NULL, received_at TEXT NOT NULL,
            contact_days INTEGER NOT NULL, contact_due TEXT,
            answer_days INTEGER NOT NULL, answer_from TEXT NOT NULL, answer_due TEXT,
            contact_left INTEGER NOT NULL, has_photo INTEGER NOT NULL,
            state TEXT NOT NULL, closed_on TEXT, revision INTEGER NOT NULL);
        CREATE INDEX reports_open ON reports (office) WHERE closed_on IS NULL;
        CREATE INDEX reports_closed ON reports (office, closed_on) WHERE closed_on IS NOT NULL;
        CREATE TABLE report_private (
            report_id INTEGER PRIMARY KEY REFERENCES reports (report_id), contact TEXT NOT NULL, photo BLOB);
        CREATE TABLE report_events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, report_id INTEGER NOT NULL REFERENCES reports (report_id),
            at TEXT NOT NULL, actor TEXT NOT NULL, office TEXT NOT NULL, step TEXT NOT NULL, text TEXT NOT NULL,
            details TEXT NOT NULL);
        CREATE INDEX report_events_of_one ON report_events (report_id, seq);
        CREATE TRIGGER report_events_are_not_updated BEFORE UPDATE ON report_events
            BEGIN SELECT RAISE(ABORT, 'report_events is append-only'); END;
        CREATE TRIGGER report_events_are_not_deleted BEFORE DELETE ON report_events
            BEGIN SELECT RAISE(ABORT, 'report_events is append-only'); END;
    """)


def create_ratings(schema: Schema) -> None:
    """Invitations to rate, ratings, their steps, and contacts that are deleted later."""
    schema.run("""
        CREATE TABLE rating_invitations (
            code BLOB PRIMARY KEY, application_no TEXT NOT NULL UNIQUE, office TEXT NOT NULL, uscc TEXT NOT NULL,
            decided_at TEXT NOT NULL);
        CREATE TABLE ratings (
            rating_id INTEGER PRIMARY KEY, application_no TEXT NOT NULL UNIQUE, form_id TEXT NOT NULL,
            uscc TEXT NOT NULL, office TEXT NOT NULL, level INTEGER NOT NULL, reasons TEXT NOT NULL,
            text TEXT NOT NULL, rated_at TEXT NOT NULL, month TEXT NOT NULL,
            mend_days INTEGER NOT NULL, mend_from TEXT NOT NULL, mend_due TEXT, state TEXT NOT NULL, closed_on TEXT,
            revision INTEGER NOT NULL);
        CREATE INDEX ratings_by_month ON ratings (office, month);
        CREATE INDEX ratings_to_mend ON ratings (office) WHERE state IN ('open', 'mended');
        CREATE TABLE rating_private (
            rating_id INTEGER PRIMARY KEY REFERENCES ratings (rating_id), contact TEXT NOT NULL);
        CREATE TABLE rating_events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, rating_id INTEGER NOT NULL REFERENCES ratings (rating_id),
            at TEXT NOT NULL, actor TEXT NOT NULL, office TEXT NOT NULL, step TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX rating_events_of_one ON rating_events (rating_id, seq);
        CREATE TRIGGER rating_events_are_not_updated BEFORE UPDATE ON rating_events
            BEGIN SELECT RAISE(ABORT, 'rating_events is append-only'); END;
        CREATE TRIGGER rating_events_are_not_deleted BEFORE DELETE ON rating_events
            BEGIN SELECT RAISE(ABORT, 'rating_events is append-only'); END;
    """)


def purge_text(schema: Schema) -> None:
    """Let the texts about a closed case be deleted after a time.

    A step may only lose its text: who took it, when and what it was is kept, and so are answers to reporters and
    remedies.
    """
    for case, kept in (("report", "answered"), ("rating", "mended")):
        details = ", details" if case == "report" else ""
        fixed = f"seq, {case}_id, at, actor, office, step{details}"
        old, new = (", ".join(f"{row}.{name}" for name in fixed.split(", ")) for row in ("OLD", "NEW"))
        schema.run(f"""
            ALTER TABLE {case}s ADD COLUMN words_deleted_on TEXT;
            CREATE INDEX {case}s_with_words ON {case}s (closed_on)
                WHERE closed_on IS NOT NULL AND words_deleted_on IS NULL;
            DROP TRIGGER {case}_events_are_not_updated;
            CREATE TRIGGER {case}_events_are_not_updated BEFORE UPDATE ON {case}_events
                WHEN NEW.text != '' OR OLD.step = '{kept}' OR ({old}) IS NOT ({new})
                OR (SELECT closed_on FROM {case}s WHERE {case}_id = OLD.{case}_id) IS NULL
                BEGIN SELECT RAISE(ABORT, '{case}_events is append-only'); END;
        """)


def mark_networks(schema: Schema) -> None:
    """Mark reports about one business that came from one network on one day (``domain.feedback.alike``)."""
    schema.run("""
        ALTER TABLE reports ADD COLUMN network_mark TEXT NOT NULL DEFAULT '';
        CREATE INDEX reports_of_network ON reports (network_mark) WHERE network_mark != '';
    """)
