"""The sign-in page. It may carry a form that came too late, which can be sent after signing in."""

from __future__ import annotations

from flask import render_template, request

from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import LicenceQRError
from licence_qr.web.accounts.interrupted_forms import KeptForm
from licence_qr.web.shell.forms import Field, FieldProblem, Widget
from licence_qr.web.shell.language import language
from licence_qr.wording import explain
from licence_qr.wording.terms import term

USERNAME = Field("username", term("field.user_name"), characters=20, autocomplete="username")
PASSWORD = Field(
    "password",
    Text("密码", "Password"),
    widget=Widget.PASSWORD,
    characters=20,
    autocomplete="current-password",
)


def sign_in_page(
    refused: LicenceQRError | None = None,
    kept: KeptForm | None = None,
    username: str = "",
    *,
    onward: str | None = None,
) -> str:
    """The page, with what was wrong with the last try, and with a form that is kept until sign-in, or the page that was
    asked for: ``onward``, else as the request says."""
    wanted = request.values.get("next", "") if onward is None else onward
    summary: tuple[FieldProblem, ...] = ()
    if refused is not None:
        words = explain(refused, language().value)
        summary = (FieldProblem("#username", words.what, words.todo),)
    return render_template(
        "accounts/sign_in.html",
        fields=(USERNAME, PASSWORD),
        values={"username": username},
        summary=summary,
        onward=wanted if kept is None else "",
        kept=kept,
        left_service="left_service" in request.args,
    )
