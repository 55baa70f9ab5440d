"""Tables of the items of cases (``store.cases``)."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """One row for each permit or filing that an application asked for; and who is asked for while one is typed, by their
    name or an address."""
    schema.run("""
        CREATE TABLE case_items (
            item_id INTEGER PRIMARY KEY AUTOINCREMENT, application_no TEXT NOT NULL, uscc TEXT NOT NULL,
            premises_no INTEGER NOT NULL, permit_type TEXT NOT NULL, authority TEXT NOT NULL, office TEXT NOT NULL,
            action TEXT NOT NULL, mode TEXT NOT NULL, reason_zh TEXT NOT NULL, reason_en TEXT NOT NULL,
            state TEXT NOT NULL, state_since TEXT NOT NULL, permit_id INTEGER REFERENCES permits (permit_id),
            assignee TEXT NOT NULL, note TEXT NOT NULL,
            FOREIGN KEY (uscc, premises_no) REFERENCES premises (uscc, premises_no));
        CREATE INDEX case_items_by_uscc ON case_items (uscc);
        CREATE INDEX case_items_at_authority ON case_items (authority, state_since)
            WHERE state IN ('sent', 'taken', 'more_asked');
        CREATE INDEX entities_by_principal ON entities (principal);
        CREATE INDEX premises_by_address_key ON premises (address_key);
    """)


def add_tellings(schema: Schema) -> None:
    """What applicants are still to be told, or handed, of the items of their cases. Of items from before, what their
    authority asked for or refused last: whether they were told, nobody has written down."""
    schema.run("""
        CREATE TABLE tellings (
            telling_id INTEGER PRIMARY KEY AUTOINCREMENT, item_id INTEGER NOT NULL REFERENCES case_items (item_id),
            office TEXT NOT NULL, state TEXT NOT NULL, since TEXT NOT NULL, ended_at TEXT);
        CREATE INDEX tellings_open ON tellings (office, state) WHERE ended_at IS NULL;
        CREATE INDEX tellings_of_item ON tellings (item_id);
        INSERT INTO tellings (item_id, office, state, since)
            SELECT item_id, office, state, state_since FROM case_items WHERE state IN ('more_asked', 'refused')
            ORDER BY item_id;
    """)


def add_standard_procedure(schema: Schema) -> None:
    """What happens to a permit or item that was applied for before it is decided: visits to the premises, days that do not
    count, and days added by the head of the authority."""
    schema.run("""
        CREATE TABLE grant_visits (
            visit_id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL,
            uscc TEXT NOT NULL REFERENCES entities (uscc), visited_on TEXT NOT NULL, officers TEXT NOT NULL,
            named TEXT NOT NULL, outcome TEXT NOT NULL, words TEXT NOT NULL, inspection TEXT NOT NULL,
            recorded_by TEXT NOT NULL, recorded_at TEXT NOT NULL);
        CREATE INDEX grant_visits_by_subject ON grant_visits (subject);
        CREATE TABLE clock_pauses (
            pause_id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL,
            uscc TEXT NOT NULL REFERENCES entities (uscc), kind TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT,
            reason TEXT NOT NULL, recorded_by TEXT NOT NULL, recorded_at TEXT NOT NULL);
        CREATE INDEX clock_pauses_by_subject ON clock_pauses (subject);
        CREATE TABLE clock_extensions (
            subject TEXT PRIMARY KEY, uscc TEXT NOT NULL REFERENCES entities (uscc), days INTEGER NOT NULL,
            approved_by TEXT NOT NULL, reason TEXT NOT NULL, recorded_by TEXT NOT NULL, recorded_at TEXT NOT NULL);
    """)
