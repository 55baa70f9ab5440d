"""Rating the service once per case (好差评), by a secret link or its code on paper. No login, no cookie."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from licence_qr.domain.dates import local_date
from licence_qr.domain.feedback.ratings import LEVELS, parse_rating_code
from licence_qr.errors import InputError, LicenceQRError, NotFoundError
from licence_qr.services.feedback.ratings import Offer, Ratings, SentRating
from licence_qr.web import current_instant
from licence_qr.web.public import cookieless_forms
from licence_qr.web.shell.forms import Choice, Field, Widget, read_fields
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.wording.text import Text

_PURPOSE = "rating"
_FIND = "public/rating_find.html"
_CODE = "code"

blueprint = Blueprint("citizen_ratings", __name__)
ratings = Handed(Ratings)

_LEVEL = Field(
    "level",
    Text("这次办理，您满意吗？", "How satisfied are you with this service?"),
    widget=Widget.RADIOS,
    choices=tuple(Choice(str(level), words) for level, words in LEVELS.items()),
)
_TEXT = Field(
    "text",
    Text("还想说的", "Anything else you want to tell us"),
    widget=Widget.PARAGRAPH,
    optional=True,
)
_NO_NAMES = "请不要写姓名、电话、身份证号。", "Please leave out names, telephone and identity numbers."
_CALLED_BACK = (
    "选了“不满意”或“非常不满意”的，窗口会回访；不填就用申请时留下的电话。",
    "If you are dissatisfied, the office will call you back. If you leave this empty, it uses the number in"
    " the application.",
)


@blueprint.get("/rate")
def find() -> Response:
    """A form for the code on the slip; a typed code leads to its own address."""
    return cookieless_forms.sent_on(_CODE, parse_rating_code, _FIND, ".rate")


@blueprint.get("/rate/<number>")
def rate(number: str) -> Response:
    """The form, or a page saying that this case has been rated."""
    try:
        offer = _offer(number)
    except (InputError, NotFoundError) as wrong:  # to be compared and typed once more
        return make_response(cookieless_forms.asking(_FIND, _CODE, number, wrong), wrong.http_status)
    return make_response(_form(offer))


@blueprint.post("/rate/<number>")
def send(number: str) -> Response:
    """Store the rating. If it is refused, the form is shown again as filled in."""
    known = cookieless_forms.brought(_PURPOSE, parse_rating_code(number).number)
    offer = ratings().known_offer(number) if known else _offer(number)
    typed = read_fields(request.form, _fields())
    try:
        form_id = cookieless_forms.accept(_PURPOSE, offer.code.number)
        named = tuple(box for name in ("praise", "complaint") for box in typed.get(name, "").split(","))
        sent = SentRating(form_id, typed["level"], named, typed["text"], typed["contact"])
        ratings().rate(offer.code.number, sent, request.remote_addr or "", current_instant())
    except cookieless_forms.REFUSALS as refused:
        return cookieless_forms.refused(refused, _form(ratings().known_offer(number), refused))
    return redirect(url_for(".rate", number=offer.code.number), 303)


def _offer(number: str) -> Offer:
    return ratings().open(number, request.remote_addr or "", current_instant())


def _kept(field: Field, zh: str, en: str, days: int) -> Field:
    """The question with its hint, and how long the answer is kept."""
    return replace(field, hint=Text(f"{zh}办结 {days} 天后删除。", f"{en} Deleted {days} days after it is closed."))


def _fields() -> tuple[Field, ...]:
    today = local_date(current_instant())
    reasons, (contact_days, words_days) = ratings().reasons_on(today), ratings().retention.days(today)
    praise = tuple(Choice(reason.id, reason.name) for reason in reasons if reason.praise)
    complaint = tuple(Choice(reason.id, reason.name) for reason in reasons if not reason.praise)
    boxes, good, bad = Widget.CHECKBOXES, Text("好在哪里？", "What was good?"), Text("差在哪里？", "What was bad?")
    return (
        _LEVEL,
        *((Field("praise", good, widget=boxes, choices=praise, optional=True),) if praise else ()),
        *((Field("complaint", bad, widget=boxes, choices=complaint, optional=True),) if complaint else ()),
        _kept(_TEXT, *_NO_NAMES, words_days),
        _kept(cookieless_forms.CONTACT, *_CALLED_BACK, contact_days),
    )


def _form(offer: Offer, refused: LicenceQRError | None = None) -> str:
    today = local_date(current_instant())
    return render_template(
        "public/rating_form.html",
        offer=offer,
        **cookieless_forms.parts(_PURPOSE, offer.code.number, _fields(), refused),
        mend_days=catalogue().life_rules_on(today).rating_mend_working_days,
    )
