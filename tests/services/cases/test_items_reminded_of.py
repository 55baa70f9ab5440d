"""Reminders by mail of what waits for a decision: at a window, and at the office of an authority."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hotel_case import HotelCase, officer
from shipped import CATALOGUE
from work_register import add_permit

from licence_qr.domain.roles import at_console
from licence_qr.domain.work.tasks import DueStep
from licence_qr.services.work.outbox import Outbox
from licence_qr.services.work.reminders import PostOffice, Reminders


def test_an_office_is_reminded_of_what_waits_for_its_decision_and_of_nothing_whose_clock_stands(
    hotel_case: HotelCase, tmp_path: Path
) -> None:
    services, outbox = hotel_case.services, Outbox(tmp_path / "outbox")
    post = PostOffice(outbox, None, "register@example.org", "", "https://ym.example")
    reminders = Reminders(services.database, CATALOGUE, post)
    pending = add_permit(services.database, 901, state="pending", state_since="2026-11-23", permit_no=None)
    fire, lodging = hotel_case.item_id("fire_check"), hotel_case.item_id("special_trade")
    services.officers.ask_more(officer("lodging"), lodging, "缺证明", hotel_case.at)
    late = hotel_case.at + timedelta(days=60)
    told = {(due.task.office, due.task.subject): due.step for due in reminders.due(late)}
    assert told["firechecks", f"item/{fire}"] is DueStep.OVERDUE
    assert told["baishiyi", f"permit/{pending}"] is DueStep.OVERDUE
    assert ("lodging", f"item/{lodging}") not in told
    assert reminders.run(at_console("keeper"), late).written == len(told)
    assert reminders.due(late) == ()
