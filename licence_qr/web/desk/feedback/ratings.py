"""Ratings of the service at the desk: figures without names, poor ones to put right, and the slip that invites to rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.feedback.ratings import LEVELS, STEP_WORDS, RatingStep
from licence_qr.errors import ConflictError, InputError, LicenceQRError
from licence_qr.services.feedback.ratings import Ratings
from licence_qr.services.feedback.ratings_desk import RatingAct, RatingFile, RatingsDesk
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.shell import request_log
from licence_qr.web.shell.errors import status_of
from licence_qr.web.shell.forms import Choice, Field, Widget, problem_summary, read_fields, read_revision
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.language import language, t
from licence_qr.web.shell.navigation import RATINGS
from licence_qr.web.shell.readings import shows
from licence_qr.web.shell.security import current_actor, roles
from licence_qr.wording.text import Text

blueprint = Blueprint("ratings", __name__, url_prefix="/ratings")


@dataclass(frozen=True, slots=True)
class RatingServices:
    """The services that the pages of ratings use."""

    ratings: Ratings
    desk: RatingsDesk


services = Handed(RatingServices)

_STEP_HINTS: Mapping[RatingStep, Text] = {
    RatingStep.MENDED: Text("查明了什么，怎样改的", "What was found and what has been changed"),
    RatingStep.CALLED_BACK: Text("评价人认可，办结", "The person agrees. This closes the case"),
    RatingStep.NOT_SETTLED: Text(
        "评价人不认可，继续整改，期限从今天起算",
        "The person disagrees. Work continues; the time limit starts again today",
    ),
    RatingStep.CLOSED: Text("多次联系不上，写明时间", "Could not be reached. Say when you tried"),
}
_STEP = Field("step", Text("做了什么？", "What was done?"), widget=Widget.RADIOS)
_TEXT = Field("text", Text("说明", "What was done"), widget=Widget.PARAGRAPH)


@blueprint.get("")
@roles(*RATINGS.roles)
def show_statistics() -> str:
    """How the office was rated in the last twelve months, and which poor ratings have to be put right."""
    desk, actor, now = services().desk, current_actor(), current_instant()
    handling = access.may(actor, access.HANDLE_RATINGS)
    closed = request.args.get("closed") == "yes"
    if handling:
        shows("list/ratings", "name", "text")
    return render_template(
        "desk/feedback/ratings.html",
        statistics=desk.statistics(actor, now),
        levels=LEVELS,
        handling=handling,
        closed=closed,
        lines=desk.list(actor, now, closed=closed) if handling else (),
    )


@blueprint.get("/<int:rating_id>")
@roles(*access.HANDLE_RATINGS.roles)
def show_rating(rating_id: int) -> str:
    """One poor rating: its text, the steps taken, and the next possible ones."""
    return _page(_file(rating_id))


@blueprint.post("/<int:rating_id>")
@roles(*access.HANDLE_RATINGS.roles)
def act_on_rating(rating_id: int) -> Response:
    """Take one step. If it is refused, also because somebody else was faster, the form is shown again as typed."""
    typed = read_fields(request.form, (_STEP, _TEXT))
    act = RatingAct(typed["step"], typed["text"], read_revision(request.form) or 0)
    try:
        services().desk.act(current_actor(), rating_id, act, current_instant())
    except (InputError, ConflictError) as refused:
        request_log.note_refusal(refused)
        return make_response(_page(_file(rating_id), refused), status_of(refused))
    words = STEP_WORDS[RatingStep(act.step)]
    flash(t(f"已记录：{words.zh}。", f"Recorded: {words.en}."))
    return redirect(url_for(".show_rating", rating_id=rating_id), 303)


@blueprint.get("/slips/<application_no>")
@roles(*access.INVITE_TO_RATE.roles)
def show_slip(application_no: str) -> str:
    """The slip of paper that invites the applicant to rate; it names the office and no one else."""
    invitation = services().ratings.invitation(current_actor(), application_no)
    return render_template("desk/feedback/rating_slip.html", invitation=invitation)


@blueprint.get("/slips/<application_no>/code.svg")
@roles(*access.INVITE_TO_RATE.roles)
def show_slip_code(application_no: str) -> Response:
    """The secret link as a QR symbol."""
    ratings = services().ratings
    response = make_response(ratings.svg(ratings.invitation(current_actor(), application_no).code))
    response.mimetype = "image/svg+xml"
    return response


def _file(rating_id: int) -> RatingFile:
    file = services().desk.get(current_actor(), rating_id, current_instant())
    numbers = (("contact", file.contact), ("contact_phone", file.phone))
    shows(f"rating/{rating_id}", "name", "text", *(name for name, number in numbers if number))
    return file


def _page(file: RatingFile, refused: LicenceQRError | None = None) -> str:
    fields, main = _fields(file), language().value
    summary, problems = problem_summary(refused, main, fields)
    return render_template(
        "desk/feedback/rating.html",
        file=file,
        rating=file.rating,
        level=LEVELS[file.rating.level],
        fields=fields,
        values=read_fields(request.form, fields),
        summary=summary,
        problems=problems,
        step_words=STEP_WORDS,
    )


def _fields(file: RatingFile) -> tuple[Field, ...]:
    choices = tuple(Choice(step.value, STEP_WORDS[step], _STEP_HINTS.get(step)) for step in file.allowed)
    return (replace(_STEP, choices=choices), _TEXT)
