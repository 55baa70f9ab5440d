"""A register with one hotel, two inspectors of its office, one of another, and the phone of the first."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from inspection_texts import VISIT, answers, content_hash, document, written

from licence_qr.bootstrap import Services
from licence_qr.domain.inspecting.inspection import InspectionState
from licence_qr.domain.inspecting.second_officer import OfficersAnswer
from licence_qr.domain.issuing.application import Application
from licence_qr.domain.roles import Actor, Role
from licence_qr.services.accounts.second_factor.checking import Proof
from licence_qr.services.inspecting.receive import InspectionReceipt, unanswered
from licence_qr.services.inspecting.second_officer import AnswerRequest
from licence_qr.store.inspecting.inspections import StoredInspection
from licence_qr.store.register import entities, history, permits
from licence_qr.store.register.permits import StoredPermit

OTHER_VISIT = "1b7c9a52-6a0f-4a63-9a57-0f6a1f7b5f22"
TODAY = date(2026, 11, 23)
_BAD_LINEN = {"outcome": "to_rectify", "rectify_by": "2026-12-10", "score": 59, "grade": ""}

PASSWORD = "only-for-these-tests"
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
PEOPLE = {
    "inspector": ("baishiyi", Role.INSPECTOR),
    "inspector-2": ("baishiyi", Role.INSPECTOR),
    "stranger": ("jinfeng", Role.INSPECTOR),
    "desk": ("baishiyi", Role.CLERK),
    "decider": ("baishiyi", Role.DECIDER),
}


@dataclass
class Scene:
    """The hotel's permit, the people, and what is sent. ``at`` is the instant at which things arrive."""

    services: Services
    at: datetime
    uscc: str
    permit_id: int
    code_number: str
    version: int
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def permit(self) -> StoredPermit:
        """The permit as the register holds it now."""
        with self.services.database.read() as tx:
            found = permits.get(tx, self.permit_id)
        assert found is not None
        return found

    def subject(self, **changes: Any) -> dict[str, Any]:
        """The hotel as the phone knows it, after scanning its code."""
        known = {
            "read_by": "symbol",
            "code_number": self.code_number,
            "code_version": self.version,
            "uscc": self.uscc,
            "premises_no": 1,
            "permit_no": self.permit.permit.permit_no,
        }
        return {**known, **changes}

    def visit(self, *, subject: dict[str, Any] | None = None, **changes: Any) -> bytes:
        """The bytes of a visit to the hotel."""
        whole = document(self.services.catalogue, subject=self.subject(**(subject or {})), **changes)
        return written(whole)

    def send(
        self,
        body: bytes,
        *,
        by: str = "inspector",
        visit: str = VISIT,
        clock: datetime | None = None,
        confirmed: bool = True,
    ) -> InspectionReceipt:
        """Send a visit, let its second officer confirm it (unless ``confirmed`` is False), and return its receipt."""
        clock, actor = clock or self.at, self.actors[by]
        receipt = self.services.inspections.receive(actor, visit, body, clock, self.at)[0]
        if confirmed and unanswered(receipt.stored):
            self.answer(receipt.stored)
        return self.services.inspections.receipt(actor, visit, content_hash(body))

    def answer(self, stored: StoredInspection, *, by: str = "", **changes: Any) -> InspectionState:
        """The second officer's answer to a record, or that of ``by``: confirmed, with the password, but for ``changes``."""
        given = AnswerRequest(stored.content_sha256, OfficersAnswer.CONFIRMED, "", Proof(PASSWORD), "192.0.2.7")
        actor = self.actors[by or stored.second_officer]
        return self.services.second_officers.answer(actor, stored.key, replace(given, **changes), self.at)

    def send_photo(self, body: bytes, data: bytes, *, by: str = "inspector", visit: str = VISIT) -> InspectionReceipt:
        """Send one photograph of a visit."""
        inspections, digest = self.services.inspections, content_hash(body)
        return inspections.receive_photo(self.actors[by], visit, digest, content_hash(data), data, self.at)[0]

    def events(self) -> list[str]:
        """The kinds of event in the history of the hotel."""
        with self.services.database.read() as tx:
            return [row["event"] for row in history.of_business(tx, self.uscc)]

    def everything(self) -> tuple[object, ...]:
        """What must not change when nothing takes effect."""
        with self.services.database.read() as tx:
            return entities.get(tx, self.uscc), permits.of_business(tx, self.uscc), history.of_business(tx, self.uscc)


def scene(services: Services, application: Application, at: datetime) -> Scene:
    """Issue ``application`` and add the people."""
    actors = {}
    for user_id, (name, (office, role)) in enumerate(PEOPLE.items(), start=1):
        services.accounts.create(name, f"{name}（示例）", office, frozenset({role}), PASSWORD, at)
        actors[name] = Actor(user_id, name, f"{name}（示例）", office, frozenset({role}))
    result = services.issuance.issue(application, actors["desk"], "key", at)
    with services.database.read() as tx:
        (held,) = permits.of_business(tx, result.uscc)
    return Scene(services, at, held.uscc, held.permit_id, result.code.code_id.number, result.code.version, actors)


@pytest.fixture(scope="session")
def hotel_made_once(tmp_path_factory: pytest.TempPathFactory, make_services: Any, make_application: Any) -> Scene:
    """The register, made once; for copying only."""
    made = make_services(tmp_path_factory.mktemp("hotel"))
    found = scene(made, make_application(), NOW)
    made.database.close()
    return found


@pytest.fixture
def hotel(hotel_made_once: Scene, tmp_path: Path, make_services: Callable[..., Services]) -> Iterator[Scene]:
    """A hotel granted on commitment, its office and its inspectors; a copy to write to."""
    folder = tmp_path / "hotel"
    shutil.copytree(hotel_made_once.services.settings.home.parent, folder)
    made = make_services(folder)
    yield replace(hotel_made_once, services=made)
    made.database.close()


def linen(hotel: Scene, **changes: Any) -> dict[str, Any]:
    """A visit that found dirty linen: critical, so without a grade."""
    return {**_BAD_LINEN, "answers": answers(hotel.services.catalogue, no=("linen_changed",)), **changes}


def codes_of(receipt: Any) -> list[str]:
    """The flags of a receipt."""
    return [flag.value for flag in receipt.stored.flags]
