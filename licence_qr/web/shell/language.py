"""Which of the two languages a page speaks first. Chinese, unless the visitor chose English.

``?lang=en`` or ``?lang=zh`` chooses and a cookie keeps the choice. The browser's own preference is left aside: the
pages are public records of Chinese law, and both languages stand on them anyway.
"""

from __future__ import annotations

from contextvars import ContextVar
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlencode

from flask import Flask, Response, request
from markupsafe import Markup, escape
from werkzeug.http import parse_cookie

from licence_qr.web.shell.security import is_https
from licence_qr.wording.text import Text

COOKIE = "lang"
_COOKIE_SECONDS = 365 * 24 * 3600


class Language(StrEnum):
    """The languages of the pages; the value is also the one of ``?lang=``."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag for ``lang`` attributes."""
        return "zh-CN" if self is Language.ZH else "en"

    @property
    def other(self) -> Language:
        """The second language of the page."""
        return Language.EN if self is Language.ZH else Language.ZH


_BY_VALUE = {language.value: language for language in Language}
# A context variable, not flask.g: a page asks for it some sixty times.
_chosen: ContextVar[Language] = ContextVar("language", default=Language.ZH)


def language() -> Language:
    """The language this request is answered in."""
    return _chosen.get()


def t(zh: str, en: str) -> str:
    """The text in the main language of the page."""
    return zh if _chosen.get() is Language.ZH else en


def in_words(text: Text) -> str:
    """A text in both languages, in the main language of the page."""
    return t(text.zh, text.en)


def both(zh: str, en: str) -> Markup:
    """The text in the main language, and the other one small beside it, marked with its ``lang``."""
    return both_in(_chosen.get(), zh, en)


@lru_cache(maxsize=4096)
def both_in(main: Language, zh: str, en: str) -> Markup:
    """``both`` for a page whose main language is ``main``."""
    first, second = (zh, en) if main is Language.ZH else (en, zh)
    return Markup('{} <span class="also" lang="{}">{}</span>').format(first, main.other.tag, second)


def hanzi(text: str) -> Markup:
    """A text of the register, which is Chinese whatever the page speaks: marked as such on an English page."""
    return escape(text) if _chosen.get() is Language.ZH else Markup('<span lang="zh-CN">{}</span>').format(text)


def query_in_other_language() -> str:
    """The query that shows the page of this request in the other language, whatever else it was asked with."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return "?" + urlencode([*others, ("lang", _chosen.get().other.value)])


def init_app(app: Flask) -> None:
    """Choose the language of each request before anything else runs, and keep what the visitor asked for."""
    app.before_request(_choose)
    app.after_request(_keep)


def kept_in(cookies: str) -> Language:
    """The language that a Cookie header keeps, else Chinese."""
    kept = parse_cookie(cookies).get(COOKIE, "") if COOKIE in cookies else ""
    return _BY_VALUE.get(kept, Language.ZH)


def _asked() -> Language | None:
    return _BY_VALUE.get(request.args.get("lang", "")) if request.query_string else None


def _choose() -> None:
    _chosen.set(_asked() or kept_in(request.environ.get("HTTP_COOKIE", "")))


def _keep(response: Response) -> Response:
    if asked := _asked():
        response.set_cookie(
            COOKIE, asked.value, max_age=_COOKIE_SECONDS, secure=is_https(), httponly=True, samesite="Lax"
        )
    return response
