"""What the Python verifier says of a vector, in the words of the corpus."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from licence_qr.credential.allow_list import AllowList, verify_allow_list
from licence_qr.credential.claims import PermitClaim
from licence_qr.credential.status_list import StatusList, status_of
from licence_qr.credential.status_list_wire import verify_status_list
from licence_qr.credential.trust_list import TrustList
from licence_qr.credential.trust_list_wire import verify_trust_list
from licence_qr.credential.verifier import Verified, verify
from licence_qr.domain.catalogue.model import Catalogue, NumberTemplate, PermitType, Text
from licence_qr.errors import TokenError


def verdict(content: dict[str, Any]) -> dict[str, Any]:
    """``code`` and ``facts`` of the refusal, or ``claims``, ``host``, ``kid`` and, with a status list, ``status``."""
    try:
        return _judged(content)
    except TokenError as refusal:
        return {"code": refusal.code, "facts": {name: _fact(value) for name, value in refusal.facts.items()}}


def _fact(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)  # as JavaScript writes it


def _judged(content: dict[str, Any]) -> dict[str, Any]:
    now = datetime.fromisoformat(content["now"])
    root = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(content["root_key"]))
    seen = content.get("trust_list_at_least", 0)
    trust_list = verify_trust_list(bytes.fromhex(content["trust_list"]), root, at_least=seen)
    status_list = _status_list(content, trust_list, now)
    allow_list = _allow_list(content, root)
    catalogue = _catalogue(content["vocabulary"]) if "vocabulary" in content else None
    verified = verify(content["text"], trust_list, now, catalogue, allow_list=allow_list)
    said = {"claims": _claims(verified), "host": verified.host, "kid": verified.kid.hex()}
    return said if status_list is None else said | {"status": _status(verified, status_list, now)}


def _status_list(content: dict[str, Any], trust_list: TrustList, now: datetime) -> StatusList | None:
    if "status_list" not in content:
        return None
    seconds = content.get("status_list_at_least")
    at_least = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return verify_status_list(bytes.fromhex(content["status_list"]), trust_list, now, at_least=at_least)


def _allow_list(content: dict[str, Any], root: ec.EllipticCurvePublicKey) -> AllowList | None:
    if "allow_list" not in content:
        return None
    return verify_allow_list(bytes.fromhex(content["allow_list"]), root, at_least=content.get("allow_list_at_least", 0))


def _catalogue(vocabulary: dict[str, Any]) -> Catalogue:
    types = {
        name: PermitType(name, int(name), Text(words["zh"], words["en"]), "", None, Text("", ""))
        for name, words in vocabulary["permit_types"].items()
    }
    templates = [NumberTemplate(int(name), "2", "", text) for name, text in vocabulary["number_templates"].items()]
    return Catalogue({}, {}, (), types, tuple(templates), {}, {}, ())


def _claims(verified: Verified) -> dict[str, Any]:
    facts = verified.claims._asdict()
    written = {"code_number": facts.pop("code_id").number} | facts
    written |= {"digest": facts["digest"].hex(), "permits": [_permit(permit) for permit in facts["permits"]]}
    plain: dict[str, Any] = json.loads(json.dumps(written, default=date.isoformat))
    return plain


def _permit(permit: PermitClaim) -> dict[str, Any]:
    number = permit.number if isinstance(permit.number, str) else list(permit.number)
    return permit._asdict() | {"number": number}


def _status(verified: Verified, status_list: StatusList, now: datetime) -> dict[str, Any]:
    report = status_of(verified, status_list, now)
    return {
        "print": report.print_status.value,
        "permits": [status.value for status in report.permits],
        "stale": report.freshness.value == "stale",
        "unknown": report.print_status.value == "unknown",
        "because": report.because and report.because.code,
    }
