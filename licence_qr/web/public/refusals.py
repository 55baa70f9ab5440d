"""The four refusals of the public page: four pages, because each asks the visitor for something else.

A code that fails verification is reported, one that is not in the register is typed again, a register that cannot be
reached is asked again later, and one that differs from what was signed is for the authority. None of them is ever green.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, render_template, request

from licence_qr.domain.catalogue.model import Text
from licence_qr.errors import KeyStoreError, LicenceQRError, NotFoundError, RegisterError, TokenError
from licence_qr.services.publishing.signed_content import REGISTER_DIFFERS
from licence_qr.web.public.page_words import Headline, Sign, refused_before
from licence_qr.web.shell import errors
from licence_qr.wording.states import state

AFTER = "?after=refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A page and its headline."""

    template: str
    headline: Headline


def _said(name: str, sign: Sign, detail: Text | None = None) -> Headline:
    said = state(f"verdict.{name}")
    return Headline(Text(said.zh, said.en), said.tone, sign, detail)


_REFUSED = Refusal("errors/refused.html", _said("refused", Sign.OCTAGON))
_UNKNOWN = Refusal("errors/unknown.html", _said("not_found", Sign.QUESTION))
_UNREACHABLE = Refusal("errors/unreachable.html", _said("unreachable", Sign.DOTS))
_DIFFERS = Refusal(
    "errors/differs.html",
    _said("differs", Sign.TRIANGLE, Text("登记库与签发内容不一致", "Register differs from what was signed")),
)


def refusal_of(error: LicenceQRError) -> Refusal | None:
    """The refusal that ``error`` becomes on a citizen's page; None when it is not one of the four."""
    if isinstance(error, TokenError) and not errors.is_own_fault(error):
        return _REFUSED
    if isinstance(error, NotFoundError):
        return _UNKNOWN
    if error.code == REGISTER_DIFFERS:
        return _DIFFERS
    return _UNREACHABLE if isinstance(error, RegisterError | KeyStoreError | TokenError) else None


def show(error: LicenceQRError) -> Response:
    """The answer to ``error`` on a citizen's page: one of the four pages, or what the whole site says."""
    refusal = refusal_of(error)
    return errors.show(error) if refusal is None else errors.show(error, lambda problem: _page(refusal, error, problem))


def _page(refusal: Refusal, error: LicenceQRError, problem: errors.ErrorPage) -> str:
    genuine = error.facts.get("genuine") is True
    facts = {"problem": problem, "headline": refusal.headline, "genuine": genuine}
    return render_template(refusal.template, **facts, before=before(), after=after_refusal())


def after_refusal() -> str:
    """The query that pages after a refused code are asked with, or empty; "?…" as it stands in their addresses."""
    return AFTER if request.args.get("after") == "refused" else ""


def before() -> Headline | None:
    """What stays above the page of a number that was typed after a code was refused; None for any other page. A forger
    prints a real number below a false code."""
    return refused_before() if after_refusal() else None
