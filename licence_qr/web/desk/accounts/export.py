"""The lists of people, sessions and requests as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from flask import Response, stream_with_context

from licence_qr.domain.accounts.factor_resets import STATE_WORDS
from licence_qr.domain.accounts.role_grants import GRANT_STATE_WORDS
from licence_qr.domain.csv_text import csv_pieces, guarded
from licence_qr.domain.dates import SHANGHAI, local_date
from licence_qr.domain.roles import Role
from licence_qr.services.accounts.people import AccountLine, PersonView
from licence_qr.services.accounts.roles.grants import GrantView
from licence_qr.services.accounts.roles.holders import RoleHolder
from licence_qr.services.accounts.second_factor.reset_requests import ResetView
from licence_qr.services.accounts.sessions import SessionLine
from licence_qr.web.accounts.role_names import ROLE_NAMES
from licence_qr.web.desk.tables import CSV
from licence_qr.web.desk.words import office_name
from licence_qr.web.shell.language import in_words, t
from licence_qr.wording.terms import term


def csv_file(name: str, pieces: Iterator[bytes], now: datetime) -> Response:
    """A list as a file named after it and the day of ``now``, sent while it is read."""
    response = Response(stream_with_context(pieces), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{local_date(now)}.csv"'
    return response


def headings() -> tuple[str, ...]:
    """The names of the columns."""
    return (
        in_words(term("field.staff_number")),
        in_words(term("field.person_name")),
        t("窗口", "Office"),
        in_words(term("field.user_name")),
        in_words(term("field.roles")),
        t("不能登录", "Cannot sign in"),
        in_words(term("field.last_sign_in")),
        t("请核对", "To be checked"),
    )


def as_csv(people: Iterable[PersonView]) -> Iterator[bytes]:
    """The table, piece by piece, in the language of the request. A person without an account has one line too."""
    rows = (
        [guarded(text) for text in _row(view, account)] for view in people for account in (view.accounts or (None,))
    )
    return csv_pieces(chain([headings()], rows))


def resets_as_csv(resets: Iterable[ResetView]) -> Iterator[bytes]:
    """Requests to reset second factors, in the language of the request."""
    names = (
        in_words(term("field.user_name")),
        in_words(term("field.person_name")),
        t("申请人", "Requested by"),
        t("申请时间", "Requested on"),
        in_words(term("field.reason")),
        in_words(term("field.status")),
        t("确认人", "Second person"),
    )
    return csv_pieces(chain([names], ([guarded(text) for text in _reset(each)] for each in resets)))


def sessions_as_csv(lines: Iterable[SessionLine]) -> Iterator[bytes]:
    """Live sessions, in the language of the request."""
    names = (
        in_words(term("field.user_name")),
        in_words(term("field.person_name")),
        t("窗口", "Office"),
        t("设备", "Device"),
        t("网络", "Network"),
        t("登录于", "Signed in on"),
        t("最近使用", "Last used"),
    )
    return csv_pieces(chain([names], ([guarded(text) for text in _session(each)] for each in lines)))


def holders_as_csv(lines: Iterable[RoleHolder]) -> Iterator[bytes]:
    """Who holds which role, in the language of the request."""
    names = (
        in_words(term("field.roles")),
        in_words(term("field.user_name")),
        in_words(term("field.person_name")),
        t("窗口", "Office"),
        t("授予时间", "Time granted"),
        t("授予人", "Granted by"),
    )
    return csv_pieces(chain([names], ([guarded(text) for text in _holder(each)] for each in lines)))


def grants_as_csv(lines: Iterable[GrantView]) -> Iterator[bytes]:
    """Requests for roles that take two people, in the language of the request."""
    names = (
        in_words(term("field.user_name")),
        in_words(term("field.person_name")),
        t("原角色", "Roles before"),
        t("申请的角色", "Requested roles"),
        t("申请人", "Requested by"),
        t("申请时间", "Requested on"),
        in_words(term("field.status")),
        t("确认人", "Second person"),
    )
    return csv_pieces(chain([names], ([guarded(text) for text in _grant(each)] for each in lines)))


def _holder(line: RoleHolder) -> Sequence[str]:
    account = line.account
    since = line.since.astimezone(SHANGHAI).isoformat(timespec="minutes") if line.since else ""
    givers = (f"{in_words(who.name) if who.name else ''} {who.username}".strip() for who in line.given_by)
    of_account = (account.username, account.display_name, office_name(account.office))
    return (in_words(ROLE_NAMES[line.role]), *of_account, since, t("、", ", ").join(givers))


def _grant(view: GrantView) -> Sequence[str]:
    grant, owner = view.request, view.owner
    asked_at = grant.asked_at.astimezone(SHANGHAI).isoformat(timespec="minutes")
    asked, answered = (f"{who.display_name} {who.username}" if who else "" for who in (view.asked_by, view.settled_by))
    roles = (_role_words(grant.had), _role_words(grant.wanted))
    return (
        owner.username,
        owner.display_name,
        *roles,
        asked,
        asked_at,
        in_words(GRANT_STATE_WORDS[view.state]),
        answered,
    )


def _role_words(roles: Container[Role]) -> str:
    return t("、", ", ").join(in_words(ROLE_NAMES[role]) for role in ROLE_NAMES if role in roles)


def _session(line: SessionLine) -> Sequence[str]:
    account, session = line.account, line.session
    times = (session.created_at, session.last_seen_at)
    shown = (each.astimezone(SHANGHAI).isoformat(timespec="minutes") for each in times)
    of_account = (account.username, account.display_name, office_name(account.office))
    return (*of_account, session.device, session.network, *shown)


def _reset(view: ResetView) -> Sequence[str]:
    reset, state = view.request, STATE_WORDS[view.state]
    asked_at = reset.asked_at.astimezone(SHANGHAI).isoformat(timespec="minutes")
    asked, answered = (f"{who.display_name} {who.username}" if who else "" for who in (view.asked_by, view.settled_by))
    words = t(state.zh, state.en)
    owner = view.owner
    return (owner.username, owner.display_name, asked, asked_at, reset.reason, words, answered)


def _row(view: PersonView, account: AccountLine | None) -> Sequence[str]:
    person = view.person
    told = t("；", "; ").join(t(text.zh, text.en) for text in view.told)
    if account is None:
        return (person.staff_no, person.name, office_name(person.office), "", "", "", "", told)
    signed_in = account.signed_in_at.astimezone(SHANGHAI).isoformat(timespec="minutes") if account.signed_in_at else ""
    return (
        person.staff_no,
        person.name,
        office_name(account.actor.office),
        account.actor.username,
        _role_words(account.actor.roles),
        t("是", "yes") if account.disabled else "",
        signed_in,
        told,
    )
