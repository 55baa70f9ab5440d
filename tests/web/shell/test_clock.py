"""The web has one clock, the application's: whoever puts it together can say what the time is."""

from __future__ import annotations

import ast
import html
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_pages import PASSWORD, desk_services, installation, signed_in

import licence_qr.web
from licence_qr.domain.register.events import EventKind
from licence_qr.domain.roles import AT_THE_MACHINE
from licence_qr.services.accounts.sessions import IDLE_MINUTES
from licence_qr.services.register import events
from licence_qr.services.register.events import NewEvent
from licence_qr.web.app import create_app

__all__ = ["desk_services"]
WEB = Path(licence_qr.web.__file__).parent
ASKS_THE_MACHINE = {"now", "today", "utcnow", "time", "monotonic"}


def asks_the_machine(path: Path) -> list[str]:
    """Where a module of the web asks the machine's clock itself."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in ASKS_THE_MACHINE]
    return [f"{path.name}:{call.lineno}" for call in named]


def test_nothing_in_the_web_but_one_function_asks_the_clock_of_the_machine():
    asked = [place for path in sorted(WEB.rglob("*.py")) for place in asks_the_machine(path)]
    assert [place.split(":")[0] for place in asked] == ["__init__.py"], asked


@pytest.mark.parametrize(("later", "status"), [(IDLE_MINUTES, 200), (IDLE_MINUTES + 1, 303)])
def test_a_session_ends_by_the_clock_of_the_application(desk_services, now, later, status):
    client = create_app(desk_services, lambda: now + timedelta(minutes=later)).test_client()
    client.set_cookie("session-token", desk_services.sign_in.sign_in("clerk", PASSWORD, "127.0.0.1", now))
    assert client.get("/desk/").status_code == status


def test_an_act_by_a_clock_that_was_set_back_is_refused_with_both_instants_and_what_to_do(tmp_path):
    services = installation(tmp_path)
    clerk = signed_in(create_app(services), services, "clerk")
    application = clerk.start()
    clerk.fill(application)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with services.database.write() as tx:
        events.write(tx, NewEvent(kind=EventKind.LICENCE_CHANGED, subject="x/1", at=ahead, by=AT_THE_MACHINE))
    refused = clerk.issue(application)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 503 and refused.headers["Retry-After"]
    assert "时钟被调慢了" in page and ahead.isoformat(timespec="seconds") in html.unescape(page)
    assert "licence-qr doctor --confirm-clock" in page
    services.preparations.confirm_clock(AT_THE_MACHINE, datetime.now(UTC))
    assert clerk.issue(application).status_code == 303
    services.database.close()
