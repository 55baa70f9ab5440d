"""Strangers of many networks who want to fill the disk with reports: what each stage of room still takes."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from reported_problems import CLERK, NOW, everything, number, picture, problems, sent

from licence_qr.bootstrap import Services
from licence_qr.domain.feedback.alike import MANY_FROM_ONE_NETWORK, MOST_FROM_ONE_NETWORK
from licence_qr.domain.feedback.room import MOST_SHORT_TEXT, RoomLeft, RoomLimits
from licence_qr.domain.identifiers import CodeId
from licence_qr.errors import AccessError, InvalidApplication
from licence_qr.services.feedback.intake import MOST_PHOTO_BYTES, REPORTS_OF_NETWORK, Intake
from licence_qr.services.feedback.reports import Reports
from licence_qr.services.feedback.reports_desk import DismissAlike
from licence_qr.store.feedback import reports as stored
from licence_qr.web.app import create_app
from licence_qr.wording import explain

__all__ = ["number"]

SHOP, CITIZEN = "198.51.100.66", "192.0.2.7"
EVERYTHING = 1 << 62  # more bytes than any disk has free
FORMS = (f"form-{n}" for n in range(1_000_000))
# No test may depend on how full the disk of the machine is.
ROOMY = RoomLimits(short_free_bytes=0, least_free_bytes=0)


def limited(services: Services, **limits: Any) -> Reports:
    return replace(services.reports, intake=Intake(services.database, replace(ROOMY, **limits)))


def send(reports: Reports, number: str, client: str = CITIZEN, **changes: Any) -> CodeId:
    return reports.send(sent(number, next(FORMS), **changes), client, NOW)


def networks() -> Iterator[str]:
    return (f"10.{n // 250}.{n % 250}.1" for n in range(60_000))


def photo_left_out(services: Services, made: CodeId) -> bool:
    return services.reports.receipt(made.number, CITIZEN, NOW).photo_left_out


@pytest.mark.parametrize(
    ("reports", "free", "room"),
    [
        (49_999, 1 << 30, RoomLeft.ENOUGH),
        (50_000, 1 << 30, RoomLeft.SHORT),
        (0, (1 << 30) - 1, RoomLeft.SHORT),
        (199_999, 512 << 20, RoomLeft.SHORT),
        (200_000, 1 << 40, RoomLeft.NONE),
        (0, (512 << 20) - 1, RoomLeft.NONE),
    ],
)
def test_room_is_told_by_the_number_of_reports_and_the_free_disk(reports: int, free: int, room: RoomLeft) -> None:
    assert RoomLimits().room(reports, free) is room


def test_when_room_is_short_a_citizen_is_asked_for_a_short_text_and_taken(services: Services, number: str) -> None:
    reports = limited(services, short_reports=10)
    for client, _ in zip(networks(), range(10), strict=False):
        send(reports, number, client, text="灌" * 2000, photo=picture())
    assert reports.room() is RoomLeft.SHORT
    with pytest.raises(InvalidApplication) as refused:
        send(reports, number, text="字" * (MOST_SHORT_TEXT + 1))
    assert problems(refused) == [("text", "text_too_long")]
    made = send(reports, number, text="字" * MOST_SHORT_TEXT, photo=picture())
    assert photo_left_out(services, made)


def test_when_room_is_short_one_network_cannot_use_it_up(services: Services, number: str) -> None:
    reports = limited(services, short_reports=0)
    for _ in range(REPORTS_OF_NETWORK.most):
        send(reports, number, SHOP)
    with pytest.raises(AccessError, match="too_many_reports") as refused:
        send(reports, number, SHOP)
    assert refused.value.facts["minutes"] == 3
    send(reports, number, CITIZEN)


def test_what_was_sent_twice_is_still_one_report_and_costs_nothing(services: Services, number: str) -> None:
    first = services.reports.send(sent(number, "pressed twice"), CITIZEN, NOW)
    full = limited(services, most_reports=1)
    assert full.send(sent(number, "pressed twice"), CITIZEN, NOW) == first


@pytest.mark.parametrize("limits", [{"most_reports": 2}, {"least_free_bytes": EVERYTHING}])
def test_without_room_nothing_is_stored_and_another_way_is_named(
    services: Services, number: str, limits: dict[str, int]
) -> None:
    for client in ("10.0.0.1", "10.0.0.2"):
        send(services.reports, number, client)
    full = limited(services, **limits)
    size = services.settings.register_path.stat().st_size
    for client, _ in zip(networks(), range(50), strict=False):
        with pytest.raises(AccessError, match="reports_no_room"):
            send(full, number, client)
    assert services.settings.register_path.stat().st_size == size
    assert services.reports_desk.get(CLERK, 2, NOW).report.text


def test_one_shop_from_one_network_is_taken_in_full_until_the_desk_can_read_no_more_at_once(
    services: Services, number: str
) -> None:
    reports = limited(services)
    for _ in range(MOST_FROM_ONE_NETWORK + REPORTS_OF_NETWORK.most):
        send(reports, number, SHOP)
    with pytest.raises(AccessError, match="too_many_reports") as refused:
        send(reports, number, SHOP)
    # Whoever is in the shop, on its network, is told of another.
    assert "手机流量" in explain(refused.value, "zh").todo and "mobile data" in explain(refused.value, "en").todo
    send(reports, number, CITIZEN, text="字" * 2000)
    reports.send(sent("", next(FORMS), text="字" * 2000, place="示例路1号", office="baishiyi"), SHOP, NOW)


def test_photos_stop_before_they_fill_the_disk_and_the_report_is_taken(services: Services, number: str) -> None:
    reports = limited(services, photo_bytes=1)
    assert not photo_left_out(services, send(reports, number, photo=picture()))
    assert photo_left_out(services, send(reports, number, photo=picture()))


def test_a_photo_of_noise_is_made_smaller(services: Services, number: str) -> None:
    noise = io.BytesIO()
    Image.frombytes("RGB", (1600, 1600), os.urandom(1600 * 1600 * 3)).save(noise, "JPEG", quality=95)
    send(limited(services), number, photo=noise.getvalue())
    kept = services.reports_desk.photo(CLERK, 1, NOW)
    assert len(kept) <= MOST_PHOTO_BYTES
    with services.database.read() as tx:
        assert stored.photo_bytes(tx) == len(kept)


def test_a_dismissed_flood_makes_room_at_the_next_sweep_and_nothing_else_goes(services: Services, number: str) -> None:
    for n in range(MANY_FROM_ONE_NETWORK + 1):
        send(services.reports, number, SHOP, text=f"灌水{n}", contact=f"1390000000{n}", photo=picture())
    send(services.reports, number, CITIZEN, text="如实的")
    few = "203.0.113.5"
    send(services.reports, number, few, text="误报的")
    last = MANY_FROM_ONE_NETWORK + 3
    for report_id, shown in ((1, range(1, MANY_FROM_ONE_NETWORK + 1)), (last, [last])):
        act = DismissAlike(frozenset(shown), frozenset(), "重复")
        services.reports_desk.dismiss_alike(CLERK, report_id, act, NOW)
    limited(services).sweep(NOW)
    assert "灌水0" in everything(services.database)  # there is room: kept as long as any other
    assert limited(services, short_reports=0).sweep(NOW + timedelta(days=1)).words == MANY_FROM_ONE_NETWORK
    left = everything(services.database)
    assert [n for n in range(MANY_FROM_ONE_NETWORK + 1) if f"灌水{n}" in left] == [MANY_FROM_ONE_NETWORK]
    assert "13900000000" not in left and "如实的" in left and "误报的" in left


@pytest.mark.parametrize(
    ("limits", "told"),
    [({"short_reports": 0}, "请写在 500 字以内"), ({"most_reports": 0}, "请拨打 12345，或者到办理窗口反映")],
)
def test_the_form_tells_it_before_anything_is_typed_and_keeps_what_was(
    services: Services, number: str, limits: dict[str, int], told: str
) -> None:
    visitor = create_app(replace(services, reports=limited(services, **limits)), lambda: NOW).test_client()
    address = f"/p/{number}/report"
    page = visitor.get(address).get_data(as_text=True)
    assert told in page
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form
    typed = {"form": form[1], "website": "", "kind": "hygiene", "text": "字" * 501, "contact": ""}
    answer = visitor.post(address, data=typed, content_type="multipart/form-data")
    assert answer.status_code == (422 if "short_reports" in limits else 503)
    assert "字" * 501 in answer.get_data(as_text=True)
