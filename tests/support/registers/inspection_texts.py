"""Made-up inspections as a phone would write them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from licence_qr.domain.catalogue.model import Catalogue

VISIT = "0b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f11"
SUBJECT: dict[str, Any] = {
    "read_by": "list",
    "code_number": "",
    "code_version": None,
    "uscc": "91500107M000001A9R",
    "premises_no": 1,
    "permit_no": "",
}


def answers(catalogue: Catalogue, checklist: str = "lodging", *, no: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Every item answered yes, but for ``no``."""
    found = catalogue.inspection_rules.checklist(checklist, "2026-1")
    assert found is not None
    return [
        {
            "checklist": checklist,
            "item": item.id,
            "answer": "no" if item.id in no else "yes",
            "finding": "现场发现问题" if item.id in no else "",
            "photos": [],
        }
        for item in found.items
    ]


def document(catalogue: Catalogue, *, subject: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A routine visit to a hotel that passed, with ``changes``; ``subject`` holds changes of that part."""
    whole: dict[str, Any] = {
        "format": 1,
        "id": VISIT,
        "office": "baishiyi",
        "officer": "inspector",
        "second_officer": "inspector-2",
        "purpose": "routine",
        "order": None,
        "drawn": None,
        "subject": {**SUBJECT, **(subject or {})},
        "pack_as_of": "2026-11-22T23:00:00Z",
        "started_at": "2026-11-23T01:30:00Z",
        "finished_at": "2026-11-23T02:05:00Z",
        "checklists": [{"id": "lodging", "version": "2026-1"}],
        "answers": answers(catalogue),
        "remarks": "",
        "photos": [],
        "outcome": "passed",
        "rectify_by": None,
        "fault": None,
        "score": 100,
        "grade": "A",
        "signature": {"kind": "typed", "name": "张示例"},
    }
    return {**whole, **changes}


def written(whole: dict[str, Any]) -> bytes:
    """The bytes that are sent."""
    return json.dumps(whole, ensure_ascii=False).encode()


def content_hash(body: bytes) -> str:
    """The content hash of what is sent."""
    return hashlib.sha256(body).hexdigest()


def announced(data: bytes, **changes: Any) -> dict[str, Any]:
    """The entry that announces a photograph."""
    entry = {
        "sha256": content_hash(data),
        "type": "image/jpeg",
        "bytes": len(data),
        "taken_at": "2026-11-23T01:40:00Z",
        "note": "",
    }
    return {**entry, **changes}
