"""Who may open which page, and the headers every answer carries.

Deny by default: a view either names its roles with ``@roles(...)`` or its endpoint stands in ``PUBLIC``; an
application with a view that does neither refuses to start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.stages import Holder, SignInStage
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import AccessError, ConfigError, SignInNeeded
from licence_qr.services.accounts.sessions import Sessions
from licence_qr.web import current_instant
from licence_qr.web.shell import origin
from licence_qr.web.shell.handed import Handed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Pages that are there only where an identity service is configured.
OF_IDENTITY_SERVICE = frozenset({f"identity_service.{name}" for name in ("begin", "come_back", "choose", "sign_out")})
# The whole open list. Everything else asks for a role.
PUBLIC = frozenset(
    {"citizen.home", "citizen.find", "citizen.by_number", "citizen.scan", "sign_in.sign_in"}
    | OF_IDENTITY_SERVICE
    | {"verify.page", "verify.service_worker", "verify.manifest"}
    | {"inspect.signed_out", "inspect_visit.page"}
    | {"calendar.show_feed"}  # opened by its secret address alone
    | {f"citizen_reports.{name}" for name in ("new", "send", "new_without_number", "send_without_number")}
    | {"citizen_reports.find", "citizen_reports.receipt"}
    | {f"citizen_ratings.{name}" for name in ("find", "rate", "send")}  # a rating by its secret code alone
    | {f"citizen_signing.{name}" for name in ("show", "sign")}  # a signature by its secret link alone
    | {f"citizen_promises.{name}" for name in ("show_promise", "promise_json")}
    | {"citizen_draws.list_draws", "citizen_draws.show_draw", "citizen_draws.draw_json"}
    | {
        "operation.alive",
        "operation.ready",
        "operation.show_metrics",
    }  # what is not for everybody they see to themselves
    | {"lists.status_list", "lists.trust_list", "lists.allow_list", "lists.vocabulary"}
)

SIGN_IN = "sign_in.sign_in"
# Blueprints that scripts talk to: they are told that somebody has to sign in, and sent nowhere.
DATA_ROOMS = frozenset({"inspections_sync"})
# On http and on https: ``__Host-`` binds the cookie to this host and to https; browsers refuse that prefix on plain http.
SESSION_COOKIES = ("session-token", "__Host-session")
_SESSION_SECONDS = 12 * 3600
# What is one's own, like one's sessions: open to an account that has no role for now, too.
EVERYBODY = frozenset(Role)
_ROLES = "licence_qr_roles"
_STAGES = "licence_qr_stages"
# Where a session gives what it wants.
STAGE_PAGES = {SignInStage.PASSWORD: "password.change_password", SignInStage.SECOND_FACTOR: "second_factor.prove"}

View = TypeVar("View", bound=Callable[..., Any])
sessions = Handed(Sessions)


def roles(*allowed: Role) -> Callable[[View], View]:
    """Let signed-in people with one of ``allowed`` use the view. Stands directly under the route decorator."""

    def mark(view: View) -> View:
        setattr(view, _ROLES, frozenset(allowed))
        return view

    return mark


def during(*stages: SignInStage) -> Callable[[View], View]:
    """Open the view also to sessions that still want one of ``stages``. Every other view is closed to them. Stands directly
    under the route decorator, above ``roles``."""

    def mark(view: View) -> View:
        setattr(view, _STAGES, frozenset(stages))
        return view

    return mark


def stages_of(view: Callable[..., Any]) -> frozenset[SignInStage]:
    """The stages during which a view is open; empty for nearly all."""
    named: frozenset[SignInStage] = getattr(view, _STAGES, frozenset())
    return named


def roles_of(view: Callable[..., Any]) -> frozenset[Role]:
    """The roles a view names; empty when it names none."""
    named: frozenset[Role] = getattr(view, _ROLES, frozenset())
    return named


def admits(named: frozenset[Role], actor: Actor) -> bool:
    """Whether what is open to the roles ``named`` is open to ``actor``."""
    return named == EVERYBODY or bool(named & actor.roles)


def check_routes(app: Flask) -> None:
    """Raise ConfigError ``route_without_role`` or ``route_public_and_role`` for the first endpoint that breaks the rule."""
    for rule in app.url_map.iter_rules():
        named, public = bool(roles_of(app.view_functions[rule.endpoint])), rule.endpoint in PUBLIC
        if named and public:
            raise ConfigError("route_public_and_role", endpoint=rule.endpoint)
        if not named and not public:
            raise ConfigError("route_without_role", endpoint=rule.endpoint)


# --- who is asking ---------------------------------------------------------------------------------------------


def is_https() -> bool:
    """Whether browsers use https: so says the address of the installation, even if a proxy does not."""
    return request.is_secure or bool(current_app.config["SESSION_COOKIE_SECURE"])


def session_cookie_name() -> str:
    """The one name that is set, and accepted, now."""
    return SESSION_COOKIES[is_https()]


def hand_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie for ``seconds`` that scripts cannot read and forms of other sites do not send."""
    response.set_cookie(name, value, max_age=seconds, secure=is_https(), httponly=True, samesite="Lax", path="/")


def session_token() -> str:
    """The session token the browser sent, or an empty text."""
    return request.cookies.get(session_cookie_name(), "")


def remember_session(response: Response, token: str) -> None:
    """Hand the browser the session token."""
    hand_cookie(response, session_cookie_name(), token, _SESSION_SECONDS)


def forget_session(response: Response) -> None:
    """Take the session token back from the browser. The session itself is ended by its service."""
    response.delete_cookie(session_cookie_name(), secure=is_https(), httponly=True, samesite="Lax", path="/")


def session_holder() -> Holder | None:
    """Whose session this is, also while it wants something first; asked once a request. None for a visitor."""
    if "holder" not in g:
        token, closed = session_token(), request.endpoint not in PUBLIC  # what is public writes nothing, whoever asks
        g.holder = sessions().holder(token, current_instant(), noting=closed) if token else None
    found: Holder | None = g.holder
    return found


def signed_in() -> Actor | None:
    """Who is signed in; None for a visitor, and for somebody whose session wants something first."""
    found = session_holder()
    return found.actor if found and found.wants is None else None


def current_actor() -> Actor:
    """The signed-in person of a page that names its roles. Raises SignInNeeded."""
    actor = signed_in()
    if actor is None:
        raise SignInNeeded("sign_in_needed")
    return actor


def current_holder() -> Holder:
    """Who holds the session of a page that is open ``during`` a stage, whether its session wants something or not. Raises
    SignInNeeded."""
    found = session_holder()
    if found is None:
        raise SignInNeeded("sign_in_needed")
    return found


def _admit() -> Response | None:
    """Before every view: let pass, send to the sign-in page or to what the session wants first, or raise AccessError
    ``role_not_allowed``.

    A form without a session is not simply sent away: it raises SignInNeeded, so that what was typed is kept.
    """
    if request.endpoint is None or request.endpoint in PUBLIC:
        return None
    view, found = current_app.view_functions[request.endpoint], session_holder()
    if found is None and (request.method not in {"GET", "HEAD"} or request.blueprint in DATA_ROOMS):
        raise SignInNeeded("sign_in_needed")
    if found is None:
        return redirect(url_for(SIGN_IN, next=request.full_path.rstrip("?")), 303)
    if found.wants is not None and found.wants not in stages_of(view):
        return lead_to(found.wants)
    if not admits(roles_of(view), found.actor):
        raise AccessError("role_not_allowed")
    origin.bind_forms(found.actor.person_id)
    return None


def _keep_nowhere(response: Response) -> Response:
    """After every closed view: whatever it or a helper of Flask says of caching, nothing of it belongs on a disk."""
    if request.endpoint is not None and request.endpoint not in PUBLIC:
        response.headers["Cache-Control"] = "no-store"
    return response


def lead_to(stage: SignInStage) -> Response:
    """To the page that asks for what the session wants. Scripts are told so, and a form is kept: raises SignInNeeded
    ``sign_in_unfinished``."""
    if request.method not in {"GET", "HEAD"} or request.blueprint in DATA_ROOMS:
        raise SignInNeeded("sign_in_unfinished")
    return redirect(url_for(STAGE_PAGES[stage], next=request.full_path.rstrip("?")), 303)


def init_app(app: Flask) -> None:
    """Put the gate before every view."""
    app.session_interface = FormSession()
    app.before_request(_admit)
    app.after_request(_keep_nowhere)


class FormSession(SecureCookieSessionInterface):
    """Flask's signed cookie, which carries the CSRF token of forms and messages; it signs nobody in.

    Without that cookie there is nothing to verify, and so no signer is built: a citizen's page never needs one.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.environ.get("HTTP_COOKIE", ""):
            return self.session_class()
        return super().open_session(app, request)


# --- headers ---------------------------------------------------------------------------------------------------

Headers = list[tuple[str, str]]

# Most pages have no script, so none may run; the verify page and the inspector's, which do, name policies of their own.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_WITH_SCRIPTS = _POLICY.replace("default-src 'none'; ", "default-src 'none'; script-src 'self'; connect-src 'self'; ")

_ALWAYS: Headers = [
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    # Not no-referrer: the CSRF check of a form sent over https asks for a same-origin Referer.
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]
_HTTPS_ONLY: Headers = [("Strict-Transport-Security", "max-age=31536000")]


def with_scripts(response: Response) -> Response:
    """A page that may run our own scripts, and they may talk to us."""
    response.headers["Content-Security-Policy"] = _WITH_SCRIPTS
    return response


class SecurityHeaders:
    """WSGI layer outside of everything, so that static files and failures carry the headers too.

    A header that an answer names itself stays as it is. One that says nothing of caching gets ``no-store``: what is true
    of a permit now is not true later, and a clerk's page does not belong on a shared machine's disk. ``https``: browsers
    come by it, also where a proxy in front does not tell.
    """

    def __init__(self, app: WSGIApplication, *, https: bool = False) -> None:
        self._app = app
        self._https = https

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        https = self._https or environ["wsgi.url_scheme"] == "https"
        extra = [*_ALWAYS, *_HTTPS_ONLY] if https else _ALWAYS

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            named = {name for name, _ in headers}
            missing = [header for header in extra if header[0] not in named]
            return start_response(status, [*headers, *missing], exc_info)

        return self._app(environ, start)
