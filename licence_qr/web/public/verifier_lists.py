"""What devices fetch to verify without a network: the status list, the trust list, and the words for what they find.

All three are public and the same for everybody. Each has an ETag of its bytes, so asking again costs a few dozen bytes,
and may be kept for minutes only: what keeps a list for longer is a verifier, which tells its age.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, request

from licence_qr import wording
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.services.keys.keyring import Keys
from licence_qr.services.publishing.status_list import StatusPublishing
from licence_qr.web import current_instant
from licence_qr.web.public.answers import readable_by_other_sites, takes_gzip
from licence_qr.web.shell.handed import Handed, catalogue

KEPT_SECONDS = 300
STATUS_LIST_TYPE = "application/statuslist+cwt"

# What a verifier may find wrong; not what an office may do wrong, nor the troubles of a server.
_REFUSAL = re.compile(
    r"(allow_list|claims|envelope|host|payload|status_list|token|trust_list)_(?!missing|unreadable)\w+"
    r"|key_(compromised|purpose|too_early|too_late|unknown|verify_ended)"
    r"|signature_(high_s|mismatch|range)"
    r"|symbol_(empty|leading_zero|not_address|not_digits|too_long)"
)

blueprint = Blueprint("lists", __name__)
blueprint.after_request(readable_by_other_sites)


@dataclass(frozen=True, slots=True)
class ListServices:
    """The services that make the lists."""

    status_publishing: StatusPublishing
    keys: Keys


services = Handed(ListServices)


@blueprint.get("/status-list")
def status_list() -> Response:
    """The signed status list (docs/verifying/status-list.md). No cache may keep it beyond the time when it is stale."""
    now = current_instant()
    published = services().status_publishing.current(now)
    seconds = int((published.fresh_until - now).total_seconds())
    return _answer(published.signed, STATUS_LIST_TYPE, published.digest, min(KEPT_SECONDS, seconds))


@blueprint.get("/trust-list")
def trust_list() -> Response:
    """The trust list as the root signed it (docs/verifying/code-format.md, section 8)."""
    signed = services().keys.signed_trust_list()
    return _answer(signed, "application/cbor", _digest(signed), KEPT_SECONDS)


@blueprint.get("/allow-list")
def allow_list() -> Response:
    """What stays valid of compromised keys (docs/verifying/code-format.md, section 8); 204, no body, if there are none."""
    signed = services().keys.signed_allow_list()
    response = _answer(signed or b"", "application/cbor", _digest(signed or b""), KEPT_SECONDS)
    if signed is None and response.status_code == 200:
        response.status_code = 204
    return response


@blueprint.get("/vocabulary.json")
def vocabulary() -> Response:
    """Names of permit types, number templates and the sentences of every refusal; compressed where that is accepted."""
    compressed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    body, digest = _vocabulary(compressed)
    response = _answer(body, "application/json", digest, KEPT_SECONDS)
    response.headers["Vary"] = "Accept-Encoding"
    if compressed and response.status_code == 200:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _answer(body: bytes, mimetype: str, digest: str, seconds: int) -> Response:
    """The body, or 304 if the client already has it (RFC 9110, section 13.1.2)."""
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={max(seconds, 0)}, must-revalidate"
    response.set_etag(digest)
    response.make_conditional(request)
    return response


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def words_of(catalogue: Catalogue) -> dict[str, Any]:
    """The vocabulary: what wire ids stand for, and what each refusal means and asks for, in both languages."""
    sentences = wording.sentences()
    return {
        "permit_types": {
            str(known.wire_id): {"zh": known.name.zh, "en": known.name.en} for known in catalogue.permit_types.values()
        },
        "number_templates": {str(template.wire_id): template.pattern for template in catalogue.number_templates},
        "refusals": {code: sentences[code] for code in sorted(sentences) if _REFUSAL.fullmatch(code)},
    }


def _vocabulary(compressed: bool) -> tuple[bytes, str]:
    """The bytes and their digest, made once: neither catalogue nor wording changes while the program runs."""
    made: dict[bool, tuple[bytes, str]] = current_app.extensions.setdefault("vocabulary", {})
    if compressed not in made:
        body = json.dumps(words_of(catalogue()), ensure_ascii=False, separators=(",", ":")).encode()
        body = gzip.compress(body, mtime=0) if compressed else body
        made[compressed] = body, _digest(body)
    return made[compressed]
