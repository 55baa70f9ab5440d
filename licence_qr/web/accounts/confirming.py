"""What a page asks of somebody who confirms who they are: the code beside the password, and the script for passkeys."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import Text
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.web.shell.forms import Field

_PASSWORD = "password"  # noqa: S105 - the name of a field
CODE = Field(
    "code",
    Text("验证码", "Verification code"),
    Text(
        "验证器应用显示的 6 位数字，或者一个恢复码。", "The six digits in your authenticator app, or a recovery code."
    ),
    characters=20,
    autocomplete="one-time-code",
)
# Refusals, by the field beside which they stand.
BESIDE = {
    "password_wrong": _PASSWORD,
    "password_throttled": _PASSWORD,
    "second_factor_wrong": CODE.name,
    "second_factor_throttled": CODE.name,
    "second_factor_unreadable": CODE.name,
}
# Passkeys are asked for by a script of ours, which fetches a challenge.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def typed_proof() -> Proof:
    """What the form brings."""
    form = request.form
    return Proof(form.get(_PASSWORD, ""), form.get(CODE.name, ""), form.get("passkey", ""))


def with_scripts(response: Response) -> Response:
    """A page that may run our scripts."""
    response.headers["Content-Security-Policy"] = _POLICY
    return response
