"""Every kind of task has one page on which it is dealt with, which its people may open; others may read about it."""

from __future__ import annotations

from datetime import date

import pytest
from desk_pages import browser, desk_app, desk_services
from flask import Flask

from licence_qr.domain.lifecycle.acts import Act
from licence_qr.domain.roles import Actor, Role
from licence_qr.domain.work.tasks import ROLES_OF, DueStep, Task, TaskKind, TimeLeft
from licence_qr.domain.work.whose import DOERS_OF, may_do
from licence_qr.services.work.work_list import WorkLine
from licence_qr.web.desk.work import acts
from licence_qr.web.shell.security import roles_of

__all__ = ["browser", "desk_app", "desk_services"]

USCC = "91500107M000001A9R"
ROOMS_OF = {
    TaskKind.RECTIFICATION_DUE: ("permit", "rectification"),
    TaskKind.VISIT_TO_CONFIRM: ("inspection", "named-check"),
    TaskKind.INSPECTION_HELD: ("inspection", "named-check"),
}
LEFT = TimeLeft(DueStep.URGENT, 3, 3)


def line(kind: TaskKind, room: str = "permit", left: TimeLeft = LEFT) -> WorkLine:
    task = Task(kind, f"{room}/7", "baishiyi", USCC, "示例宾馆", "示例路", date(2026, 12, 1), ROLES_OF[kind])
    return WorkLine(task, left)


@pytest.mark.parametrize("kind", TaskKind)
def test_every_kind_leads_to_a_page_that_whoever_does_it_may_open(
    desk_app: Flask, kind: TaskKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ROOMS_OF.get(kind, ("permit",)):
        page = acts.page_of(line(kind, room))
        assert DOERS_OF[kind] <= roles_of(desk_app.view_functions[page.endpoint]), page
        for role in ROLES_OF[kind]:
            actor = Actor(1, "x", "x", "baishiyi", frozenset({role}))
            monkeypatch.setattr(acts, "current_actor", lambda actor=actor: actor)
            with desk_app.test_request_context("/desk/work"):
                button = acts.button_of(line(kind, room))
            assert button is not None or role is Role.ADMIN
            assert button is None or button.does == may_do(kind, actor)
    assert set(acts.PAGES) == set(TaskKind)


def test_a_permit_that_has_expired_is_cancelled_and_not_renewed() -> None:
    expired = TimeLeft(DueStep.OVERDUE, -101, -68)
    assert acts.page_of(line(TaskKind.PERMIT_EXPIRING)).act is Act.APPLY_RENEWAL
    assert acts.page_of(line(TaskKind.PERMIT_EXPIRING, left=expired)).act is Act.CANCEL


def test_the_search_finds_open_applications_of_the_office_too(desk_app: Flask, browser) -> None:
    browser.sign_in("clerk")
    application = browser.start()
    browser.fill(application, name="重庆示例半途客栈有限公司")
    assert application in browser.see("/desk/businesses?q=半途客栈")
    other = type(browser)(desk_app.test_client())
    other.sign_in("elsewhere")
    assert application not in other.see("/desk/businesses?q=半途客栈")


def test_the_home_page_counts_what_was_issued_today_and_what_is_open(browser) -> None:
    browser.sign_in("clerk")
    before = browser.see("/desk/?lang=zh")
    application = browser.start()
    browser.fill(application, name="重庆示例数一数客栈有限公司")
    opened = browser.see("/desk/")
    browser.issue(application)
    issued = browser.see("/desk/")

    def figures(page: str) -> tuple[int, int]:
        cut = page.split('class="tallies"')[1].split("</ul>")[0]
        values = [int(each.split("</b>")[0]) for each in cut.split("<b>")[1:3]]
        return values[0], values[1]

    (done, left), (done_open, left_open), (done_after, left_after) = map(figures, (before, opened, issued))
    assert (done_open, left_open) == (done, left + 1)
    assert (done_after, left_after) == (done + 1, left)
