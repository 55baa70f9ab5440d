"""An inspection sent from the phone is also the visit before a grant, where it is one: two officers, their own office, the
premises and the checklist of what was applied for, and not before it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from inspected_register import NOW, TODAY, Scene, scene
from inspection_texts import VISIT

from licence_qr.bootstrap import Services
from licence_qr.domain.lifecycle.acts import Act, Grounds, Subject
from licence_qr.domain.lifecycle.details import ActRequest
from licence_qr.domain.lifecycle.visits import GrantVisit
from licence_qr.domain.register.permit import GrantMode, PermitState
from licence_qr.errors import AccessError, LicenceQRError
from licence_qr.store.lifecycle import procedures


@pytest.fixture
def asked(services: Services, make_application: Any) -> Scene:
    """A hotel whose permit was applied for today in the standard procedure."""
    return scene(services, make_application(permit={"mode": GrantMode.GENERAL, "commitment": None}), NOW)


def recorded(asked: Scene) -> list[GrantVisit]:
    with asked.services.database.read() as tx:
        return list(procedures.visits(tx, f"permit/{asked.permit_id}"))


def granted(asked: Scene) -> str:
    """Empty when the permit could be granted, or the code of the refusal."""
    request = ActRequest(
        subject=Subject(asked.uscc, asked.permit_id),
        act=Act.GRANT,
        grounds=Grounds("符合条件"),
        actor=asked.actors["desk"],
    )
    try:
        asked.services.life.perform(asked.actors["desk"], request, asked.at)
    except LicenceQRError as refused:
        return refused.code
    return ""


def test_a_passed_visit_of_two_officers_opens_the_grant(asked: Scene) -> None:
    assert granted(asked) == "visit_missing"
    asked.send(asked.visit())
    (visit,) = recorded(asked)
    assert (visit.passed, visit.visited_on, set(visit.officers)) == (True, TODAY, {"inspector", "inspector-2"})
    assert visit.inspection == f"inspection/{VISIT}"
    assert granted(asked) == ""
    assert asked.permit.permit.state is PermitState.EFFECTIVE


def test_a_visit_that_found_faults_keeps_it_shut(asked: Scene) -> None:
    asked.send(asked.visit(outcome="to_rectify", rectify_by="2026-12-10", remarks="布草间未设"))
    (visit,) = recorded(asked)
    assert not visit.passed and visit.words == "布草间未设"
    assert granted(asked) == "visit_not_passed"


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "complaint"},
        {"second_officer": None},
        {"started_at": "2026-11-22T01:00:00Z", "finished_at": "2026-11-22T02:00:00Z"},
    ],
    ids=["a complaint", "one officer", "before the application"],
)
def test_what_is_no_such_visit_is_not_taken_for_one(asked: Scene, changes: dict[str, Any]) -> None:
    asked.send(asked.visit(**changes))
    assert recorded(asked) == []
    assert granted(asked) == "visit_missing"


def test_a_visit_of_another_office_is_not_taken_for_one(asked: Scene) -> None:
    with pytest.raises(AccessError):
        asked.send(asked.visit(), by="stranger")
    assert recorded(asked) == []


def test_a_visit_counts_when_its_second_officer_has_confirmed_it(asked: Scene) -> None:
    receipt = asked.send(asked.visit(), confirmed=False)
    assert recorded(asked) == []
    asked.at += timedelta(hours=1)
    asked.answer(receipt.stored)
    assert len(recorded(asked)) == 1
