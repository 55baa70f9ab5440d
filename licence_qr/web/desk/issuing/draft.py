"""What all steps of one application share: opening it, keeping what was typed, judging it, and the stale form.

Each step keeps what was typed before it judges it, then redirects: to the next step, or to itself with ``checked``
set, which shows every problem beside its field. Steps may be visited in any order; issuing checks them all again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.characters.former_private_use import replacements, standardised
from licence_qr.domain.issuing.issued import Draft
from licence_qr.errors import ConflictError, InputError, InvalidApplication
from licence_qr.web import current_instant
from licence_qr.web.desk.issuing.services import services
from licence_qr.web.shell.forms import Field, problem, problems_by_field, read_fields, read_revision
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that someone else saved while this form was open: both texts."""

    field: Field
    saved: str
    typed: str


def open_draft(draft_id: str) -> Draft:
    """The application, as long as it can be changed; once issued, every address of it leads to the result."""
    draft = services().applications.get(current_actor(), draft_id)
    if draft.issued_at is not None:
        abort(redirect(url_for("desk.issue.show_result", draft_id=draft_id)))
    shows_application(draft_id)
    return draft


def shows_application(draft_id: str) -> None:
    """Note that the signed-in person sees what an application says of its applicant."""
    shows(f"application/{draft_id}", "name", "principal", "domicile", "address", "contact_phone")


def save_typed(draft: Draft, fields: Iterable[Field], given: Mapping[str, str] | None = None) -> Draft:
    """Keep what was typed into ``fields`` (``given`` overrides it) whether right or wrong; only former private-use
    characters, which other devices cannot show, are replaced by the standard ones, and the page says so.

    Pressing twice saves once. When someone else saved other texts first, answers 409 with a page that shows both and
    lets the clerk choose; nothing typed is lost.
    """
    fields = tuple(fields)
    typed = _standard({**read_fields(request.form, fields), **(given or {})}, fields)
    if typed.items() <= draft.fields.items():
        return draft
    try:
        return services().applications.save(
            current_actor(), draft.draft_id, {**draft.fields, **typed}, _revision(), current_instant()
        )
    except ConflictError as error:
        if error.code != "draft_changed_meanwhile":
            raise
        abort(_stale_page(draft, fields, typed))


def _standard(typed: Mapping[str, str], fields: Iterable[Field]) -> dict[str, str]:
    for field in fields:
        if told := replacements(typed[field.name]):
            label = t(field.label.zh, field.label.en)
            flash(
                t(
                    f"“{label}”中的旧码位已按 GB 18030-2022 换成标准字：{told}。请核对。",
                    f"Former code points in “{label}” were replaced by the standard characters of GB 18030-2022: {told}. "
                    "Check them.",
                )
            )
    return {name: standardised(text) for name, text in typed.items()}


def _revision() -> int:
    revision = read_revision(request.form)
    return abort(400) if revision is None else revision


def _stale_page(draft: Draft, fields: tuple[Field, ...], typed: Mapping[str, str]) -> Response:
    differences = tuple(
        Difference(field, saved, typed[field.name])
        for field in fields
        if (saved := draft.fields.get(field.name, "")) != typed[field.name]
    )
    page = render_template(
        "desk/issuing/stale.html", draft=draft, differences=differences, typed=typed, address=request.path
    )
    return make_response(page, 409)


def problems_of(draft: Draft) -> tuple[InputError, ...]:
    """Everything that stands between this application and issuing, in form order; empty when nothing does."""
    try:
        services().applications.check(current_actor(), draft.draft_id, current_instant())
    except InvalidApplication as invalid:
        return invalid.problems
    return ()


def onward(draft: Draft, fields: tuple[Field, ...], here: str, following: str) -> Response:
    """To the endpoint ``following`` when all of ``fields`` are right, else back to ``here`` to show what is not."""
    names = {field.name for field in fields}
    if any(error.field in names for error in problems_of(draft)):
        return redirect(url_for(here, draft_id=draft.draft_id, checked="yes"), 303)
    return redirect(url_for(following, draft_id=draft.draft_id), 303)


def shown_problems(draft: Draft, fields: tuple[Field, ...]) -> Mapping[str, object]:
    """The problems of this page once it has been sent, for the summary and beside each field."""
    labels = {field.name: field.label for field in fields}
    found: tuple[InputError, ...] = ()
    if "checked" in request.args:
        found = tuple(error for error in problems_of(draft) if error.field in labels)
    main = language().value
    return {
        "summary": tuple(problem(error, main, label=labels[error.field]) for error in found),
        "problems": problems_by_field(found, main),
    }
