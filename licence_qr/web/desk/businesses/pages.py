"""Find a business, see its public page, and print its cards and codes."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from licence_qr.domain.cases.case import ItemStanding
from licence_qr.domain.dates import local_date
from licence_qr.domain.lifecycle.act_places import ActPlace, placed
from licence_qr.services.businesses.search import Register
from licence_qr.services.cases.counter import CounterItems
from licence_qr.services.issuing.drafts import Applications
from licence_qr.services.lifecycle.credit_record import Bars
from licence_qr.services.publishing.display_cards import CodeForm, Prints
from licence_qr.services.register import access
from licence_qr.web import current_instant
from licence_qr.web.desk.businesses import parties as applicants
from licence_qr.web.desk.businesses.next_step import may_apply, next_step
from licence_qr.web.desk.businesses.state_lines import ENDED, state_lines
from licence_qr.web.desk.cases.words import missing, not_needed
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.navigation import BUSINESSES
from licence_qr.web.shell.readings import searched, shows, shows_business
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("businesses", __name__, url_prefix="/businesses")


@dataclass(frozen=True, slots=True)
class BusinessServices:
    """The services that the pages of businesses use."""

    register: Register
    bars: Bars
    prints: Prints
    items: CounterItems
    applications: Applications


services = Handed(BusinessServices)

# What fits on A5 at full size with two permits and a name of one line; longer texts are set smaller.
ROOMY_CHARACTERS = 330
_PDF = "application/pdf"
_PNG = "image/png"
_SVG = "image/svg+xml"


@blueprint.get("")
@roles(*BUSINESSES.roles)
def search_businesses() -> str:
    """Search by name, credit code, permit number or code number; for clerks in their open applications too."""
    query, actor = request.args.get("q", "").strip(), current_actor()
    found = services().register.search(actor, query, current_instant()) if query else ()
    clerk = bool(query) and access.may(actor, access.TAKE_APPLICATIONS)
    drafts = services().applications.named(actor, query) if clerk else ()
    searched(query, len(found) + len(drafts))
    return render_template("desk/businesses/businesses.html", query=query, found=found, drafts=drafts)


@blueprint.get("/<uscc>")
@roles(*BUSINESSES.roles)
def show_business(uscc: str) -> str:
    """What the register has on this business now, the available acts, and its prints."""
    now = current_instant()
    detail = services().register.business(current_actor(), uscc, now)
    shows_business(uscc)
    items = services().items.of_business(current_actor(), uscc, now)
    parties = applicants.services().of_business(current_actor(), uscc)
    if parties:
        shows(f"business/{uscc}", "parties", uscc=uscc)
    ended = tuple(held for held in detail.permits if held.permit.state in ENDED)
    return render_template(
        "desk/businesses/business.html",
        page=detail.page,
        detail=detail,
        standing=tuple(held for held in detail.permits if held not in ended),
        ended=ended,
        barred_until=services().bars.of_application(uscc, catalogue().permit_types, local_date(now)).barred_until,
        parties=parties,
        may_look=access.may(current_actor(), access.LOOK_AT_NUMBERS, detail.office),
        lines=state_lines(detail, items),
        next_step=next_step(detail, items, local_date(now)),
        not_needed=not_needed(items),
        may_apply=may_apply(detail),
        placed=placed,
        place=ActPlace,
        may_check=access.may(current_actor(), access.READ_FOLLOW_UPS),
    )


@blueprint.get("/<uscc>/elsewhere")
@roles(*BUSINESSES.roles)
def show_elsewhere(uscc: str) -> str:
    """A slip to print: what the business still has to apply for, where, and what is with other authorities."""
    actor, now = current_actor(), current_instant()
    detail = services().register.business(actor, uscc, now)
    shows_business(uscc)
    lines = missing(services().items.of_business(actor, uscc, now))
    return render_template(
        "desk/businesses/elsewhere.html", detail=detail, lines=lines, BEING_DECIDED=ItemStanding.BEING_DECIDED
    )


@blueprint.get("/<uscc>/print")
@roles(*BUSINESSES.roles)
def print_card(uscc: str) -> str:
    """The display card (亮证牌) as a page to print from the browser, A5 landscape."""
    card = services().prints.card_page(current_actor(), uscc, current_instant())
    full = sum(len(text) for _, text in card.texts()) > ROOMY_CHARACTERS
    permits, items = card.on_half_a_page(3 if full else 4)
    return render_template(
        "desk/businesses/print.html",
        card=card,
        uscc=uscc,
        full=full,
        shown=(permits, items),
        more=card.counted(len(card.permits) - permits, len(card.items) - items),
    )


@blueprint.get("/<uscc>/card-<any(a4, a5):size>.pdf")
@roles(*BUSINESSES.roles)
def download_card(uscc: str, size: str) -> Response:
    """The display card as a PDF."""
    content = services().prints.card_pdf(current_actor(), uscc, size.upper(), current_instant())
    return _download(content, _PDF, f"{uscc}-card-{size}.pdf")


@blueprint.get("/<uscc>/code.png")
@roles(*BUSINESSES.roles)
def show_png(uscc: str) -> Response:
    """The QR symbol as PNG; a download with ``?download``."""
    return _code(uscc, "png", _PNG)


@blueprint.get("/<uscc>/code.svg")
@roles(*BUSINESSES.roles)
def show_svg(uscc: str) -> Response:
    """The QR symbol as SVG, sharp at every size."""
    return _code(uscc, "svg", _SVG)


def _code(uscc: str, form: CodeForm, media_type: str) -> Response:
    """The symbol as a file. Downloads are recorded; pictures on pages are not, because printing the page is recorded."""
    prints, actor = services().prints, current_actor()
    saved = "download" in request.args
    content = prints.code_file(actor, uscc, form, current_instant()) if saved else prints.code(actor, uscc, form)
    return _download(content, media_type, f"{uscc}-code.{form}")


def _download(content: bytes, media_type: str, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    if "download" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
