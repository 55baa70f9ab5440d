"""Settings → Services: the one place where things are wired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from argon2 import PasswordHasher

from licence_qr.account_services import AccountServices
from licence_qr.catalogue.feedback_choices import load_answering
from licence_qr.catalogue.loader import load_catalogue
from licence_qr.config import Settings
from licence_qr.credential.trust_list import KeyPurpose
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.parts import files_of, keys_of, post_office_of, public_keys_of, register_of
from licence_qr.process.system import check_system
from licence_qr.services.accounts.accounts import Accounts
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.passwords import STANDARD_HASHER, Passwords
from licence_qr.services.accounts.second_factor.checking import FactorChecks
from licence_qr.services.accounts.sessions import Sessions
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.services.audit.keeping import TraceKeeping
from licence_qr.services.audit.readings import Readings
from licence_qr.services.audit.trail import Trail
from licence_qr.services.businesses.history import Timeline
from licence_qr.services.businesses.search import Register
from licence_qr.services.cases.counter import CounterItems
from licence_qr.services.cases.officers import Officers
from licence_qr.services.cases.shown import ShownCertificates
from licence_qr.services.cases.telling import Tellings
from licence_qr.services.demonstration.afterlife import DemonstrationSince
from licence_qr.services.demonstration.lives import DemonstrationLives
from licence_qr.services.demonstration.register import DemonstrationRegister
from licence_qr.services.feedback.intake import Intake
from licence_qr.services.feedback.ratings import Ratings
from licence_qr.services.feedback.ratings_desk import RatingsDesk
from licence_qr.services.feedback.reports import Reports
from licence_qr.services.feedback.reports_desk import ReportsDesk
from licence_qr.services.files.kept import Files
from licence_qr.services.importing.review import Waiting
from licence_qr.services.importing.run import Importing
from licence_qr.services.inspecting.desk import InspectionsDesk
from licence_qr.services.inspecting.draws import Draws
from licence_qr.services.inspecting.effects import InspectionEffects
from licence_qr.services.inspecting.follow_ups import FollowUps
from licence_qr.services.inspecting.named_checks import NamedChecks
from licence_qr.services.inspecting.offline_pack import Pack
from licence_qr.services.inspecting.receive import Inspections
from licence_qr.services.inspecting.second_officer import SecondOfficers
from licence_qr.services.issuing.drafts import Applications
from licence_qr.services.issuing.issue import Issuance
from licence_qr.services.issuing.signatures import Signatures
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.lifecycle.credit_record import Bars
from licence_qr.services.lifecycle.perform import Life
from licence_qr.services.lifecycle.procedure import Procedures
from licence_qr.services.lifecycle.sweep import LifeSweep
from licence_qr.services.operation.check import Check
from licence_qr.services.operation.doctor import Doctor
from licence_qr.services.operation.preparations import Preparations
from licence_qr.services.operation.readiness import Watching
from licence_qr.services.parties.parties import Parties
from licence_qr.services.parties.sealing import IdentitySealing
from licence_qr.services.proposals.decide import Proposals
from licence_qr.services.proposals.read import ProposalReading
from licence_qr.services.publishing.difference_alarm import DifferenceAlarm
from licence_qr.services.publishing.display_cards import Prints
from licence_qr.services.publishing.lookup import Lookup
from licence_qr.services.publishing.noted_times import NotedTimes
from licence_qr.services.publishing.promises import Promises
from licence_qr.services.publishing.status_list import StatusPublishing
from licence_qr.services.publishing.status_publisher import StatusPublisher
from licence_qr.services.publishing.status_signer import MOST_AHEAD
from licence_qr.services.signing.sign_record import Coding
from licence_qr.services.work.assigning import Assignments
from licence_qr.services.work.calendar_feeds import CalendarFeeds
from licence_qr.services.work.reminders import Reminders
from licence_qr.services.work.work_list import WorkList
from licence_qr.signer.wiring import client_of, code_signer, list_signer
from licence_qr.store.database.connections import Database
from licence_qr.store.database.probe import RegisterProbe
from licence_qr.store.keys import key_files
from licence_qr.store.register import register_kind


@dataclass(frozen=True, slots=True)
class Services(AccountServices):
    """The use cases of this installation."""

    keys: Keys
    coding: Coding
    applications: Applications
    issuance: Issuance
    life: Life
    life_sweep: LifeSweep
    proposals: Proposals
    proposal_reading: ProposalReading
    follow_ups: FollowUps
    inspections: Inspections
    named_checks: NamedChecks
    second_officers: SecondOfficers
    inspections_desk: InspectionsDesk
    draws: Draws
    lookup: Lookup
    pack: Pack
    prints: Prints
    register: Register
    timeline: Timeline
    importing: Importing
    reports: Reports
    reports_desk: ReportsDesk
    ratings: Ratings
    ratings_desk: RatingsDesk
    waiting: Waiting
    reminders: Reminders
    status_publishing: StatusPublishing
    demonstration_register: DemonstrationRegister
    watching: Watching
    readings: Readings

    @property
    def work_list(self) -> WorkList:
        """What waits for somebody."""
        return WorkList(self.database, self.catalogue)

    @property
    def assignments(self) -> Assignments:
        """Who has which task."""
        return Assignments(self.database, self.catalogue)

    @property
    def tellings(self) -> Tellings:
        """What windows tell applicants of items that were sent on."""
        return Tellings(self.database)

    @property
    def officers(self) -> Officers:
        """What an authority's own officers do with the items that are sent on to it."""
        return Officers(self.database, self.catalogue, self.coding)

    @property
    def procedures(self) -> Procedures:
        """What happens to an application in the standard procedure before it is decided."""
        return Procedures(self.database, self.catalogue)

    @property
    def shown_certificates(self) -> ShownCertificates:
        """Certificates of other authorities that are shown at the counter."""
        return ShownCertificates(self.database, self.catalogue, self.coding)

    @property
    def counter_items(self) -> CounterItems:
        """Where the items of a business stand, for the counter."""
        return CounterItems(self.database, self.catalogue)

    @property
    def parties(self) -> Parties:
        """Who applied for a business."""
        return Parties(self.database, self.applications.identities)

    @property
    def signatures(self) -> Signatures:
        """Signing promises."""
        files, address = self.reports.files, self.settings.address
        return Signatures(self.database, self.applications.kept, self.catalogue, files, address, self.web_secret)

    @property
    def promises(self) -> Promises:
        """Promises that permits were granted on."""
        return Promises(self.database, self.catalogue, self.reports.files)

    @property
    def bars(self) -> Bars:
        """Bars on applying."""
        return Bars(self.database)

    @property
    def status_publisher(self) -> StatusPublisher:
        """What publishes the status list while the service runs."""
        check, lock = partial(self.watching.check_key, KeyPurpose.STATUS), self.settings.home / "status-list.lock"
        finish = self.coding.finishing.finish_waiting
        return StatusPublisher(self.status_publishing, finish, check, lock, lambda: datetime.now(UTC))

    @property
    def calendar_feeds(self) -> CalendarFeeds:
        """Secret addresses under which tasks are read in calendars."""
        return CalendarFeeds(self.database)

    @property
    def trail(self) -> Trail:
        """Who did what, and who saw it."""
        return Trail(self.database)

    @property
    def trace_keeping(self) -> TraceKeeping:
        """What deletes traces at the end of their time."""
        return TraceKeeping(self.database, self.catalogue)

    @property
    def preparations(self) -> Preparations:
        """What records who made or upgraded the register."""
        return Preparations(self.database, self.keys)

    @property
    def check(self) -> Check:
        """What checks that everything is still there."""
        keys, files = self.keys, self.reports.files
        return Check(self.database, keys.trust_list, keys.allow_list, files, self.settings.keys)

    @property
    def doctor(self) -> Doctor:
        """What looks for unsafe conditions."""
        return Doctor(
            watching=self.watching,
            keys=keys_of(self.settings),
            checks=self.confirming.checks,
            home=self.settings.home,
            secrets=(self.settings.web_secret_file,),
            signer_apart=self.settings.signer_socket is not None,
            identity_service=self.settings.identity_service is not None,
            calendar=self.catalogue.working_calendar,
        )

    @property
    def demonstration_since(self) -> DemonstrationSince:
        """What is added to a demonstration after its businesses and accounts."""
        return DemonstrationSince(
            self.database, self.reports_desk, self.ratings, self.inspections, self.second_officers, self.draws
        )


def build(
    settings: Settings, *, hasher: PasswordHasher = STANDARD_HASHER, catalogue: Catalogue | None = None
) -> Services:
    """Wire the services of an existing register.

    ``hasher`` hashes the passwords. ``catalogue`` is read from its files unless it is given.

    Raises ConfigError ``system_not_supported``, CatalogueError, RegisterError (missing, outdated, newer, damaged) and
    KeyStoreError ``trust_list_missing``. A missing private key is reported only when something has to be signed: look-ups
    work without it.
    """
    check_system()
    catalogue = catalogue or load_catalogue(working_days=settings.working_days_file)
    database = register_of(settings)
    database.check_version()
    with database.read() as tx:
        demonstration = register_kind.is_demonstration(tx)
    keys = public_keys_of(settings) if settings.signer else keys_of(settings)
    keys.trust_list()
    return _wire(settings, catalogue, keys, Accounts(database, Passwords(hasher)), demonstration=demonstration)


def _wire(settings: Settings, catalogue: Catalogue, keys: Keys, accounts: Accounts, *, demonstration: bool) -> Services:
    """Make each use case from the parts it needs."""
    database, web_secret = accounts.database, key_files.read_web_secret(settings.web_secret_file)
    coding, identities = _coding(settings, database, catalogue, keys), IdentitySealing(web_secret)
    reports, ratings = _answering(settings, catalogue, database, web_secret)
    confirming = _confirming(settings, accounts, web_secret, demonstration=demonstration)
    life, issuance = Life(database, catalogue, coding), Issuance(database, catalogue, coding, demonstration, identities)
    proposals = Proposals(database, catalogue, life, confirming)
    follow_ups, lives = FollowUps(database, catalogue, life, proposals), DemonstrationLives(life, proposals)
    effects, files = InspectionEffects(catalogue, life, follow_ups, proposals), reports.files
    lookup = _lookup(database, catalogue, keys, demonstration=demonstration)
    return Services(
        settings=settings,
        web_secret=web_secret,
        catalogue=catalogue,
        demonstration=demonstration,
        database=database,
        keys=keys,
        coding=coding,
        accounts=accounts,
        confirming=confirming,
        applications=Applications(database, catalogue, issuance, identities),
        issuance=issuance,
        life=life,
        life_sweep=LifeSweep(database, life, files),
        proposals=proposals,
        proposal_reading=ProposalReading(database, catalogue),
        follow_ups=follow_ups,
        inspections=Inspections(database, catalogue, files),
        named_checks=NamedChecks(database, catalogue, follow_ups, confirming),
        second_officers=SecondOfficers(database, catalogue, effects, confirming),
        inspections_desk=InspectionsDesk(database, catalogue, effects, files),
        draws=Draws(database, catalogue),
        lookup=lookup,
        pack=Pack(database, catalogue),
        prints=Prints(database, coding, lookup, settings.host),
        register=Register(database, lookup, life),
        timeline=Timeline(database, catalogue),
        importing=Importing(database, catalogue, coding),
        reports=reports,
        reports_desk=ReportsDesk(reports),
        ratings=ratings,
        ratings_desk=RatingsDesk(ratings),
        waiting=Waiting(database, catalogue, coding, proposals),
        reminders=Reminders(database, catalogue, post_office_of(settings)),
        status_publishing=_status_publishing(settings, database, keys),
        demonstration_register=DemonstrationRegister(database, catalogue, coding, issuance, accounts, lives),
        watching=_watching(settings, database, keys, files),
        readings=Readings(database, web_secret),
    )


def _coding(settings: Settings, database: Database, catalogue: Catalogue, keys: Keys) -> Coding:
    signer = client_of(settings) or code_signer(database, catalogue, keys)
    return Coding(database, catalogue, settings.address, signer, keys.trust_list)


def _confirming(settings: Settings, accounts: Accounts, secret: bytes, *, demonstration: bool) -> Confirming:
    checks = FactorChecks.at(settings.address, accounts.database, secret, demonstration=demonstration)
    return Confirming(SignIn(accounts.database, accounts.passwords, Sessions(accounts.database), checks), checks)


def _lookup(database: Database, catalogue: Catalogue, keys: Keys, *, demonstration: bool) -> Lookup:
    alarm = DifferenceAlarm(database).tell
    return Lookup(database, catalogue, keys.trust_list, keys.allow_list, specimen=demonstration, alarm=alarm)


def _status_publishing(settings: Settings, database: Database, keys: Keys) -> StatusPublishing:
    noted = NotedTimes(settings.keys, MOST_AHEAD)
    signer = client_of(settings) or list_signer(settings, database, keys)
    return StatusPublishing(database, signer, keys.trust_list, noted)


def _watching(settings: Settings, database: Database, keys: Keys, files: Files) -> Watching:
    """The readiness checks."""
    probe, waiting = RegisterProbe(settings.register_path), database.writers_waiting
    client = client_of(settings)
    check_key = client.check_key if client else keys.check_signing
    return Watching(probe, waiting, keys, files.folder, {"home": settings.home}, check_key)


def _answering(settings: Settings, catalogue: Catalogue, database: Database, secret: bytes) -> tuple[Reports, Ratings]:
    """Reports and ratings, with the choices they offer."""
    offered = load_answering()
    reports = Reports(database, catalogue, offered.report_kinds, secret, Intake(database), files_of(settings, database))
    return reports, Ratings(database, catalogue, offered.rating_reasons, settings.address)
