"""The web has one clock, the application's: whoever puts it together can say what the time is."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from desk_pages import PASSWORD, desk_services

import licence_qr.web
from licence_qr.services.accounts.sessions import IDLE_MINUTES
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
