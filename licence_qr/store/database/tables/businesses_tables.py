"""Tables of businesses."""

from __future__ import annotations

from licence_qr.store.database.schema import Schema


def create(schema: Schema) -> None:
    """Entities, premises and permits."""
    schema.run("""
        CREATE TABLE register_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE entities (
            uscc TEXT PRIMARY KEY, form TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
            entity_type TEXT NOT NULL, principal TEXT NOT NULL, registered_capital TEXT NOT NULL,
            established_on TEXT NOT NULL, issued_on TEXT NOT NULL, term_to TEXT, domicile TEXT NOT NULL,
            business_scope TEXT NOT NULL, registration_authority TEXT NOT NULL,
            state TEXT NOT NULL, office TEXT NOT NULL, contact_phone TEXT NOT NULL);
        CREATE INDEX entities_by_name_key ON entities (name_key);
        CREATE TABLE premises (
            uscc TEXT NOT NULL REFERENCES entities (uscc), premises_no INTEGER NOT NULL,
            address TEXT NOT NULL, address_key TEXT NOT NULL, region TEXT NOT NULL, area_m2 INTEGER,
            PRIMARY KEY (uscc, premises_no));
        CREATE TABLE permits (
            permit_id INTEGER PRIMARY KEY, uscc TEXT NOT NULL, premises_no INTEGER NOT NULL,
            permit_type TEXT NOT NULL, permit_no TEXT UNIQUE, kinds TEXT NOT NULL, items TEXT NOT NULL,
            issuing_authority TEXT NOT NULL, handling_office TEXT NOT NULL,
            issued_on TEXT, valid_from TEXT, valid_to TEXT, mode TEXT NOT NULL,
            state TEXT NOT NULL, state_since TEXT, grade TEXT NOT NULL, graded_on TEXT,
            follow_up_due TEXT, checked_on TEXT,
            FOREIGN KEY (uscc, premises_no) REFERENCES premises (uscc, premises_no));
        CREATE INDEX permits_by_uscc ON permits (uscc);
    """)


def add_lives(schema: Schema) -> None:
    """Columns of the life cycle, and marks."""
    schema.run("""
        ALTER TABLE permits ADD COLUMN renewal_applied_on TEXT;
        ALTER TABLE permits ADD COLUMN reviewed_on TEXT;
        ALTER TABLE permits ADD COLUMN ended_by TEXT;
        ALTER TABLE history ADD COLUMN effective_on TEXT NOT NULL DEFAULT '';
        ALTER TABLE history ADD COLUMN proposed_by TEXT NOT NULL DEFAULT '';
        CREATE TABLE marks (
            mark_id INTEGER PRIMARY KEY, uscc TEXT NOT NULL REFERENCES entities (uscc), kind TEXT NOT NULL,
            since TEXT NOT NULL, until TEXT, lifted_on TEXT, reason TEXT NOT NULL, legal_basis TEXT NOT NULL,
            document_no TEXT NOT NULL);
        CREATE INDEX marks_by_uscc ON marks (uscc);
    """)


def add_life_dates(schema: Schema) -> None:
    """More dates of the life cycle."""
    schema.run("""
        ALTER TABLE entities ADD COLUMN state_since TEXT;
        ALTER TABLE entities ADD COLUMN dormant_until TEXT;
        ALTER TABLE premises ADD COLUMN closed_on TEXT;
        ALTER TABLE codes ADD COLUMN void_since TEXT;
        ALTER TABLE permits ADD COLUMN renewal_in_time INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX permits_undecided ON permits (valid_to) WHERE renewal_applied_on IS NOT NULL;
        CREATE INDEX marks_standing ON marks (until) WHERE lifted_on IS NULL;
        CREATE INDEX entities_resting ON entities (dormant_until) WHERE dormant_until IS NOT NULL;
    """)
