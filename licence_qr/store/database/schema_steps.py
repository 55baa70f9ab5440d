"""The steps of the register's schema in one list, the same for every database.

A released step is never edited, renamed or moved; a change is a new step at the end. ``migrations`` applies the list on
SQLite; ``schema`` says what another database would need.

Rules (``rules``) are held as they are written today, whichever step asks for it: whoever changes one, or adds a table or a
column that has any, ends a new step with ``schema.hold(TABLES)``. A test says so.
"""

from __future__ import annotations

from collections.abc import Callable

from licence_qr.store.database import early_steps
from licence_qr.store.database.rules.every import TABLES
from licence_qr.store.database.schema import Schema
from licence_qr.store.database.tables import (
    accounts_tables,
    applications_tables,
    audit_tables,
    businesses_tables,
    cases_tables,
    codes_tables,
    feedback_tables,
    files_tables,
    importing_tables,
    inspecting_tables,
    parties_tables,
    proposals_tables,
    work_tables,
)


def m001_businesses(schema: Schema) -> None:
    """Entities, premises and permits: the current state, which can be rebuilt from the history."""
    businesses_tables.create(schema)


def m002_codes(schema: Schema) -> None:
    """Every signed version of every code, the counters, and the status entries that are not 0."""
    codes_tables.create(schema)


def m003_applications(schema: Schema) -> None:
    """Drafts as typed, issued applications with their outcome, and commitments with the text that was signed."""
    applications_tables.create(schema)


def m004_history(schema: Schema) -> None:
    """The append-only history of events; triggers refuse changes, even by this program."""
    schema.run("""
        CREATE TABLE history (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, office TEXT NOT NULL,
            event TEXT NOT NULL, uscc TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
            legal_basis TEXT NOT NULL, document_no TEXT NOT NULL, before TEXT, after TEXT);
        CREATE INDEX history_by_uscc ON history (uscc, seq);
        CREATE TRIGGER history_is_not_updated BEFORE UPDATE ON history
            BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
        CREATE TRIGGER history_is_not_deleted BEFORE DELETE ON history
            BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
    """)


def m005_accounts(schema: Schema) -> None:
    """Accounts, sessions (by hash of the token, so that a copy of the file gives no access) and rate limits."""
    accounts_tables.create(schema)


def m006_imports(schema: Schema) -> None:
    """Runs of the department import, and the rows that wait for a person."""
    importing_tables.create(schema)


def m007_status_changes(schema: Schema) -> None:
    """Every change of a status entry in order, so that the published list is updated without reading all."""
    schema.run("""
        CREATE TABLE status_changes (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, status_index INTEGER NOT NULL, value INTEGER NOT NULL);
    """)


def m008_published_status_list(schema: Schema) -> None:
    """The newest published list, in one row: all workers serve the same list, and none issues an older one after it."""
    schema.run("""
        CREATE TABLE published_status_list (
            only INTEGER PRIMARY KEY CHECK (only = 1), last_change INTEGER NOT NULL, entry_count INTEGER NOT NULL,
            subject TEXT NOT NULL, kid BLOB NOT NULL, issued_at TEXT NOT NULL, signed BLOB NOT NULL);
    """)


def m009_lives(schema: Schema) -> None:
    """Columns of the life cycle, and marks.

    Renewal, review and ``ended_by`` of a permit; effective date and proposer of each event; dated marks of a business.
    """
    businesses_tables.add_lives(schema)


def m010_proposals(schema: Schema) -> None:
    """Proposals, checks after a grant on commitment, and entries in the credit record."""
    proposals_tables.create(schema)


def m011_work_list(schema: Schema) -> None:
    """Indexes for the task list, so that only open tasks are read."""
    schema.run("""
        CREATE INDEX permits_pending ON permits (handling_office) WHERE state = 'pending';
        CREATE INDEX permits_by_end ON permits (handling_office, valid_to) WHERE state IN ('effective', 'suspended');
        CREATE INDEX permits_by_review ON permits (handling_office, max(valid_from, coalesce(reviewed_on, '')))
            WHERE state IN ('effective', 'suspended');
        CREATE INDEX permits_in_renewal ON permits (handling_office, valid_to) WHERE renewal_applied_on IS NOT NULL;
        CREATE INDEX permits_to_follow_up ON permits (handling_office, follow_up_due)
            WHERE checked_on IS NULL AND follow_up_due IS NOT NULL AND mode = 'commitment'
            AND state IN ('effective', 'suspended');
    """)


def m012_life_dates(schema: Schema) -> None:
    """More dates of the life cycle.

    The first day of a licence's state, the end of dormancy, closed premises, void prints, and renewals applied for in
    time.
    """
    businesses_tables.add_life_dates(schema)


def m013_reminders(schema: Schema) -> None:
    """Reminders that were written, and private calendar addresses (by hash of the token)."""
    work_tables.create(schema)


def m014_reports(schema: Schema) -> None:
    """Reports of citizens."""
    feedback_tables.create_reports(schema)


def m015_ratings(schema: Schema) -> None:
    """Ratings of the service."""
    feedback_tables.create_ratings(schema)


def m016_inspections(schema: Schema) -> None:
    """Inspections as phones send them, photographs, rectification orders, and random draws."""
    inspecting_tables.create(schema)


def m017_words_let_go(schema: Schema) -> None:
    """Let texts of citizens, and notes about them, be deleted some time after a case is closed."""
    feedback_tables.purge_text(schema)


def m018_early_steps_whole(schema: Schema) -> None:
    """Repair registers of the first day, when four of these steps were changed after they had been applied."""
    early_steps.make_whole(schema)


def m019_event_parts(schema: Schema) -> None:
    """Public and private parts of events (``domain.register.events``).

    In new events ``before`` and ``after`` have the public part, ``private`` the rest, and ``salt`` is for the hashes.
    Older events have neither and are not changed.
    """
    schema.run("""
        ALTER TABLE history ADD COLUMN private TEXT;
        ALTER TABLE history ADD COLUMN salt BLOB CHECK (length(salt) >= 16);
    """)


def m020_suspension(schema: Schema) -> None:
    """Which decision suspends a permit (``domain.register.permit.Suspension``), and which one is proposed. Suspensions and
    proposals from before do not say."""
    schema.run("""
        ALTER TABLE permits ADD COLUMN suspension TEXT;
        ALTER TABLE proposals ADD COLUMN suspension TEXT;
    """)


def m021_limits(schema: Schema) -> None:
    """Rate limits as token buckets (earlier counts are dropped), the generation of known devices, and marks of networks on
    reports."""
    schema.run("""
        DROP TABLE throttles;
        CREATE TABLE throttles (
            scope TEXT NOT NULL, subject TEXT NOT NULL, full_at BIGINT NOT NULL, PRIMARY KEY (scope, subject));
        CREATE INDEX throttles_by_end ON throttles (full_at);
        ALTER TABLE users ADD COLUMN device_generation INTEGER NOT NULL DEFAULT 0;
    """)
    feedback_tables.mark_networks(schema)


def m022_people(schema: Schema) -> None:
    """People, to whom accounts belong; who acted, by what, in the history; the device of a session."""
    accounts_tables.add_people(schema)


def m023_session_stages(schema: Schema) -> None:
    """What a session wants before it is anybody's; accounts that must change their password."""
    accounts_tables.add_stages(schema)


def m024_second_factors(schema: Schema) -> None:
    """What proves, besides the password, who somebody is."""
    accounts_tables.add_second_factors(schema)


def m025_second_officers(schema: Schema) -> None:
    """What second officers say about the records that name them."""
    inspecting_tables.add_confirmations(schema)


def m026_named_checks(schema: Schema) -> None:
    """Commitment checks that wait for the officers they name."""
    inspecting_tables.add_named_checks(schema)


def m027_traces(schema: Schema) -> None:
    """For whom a system user acted at the console; traces of reading, searching, exporting, printing and signing in."""
    audit_tables.add_traces(schema)


def m028_trail_indexes(schema: Schema) -> None:
    """Indexes for the filters of the auditor's list."""
    audit_tables.add_trail_indexes(schema)


def m029_refusals(schema: Schema) -> None:
    """Refused tries, counted until they are told."""
    audit_tables.add_refusals(schema)


def m030_absences(schema: Schema) -> None:
    """Absences with their substitutes."""
    accounts_tables.add_absences(schema)


def m031_identity_service(schema: Schema) -> None:
    """Sign-ins by the identity service."""
    accounts_tables.add_identity_service(schema)


def m032_factor_resets(schema: Schema) -> None:
    """Resets of second factors that one person asks for and another confirms."""
    accounts_tables.add_factor_resets(schema)


def m033_signing_apart(schema: Schema) -> None:
    """Versions of codes that are recorded and not signed yet."""
    codes_tables.part_signing(schema)


def m034_role_grants(schema: Schema) -> None:
    """Roles that one person asks for and another confirms."""
    accounts_tables.add_role_grants(schema)


def m035_files(schema: Schema) -> None:
    """Encrypted files, their keys, and what refers to them."""
    files_tables.create(schema)


def m036_open_requests(schema: Schema) -> None:
    """Indexes for the task list: requests about people that wait for a second person."""
    accounts_tables.index_open_requests(schema)


def m037_identity_bindings(schema: Schema) -> None:
    """Which identity of the identity service each person is."""
    accounts_tables.add_identity_bindings(schema)


def m038_service_only(schema: Schema) -> None:
    """Accounts that only the identity service opens."""
    accounts_tables.add_service_only(schema)


def m039_known_devices(schema: Schema) -> None:
    """Devices on which people have signed in, one by one."""
    accounts_tables.add_known_devices(schema)


def m040_constraints(schema: Schema) -> None:
    """The register refuses by itself what no program may write (``rules``).

    It is told so by the newest step that says ``hold``, which comes after this one in every upgrade: each time, all rows of
    all tables are looked at.
    """


def m041_case_items(schema: Schema) -> None:
    """The items of cases: what a business needs, and where each stands."""
    cases_tables.create(schema)


def m042_people_of_cases(schema: Schema) -> None:
    """Applicants and agents; promises as documents, with signatures drawn for drafts and the links to draw them by; who has
    which task, what applicants are still to be told, and what a home page counts; visits, pauses and extensions before a
    decision. Prints that are void, ended or of a dormant business are listed as that.

    The signer asks for the document of each promise, and for the visit before each other grant, from here on. What the
    program of before has granted and not signed yet has neither, and no mark in the register could prove that: whoever
    writes rows could set it too.
    """
    schema.refuse_rows(
        "SELECT 1 FROM codes WHERE token IS NULL AND refused = ''"
        " AND EXISTS (SELECT 1 FROM permits WHERE permits.uscc = codes.uscc AND permits.mode IN ('commitment', 'general')"
        " AND permits.state <> 'pending')",
        "upgrade_before_signing",
    )
    parties_tables.create(schema)
    applications_tables.add_promises(schema)
    applications_tables.add_tallies(schema)
    work_tables.add_assignments(schema)
    cases_tables.add_tellings(schema)
    cases_tables.add_standard_procedure(schema)
    codes_tables.list_what_was_not(schema)
    schema.hold(TABLES)


STEPS: tuple[Callable[[Schema], None], ...] = (
    m001_businesses,
    m002_codes,
    m003_applications,
    m004_history,
    m005_accounts,
    m006_imports,
    m007_status_changes,
    m008_published_status_list,
    m009_lives,
    m010_proposals,
    m011_work_list,
    m012_life_dates,
    m013_reminders,
    m014_reports,
    m015_ratings,
    m016_inspections,
    m017_words_let_go,
    m018_early_steps_whole,
    m019_event_parts,
    m020_suspension,
    m021_limits,
    m022_people,
    m023_session_stages,
    m024_second_factors,
    m025_second_officers,
    m026_named_checks,
    m027_traces,
    m028_trail_indexes,
    m029_refusals,
    m030_absences,
    m031_identity_service,
    m032_factor_resets,
    m033_signing_apart,
    m034_role_grants,
    m035_files,
    m036_open_requests,
    m037_identity_bindings,
    m038_service_only,
    m039_known_devices,
    m040_constraints,
    m041_case_items,
    m042_people_of_cases,
)
