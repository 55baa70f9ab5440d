"""Every page that shows people leaves a trace of who saw what, and nothing of it goes to the log."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from desk_pages import Browser, desk_app, desk_services, signed_in
from flask import Flask
from test_desk_roles import PERSON_OF, closed, things

from licence_qr.bootstrap import Services
from licence_qr.domain.roles import Role
from licence_qr.services.audit import readings
from licence_qr.store.register import history, traces

__all__ = ["desk_app", "desk_services", "things"]

# Closed pages on which nobody's personal data stands. A new page is missing here until somebody has said which it is.
NOTHING_PERSONAL = {
    "desk.businesses.show_png",  # pictures of a page that has left its trace
    "desk.businesses.show_svg",
    "desk.ratings.show_statistics",  # figures, for whoever may not handle the cases below them
    "desk.ratings.show_slip",  # names the office and no one else
    "desk.ratings.show_slip_code",
    "desk.inspection_draws.list_draws",  # what is published
    "desk.inspection_draws.plan_draw",
    "desk.trade.show_application",  # leads on
    "desk.work.show_calendar",
    "sign_in.show_sessions",  # one's own
    "inspect.show_pack",  # the page that takes the pack, which is an export
    "inspect_visit.hand_out_key",
    "inspections_sync.show_session",  # one's own
}


def told(services: Services) -> list[dict[str, Any]]:
    with services.database.read() as tx:
        return [row | {"says": json.loads(row["after"] or "null")} for row in traces.everything(tx)]


@pytest.mark.parametrize("role", [role for role in Role if role in PERSON_OF])
def test_every_page_that_shows_people_leaves_a_trace(
    desk_app: Flask, desk_services: Services, things: dict[str, str], role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "SAME_READING", timedelta())  # each page for itself
    person = signed_in(desk_app, desk_services, PERSON_OF[role])
    silent = set()
    for endpoint, method, address in closed(desk_app, things):
        before = len(told(desk_services))
        if method == "GET" and person.client.get(address).status_code == 200 and len(told(desk_services)) == before:
            silent.add(endpoint)
    searched = len(told(desk_services))
    person.see("/desk/businesses?q=13800001234")
    assert len(told(desk_services)) == searched + 1
    assert silent - NOTHING_PERSONAL <= {"desk.businesses.search_businesses"}  # which nothing was asked yet


def test_the_trace_of_a_page_names_person_account_session_and_business(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    clerk = signed_in(desk_app, desk_services, "clerk")
    with desk_services.database.read() as tx:
        revision = history.revision(tx, things["uscc"])
    clerk.see(f"/desk/businesses/{things['uscc']}")
    clerk.see(f"/desk/businesses/{things['uscc']}?lang=en")  # the same page again
    clerk.see(f"/desk/businesses/{things['uscc']}/history")
    signed, *seen = told(desk_services)[-3:]
    assert signed["event"] == "signed_in"
    assert [(row["subject"], row["says"]["fields"]) for row in seen] == [
        (f"business/{things['uscc']}", ["name", "principal", "domicile", "address"]),
        (f"history/{things['uscc']}", ["name", "principal", "domicile", "address", "by", "reason"]),
    ]
    for row in seen:
        assert (row["actor"], row["uscc"], row["session"]) == ("clerk", things["uscc"], signed["session"])
        assert row["person_id"] and row["network"]
    with desk_services.database.read() as tx:
        assert history.revision(tx, things["uscc"]) == revision


def test_whoever_may_not_read_a_contact_is_not_said_to_have_seen_it(
    desk_app: Flask, desk_services: Services, things: dict[str, str]
) -> None:
    signed_in(desk_app, desk_services, "administrator").see(f"/desk/reports/{things['report_id']}")
    assert "contact" not in told(desk_services)[-1]["says"]["fields"]


def test_nothing_of_it_is_in_the_log(
    desk_app: Flask, desk_services: Services, things: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    clerk: Browser = signed_in(desk_app, desk_services, "clerk")
    capsys.readouterr()
    clerk.see("/desk/businesses?q=13800001234")
    clerk.see(f"/desk/businesses/{things['uscc']}/history")
    logged = "".join(capsys.readouterr())
    assert "13800001234" not in logged and things["uscc"] not in logged and "clerk" not in logged
    assert desk_services.readings.mark("13800001234") not in logged
