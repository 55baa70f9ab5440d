"""Reports as tests make them: the citizen's form, the office's steps, what each is shown."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.reports import ReportStep
from licence_qr.domain.identifiers import CodeId
from licence_qr.domain.roles import Actor, Role
from licence_qr.errors import (
    InvalidApplication,
)
from licence_qr.services.feedback.reports import ReportReceipt, SentReport
from licence_qr.services.feedback.reports_desk import ReportAct
from licence_qr.store.database.connections import Database
from licence_qr.store.register import codes

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CLIENT = "192.0.2.7"
PHONE = "13911112222"
CLERK = Actor(1, "clerk-baishiyi", "示例窗口", "baishiyi", frozenset({Role.CLERK}))
ELSEWHERE = replace(CLERK, office="jinfeng")
SUPERVISOR = Actor(2, "supervisor", "示例负责人", "", frozenset({Role.SUPERVISOR}))
TELLING = ("床单没有换", PHONE, "示例窗口", "clerk-baishiyi", "内部情况")


@pytest.fixture
def number(services: Services, make_application: Callable[..., Any]) -> str:
    """The code number of a business that has just been licensed at Baishiyi."""
    services.issuance.issue(make_application(), CLERK, "case-1", NOW)
    with services.database.read() as tx:
        return codes.everything_newest(tx)[0].code_id.number


def sent(number: str = "", form_id: str = "form-1", **changes: Any) -> SentReport:
    """A report as a citizen types it."""
    typed = SentReport(form_id, "hygiene", "床单没有换", PHONE, None, number=number)
    return replace(typed, **changes)


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    """A photograph with a place in its metadata."""
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "示例相机"
    Image.new("RGB", size, "red").save(written, "JPEG", exif=exif)
    return written.getvalue()


def act(
    services: Services,
    step: ReportStep,
    text: str = "内部情况",
    *,
    actor: Actor = CLERK,
    at: datetime = NOW,
    **more: Any,
) -> Any:
    """Take one step with the form as it stands now."""
    revision = services.reports_desk.get(actor, 1, NOW).report.revision
    return services.reports_desk.act(actor, 1, ReportAct(step.value, text, revision, **more), at)


def receipt(services: Services, number: CodeId, at: datetime = NOW) -> ReportReceipt:
    """What the holder of the receipt number is shown."""
    return services.reports.receipt(number.number, CLIENT, at)


def problems(refused: pytest.ExceptionInfo[InvalidApplication]) -> list[tuple[str, str]]:
    """Field and code of every problem."""
    return [(each.field, each.code) for each in refused.value.problems]


def everything(database: Database) -> str:
    """All of the register as text, blobs too."""
    with database.read() as tx:
        names = [row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return repr([tuple(row) for name in names for row in tx.all(f"SELECT * FROM {name}")])  # noqa: S608 – our own tables
