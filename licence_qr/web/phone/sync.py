"""Where the phone sends its inspections: JSON, safe to repeat.

docs/contributing/inspection-records.md is the contract.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from licence_qr.domain.inspecting.inspection import FLAG_WORDS
from licence_qr.services.inspecting.document import MAX_DOCUMENT_BYTES
from licence_qr.services.inspecting.receive import InspectionReceipt, Inspections
from licence_qr.services.register import access
from licence_qr.services.register.photo_cleaning import MAX_PHOTO_BYTES
from licence_qr.web import current_instant
from licence_qr.web.shell.handed import Handed
from licence_qr.web.shell.security import current_actor, roles

blueprint = Blueprint("inspections_sync", __name__, url_prefix="/inspect/sync")
inspections = Handed(Inspections)

_WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


@blueprint.get("")
@roles(*access.MAKE_INSPECTIONS.roles)
def show_session() -> Response:
    """Who is signed in, and the token to send with what follows."""
    actor, now = current_actor(), current_instant()
    return jsonify(csrf=generate_csrf(), officer=actor.username, office=actor.office, now=now.strftime(_WRITTEN))


@blueprint.put("/<inspection_id>")
@roles(*access.MAKE_INSPECTIONS.roles)
def receive_inspection(inspection_id: str) -> tuple[Response, int]:
    """Receive one inspection; 201 the first time, then 200."""
    body = _body(MAX_DOCUMENT_BYTES)
    receipt, first = inspections().receive(current_actor(), inspection_id, body, _device_time(), current_instant())
    return _answer(receipt, first=first)


@blueprint.get("/<inspection_id>/<digest>")
@roles(*access.MAKE_INSPECTIONS.roles)
def show_receipt(inspection_id: str, digest: str) -> tuple[Response, int]:
    """The receipt of a content that was sent before."""
    return _answer(inspections().receipt(current_actor(), inspection_id, digest), first=False)


@blueprint.put("/<inspection_id>/<digest>/photos/<sha256>")
@roles(*access.MAKE_INSPECTIONS.roles)
def receive_photo(inspection_id: str, digest: str, sha256: str) -> tuple[Response, int]:
    """Receive one photograph that the inspection announced; 201 the first time, then 200."""
    receipt, first = inspections().receive_photo(
        current_actor(), inspection_id, digest, sha256, _body(MAX_PHOTO_BYTES), current_instant()
    )
    return _answer(receipt, first=first)


def _body(most: int) -> bytes:
    """The bytes that were sent, and of a longer body one more than ``most``: enough to be refused by the use case."""
    return request.stream.read(most + 1)


def _device_time() -> datetime | None:
    """The phone's clock at the moment of sending; None where the header is missing or says nothing."""
    try:
        return datetime.strptime(request.headers.get("X-Device-Time", ""), _WRITTEN).replace(tzinfo=UTC)
    except ValueError:
        return None


def _answer(receipt: InspectionReceipt, *, first: bool) -> tuple[Response, int]:
    return jsonify(_receipt(receipt)), 201 if first else 200


def _receipt(receipt: InspectionReceipt) -> dict[str, Any]:
    stored, words = receipt.stored, FLAG_WORDS
    return {
        "id": stored.id,
        "content_sha256": stored.content_sha256,
        "received_at": _written(stored.received_at),
        "confirm_until": receipt.confirm_until and _written(receipt.confirm_until),
        "state": stored.state.value,
        "flags": [{"code": flag.value, "text": [words[flag].zh, words[flag].en]} for flag in stored.flags],
        "photos_missing": [photo.sent_sha256 for photo in receipt.photos if photo.missing],
        "photos_refused": [[photo.sent_sha256, photo.refusal] for photo in receipt.photos if photo.refusal],
        "complete": receipt.complete,
        "score": stored.score,
        "grade": stored.grade,
        "grade_words": [receipt.grade.zh, receipt.grade.en],
        "order": receipt.order,
    }


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime(_WRITTEN)
