"""The phone of an inspector over a real installation, and a hotel that was issued at its desk."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from desk_pages import OFFICE, PASSWORD, Browser, signed_in
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Role
from licence_qr.store.register import permits

JSON = {"Accept": "application/json"}


@dataclass
class Phone:
    """The phone of somebody signed in: knows how to send, as docs/contributing/inspection-records.md says."""

    browser: Browser
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))

    def ask(self) -> TestResponse:
        """Who is signed in; remembers the token."""
        answer = self.browser.client.get("/inspect/sync", headers=JSON)
        if answer.status_code == 200:
            self.csrf = str(answer.get_json()["csrf"])
        return answer

    def put(self, address: str, data: bytes, **headers: str) -> TestResponse:
        """Send bytes with the token."""
        sent = {**JSON, "X-CSRFToken": self.csrf, **headers}
        return self.browser.client.put(f"/inspect/sync/{address}", data=data, headers=sent)

    def confirm(self, name: str, body: bytes, *, by: str = "inspector-2", answer: str = "confirmed") -> TestResponse:
        """Let the second officer answer beside the first, on this phone, with user name and password."""
        digest = hashlib.sha256(body).hexdigest()
        address = f"/desk/inspections/beside/{name}/{digest}"
        told = {"username": by, "password": PASSWORD, "answer": answer, "objection": "我不在现场"}
        return self.browser.send(address, {"content_sha256": digest, **told})


def issued_hotel(browser: Browser, desk_services: Services) -> Mapping[str, Any]:
    """A hotel that was issued at the desk, as the phone knows it; and a second inspector."""
    application = browser.start()
    browser.fill(application, name="重庆示例受检客栈有限公司")
    assert browser.issue(application).status_code == 303
    now = datetime.now(UTC)
    desk_services.accounts.create("inspector-2", "乙（示例）", OFFICE, frozenset({Role.INSPECTOR}), PASSWORD, now)
    with desk_services.database.read() as tx:
        row = tx.one("SELECT uscc FROM entities WHERE name = '重庆示例受检客栈有限公司'")
        assert row is not None
        (held,) = permits.of_business(tx, row["uscc"])
    return {
        "read_by": "list",
        "code_number": "",
        "code_version": None,
        "uscc": held.uscc,
        "premises_no": 1,
        "permit_no": held.permit.permit_no,
    }


@pytest.fixture(scope="module")
def hotel(desk_app: Flask, desk_services: Services) -> Mapping[str, Any]:
    """The hotel, and a second inspector."""
    return issued_hotel(signed_in(desk_app, desk_services, "clerk"), desk_services)


@pytest.fixture
def phone(desk_app: Flask, desk_services: Services) -> Phone:
    """The inspector's phone, signed in."""
    phone = Phone(signed_in(desk_app, desk_services, "inspector"))
    assert phone.ask().status_code == 200
    return phone


def picture() -> bytes:
    """A small photograph with a place in its metadata."""
    exif = Image.Exif()
    exif[0x010E] = "29.4863 N, 106.3521 E"
    written = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(written, "JPEG", exif=exif)
    return written.getvalue()


def visit(services: Services, hotel: Mapping[str, Any], *photos: bytes, **changes: Any) -> tuple[str, bytes]:
    """Id and bytes of a complaint visit (which grades nothing) to the hotel an hour ago."""
    begun = datetime.now(UTC) - timedelta(hours=1)
    checklist = services.catalogue.inspection_rules.checklist("lodging", "2026-1")
    assert checklist is not None
    written = "%Y-%m-%dT%H:%M:%SZ"
    whole = {
        "format": 1,
        "id": str(uuid4()),
        "office": OFFICE,
        "officer": "inspector",
        "second_officer": "inspector-2",
        "purpose": "complaint",
        "order": None,
        "drawn": None,
        "subject": dict(hotel),
        "pack_as_of": None,
        "started_at": begun.strftime(written),
        "finished_at": (begun + timedelta(minutes=30)).strftime(written),
        "checklists": [{"id": "lodging", "version": "2026-1"}],
        "answers": [
            {"checklist": "lodging", "item": item.id, "answer": "yes", "finding": "", "photos": []}
            for item in checklist.items
        ],
        "remarks": "",
        "photos": [
            {
                "sha256": hashlib.sha256(data).hexdigest(),
                "type": "image/jpeg",
                "bytes": len(data),
                "taken_at": begun.strftime(written),
                "note": "",
            }
            for data in photos
        ],
        "outcome": "passed",
        "rectify_by": None,
        "fault": None,
        "score": 100,
        "grade": "A",
        "signature": {"kind": "refused", "reason": "负责人不在场"},
        **changes,
    }
    return str(whole["id"]), json.dumps(whole, ensure_ascii=False).encode()
