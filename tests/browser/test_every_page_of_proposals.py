"""The same walk over pages of proposals, checks and work, in the filled demonstration register: every state they have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from every_page import Walk, in_language, languages, one_walk
from made_proposals import GROUNDS, person, proposed, standing, two_inspectors
from playwright.sync_api import expect
from screens import Served, signed_in_as

from licence_qr.bootstrap import Services
from licence_qr.domain.lifecycle.acts import Act, Subject
from licence_qr.domain.lifecycle.details import ActRequest, Reprint, ReprintCause
from licence_qr.store.register.permits import StoredPermit

pytestmark = [pytest.mark.campaign, one_walk]


@pytest.fixture(scope="module")
def filled_register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The filled demonstration register, a second inspector, and its origin."""
    with two_inspectors(tmp_path_factory.mktemp("walked")) as served:
        yield served


def changed(services: Services, stored: StoredPermit) -> None:
    """Something else happens to the business."""
    subject, clerk = Subject(stored.uscc), person(services, "clerk")
    services.life.perform(
        clerk, ActRequest(subject, Act.REPRINT, GROUNDS, clerk, Reprint(ReprintCause.LOST)), datetime.now(UTC)
    )


@pytest.fixture(scope="module")
def proposals(filled_register: Served) -> list[tuple[str, str]]:
    """Who looks at which page of proposals and checks: every state that the pages have."""
    services = filled_register[0]
    waiting, to_check = standing(services), standing(services, to_check=True)
    number = proposed(services, waiting)
    changed(services, waiting)
    back = proposed(services, standing(services), Act.REVOKE)
    services.proposals.withdraw(person(services, "clerk"), back, "查证有误", datetime.now(UTC))
    free = standing(services)
    form = f"/desk/proposals/new/{free.uscc}/permit/{free.permit_id}"
    return [
        ("clerk", "/desk/proposals?state=all&by=me"),
        ("clerk", f"/desk/proposals/{number}"),
        ("clerk", f"/desk/proposals/{back}"),
        ("clerk", f"{form}/annul"),
        ("clerk", f"{form}/suspend"),
        ("clerk", f"/desk/proposals/new/{free.uscc}/licence/revoke"),
        ("decider", "/desk/proposals"),
        ("decider", f"/desk/proposals/{number}"),
        ("decider", f"/desk/follow-ups/{to_check.permit_id}"),
        ("inspector", "/desk/follow-ups"),
        ("inspector", f"/desk/follow-ups/{to_check.permit_id}"),
    ]


FAILED = {"zh": ("不通过，提议撤销", "下一步：核对"), "en": ("Failed: propose annulment", "Next: check your answers")}
WORK = ("/desk/work", "/desk/work?due=overdue", "/desk/work?kind=drawn_inspection", "/desk/work/calendar")


@languages
def test_pages_of_proposals_checks_and_work_are_clean_and_fit(
    walk: Walk,
    filled_register: Served,
    proposals: list[tuple[str, str]],
    language: str,
) -> None:
    _, origin = filled_register
    seated = ""
    with walk.over(origin, language) as page:
        for who, place in [*proposals, *(("supervisor", place) for place in WORK)]:
            if who != seated:
                signed_in_as(page.context, filled_register, who)
                walk.seated()
                seated = who
            walk.visit(f"{place} for {who}", in_language(origin + place, language))
        signed_in_as(page.context, filled_register, "inspector")
        page.goto(in_language(origin + proposals[-1][1], language))
        failed, record = FAILED[language]
        page.get_by_label(failed).check()
        page.get_by_role("button", name=record).click()
        expect(page.locator("#error-summary")).to_be_focused()
        assert page.locator(".govuk-error-message").count() >= 3
        walk.look("check, refused")
