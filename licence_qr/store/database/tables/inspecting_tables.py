"""Tables of inspections, rectification orders and random draws."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Create the tables."""
    _create_inspections(schema)
    _create_draws(schema)


def _create_inspections(schema: Schema) -> None:
    """Create the tables of inspections, photographs and orders.

    ``content`` is the text as received; the other columns are read from it, for searching. A visit has one row for each
    content received under its id, normally one. Credit code and permit are no foreign keys: unknown ones are kept too.
    """
    schema.run("""
        CREATE TABLE inspections (
            inspection_key INTEGER PRIMARY KEY AUTOINCREMENT, inspection_id TEXT NOT NULL,
            content_sha256 TEXT NOT NULL, content BLOB NOT NULL, received_at TEXT NOT NULL, device_time TEXT,
            office TEXT NOT NULL, officer TEXT NOT NULL, second_officer TEXT NOT NULL, purpose TEXT NOT NULL,
            uscc TEXT NOT NULL, premises_no INTEGER NOT NULL, permit_id INTEGER, visited_on TEXT NOT NULL,
            outcome TEXT NOT NULL, score INTEGER, grade TEXT NOT NULL, state TEXT NOT NULL, flags TEXT NOT NULL,
            handled_by TEXT NOT NULL DEFAULT '', handled_at TEXT, handled_reason TEXT NOT NULL DEFAULT '',
            UNIQUE (inspection_id, content_sha256));
        CREATE INDEX inspections_by_office ON inspections (office, visited_on);
        CREATE INDEX inspections_held ON inspections (office) WHERE state = 'held';
        CREATE INDEX inspections_by_permit ON inspections (permit_id, visited_on) WHERE state = 'counted';
        CREATE INDEX inspections_by_uscc ON inspections (uscc);

        CREATE TABLE inspection_photos (
            inspection_key INTEGER NOT NULL REFERENCES inspections (inspection_key), position INTEGER NOT NULL,
            sent_sha256 TEXT NOT NULL, length INTEGER NOT NULL, taken_at TEXT NOT NULL, note TEXT NOT NULL,
            kept_sha256 TEXT, refusal TEXT NOT NULL DEFAULT '', arrived_at TEXT,
            PRIMARY KEY (inspection_key, position));

        CREATE TABLE rectifications (
            order_id INTEGER PRIMARY KEY AUTOINCREMENT,
            inspection_key INTEGER NOT NULL REFERENCES inspections (inspection_key),
            uscc TEXT NOT NULL REFERENCES entities (uscc), premises_no INTEGER NOT NULL, permit_id INTEGER,
            office TEXT NOT NULL, ordered_on TEXT NOT NULL, due_on TEXT NOT NULL, items TEXT NOT NULL,
            state TEXT NOT NULL, closed_on TEXT, closed_by INTEGER REFERENCES inspections (inspection_key));
        CREATE INDEX rectifications_open ON rectifications (office, due_on) WHERE state = 'open';
        CREATE INDEX rectifications_by_uscc ON rectifications (uscc);

    """)


def _create_draws(schema: Schema) -> None:
    schema.run("""
        CREATE TABLE draws (
            draw_id INTEGER PRIMARY KEY AUTOINCREMENT, office TEXT NOT NULL, title TEXT NOT NULL,
            announced_at TEXT NOT NULL, announced_by TEXT NOT NULL, due_on TEXT NOT NULL, places INTEGER NOT NULL,
            list TEXT NOT NULL, list_sha256 TEXT NOT NULL, candidate_count INTEGER NOT NULL, officers TEXT NOT NULL,
            officer_count INTEGER NOT NULL, seed_source TEXT NOT NULL,
            commitment TEXT NOT NULL, secret TEXT NOT NULL, seed TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,
            settled_at TEXT, settled_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '');
        CREATE INDEX draws_by_office ON draws (office, draw_id);

        CREATE TABLE drawn (
            drawn_id INTEGER PRIMARY KEY AUTOINCREMENT, draw_id INTEGER NOT NULL REFERENCES draws (draw_id),
            position INTEGER NOT NULL, permit_id INTEGER NOT NULL REFERENCES permits (permit_id),
            office TEXT NOT NULL, due_on TEXT NOT NULL, officers TEXT NOT NULL,
            inspection_key INTEGER REFERENCES inspections (inspection_key), UNIQUE (draw_id, position));
        CREATE INDEX drawn_open ON drawn (office, due_on) WHERE inspection_key IS NULL;
        CREATE INDEX drawn_by_permit ON drawn (permit_id);
    """)


def add_confirmations(schema: Schema) -> None:
    """What named second officers say about records, by the hash of the content. Records from before have none."""
    schema.run("""
        CREATE TABLE confirmations (
            subject TEXT NOT NULL, content_sha256 TEXT NOT NULL,
            person_id INTEGER NOT NULL REFERENCES persons (person_id), username TEXT NOT NULL,
            answer TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (subject, person_id));
        CREATE INDEX inspections_of_second_officer ON inspections (second_officer) WHERE state = 'held';
    """)


def add_named_checks(schema: Schema) -> None:
    """Commitment checks from the desk that wait for the officers they name. ``content`` is what they confirm."""
    schema.run("""
        CREATE TABLE named_checks (
            named_id INTEGER PRIMARY KEY AUTOINCREMENT, permit_id INTEGER NOT NULL REFERENCES permits (permit_id),
            uscc TEXT NOT NULL REFERENCES entities (uscc), office TEXT NOT NULL, officer TEXT NOT NULL,
            others TEXT NOT NULL, content TEXT NOT NULL, content_sha256 TEXT NOT NULL, received_at TEXT NOT NULL,
            state TEXT NOT NULL, follow_up_id INTEGER REFERENCES follow_ups (follow_up_id));
        CREATE INDEX named_checks_of_office ON named_checks (office) WHERE state IN ('waiting', 'objected');
        CREATE UNIQUE INDEX named_checks_open ON named_checks (permit_id) WHERE state IN ('waiting', 'objected');
    """)
