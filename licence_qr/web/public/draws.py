"""The published draws (双随机、一公开), for everybody to read and check: hashes first; lists, seeds and results after the
visits. No login, no script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response

from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.domain.inspecting.draws import DRAW_STATE_WORDS
from licence_qr.domain.inspecting.inspection import OUTCOME_WORDS
from licence_qr.domain.publishing.publish import office_name
from licence_qr.services.inspecting.draws import Draws, PublishedDraw, PublishedPlace
from licence_qr.web import current_instant
from licence_qr.web.public.answers import readable_by_other_sites
from licence_qr.web.shell.handed import Handed, catalogue
from licence_qr.web.shell.templates import render
from licence_qr.wording.text import Text

blueprint = Blueprint("citizen_draws", __name__, url_prefix="/draws")
blueprint.after_request(readable_by_other_sites)
draws = Handed(Draws)

_WORDS: Mapping[str, Any] = {"states": DRAW_STATE_WORDS, "outcomes": OUTCOME_WORDS}


@blueprint.get("")
def list_draws() -> str:
    """The latest draws of all offices."""
    return render("public/draws.html", draws=draws().published(), office=_office, **_WORDS)


@blueprint.get("/<int:number>")
def show_draw(number: int) -> str:
    """One draw: what was announced, and after the visits the list, the seed and the result."""
    return render("public/draw.html", draw=draws().published_one(number, current_instant()), office=_office, **_WORDS)


@blueprint.get("/<int:number>.json")
def draw_json(number: int) -> Response:
    """Everything that is needed to check one draw; docs/verifying/random-draws.md says how."""
    facts = draw_facts(draws().published_one(number, current_instant()), catalogue())
    return Response(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")


def draw_facts(draw: PublishedDraw, catalogue: Catalogue) -> dict[str, Any]:
    """The public JSON of a draw: an allow-list, all of it public by law or made to be published."""
    office = office_name(catalogue, draw.office)
    return {
        "number": draw.number,
        "office": [office.zh, office.en],
        "title": draw.title,
        "state": draw.state.value,
        "announced_at": _instant(draw.announced_at),
        "due_on": draw.due_on.isoformat(),
        "places": draw.places,
        "list": draw.list,
        "list_sha256": draw.list_sha256,
        "seed_source": draw.seed_source,
        "commitment": draw.commitment,
        "seed": draw.seed,
        "settled_at": draw.settled_at and _instant(draw.settled_at),
        "reason": draw.reason,
        "opened": draw.opened,
        "drawn": [_place(place) for place in draw.drawn],
    }


def _place(place: PublishedPlace) -> dict[str, Any]:
    candidate = place.candidate
    return {
        "permit_no": candidate.permit_no,
        "uscc": candidate.uscc,
        "holder_name": candidate.holder_name,
        "address": candidate.address,
        "grade_when_drawn": candidate.grade,
        "officers": list(place.officers),
        "inspected_on": place.inspected_on and place.inspected_on.isoformat(),
        "outcome": place.outcome and place.outcome.value,
    }


def _office(office: str) -> Text:
    return office_name(catalogue(), office)


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
