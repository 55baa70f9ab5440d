"""What a page asks of somebody who confirms who they are: password, code or passkey, for what the page shows."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from licence_qr.domain.accounts.act_content import ActContent, Typed
from licence_qr.domain.accounts.second_factor import Factor
from licence_qr.domain.catalogue.model import Text
from licence_qr.domain.roles import Actor
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.people import ProofFrom
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.web.shell.forms import Field, Widget
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import with_scripts

confirming = Handed(Confirming)

PASSWORD = Field(
    "password",
    Text("您的登录密码", "Your sign-in password"),
    Text("再输入一次，确认是您本人办理。", "Enter it again to confirm that it is you."),
    widget=Widget.PASSWORD,
    characters=20,
    autocomplete="current-password",
)
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
    "password_wrong": PASSWORD.name,
    "password_throttled": PASSWORD.name,
    "password_not_own": PASSWORD.name,
    "second_factor_wrong": CODE.name,
    "second_factor_throttled": CODE.name,
    "second_factor_unreadable": CODE.name,
}
# Before the name of each field that a confirmation covers, where the script asks for a challenge.
_TYPED = "typed:"


@dataclass(frozen=True, slots=True)
class Asking:
    """What a page asks of who confirms ``content``. ``covers`` are the names of its other fields, typed into the same form,
    for which the confirmation counts too."""

    content: ActContent
    fields: tuple[Field, ...]
    by_passkey: bool
    covers: tuple[str, ...]

    def answer(self, response: Response) -> Response:
        """The page that asks; it may run our scripts where they ask for a passkey."""
        return with_scripts(response) if self.by_passkey else response


def asking(actor: Actor, content: ActContent, *covers: str, password: Field = PASSWORD) -> Asking:
    """What to ask of ``actor``: the password, and a second factor if there is one."""
    factors = confirming().factors_of(actor)
    return Asking(content, (password, CODE) if factors else (password,), Factor.PASSKEY in factors, covers)


def typed_for_challenge() -> Typed:
    """What the script says was typed into the form for which it asks for a challenge."""
    given = request.form.items(multi=True)
    return tuple((name.removeprefix(_TYPED), value) for name, value in given if name.startswith(_TYPED))


def typed_proof() -> Proof:
    """What the form brings."""
    form = request.form
    return Proof(form.get(PASSWORD.name, ""), form.get(CODE.name, ""), form.get("passkey", ""))


def given_proof() -> ProofFrom:
    """The same, with the address it comes from."""
    return ProofFrom(typed_proof(), request.remote_addr or "")
