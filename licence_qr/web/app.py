"""The Flask application, put together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from whitenoise import WhiteNoise

from licence_qr.services.accounts.identity_service.signing_in import IdentitySignIn
from licence_qr.web import CLOCK, Clock, system_clock
from licence_qr.web.accounts import (
    confirming,
    entering,
    identity_service,
    known_device,
    password,
    second_factor,
    sign_in,
    staff_number,
)
from licence_qr.web.desk import start
from licence_qr.web.desk.accounts import absences, factor_resets, role_pages, staff_sessions
from licence_qr.web.desk.accounts import pages as people
from licence_qr.web.desk.audit import pages as audit
from licence_qr.web.desk.businesses import history, parties, past_day
from licence_qr.web.desk.businesses import pages as businesses
from licence_qr.web.desk.businesses import promises as desk_promises
from licence_qr.web.desk.cases import counter, items, telling
from licence_qr.web.desk.feedback import ratings as desk_ratings
from licence_qr.web.desk.feedback import reports as desk_reports
from licence_qr.web.desk.importing import review
from licence_qr.web.desk.inspecting import draws as desk_draws
from licence_qr.web.desk.inspecting import follow_ups, inspections, second_officer
from licence_qr.web.desk.issuing import services as issuing
from licence_qr.web.desk.lifecycle import act, procedure
from licence_qr.web.desk.proposals import pages as proposals
from licence_qr.web.desk.work import calendar
from licence_qr.web.desk.work import services as work
from licence_qr.web.operation import pages as operation
from licence_qr.web.operation.measured import Measured
from licence_qr.web.phone import pack, pack_key, sync, visits
from licence_qr.web.public import draws, promises, ratings, reports, scan, verifier_lists, verify
from licence_qr.web.shell import errors, handed, language, navigation, readings, request_log, security, templates, words
from licence_qr.web.shell.bounded_numbers import RegisterNumber
from licence_qr.web.shell.folders import shipped

if TYPE_CHECKING:
    from licence_qr.bootstrap import Services

TEMPLATES = shipped("templates")
STATIC = shipped("static")
_OF_ACCOUNTS = (sign_in, password, second_factor, staff_number)
AUDIENCES = (
    scan,
    draws,
    promises,
    *_OF_ACCOUNTS,
    start,
    calendar,
    pack,
    visits,
    sync,
    verify,
    verifier_lists,
    operation,
)
MAX_REQUEST_BYTES = 11 * 1024 * 1024  # a 10 MB file and the form around it


def create_app(services: Services, clock: Clock = system_clock) -> Flask:
    """The application over ``services``. ``clock`` returns the aware instant of each request.

    Raises ConfigError ``route_without_role`` or ``route_public_and_role``.
    """
    request_log.configure()
    https = services.settings.address.startswith("https://")
    app = Flask("licence_qr.web", template_folder=str(TEMPLATES), static_folder=None)
    app.url_map.converters["int"] = RegisterNumber
    app.config.update(
        ORIGIN=services.settings.address,
        SECRET_KEY=services.web_secret,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        # Browsers hold a cookie of that prefix to this host alone, Secure and for the path /; on plain http they refuse it.
        SESSION_COOKIE_NAME="__Host-form" if https else "form",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch is not lost
    )
    app.extensions[CLOCK] = clock
    _hand_over(app, services)
    templates.init_app(app)
    app.jinja_env.globals.update(words=words, host=services.settings.host, demonstration=services.demonstration)
    app.jinja_env.globals["kept_form"] = entering.kept_form
    language.init_app(app)
    request_log.init_app(app)
    security.init_app(app)
    csrf = CSRFProtect(app)
    # web.public.cookieless_forms, or a secret link, guards them instead
    for sessionless in (ratings.blueprint, reports.blueprint, promises.signing):
        csrf.exempt(sessionless)
        app.register_blueprint(sessionless)
    errors.init_app(app)
    for audience in (*AUDIENCES, *_offered(app, services.identity_sign_in)):
        app.register_blueprint(audience.blueprint)
    security.check_routes(app)
    _serve_static(app)
    return app


def _offered(app: Flask, by_service: IdentitySignIn | None) -> Iterable[ModuleType]:
    """The pages of the identity service, where one is configured. The sign-in page then has a button with its name."""
    app.jinja_env.globals["identity_service"] = by_service.name if by_service else ""
    if by_service is None:
        return ()
    identity_service.service.give(app, by_service)
    return (identity_service,)


def _hand_over(app: Flask, given: Services) -> None:
    """To each room what it uses: the whole list of who can reach what."""
    handed.catalogue.give(app, given.catalogue)
    security.sessions.give(app, given.sessions)
    readings.readings.give(app, given.readings)
    # everybody
    scan.lookup.give(app, given.lookup)
    reports.reports.give(app, given.reports)
    ratings.ratings.give(app, given.ratings)
    draws.draws.give(app, given.draws)
    promises.promises.give(app, given.promises)
    promises.signatures.give(app, given.signatures)
    verify.keys.give(app, given.keys)
    verifier_lists.services.give(app, verifier_lists.ListServices(given.status_publishing, given.keys))
    token_file, counts = given.settings.metrics_token_file, given.settings.metrics_folder
    operation.services.give(app, operation.WatchingServices(given.watching, token_file, counts))
    # signing in, and the inspector's phone
    entering.signing_in.give(app, given.sign_in)
    entering.sessions.give(app, given.sessions)
    sign_in.grants.give(app, given.role_grants)
    confirming.confirming.give(app, given.confirming)
    password.own_password.give(app, given.own_password)
    staff_number.own_numbers.give(app, given.own_numbers)
    second_factor.services.give(app, second_factor.FactorServices(given.second_factors, given.factor_sign_in))
    pack.pack.give(app, given.pack)
    pack_key.secret.give(app, given.web_secret)
    known_device.secret.give(app, given.web_secret)
    sync.inspections.give(app, given.inspections)
    _hand_over_desk(app, given)


def _hand_over_desk(app: Flask, given: Services) -> None:
    start.services.give(app, start.StartServices(given.applications, given.waiting, given.work_list))
    navigation.officers.give(app, given.officers)
    applying = issuing.IssuingServices(
        given.applications, given.signatures, given.bars, given.counter_items, given.demonstration
    )
    issuing.services.give(app, applying)
    parties.services.give(app, given.parties)
    kept = (given.register, given.bars, given.prints, given.counter_items, given.applications)
    businesses.services.give(app, businesses.BusinessServices(*kept))
    items.services.give(app, items.ItemServices(given.officers, given.register, given.procedures))
    shown = counter.CounterServices(given.counter_items, given.shown_certificates, given.register)
    counter.services.give(app, shown)
    desk_promises.promises.give(app, given.promises)
    history.timeline.give(app, given.timeline)
    past_day.life.give(app, given.life)
    done_with = (given.life, given.register, given.bars, given.procedures, given.timeline, given.applications)
    act.services.give(app, act.LifeServices(*done_with))
    procedure.procedures.give(app, given.procedures)
    proposals.services.give(app, proposals.ProposalServices(given.proposals, given.proposal_reading, given.timeline))
    desk_draws.draws.give(app, given.draws)
    follow_ups.follow_ups.give(app, given.follow_ups)
    inspections.inspections.give(app, given.inspections_desk)
    follow_ups.named_checks.give(app, given.named_checks)
    second_officer.officers.give(app, given.second_officers)
    review.waiting.give(app, given.waiting)
    desk_reports.reports_desk.give(app, given.reports_desk)
    desk_ratings.services.give(app, desk_ratings.RatingServices(given.ratings, given.ratings_desk))
    people.people.give(app, given.people)
    absences.absences.give(app, given.absences)
    people.identity_bindings.give(app, given.identity_bindings)
    factor_resets.resets.give(app, given.reset_requests)
    role_pages.grants.give(app, given.role_grants)
    staff_sessions.staff_sessions.give(app, given.staff_sessions)
    audit.trail.give(app, given.trail)
    listed = work.WorkServices(given.work_list, given.calendar_feeds, given.assignments, given.settings.address)
    work.services.give(app, listed)
    telling.tellings.give(app, given.tellings)


def _tree_hash(root: Path) -> str:
    """A short hash of every file below ``root``: one change of any file changes all addresses, so files may refer to
    each other by relative address and still be cached for ever."""
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:10]


def _serve_static(app: Flask) -> None:
    """Serve ``static/`` under a content hash, cached for ever, and give templates ``static(name)``."""
    prefix = f"/static/{_tree_hash(STATIC)}/"
    served = WhiteNoise(
        app.wsgi_app, root=str(STATIC), prefix=prefix, allow_all_origins=False, immutable_file_test=lambda _, __: True
    )

    def static(name: str) -> str:
        address = prefix + name
        if address not in served.files:
            raise LookupError(f"static/{name} does not exist")
        return address

    app.jinja_env.globals["static"] = static
    app.extensions["static_files"] = (prefix, tuple(served.files))
    https = bool(app.config["SESSION_COOKIE_SECURE"])
    app.wsgi_app = Measured(security.SecurityHeaders(served, https=https))  # type: ignore[method-assign]
