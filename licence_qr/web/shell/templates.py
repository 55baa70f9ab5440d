"""Templates, compiled once for each language.

``t("中文", "English")`` in a template is settled when the template is compiled: the page of one language holds that
language's text and no call. A page has some sixty such texts, and a scanned code should cost little more than an
empty answer. The functions of the same names in ``language`` do the same at run time, for whatever is left.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from enum import StrEnum
from typing import Any

from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import StrictUndefined, Template, nodes
from jinja2.visitor import NodeTransformer

from licence_qr.domain.accounts.absences import AbsenceState
from licence_qr.domain.cases.case import ItemStanding, ItemState
from licence_qr.domain.catalogue.checklists import ChecklistAnswer
from licence_qr.domain.feedback.ratings import RatingState
from licence_qr.domain.feedback.reports import ReportState, ReportStep
from licence_qr.domain.feedback.room import RoomLeft
from licence_qr.domain.inspecting.draws import DrawState
from licence_qr.domain.inspecting.inspection import SignatureKind
from licence_qr.domain.lifecycle.acts import Act, SubjectKind
from licence_qr.domain.proposals.proposal import ProposalState
from licence_qr.domain.register.entity import LicenceState
from licence_qr.domain.register.permit import GrantMode, PermitStatus
from licence_qr.web.shell.language import Language, both, both_in, hanzi, language, query_in_other_language, t
from licence_qr.web.shell.origin import form_token, name_page
from licence_qr.web.shell.words import day, minute
from licence_qr.wording.terms import term

# What a template compares with: a state by its name, never by its text.
_CLOSED_SETS: tuple[type[StrEnum], ...] = (
    AbsenceState,
    Act,
    ChecklistAnswer,
    DrawState,
    GrantMode,
    ItemStanding,
    ItemState,
    LicenceState,
    PermitStatus,
    ProposalState,
    RatingState,
    ReportState,
    ReportStep,
    RoomLeft,
    SignatureKind,
    SubjectKind,
)


class BilingualEnvironment(Environment):
    """A Jinja environment that is two: each template is loaded from the twin of the request's language."""

    spoken: Language | None = None
    _twins: dict[Language, BilingualEnvironment] | None = None

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        if self.spoken is None:
            return self.twin(language())._load_template(name, globals)
        return super()._load_template(name, globals)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        if self.spoken is not None:
            _Settle(self.spoken).visit(source)
        return super()._generate(source, name, filename, defer_init)

    def twin(self, spoken: Language) -> BilingualEnvironment:
        """The environment of one language; it shares loader, globals and filters with this one."""
        if self._twins is None:
            twins = {each: self.overlay() for each in Language}
            for each, twin in twins.items():
                twin.spoken = each
            self._twins = twins
        return self._twins[spoken]


class _Settle(NodeTransformer):
    """Replaces ``t(zh, en)`` by one of its arguments and ``both(zh, en)`` of two literals by its text.

    ``term(name)`` and ``both_terms(name)`` do the same with a term of ``wording/terms.toml``.
    """

    def __init__(self, spoken: Language) -> None:
        self._spoken = spoken

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        call = self.generic_visit(node)
        match call:
            case nodes.Call(node=nodes.Name(name="t"), args=[zh, en]):
                chosen: nodes.Node = zh if self._spoken is Language.ZH else en
                return chosen
            case nodes.Call(node=nodes.Name(name="both"), args=[nodes.Const(value=zh), nodes.Const(value=en)]):
                return nodes.Const(both_in(self._spoken, zh, en), lineno=call.lineno)
            case nodes.Call(node=nodes.Name(name="term"), args=[nodes.Const(value=name)]):
                words = term(name)
                return nodes.Const(words.zh if self._spoken is Language.ZH else words.en, lineno=call.lineno)
            case nodes.Call(node=nodes.Name(name="both_terms"), args=[nodes.Const(value=name)]):
                words = term(name)
                return nodes.Const(both_in(self._spoken, words.zh, words.en), lineno=call.lineno)
        return call

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self.generic_visit(node)
        if node.name == "hanzi" and node.node is not None and self._spoken is Language.ZH:
            return node.node  # Chinese text on a Chinese page needs no mark
        return node


def render(name: str, **facts: object) -> str:
    """A public page. Unlike Flask's own it is told nothing but ``facts``: no request, no session."""
    return current_app.jinja_env.get_template(name).render(facts)


def init_app(app: Flask) -> None:
    """Give ``app`` the two environments, strict about undefined names, with the words of this package.

    ``both``, ``hanzi``, ``day`` and ``minute`` are filters too: a filter is called directly, a function through checks.
    """
    app.jinja_environment = BilingualEnvironment
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(t=t, both=both, hanzi=hanzi, language=language)
    environment.globals.update(form_token=form_token, name_page=name_page)
    environment.globals["query_in_other_language"] = query_in_other_language
    environment.globals.update({each.__name__: each for each in _CLOSED_SETS})
    environment.filters.update(both=both, hanzi=hanzi, day=day, minute=minute)
