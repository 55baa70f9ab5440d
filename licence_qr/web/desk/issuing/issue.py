"""The last step of an application: the review, issuing, and the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.catalogue.model import RequirementAction, Text
from licence_qr.domain.issuing.draft import Draft
from licence_qr.domain.issuing.promise import SIGNED_HOW_WORDS
from licence_qr.domain.register.field_names import COMMITMENT_FIELDS, FIELD_LABELS, TRADE_FIELDS
from licence_qr.domain.register.permit import GrantMode
from licence_qr.errors import (
    ConflictError,
    InputError,
    InvalidApplication,
    LicenceQRError,
    NotFoundError,
    PrintError,
    RuleError,
)
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.cases.words import item_saying, missing, needed, not_needed
from licence_qr.web.desk.issuing.draft import open_draft, problems_of, shows_application
from licence_qr.web.desk.issuing.fields import (
    AGENT_SECTION,
    COMMITMENT_MODE,
    ON_PAPER,
    SIGNER,
    WHY_ANOTHER_FIELD,
    entity_section,
    place_fields,
    premises_section,
    trade_field,
)
from licence_qr.web.desk.issuing.needs import may_grant, of_action, permits_of
from licence_qr.web.desk.issuing.result_words import ROW_WORDS, hand_over, heading
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.desk.words import shown_text
from licence_qr.web.shell.forms import Field, FieldProblem, problem, problem_summary, read_fields
from licence_qr.web.shell.handed import catalogue
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.readings import shows_business
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.web.shell.words import day
from licence_qr.wording import explain
from licence_qr.wording.terms import term

blueprint = Blueprint("issue", __name__, url_prefix="/applications")


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of the review, with the address of the page on which it can be changed."""

    label: Text
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class ReviewSection:
    """The answers of one step."""

    heading: Text
    answers: tuple[ReviewLine, ...]


@blueprint.get("/<draft_id>/review")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_review(draft_id: str) -> str:
    """All answers, with the remaining problems at the top."""
    draft = open_draft(draft_id)
    problems = problems_of(draft)
    return _review(draft, _summary(draft, problems), checked=not problems)


@blueprint.post("/<draft_id>/issue")
@roles(*access.TAKE_APPLICATIONS.roles)
def issue_both(draft_id: str) -> Response:
    """Issue licence and permit, both or neither. Pressed twice, it leads to the same result.

    A rule, the register or a missing font that forbids it is said on the review page, where it can be put right.
    """
    draft = open_draft(draft_id)
    try:
        why = read_fields(request.form, (WHY_ANOTHER_FIELD,))[WHY_ANOTHER_FIELD.name]
        services().applications.issue(current_actor(), draft_id, current_instant(), why)
    except InvalidApplication as invalid:
        return make_response(_review(draft, _summary(draft, invalid.problems)), invalid.http_status)
    except InputError as wrong:
        return make_response(_review(draft, (), checked=True, wrong=wrong), wrong.http_status)
    except (RuleError, ConflictError, PrintError) as refused:
        return make_response(_review(draft, (_refusal(refused),)), refused.http_status)
    return redirect(url_for(".show_result", draft_id=draft_id), 303)


@blueprint.get("/<draft_id>/result")
@roles(*access.TAKE_APPLICATIONS.roles)
def show_result(draft_id: str) -> str:
    """Where each item stands, the one code, and what is handed over."""
    actor = current_actor()
    pair = services().applications.result(actor, draft_id)
    if pair is None:
        raise NotFoundError("application_not_issued")
    shows_application(draft_id)
    found = services().items.of_business(actor, pair.uscc, current_instant())
    places = {line.item.premises_no for line in found if line.item.application_no == pair.application_no}
    items = tuple(line for line in found if not places or line.item.premises_no in places)
    return render_template(
        "desk/issuing/result.html",
        pair=pair,
        catalogue=catalogue(),
        items=items,
        missing=missing(items),
        heading=heading(pair, items),
        papers=tuple(hand_over(pair, items)),
        **ROW_WORDS,
        say_item=item_saying,
        needed=needed(items),
        not_needed=not_needed(items),
    )


def _review(
    draft: Draft, summary: tuple[FieldProblem, ...], *, checked: bool = False, wrong: InputError | None = None
) -> str:
    """``checked``: nothing is wrong with what was typed, so that its name can be compared. ``wrong`` is about the reason
    why a business of the same name is another one."""
    alike = services().applications.look_alikes(current_actor(), draft.draft_id, current_instant()) if checked else ()
    for other in alike:
        shows_business(other.uscc)
    told, problems = problem_summary(wrong, language().value, (WHY_ANOTHER_FIELD,))
    return render_template(
        "desk/issuing/review.html",
        draft=draft,
        parts=tuple(_parts(draft)),
        summary=summary,
        told=told,
        pending=draft.fields.get("mode") == GrantMode.GENERAL,
        known=_is_known(draft),
        grants=may_grant(draft),
        sent_on=of_action(draft, RequirementAction.SENT_ON),
        alike=alike,
        why_another=WHY_ANOTHER_FIELD,
        why=request.form.get(WHY_ANOTHER_FIELD.name, draft.fields.get(WHY_ANOTHER_FIELD.name, "")),
        problems=problems,
    )


def _is_known(draft: Draft) -> bool:
    """Whether the register holds the business already: its licence stays, and only permits are applied for."""
    try:
        return services().applications.known_business(current_actor(), draft.fields.get("uscc", "")) is not None
    except InputError:
        return False


def _summary(draft: Draft, errors: tuple[InputError, ...]) -> tuple[FieldProblem, ...]:
    main = language().value
    return tuple(problem(e, main, _page_of(draft, e.field), FIELD_LABELS.get(e.field)) for e in errors)


def _refusal(error: LicenceQRError) -> FieldProblem:
    words = explain(error, language().value)
    return FieldProblem("", words.what, words.todo)


def _page_of(draft: Draft, field: str) -> str:
    """The step that asks for ``field``, opened so that it shows its problems."""
    step = "details"
    if field in TRADE_FIELDS or field.startswith("answer_"):
        step = "trade"
    elif field in COMMITMENT_FIELDS:
        step = "commitment"
    return url_for(f"desk.{step}.show_{step}", draft_id=draft.draft_id, checked="yes")


def _parts(draft: Draft) -> Iterator[ReviewSection]:
    known, fields = catalogue(), draft.fields
    trade = known.trades.get(fields.get("trade", ""))
    about = (trade_field(known), *(place_fields(known, trade) if trade else ()))
    yield _part(draft, Text("行业与场所", "Trade and place"), "trade", about)
    for section in (entity_section(trade, services().demonstration), premises_section(known, grants=may_grant(draft))):
        yield _part(draft, section.heading, "details", section.fields)
    if any(fields.get(field.name, "").strip() for field in AGENT_SECTION.fields):
        yield _part(draft, AGENT_SECTION.heading, "details", AGENT_SECTION.fields)
    if not may_grant(draft):
        return
    promised = fields.get("mode") == GrantMode.COMMITMENT
    signing = services().signatures.state(current_actor(), draft, permits_of(draft), current_instant())
    drawn = signing.drawn if promised else None
    asked = (COMMITMENT_MODE, *([SIGNER] if promised else []), *(ON_PAPER if promised and not drawn else ()))
    part = _part(draft, term("record.notify_and_commit"), "commitment", asked)
    if drawn:
        how = SIGNED_HOW_WORDS[drawn.how]
        text = f"{t(how.zh, how.en)} · {day(drawn.signed_on)}"
        address = url_for("desk.commitment.show_commitment", draft_id=draft.draft_id, _anchor="sign")
        part = replace(part, answers=(*part.answers, ReviewLine(term("record.promise"), text, address)))
    yield part


def _part(draft: Draft, heading: Text, step: str, fields: tuple[Field, ...]) -> ReviewSection:
    address = url_for(f"desk.{step}.show_{step}", draft_id=draft.draft_id)
    typed: Mapping[str, str] = draft.fields
    answers = (ReviewLine(f.label, shown_text(f, typed.get(f.name, "")), f"{address}#{f.name}") for f in fields)
    return ReviewSection(heading, tuple(answers))
