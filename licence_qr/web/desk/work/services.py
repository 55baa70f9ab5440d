"""What the task list is handed, as page, file and calendar."""

from __future__ import annotations

from dataclasses import dataclass

from licence_qr.services.work.assigning import Assignments
from licence_qr.services.work.calendar_feeds import CalendarFeeds
from licence_qr.services.work.work_list import WorkList
from licence_qr.web.shell.handed import Handed


@dataclass(frozen=True, slots=True)
class WorkServices:
    """``address`` is the one of this site, without a slash at its end."""

    work_list: WorkList
    calendar_feeds: CalendarFeeds
    assignments: Assignments
    address: str


services = Handed(WorkServices)
