"""What all steps of one application share: opening it, keeping what was typed, judging it, and the stale form.

Each step keeps what was typed before it judges it, then redirects: to the next step, to the one whose button was pressed,
or to itself with ``checked`` set, which shows every problem beside its field. Steps may be visited in any order; issuing
checks them all again. Nothing is stored of an application into which nobody has typed: its address says so (``new``).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.characters.former_private_use import replacements, standardised
from licence_qr.domain.dates import local_date
from licence_qr.domain.issuing.draft import Draft, FieldOrigin, TypedField, Typing, merge, shown_field
from licence_qr.domain.issuing.typed_parties import understood
from licence_qr.errors import ConflictError, InputError, InvalidApplication
from licence_qr.services.issuing.drafts import MAX_FIELD_CHARS
from licence_qr.services.issuing.known import WHY_ANOTHER, KnownFact, Weight
from licence_qr.web import current_instant
from licence_qr.web.desk.issuing.needs import permits_of
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.shell.forms import Field, problem, problems_by_field, read_fields, read_revision
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.readings import shows, shows_business
from licence_qr.web.shell.security import current_actor, with_scripts

STEPS = {
    "trade": "desk.trade.show_trade",
    "details": "desk.details.show_details",
    "commitment": "desk.commitment.show_commitment",
    "review": "desk.issue.show_review",
}
_LONGEST_PAGE_KEY = 24  # characters
_NOTHING: Mapping[str, str] = {}
_NO_ORIGINS: Mapping[str, FieldOrigin] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that someone else saved while this form was open: both texts, and who saved the other one when."""

    field: Field
    saved: str
    typed: str
    by: str
    at: datetime | None


def open_draft(draft_id: str) -> Draft:
    """The application, as long as it can be changed; once issued, every address of it leads to the result."""
    actor, now = current_actor(), current_instant()
    untouched = "new" in request.args or request.form.get("revision") == "0"
    applications = services().applications
    draft = applications.get_or_start(actor, draft_id, now) if untouched else applications.get(actor, draft_id)
    if draft.issued_at is not None:
        abort(redirect(url_for("desk.issue.show_result", draft_id=draft_id)))
    if draft.revision:
        shows_application(draft_id)
    return draft


def shows_application(draft_id: str) -> None:
    """Note that the signed-in person sees what an application says of its applicant."""
    shows(f"application/{draft_id}", "name", "principal", "domicile", "address", "contact_phone")


def step_address(
    draft: Draft, step: str, anchor: str | None = None, *, checked: bool = False, words: str | None = None
) -> str:
    """The address of a step; ``checked`` shows there what is wrong with it, ``words`` the standard phrases with them."""
    shown = {"new": None if draft.revision else "yes", "checked": "yes" if checked else None, "words": words}
    return url_for(STEPS[step], draft_id=draft.draft_id, _anchor=anchor, **shown)  # type: ignore[arg-type]


def keeping(response: Response) -> Response:
    """A step, whose script stores what is typed."""
    return with_scripts(response) if response.status_code in {200, 422} else response


def frame(draft: Draft) -> Mapping[str, object]:
    """What the frame of every step shows: whose the draft is, who typed what last, and the key of the page."""
    return {
        "names": services().applications.names(current_actor(), (draft,)),
        "page_key": secrets.token_urlsafe(9),
        "own": draft.owner == current_actor().user_id,
    }


def save_typed(
    draft: Draft,
    fields: Iterable[Field],
    given: Mapping[str, str] | None = None,
    usual: Mapping[str, str] = _NOTHING,
    origin: FieldOrigin = FieldOrigin.DERIVED,
) -> Draft:
    """Keep what was typed into ``fields`` (``given`` overrides it) whether right or wrong; only former private-use
    characters, which other devices cannot show, are replaced by the standard ones, and the page says so.

    Pressing twice saves once. When someone else saved other texts first, answers 409 with a page that shows both and
    lets the clerk choose; nothing typed is lost. ``usual`` are answers that the page filled in: they alone start no draft.
    ``origin`` is where what is ``given`` comes from.
    """
    fields = tuple(fields)
    typed = _standard({**read_fields(request.form, fields), **(given or {})}, fields)
    if typed.items() <= draft.shown.items() and not draft.disputed.keys() & typed.keys():
        return draft
    if not draft.revision and all(text in {"", usual.get(name)} for name, text in typed.items()):
        return draft
    filled = dict.fromkeys(
        (name for name, text in typed.items() if text and text == usual.get(name)), FieldOrigin.DERIVED
    )
    typing = read_typing(typed, {**filled, **dict.fromkeys(given or {}, origin)})
    try:
        return services().applications.save(current_actor(), draft.draft_id, typing, current_instant())
    except ConflictError as error:
        if error.code != "draft_changed_meanwhile":
            raise
        abort(_stale_page(draft.draft_id, fields, typing))


def read_typing(typed: Mapping[str, str], origins: Mapping[str, FieldOrigin] = _NO_ORIGINS) -> Typing:
    """What the page sends, with what it says of itself, and of the answers that it has put in."""
    revision = read_revision(request.form)
    if revision is None:
        abort(400)
    page = request.form.get("page", "")[:_LONGEST_PAGE_KEY]
    put = (name for name in request.form.get("origins", "").split(",") if name in typed)
    put_in = dict.fromkeys(put, FieldOrigin.DERIVED)
    return Typing(typed, revision, page, request.form.get("turn", 0, type=int), {**put_in, **origins})


def other_button(
    draft: Draft,
    fields: tuple[Field, ...],
    step: str,
    given: Mapping[str, str] = _NOTHING,
    usual: Mapping[str, str] = _NOTHING,
) -> Response | None:
    """The answer to a button that leads to another step or chooses one of two texts; None where another was pressed."""
    wanted = request.form.get("go", "")
    if wanted in STEPS:
        return redirect(step_address(save_typed(draft, fields, given, usual), wanted), 303)
    action, _, chosen = request.form.get("action", "").partition(":")
    name, _, page = chosen.partition(":")
    if action != "choose" or name not in {field.name for field in fields}:
        return None
    others = {each: text for each, text in given.items() if each != name}
    saved = save_typed(draft, tuple(field for field in fields if field.name != name), others, usual)
    services().applications.choose(current_actor(), draft.draft_id, name, page, current_instant())
    return redirect(step_address(saved, step, name), 303)


def _standard(typed: Mapping[str, str], fields: Iterable[Field]) -> dict[str, str]:
    for field in fields:
        label = t(field.label.zh, field.label.en)
        if told := replacements(typed[field.name]):
            flash(
                t(
                    f"“{label}”中的旧码位已按 GB 18030-2022 换成标准字：{told}。请核对。",
                    f"Former code points in “{label}” were replaced by the standard characters of GB 18030-2022: {told}. "
                    "Check them.",
                )
            )
        if len(typed[field.name]) > MAX_FIELD_CHARS:
            flash(
                t(
                    f"“{label}”超过 {MAX_FIELD_CHARS} 字，超出的部分没有保存。",
                    f"“{label}” is longer than {MAX_FIELD_CHARS} characters. What goes beyond was not saved.",
                )
            )
    return {name: standardised(text) for name, text in typed.items()}


def _stale_page(draft_id: str, fields: tuple[Field, ...], typing: Typing) -> Response:
    """Both texts of each field that somebody else has changed since the form was opened."""
    actor, now = current_actor(), current_instant()
    draft = services().applications.get(actor, draft_id)
    typing = understood(draft.entries, typing, local_date(now))
    clashes = merge(draft.entries, typing, actor.user_id, now, draft.revision + 1).clashes
    names = services().applications.names(actor, (draft,))
    page = render_template(
        "desk/issuing/stale.html",
        draft=draft,
        differences=tuple(
            _difference(field, draft.entries[field.name], typing.fields[field.name], names)
            for field in fields
            if field.name in clashes
        ),
        typed={name: _sent_back(draft, name, text) for name, text in typing.fields.items()},
        address=request.path,
    )
    return make_response(page, 409)


def _sent_back(draft: Draft, name: str, text: str) -> str:
    """What the page that asks which text to keep sends along. For a mask that was left alone the stored number is known here
    by now: it goes out as the mask again."""
    stored = draft.entries.get(name)
    return shown_field(name, text) if stored is not None and stored.text == text else text


def _difference(field: Field, saved: TypedField, typed: str, names: Mapping[int, str]) -> Difference:
    return Difference(field, shown_field(field.name, saved.text), typed, names.get(saved.by, ""), saved.at)


def facts_of(draft: Draft) -> Mapping[str, tuple[KnownFact, ...]]:
    """What the register knows of the draft, by the field beside which it stands; the businesses it is about are shown."""
    found: dict[str, tuple[KnownFact, ...]] = {}
    for fact in services().applications.known(current_actor(), draft, permits_of(draft), current_instant()):
        found[fact.problem.field] = (*found.get(fact.problem.field, ()), fact)
        for other in fact.others:
            shows_business(other.uscc)
    return found


def problems_of(draft: Draft) -> tuple[InputError, ...]:
    """Everything that stands between this application and the review, in form order; empty when nothing does. Why a name is
    not that of another business is asked there, if nowhere before."""
    return tuple(problem for problem in _problems(draft) if problem.field != WHY_ANOTHER)


def _problems(draft: Draft) -> tuple[InputError, ...]:
    actor, now = current_actor(), current_instant()
    try:
        services().applications.check(actor, draft, now)
        found: tuple[InputError, ...] = ()
    except InvalidApplication as invalid:
        found = invalid.problems
    known = services().applications.known(actor, draft, permits_of(draft), now)
    return (*found, *(problem for fact in known if (problem := _hindrance(draft, fact))))


def _hindrance(draft: Draft, fact: KnownFact) -> InputError | None:
    if fact.weight is Weight.STOP:
        return fact.problem
    if fact.weight is Weight.ASK and not draft.fields.get(fact.reason, "").strip():
        return InputError(fact.problem.code, field=fact.reason, **fact.problem.facts)
    return None


def onward(draft: Draft, fields: tuple[Field, ...], here: str, following: str) -> Response:
    """To the step ``following`` when all of ``fields`` are right, else back to ``here`` to show what is not."""
    names = {field.name for field in fields}
    if any(error.field in names for error in _problems(draft)):
        return redirect(step_address(draft, here, checked=True), 303)
    return redirect(step_address(draft, following), 303)


def shown_problems(draft: Draft, fields: tuple[Field, ...]) -> Mapping[str, object]:
    """The problems of this page once it has been sent, for the summary and beside each field."""
    labels = {field.name: field.label for field in fields}
    found: tuple[InputError, ...] = ()
    if "checked" in request.args:
        found = tuple(error for error in _problems(draft) if error.field in labels)
    main = language().value
    return {
        "summary": tuple(problem(error, main, label=labels[error.field]) for error in found),
        "problems": problems_by_field(found, main),
    }
