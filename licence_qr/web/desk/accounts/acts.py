"""Grave acts on people and accounts, each confirmed. A starting password is shown once, in the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.people import PeopleFilter
from licence_qr.domain.accounts.role_grants import GRANT_DAYS, grave_among
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.roles import Role
from licence_qr.errors import AccessError, ConflictError, InputError, LicenceQRError, RuleError
from licence_qr.services.accounts.people import (
    AccountAct,
    AccountLine,
    NewAccount,
    PersonView,
    changing,
    merging,
    opening,
)
from licence_qr.services.accounts.staff import roles_in_words
from licence_qr.services.register import access, things
from licence_qr.web import current_instant
from licence_qr.web.accounts.confirming import BESIDE, asking, given_proof
from licence_qr.web.accounts.role_names import ROLE_NAMES
from licence_qr.web.desk.accounts.asked import text_asked
from licence_qr.web.desk.accounts.fields import ROLES, USERNAME, roles_typed
from licence_qr.web.desk.accounts.pages import identity_bindings, people
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import read_fields, refusals
from licence_qr.web.shell.language import t
from licence_qr.web.shell.readings import searched, shows
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("people_acts", __name__, url_prefix="/people")

_Refused = (InputError, ConflictError, AccessError, RuleError)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a page says of an act: heading, what follows from it, and the button."""

    heading: Text
    effect: Text
    done: Text


_WORDS: Mapping[AccountAct, _Words] = {
    AccountAct.CLOSE: _Words(
        Text("停用该账号", "Disable the account"),
        Text(
            "立即不能登录，已有的登录全部结束。办过的事都留在历史中。",
            "It cannot be used any more, and its sessions end now. What was done with it stays in the history.",
        ),
        Text("账号已停用。", "The account has been disabled."),
    ),
    AccountAct.REOPEN: _Words(
        Text("恢复该账号", "Enable the account again"),
        Text(
            f"按停用前的角色和密码恢复。审批、监督、目录、管理或审计角色，须另一人在 {GRANT_DAYS} 天内确认后才恢复。",
            "With the roles and the password it had before. Roles that decide, inspect, keep rules, manage people or audit"
            f" come back once a second person confirms them, within {GRANT_DAYS} days.",
        ),
        Text("账号已恢复。", "The account can be used again."),
    ),
    AccountAct.RESET: _Words(
        Text("重置密码", "Reset the password"),
        Text(
            "原密码作废，已有的登录全部结束。新的初始密码只显示一次。",
            "The present password no longer works, and all sessions end. The new starting password is shown once.",
        ),
        Text("密码已重置。", "The password has been reset."),
    ),
    AccountAct.ROLES: _Words(
        Text("变更角色", "Change the roles"),
        Text(
            f"立即生效，已登录的也一样。增加审批、监督、目录、管理或审计角色的，须另一人在 {GRANT_DAYS} 天内确认后才生效。",
            "This takes effect now, also where the account is signed in. If it adds a role that decides, inspects, keeps"
            f" rules, manages people or audits, it takes effect once a second person confirms it, within {GRANT_DAYS} days.",
        ),
        Text("角色已变更。", "The roles have been changed."),
    ),
    AccountAct.SERVICE_ONLY: _Words(
        Text("只由统一身份认证登录", "Sign in by the identity service only"),
        Text(
            "密码不再能登录，已有的登录全部结束。办理重要事项时仍须输入密码。",
            "The password signs nobody in any more, and all sessions end. Serious acts still ask for it.",
        ),
        Text("已改为只由统一身份认证登录。", "Only the identity service opens the account now."),
    ),
    AccountAct.PASSWORD_TOO: _Words(
        Text("恢复密码登录", "Let the password sign in again"),
        Text(
            "密码也能登录，统一身份认证仍可使用。本人没有自己设过密码的，还须重置密码。",
            "The password opens the account too. The identity service still does. If its owner has never chosen one,"
            " the password has to be reset as well.",
        ),
        Text("密码可以登录了。", "The password opens the account now."),
    ),
}
_CHANGES = ", ".join(f"'{act.value}'" for act in AccountAct)


@blueprint.get("/<int:person_id>/accounts/new")
@roles(*access.MANAGE_PEOPLE.roles)
def new_account(person_id: int) -> Response:
    """The form that opens an account for a person."""
    return _new_account_page(people().get(current_actor(), person_id), {})


@blueprint.post("/<int:person_id>/accounts/new")
@roles(*access.MANAGE_PEOPLE.roles)
def open_account(person_id: int) -> Response:
    """Open it and show its starting password. If it is refused, the form keeps everything but the password."""
    actor, values = current_actor(), read_fields(request.form, (USERNAME, ROLES))
    username, chosen = values["username"].strip(), roles_typed(values["roles"])
    try:
        wanted = NewAccount(username, chosen, _was())
        password = people().open_account(actor, person_id, wanted, given_proof(), current_instant())
    except _Refused as refused:
        return _new_account_page(people().get(actor, person_id), values, refused)
    return _password_page(people().get(actor, person_id), username, password, grave_among(chosen, frozenset()))


@blueprint.get(f"/<int:person_id>/accounts/<int:user_id>/<any({_CHANGES}):change>")
@roles(*access.MANAGE_PEOPLE.roles)
def show_act(person_id: int, user_id: int, change: str) -> Response:
    """What the act does, and the form that confirms it."""
    return _act_page(_Case.of(person_id, user_id, change))


@blueprint.post(f"/<int:person_id>/accounts/<int:user_id>/<any({_CHANGES}):change>")
@roles(*access.MANAGE_PEOPLE.roles)
def do_act(person_id: int, user_id: int, change: str) -> Response:
    """Do it. If it is refused, also because somebody else was faster, the form is shown again."""
    case = _Case.of(person_id, user_id, change)
    try:
        password, grant_id = _do(case)
    except _Refused as refused:
        return _act_page(_Case.of(person_id, user_id, change), refused)
    if grant_id is not None:
        if case.act is AccountAct.REOPEN:
            flash(t(_WORDS[case.act].done.zh, _WORDS[case.act].done.en))
        flash(t("已申请，等另一人确认。", "Requested. It waits for a second person."))
        return redirect(url_for("desk.people_roles.show_grant", grant_id=grant_id), 303)
    if password:
        return _password_page(case.view, case.account.actor.username, password)
    flash(t(_WORDS[case.act].done.zh, _WORDS[case.act].done.en))
    return redirect(url_for("desk.people.show_person", person_id=person_id), 303)


@blueprint.get("/<int:person_id>/merge")
@roles(*access.MANAGE_PEOPLE.roles)
def find_other(person_id: int) -> str:
    """The entries that may be the same person: those of the same name, or what is looked for."""
    actor, view = current_actor(), people().get(current_actor(), person_id)
    shows(f"person/{person_id}/others", "name", "staff_no")
    query = text_asked(view.person.name)
    found = people().list(actor, PeopleFilter(text=query), 1).people
    searched(request.args.get("q", ""), len(found))
    others = tuple(each for each in found if each.person != view.person and not each.mine)
    return render_template("desk/accounts/merge_find.html", view=view, query=query, others=others)


@blueprint.get("/<int:person_id>/merge/<int:other_id>")
@roles(*access.MANAGE_PEOPLE.roles)
def show_merge(person_id: int, other_id: int) -> Response:
    """Both entries beside each other, and the form that makes them one person."""
    return _merge_page(person_id, other_id)


@blueprint.post("/<int:person_id>/merge/<int:other_id>")
@roles(*access.MANAGE_PEOPLE.roles)
def merge(person_id: int, other_id: int) -> Response:
    """Make them one person. If it is refused, the page is shown again."""
    try:
        were = _was(), _was("other_was")
        of_both = people().merge(current_actor(), person_id, other_id, given_proof(), current_instant(), were)
    except _Refused as refused:
        return _merge_page(person_id, other_id, refused)
    flash(t("已合并为一人。", "They are one person now."))
    if of_both:
        flash(
            t(
                f"有 {len(of_both)} 件事项当时按两人办理，请逐件核查：{'、'.join(of_both)}。",
                f"They counted as two people in {len(of_both)} cases. Check each: {', '.join(of_both)}.",
            )
        )
    return redirect(url_for("desk.people.show_person", person_id=person_id), 303)


@dataclass(frozen=True, slots=True)
class _Case:
    """An act on an account, as the page shows it."""

    view: PersonView
    account: AccountLine
    act: AccountAct

    @classmethod
    def of(cls, person_id: int, user_id: int, act: str) -> _Case:
        view = people().get(current_actor(), person_id)
        shows(f"person/{person_id}", "name", "staff_no")
        account = next((each for each in view.accounts if each.actor.user_id == user_id), None)
        offered = act != AccountAct.SERVICE_ONLY or bool(current_app.jinja_env.globals["identity_service"])
        if account is None or not offered:
            raise things.not_found(things.ACCOUNT)
        return cls(view, account, AccountAct(act))


def _do(case: _Case) -> tuple[str, int | None]:
    """Do the act; return the new starting password, and the key of a request that waits for a second person."""
    actor, user_id, now = current_actor(), case.account.actor.user_id, current_instant()
    if case.act is AccountAct.RESET:
        return people().reset_password(actor, user_id, given_proof(), now, _was()), None
    if case.act is AccountAct.ROLES:
        chosen = roles_typed(read_fields(request.form, (ROLES,))["roles"])
        return "", people().set_roles(actor, user_id, chosen, _was(), given_proof(), now)
    if case.act is AccountAct.CLOSE:
        people().close(actor, user_id, given_proof(), now, _was())
        return "", None
    if case.act is AccountAct.REOPEN:
        return "", people().reopen(actor, user_id, given_proof(), now, _was())
    only = case.act is AccountAct.SERVICE_ONLY
    people().set_service_only(actor, user_id, given_proof(), now, _was(), only=only)
    return "", None


def _was(name: str = "was") -> str:
    """What the page showed when the form was made."""
    return request.form.get(name, "")


def _act_page(case: _Case, refused: LicenceQRError | None = None) -> Response:
    account = case.account.actor
    has, fields = roles_in_words(account.roles), (ROLES,) if case.act is AccountAct.ROLES else ()
    content = changing(case.act, account.user_id, case.account.state)
    asks = asking(current_actor(), content, *(field.name for field in fields))
    summary, problems = refusals(refused, (*fields, *asks.fields), BESIDE)
    page = render_template(
        "desk/accounts/account_act.html",
        case=case,
        words_of=_WORDS[case.act],
        fields=fields,
        values={"roles": read_fields(request.form, (ROLES,))["roles"] if refused else has},
        was=case.account.state,
        role_names=ROLE_NAMES,
        asking=asks,
        summary=summary,
        problems=problems,
    )
    return asks.answer(make_response(page, status_of(refused) if refused else 200))


def _new_account_page(view: PersonView, values: Mapping[str, str], refused: LicenceQRError | None = None) -> Response:
    shows(f"person/{view.person.person_id}", "name", "staff_no")
    fields = (USERNAME, ROLES)
    asks = asking(current_actor(), opening(view.person.person_id, view.state), *(field.name for field in fields))
    summary, problems = refusals(refused, (*fields, *asks.fields), BESIDE)
    page = render_template(
        "desk/accounts/account_new.html",
        view=view,
        fields=fields,
        values=values,
        asking=asks,
        summary=summary,
        problems=problems,
    )
    return asks.answer(make_response(page, status_of(refused) if refused else 200))


def _merge_page(person_id: int, other_id: int, refused: LicenceQRError | None = None) -> Response:
    view, other = (people().get(current_actor(), each) for each in (person_id, other_id))
    asks = asking(current_actor(), merging(person_id, other_id, (view.state, other.state)))
    summary, problems = refusals(refused, asks.fields, BESIDE)
    for each in (person_id, other_id):
        shows(f"person/{each}", "name", "staff_no")
    page = render_template(
        "desk/accounts/merge.html",
        view=view,
        other=other,
        shut=identity_bindings().shut_out(current_actor(), other_id).by_merging,
        role_names=ROLE_NAMES,
        asking=asks,
        summary=summary,
        problems=problems,
    )
    return asks.answer(make_response(page, status_of(refused) if refused else 200))


def _password_page(view: PersonView, username: str, password: str, waiting: frozenset[Role] = frozenset()) -> Response:
    shows(f"person/{view.person.person_id}", "name", "staff_no")
    page = render_template(
        "desk/accounts/password.html",
        view=view,
        username=username,
        password=password,
        waiting=waiting,
        role_names=ROLE_NAMES,
    )
    return make_response(page)
