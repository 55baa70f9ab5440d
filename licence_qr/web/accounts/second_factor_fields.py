"""The questions of the pages of second factors."""

from __future__ import annotations

from licence_qr.domain.catalogue.model import Text
from licence_qr.web.shell.forms import Field, Widget
from licence_qr.wording.terms import term

PASSWORD = Field(
    "password",
    Text("密码", "Password"),
    widget=Widget.PASSWORD,
    characters=20,
    autocomplete="current-password",
)
FIRST_CODE = Field(
    "code",
    Text("验证码", "Verification code"),
    Text("应用现在显示的 6 位数字。", "The six digits that the app shows now."),
    characters=20,
    inputmode="numeric",
    autocomplete="one-time-code",
)
NAME = Field(
    "name",
    term("field.name"),
    Text("您怎样称呼它，例如“办公室电脑”。", "What you call it, for example “Office computer”."),
    characters=20,
)
